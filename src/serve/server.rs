//! The parts put together: who starts first, who is told to stop first, and what ends when a part fails.

use std::fs::File;
use std::io;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::alerts::{AlertsFile, Left, Outlets, keep, leave};
use super::http::{
    self, Guard, HttpGauges, HttpState, HubGauges, Ingest, ListenerLimits, Secret, router,
};
use super::hub::{Hub, WAITING_MESSAGES};
use super::intake::{self, Intake, LogReader};
use super::live::{ChangeLog, Live, LiveOptions, routes};
use super::live_gauges::GaugesOfLive;
use super::options::Options;
use super::own_heap::{self, OwnHeap, OwnHeapFailure, OwnHeapStart};
use super::planted_leak::PlantedLeak;
use super::progress::Progress;
use super::sampler::Sampler;
use super::start_error::StartError;
use super::state_folder;
use super::store::{Alert, Store, View};
use super::tail::TailOptions;
use super::targets::{Target, Targets};
use super::time::WallTime;
use crate::archive::Trigger;
use crate::escape;

/// A running server.
#[derive(Debug)]
pub struct Server {
    views: watch::Receiver<Arc<View>>,
    progress: Arc<Progress>,
    guard: Arc<Guard>,
    ingest: Ingest,
    live: Arc<Live>,
    stop: watch::Sender<bool>,
    reader: LogReader,
    hub: JoinHandle<()>,
    outlets: Outlets,
    alerts_file: Option<AlertsFile>,
    /// Keeps the alerts, where there is a folder for them.
    keeper: Option<JoinHandle<()>>,
    http: JoinHandle<io::Result<()>>,
    own_heap: OwnHeap,
    /// Held as long as the server runs.
    _lock: Option<File>,
}

/// A part of a running server ended, and the server with it.
#[derive(Debug, Error)]
pub enum PartEnded {
    /// The task that owns the store.
    #[error("the hub ended: this is a fault of fabric; its log says more")]
    Hub,
    /// The thread that reads the logs.
    #[error("the reader of the logs ended: this is a fault of fabric; its log says more")]
    Tail,
    /// What listens.
    #[error("nothing listens any more: {0}")]
    Http(String),
}

impl Server {
    /// Starts everything and returns when requests are answered. Runs inside a tokio runtime.
    ///
    /// # Errors
    /// Another server has the same state, or the system gives no threads or sockets.
    pub async fn start(
        options: Options,
        listeners: Vec<TcpListener>,
    ) -> Result<Server, StartError> {
        let own_folder = options.snapshots.as_ref();
        let own_folder = own_folder.map(|snapshots| snapshots.folder.as_path());
        let own = Target::own(own_folder, options.limit_bytes);
        // Memory that was allocated before the profiler began stays unseen.
        let profiler = own_heap::begin(options.is_jemalloc);
        if let (Err(problem), true) = (&profiler, options.snapshots.is_some()) {
            tracing::error!(%problem, "no heap snapshots are taken");
        }
        let (lock, files) = match &options.state_dir {
            Some(folder) => {
                let (lock, files) = state_folder::take(folder, &options.source)?;
                (Some(lock), Some(files))
            }
            None => (None, None),
        };
        let (state_file, alerts_file) = files.map(|it| (it.tail, it.alerts)).unzip();
        // Before anybody can be told where to listen: what is written or posted from then on is new, whatever its lines say.
        let tailer = intake::open(tail_options(&options, state_file)).await?;
        let now = WallTime::now();
        let host = rustix::system::uname()
            .nodename()
            .to_string_lossy()
            .into_owned();
        let (stop, stopping) = watch::channel(false);

        let left = alerts_file.as_ref().map(AlertsFile::load);
        let Left {
            alerts,
            undelivered,
        } = left.unwrap_or_default();
        let mut store = store_of(&options, alerts, now);
        let (view_sender, views) = watch::channel(store.view(now));
        let is_old = !undelivered.is_empty();
        let keeper = alerts_file.clone();
        let keeper = keeper.map(|file| tokio::spawn(keep(file, is_old, views.clone())));
        let changes = Arc::new(ChangeLog::new());
        let progress = Arc::new(Progress::new());
        let hub_gauges = Arc::new(HubGauges::default());
        let (messages, inbox) = mpsc::channel(WAITING_MESSAGES);
        let alert_gauges = Arc::default();
        let (announcer, outlets) =
            Outlets::start(&options.alerts, &host, &alert_gauges, &undelivered);
        let hub = Hub::new(
            store,
            view_sender,
            Arc::clone(&changes),
            announcer,
            Arc::clone(&progress),
        );
        let hub = tokio::spawn(hub.run(inbox));

        let live = Live::new(
            views.clone(),
            changes,
            live_options(&options),
            stopping.clone(),
        );
        let live = Arc::new(live);
        let gauges = Arc::new(HttpGauges::default());
        let no_randomness = |_| io::Error::other("the system has no random numbers");
        let guard =
            Guard::new(options.access.clone(), Arc::clone(&gauges)).map_err(no_randomness)?;
        let guard = Arc::new(guard);
        let ingest = Ingest::start(&options.source)?;
        let mut state = HttpState::new(
            views.clone(),
            Arc::new(GaugesOfLive(Arc::clone(&live))),
            ingest.clone(),
            Arc::clone(&guard),
            Arc::clone(&gauges),
            &host,
        );
        state.hub = Arc::clone(&hub_gauges);
        state.alerts = alert_gauges;
        state.targets = Targets::start(own, &options.watch, &messages, &stopping);
        let start = OwnHeapStart {
            is_jemalloc: options.is_jemalloc,
            limit: options.limit_bytes,
            has_profiler: profiler.is_ok(),
            snapshots: options.snapshots.clone(),
            hub: messages.downgrade(),
            progress: Arc::clone(&progress),
            last_try: state.targets.own_tries(),
        };
        let own_heap = OwnHeap::start(start, stopping.clone());
        state.own_heap = own_heap.clone();
        say_where(&listeners, &options);
        let http = tokio::spawn(http::serve(
            listeners,
            router(state, routes(Arc::clone(&live))),
            ListenerLimits::default(),
            stopping.clone(),
            gauges,
        ));

        let sampler = Sampler {
            own_heap: own_heap.clone(),
            host: host.clone(),
            views: views.clone(),
            hub: messages.clone(),
            progress: Arc::clone(&progress),
            gauges: hub_gauges,
        };
        tokio::spawn(sampler.run(stopping));

        let leak = options.planted_leak.map(PlantedLeak::new);
        let intake = Intake::new(host, leak, messages.clone());
        let reader = LogReader::start(tailer, intake, messages, own_heap::resident_bytes)?;
        Ok(Server {
            views,
            progress,
            guard,
            ingest,
            live,
            stop,
            reader,
            hub,
            outlets,
            alerts_file,
            keeper,
            http,
            own_heap,
            _lock: lock,
        })
    }

    /// How it goes, in one line.
    pub fn status(&self) -> String {
        let view = self.views.borrow();
        let caught_up = match (view.tail.caught_up, view.tail.paused_for_memory) {
            (_, true) => "; opens no further log: memory",
            (true, false) => "",
            (false, false) => "; reading what lay there",
        };
        format!(
            "{} logs, {} workers, {} events, {:.0} a second, {} clients{caught_up}",
            view.tail.files_followed,
            view.workers.len(),
            view.counters.events,
            view.counters.rate_per_second,
            self.live.clients(),
        )
    }

    /// How long ago the part that is furthest behind, hub or reader of logs, last moved.
    pub fn idle_for(&self) -> Duration {
        self.progress.age()
    }

    /// Opens the logs anew and takes another token.
    pub fn reopen(&self, token: Option<&Secret>) {
        if self.guard.replace_token(token).is_err() {
            tracing::error!("the system has no random numbers; the token stays as it was");
        }
        self.reopen_logs();
    }

    /// Opens the logs anew, and begins a new one for what is posted.
    pub fn reopen_logs(&self) {
        self.ingest.rotate();
        self.reader.reopen();
    }

    /// Has a heap snapshot of this process taken, and does not wait for it.
    ///
    /// # Errors
    /// None is taken; why.
    pub fn snapshot(&self) -> Result<(), OwnHeapFailure> {
        self.own_heap.ask(Trigger::Manual)
    }

    /// Waits until a part ends that should not.
    pub async fn failed(&mut self) -> PartEnded {
        tokio::select! {
            _ = &mut self.hub => PartEnded::Hub,
            () = self.reader.ended() => PartEnded::Tail,
            ended = &mut self.http => PartEnded::Http(match ended {
                Ok(Ok(())) => "the listener ended".to_owned(),
                Ok(Err(error)) => error.to_string(),
                Err(error) => error.to_string(),
            }),
        }
    }

    /// Accepts nothing more, closes WebSockets, answers what is under way, keeps what was posted, saves how far the logs were read.
    pub async fn stop(&mut self) {
        self.stop.send_replace(true);
        tokio::join!(self.live.drained(), async {
            if !self.http.is_finished() {
                let _ = (&mut self.http).await;
            }
        });
        self.ingest.stop().await;
        self.reader.stop().await;
        // It ends when all who could tell it something have ended: the reader, the sampler, and the desks of the targets.
        if !self.hub.is_finished() {
            let _ = (&mut self.hub).await;
        }
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.await;
        }
        let undelivered = self.outlets.stop().await;
        let alerts = Arc::clone(&self.views.borrow().alerts);
        leave(self.alerts_file.take(), alerts, undelivered).await;
        tracing::info!("ended");
    }
}

/// A client that comes back with others after a break may come at once: so many seconds' worth of connections.
const BURST_SECONDS: u32 = 4;

fn tail_options(options: &Options, state_file: Option<PathBuf>) -> TailOptions {
    TailOptions {
        state_file,
        files_followed: options.max_files,
        history: options.history,
        poll: options.poll,
        rss_limit: Some(options.max_rss_bytes),
        ..TailOptions::new(options.source.clone(), intake::line_time)
    }
}

/// An empty store, but for the alerts that an earlier run left.
fn store_of(options: &Options, alerts: Vec<Alert>, now: WallTime) -> Store {
    let mut store = Store::new(u64::try_from(now.0).unwrap_or(0), now);
    let (rules, pace) = options.alerts.rules(options.watch.interval);
    store.set_alert_rules(rules, pace);
    store.restore_alerts(alerts, now);
    store
}

fn live_options(options: &Options) -> LiveOptions {
    LiveOptions {
        max_clients: options.max_clients as u64,
        connections_per_second: options.client_rate,
        connections_burst: options.client_rate.saturating_mul(BURST_SECONDS),
        ..LiveOptions::default()
    }
}

fn say_where(listeners: &[TcpListener], options: &Options) {
    for listener in listeners {
        if let Ok(address) = listener.local_addr() {
            let source = options.source.to_string_lossy();
            let source = escape::terminal(&source);
            tracing::info!(%address, %source, "listening");
        }
    }
    if options.access.token.is_none() {
        tracing::warn!("there is no token: every program of this machine may post events");
    }
}
