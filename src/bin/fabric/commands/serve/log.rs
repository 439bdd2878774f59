//! What the server says of itself.

use std::io::IsTerminal;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::Registry;
use tracing_subscriber::util::SubscriberInitExt;

use crate::args::{LogFormat, LogLevel};

/// Begins to log on standard error, or to the journal.
pub(super) fn begin(format: LogFormat, level: LogLevel) {
    let level = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    // Libraries talk of their own affairs; only what is wrong there matters here.
    let targets = Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("fabric", level);
    let layer = layer(format).with_filter(targets);
    // A second call in one process changes nothing.
    let _ = tracing_subscriber::registry().with(layer).try_init();
}

fn layer(format: LogFormat) -> Box<dyn Layer<Registry> + Send + Sync> {
    let is_terminal = std::io::stderr().is_terminal();
    // A target is a service whose heap is judged; modules are the business of the source.
    let on_stderr = tracing_subscriber::fmt::layer()
        .with_target(false)
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Text => on_stderr.with_ansi(is_terminal).boxed(),
        LogFormat::Json => on_stderr.json().flatten_event(true).boxed(),
        LogFormat::Journal => match tracing_journald::layer() {
            Ok(journal) => journal.with_syslog_identifier("fabric".to_owned()).boxed(),
            // There is no journal: its reader will find the same in JSON.
            Err(_) => layer(LogFormat::Json),
        },
        LogFormat::Auto if is_terminal => layer(LogFormat::Text),
        LogFormat::Auto if is_journal() => layer(LogFormat::Journal),
        LogFormat::Auto => layer(LogFormat::Json),
    }
}

/// systemd says which device and inode its journal has behind standard error; a program that was started by a service with its error
/// sent elsewhere inherits the variable, and not the file.
fn is_journal() -> bool {
    let Ok(stream) = std::env::var("JOURNAL_STREAM") else {
        return false;
    };
    rustix::fs::fstat(std::io::stderr())
        .is_ok_and(|stat| stream == format!("{}:{}", stat.st_dev, stat.st_ino))
}
