//! Looks at memory, of this process and of workers, and at whether the hub moves, every few seconds.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::time::MissedTickBehavior;

use super::http::HubGauges;
use super::hub::Message;
use super::own_heap::{OwnHeap, OwnHeapFailure, PressureWatch};
use super::progress::{HubWatch, Progress};
use super::store::{View, Worker, WorkerMemory};
use crate::archive::Trigger;
use crate::capture::Resident;

/// How often memory is looked at, in turns of [`TURN`].
const MEMORY_EVERY: u32 = 10;
/// Hub and reader of logs give a sign about once a second each; only what is beyond that is a lag.
const USUAL_PACE: Duration = Duration::from_millis(2500);
const TURN: Duration = Duration::from_secs(1);

/// Looks at memory, and at whether the hub moves.
pub(super) struct Sampler {
    pub(super) own_heap: OwnHeap,
    pub(super) host: String,
    pub(super) views: watch::Receiver<Arc<View>>,
    pub(super) hub: mpsc::Sender<Message>,
    pub(super) progress: Arc<Progress>,
    pub(super) gauges: Arc<HubGauges>,
}

impl Sampler {
    pub(super) async fn run(self, mut stopping: watch::Receiver<bool>) {
        let mut turns = tokio::time::interval(TURN);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pressure = PressureWatch::default();
        let mut count = 0;
        loop {
            tokio::select! {
                _ = stopping.wait_for(|stop| *stop) => return,
                _ = turns.tick() => {}
            }
            let behind = self.progress.age().saturating_sub(USUAL_PACE).as_millis();
            self.gauges
                .set_lag_ms(u64::try_from(behind).unwrap_or(u64::MAX));
            let away = self.progress.longest_away(HubWatch::Second).as_micros();
            self.gauges
                .set_away_us(u64::try_from(away).unwrap_or(u64::MAX));
            if count % MEMORY_EVERY == 0 && !self.sample(&mut pressure).await {
                return;
            }
            count += 1;
        }
    }

    /// `false` when the hub is gone.
    async fn sample(&self, watch: &mut PressureWatch) -> bool {
        let workers = self.views.borrow().workers.clone();
        let host = self.host.clone();
        // A look at a thousand processes takes some milliseconds.
        let of_workers = tokio::task::spawn_blocking(move || worker_memory(&workers, &host));
        let (Ok(workers), Ok(look)) = (of_workers.await, self.own_heap.look().await) else {
            // The runtime ends.
            return false;
        };
        let pressure = look.surroundings.pressure(look.given_limit);
        let level = pressure.map(|pressure| pressure.level);
        if let Some(trigger) = watch.due(level, Instant::now()) {
            self.ask(trigger);
        }
        for message in [
            Message::Pressure(pressure),
            Message::Memory(look.sample, workers),
        ] {
            if self.hub.send(message).await.is_err() {
                return false;
            }
        }
        true
    }

    fn ask(&self, trigger: Trigger) {
        let reason = trigger.name();
        match self.own_heap.ask(trigger) {
            Ok(()) => tracing::warn!(reason, "memory runs short: a heap snapshot is taken"),
            // Whoever wants none knows from the pressure itself.
            Err(OwnHeapFailure::NoFolder | OwnHeapFailure::NoProfiler) => {}
            Err(problem) => tracing::warn!(reason, %problem, "memory runs short"),
        }
    }
}

/// Looks at the memory of those workers that run on this machine and have told their process.
fn worker_memory(workers: &[Arc<Worker>], host: &str) -> Vec<WorkerMemory> {
    let here = workers
        .iter()
        .filter(|worker| worker.host.as_deref().is_none_or(|at| at == host));
    here.filter_map(|worker| {
        let pid = worker.pid?;
        let resident = Resident::read(Path::new("/"), pid)?;
        Some(WorkerMemory {
            id: worker.id.clone(),
            pid,
            rss_bytes: resident.bytes,
            peak_rss_bytes: resident.peak_bytes,
            swap_bytes: resident.swap_bytes,
        })
    })
    .collect()
}
