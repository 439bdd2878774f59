//! `fabric serve`: settings in, a server that runs until it is told to end.

mod alerts;
mod check;
mod home;
mod log;
mod settings;
mod settings_file;
mod systemd;
mod token;
mod trial;
mod watching;

use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use anyhow::anyhow;
use clap::ArgMatches;
use fabric::archive::Retention;
use fabric::serve::http::{GuardOptions, Secret};
use fabric::serve::{Options, OwnSnapshots, Server};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::allocator;
use crate::args::Serve;
use crate::exit::{Failure, Outcome};
use settings::Settings;

/// How long the server may take to end: what is accepted is answered, clients are told, offsets are saved.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// How often systemd is told how it goes, where its watchdog does not want to know more often.
const STATUS_EVERY: Duration = Duration::from_secs(10);

/// The hub and the reader of logs move every other second; one that has not for this long is stuck.
const STUCK_AFTER: Duration = Duration::from_secs(15);

pub(super) fn run(typed: &Serve, matches: &ArgMatches) -> Result<Outcome, Failure> {
    let settings = Settings::resolve(typed, matches)?;
    let token = token::read(settings.auth_token_file.value.as_deref())?;
    if typed.check {
        check::print(&settings, &token.whence)?;
    }
    let mut options = options(&settings, token.secret);
    options.alerts = alerts::options(&settings)?;
    options.watch = watching::options(&settings)?;
    options.planted_leak = typed.planted_leak;
    check_options(&settings, &options)?;
    if typed.check {
        return try_out(&settings);
    }
    log::begin(settings.log_format.value, settings.log_level.value);
    let listeners = systemd::listeners(&settings.listen.value)?;
    // systemd may have opened others than those that were asked for.
    options.listen = listeners
        .iter()
        .map(TcpListener::local_addr)
        .collect::<std::io::Result<_>>()
        .map_err(Failure::start)?;
    check_options(&settings, &options)?;
    say_who_reads(&options);
    // Two threads serve a thousand clients; the hub needs one of them at most for itself.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(8)
        .thread_name("fabric")
        .enable_all()
        .build()
        .map_err(Failure::start)?;
    let outcome = runtime.block_on(serve(&settings, options, listeners));
    // Whatever still waits for a socket or a disk has had its time.
    runtime.shutdown_timeout(Duration::from_millis(200));
    outcome
}

fn check_options(settings: &Settings, options: &Options) -> Result<(), Failure> {
    // Also where no snapshots are taken yet: what makes no sense is found when it is written, and not when it begins to count.
    Options::check_snapshot_interval(span(settings.snapshot_interval.value))
        .and_then(|()| options.check())
        .map_err(|problem| Failure::usage(anyhow!("{problem}")))
}

fn try_out(settings: &Settings) -> Result<Outcome, Failure> {
    let problems = trial::problems(settings);
    if problems.is_empty() {
        Ok(Outcome::Done)
    } else {
        Err(Failure::usage(anyhow!("{}", problems.join("; "))))
    }
}

/// A token alone keeps nobody from reading, which may be meant, and may be a surprise.
fn say_who_reads(options: &Options) {
    if let Some(address) = options.open_to_readers() {
        tracing::warn!(
            %address,
            "everybody who reaches this address can read: give --auth-reads if only holders of the token may"
        );
    }
}

fn options(settings: &Settings, token: Option<Secret>) -> Options {
    let mut options = Options::new(settings.source.value.clone());
    options.listen.clone_from(&settings.listen.value);
    options.state_dir = Some(settings.state_dir.value.clone());
    options.snapshots = (!settings.no_own_snapshots.value).then(|| OwnSnapshots {
        folder: settings.snapshot_dir.value.clone(),
        interval: span(settings.snapshot_interval.value),
        retention: Retention::USUAL,
    });
    options.limit_bytes = settings.limit.value;
    options.is_jemalloc = allocator::is_jemalloc();
    options.access = GuardOptions {
        token,
        auth_reads: settings.auth_reads.value,
        allowed_hosts: settings.allowed_host.value.clone(),
        allowed_origins: settings.allowed_origin.value.clone(),
    };
    options.max_clients = settings.max_clients.value;
    options.client_rate = settings.client_rate.value;
    options.max_rss_bytes = settings.max_rss.value;
    options.max_files = settings.max_files.value;
    options.history = span(settings.history.value);
    options.poll = span(settings.poll_interval.value);
    options
}

fn span(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}

async fn serve(
    settings: &Settings,
    options: Options,
    listeners: Vec<TcpListener>,
) -> Result<Outcome, Failure> {
    // Before anything can be lost by a signal that comes early.
    let mut signals = Signals::new().map_err(Failure::start)?;
    let mut server = Server::start(options, listeners)
        .await
        .map_err(Failure::start)?;
    systemd::ready(&server.status());
    let patience = systemd::watchdog();
    let mut told = tokio::time::interval(patience.map_or(STATUS_EVERY, |it| it / 3));
    let failed = loop {
        tokio::select! {
            _ = signals.terminate.recv() => break None,
            _ = signals.interrupt.recv() => break None,
            _ = signals.hang_up.recv() => reopen(&server, settings.auth_token_file.value.as_deref()),
            _ = signals.user1.recv() => snapshot(&server),
            _ = told.tick() => tell(&server),
            failure = server.failed() => break Some(failure),
        }
    };
    systemd::stopping();
    if tokio::time::timeout(STOP_WITHIN, server.stop())
        .await
        .is_err()
    {
        tracing::warn!(
            seconds = STOP_WITHIN.as_secs(),
            "did not end in time; what waited is dropped"
        );
    }
    match failed {
        None => Ok(Outcome::Done),
        Some(failure) => Err(Failure::start(failure)),
    }
}

/// A server that is stuck is not fed: systemd will end it, and it starts anew where it stopped.
fn tell(server: &Server) {
    let age = server.idle_for();
    if age < STUCK_AFTER {
        systemd::alive(&server.status());
    } else {
        tracing::error!(seconds = age.as_secs(), "nothing moves");
        systemd::status(&format!("nothing has moved for {} s", age.as_secs()));
    }
}

fn reopen(server: &Server, token_file: Option<&Path>) {
    match token::read(token_file) {
        Ok(token) => {
            server.reopen(token.secret.as_ref());
            tracing::info!("opened the logs and read the token anew");
        }
        Err(failure) => {
            tracing::error!(problem = failure.message(), "the token stays as it was");
            server.reopen_logs();
        }
    }
}

fn snapshot(server: &Server) {
    if let Err(problem) = server.snapshot() {
        tracing::warn!(%problem, "no heap snapshot is taken");
    }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
    user1: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Signals> {
        Ok(Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
            user1: signal(SignalKind::user_defined1())?,
        })
    }
}
