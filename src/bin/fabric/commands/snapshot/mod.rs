//! `fabric snapshot SOURCE --dir DIR`, and what looks after the folder.

mod credentials;
mod keep;
mod list;
mod source;
mod watch;

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::anyhow;
use fabric::archive::{self, Archive, ArchiveError, ArchiveErrorKind};
use fabric::capture::CaptureErrorKind;
use fabric::keep::KeepError;
use fabric::{escape, limits};

use crate::args::Snapshot;
use crate::exit::{Failure, Outcome};
use source::From;

pub(super) fn run(arguments: &Snapshot) -> Result<Outcome, Failure> {
    for (path, is_pinned) in [
        (&arguments.keeping.pin, true),
        (&arguments.keeping.unpin, false),
    ] {
        if let Some(path) = path {
            return pin(arguments, path, is_pinned);
        }
    }
    let Some(dir) = &arguments.dir else {
        return Err(Failure::usage(anyhow!(
            "name the folder of snapshots with --dir"
        )));
    };
    if arguments.keeping.list || arguments.keeping.dry_run {
        return list::run(arguments, dir);
    }
    if let Some(prefix) = &arguments.watch_prefix {
        return watch::run(arguments, prefix, dir).map(|()| Outcome::Done);
    }
    take(arguments, dir, &From::arguments(arguments)?).map(|()| Outcome::Done)
}

/// Takes one snapshot, unless there is a young one, and prunes the folder.
fn take(arguments: &Snapshot, dir: &Path, from: &From) -> Result<(), Failure> {
    let time_limit = time_limit(arguments, from);
    // Two runs at once take their turns; one that waits has to outlast the other's limit of time.
    let archive = Archive::open(dir, time_limit * 2).map_err(Failure::output)?;
    if let Some(age) = young(arguments, &archive)? {
        say(
            arguments,
            &format!(
                "nothing taken: the newest snapshot is {} old",
                fabric::units::Span(age)
            ),
        );
        return Ok(());
    }
    let taken = source::take(arguments, from, &archive, time_limit)?;
    let stored = keep::store(arguments, &archive, taken)?;
    if arguments.verbose || std::io::stdout().is_terminal() {
        let path = stored.path.display().to_string();
        writeln!(std::io::stdout(), "{}", escape::terminal(&path)).map_err(Failure::output)?;
    }
    keep::prune(arguments, &archive, &stored)
}

/// The age of the newest snapshot in milliseconds, where it is too young for another one. One from the future is none: the clock was
/// wrong once, and waiting for it to come round again would take years.
fn young(arguments: &Snapshot, archive: &Archive) -> Result<Option<i64>, Failure> {
    let Some(least) = arguments.min_interval else {
        return Ok(None);
    };
    let now = now_ms();
    let found = archive.snapshots().map_err(Failure::output)?;
    let ages = found.iter().map(|snapshot| now - snapshot.name.time_ms);
    Ok(ages.filter(|age| (0..least).contains(age)).min())
}

fn pin(arguments: &Snapshot, path: &Path, is_pinned: bool) -> Result<Outcome, Failure> {
    let changed =
        archive::set_pinned(path, is_pinned).map_err(|error: ArchiveError| match error.kind {
            ArchiveErrorKind::NotSnapshot | ArchiveErrorKind::NotFound => Failure::usage(error),
            _ => Failure::output(error),
        })?;
    if !changed {
        say(arguments, "it was so before");
    }
    Ok(Outcome::Done)
}

fn time_limit(arguments: &Snapshot, from: &From) -> Duration {
    let given = arguments
        .fetching
        .timeout
        .and_then(|ms| u64::try_from(ms).ok());
    match (given, from) {
        (Some(ms), _) => Duration::from_millis(ms),
        (None, From::Inspector) => limits::HEAP_SNAPSHOT_TIME,
        (None, _) => limits::CAPTURE_TIME,
    }
}

/// One line of conversation for whoever asked for it.
fn say(arguments: &Snapshot, text: &str) {
    if arguments.verbose {
        // Nothing can be done about a standard error that is closed.
        let _ = writeln!(std::io::stderr(), "fabric: {}", escape::terminal(text));
    }
}

fn now_ms() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        // A machine without a clock starts in 1970.
        Err(_) => 0,
    }
}

/// Trouble at the source and trouble at the folder have codes of their own.
fn cannot_take(archive: &Archive, source: &str, kind: CaptureErrorKind) -> Failure {
    keep::cannot_keep(KeepError::capturing(archive, source, kind))
}
