//! `fabric snapshot --watch-prefix PREFIX`: every dump as it appears, until stopped.
//!
//! It ends by a signal. That needs no handler: a snapshot is whole or absent at every moment.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use fabric::archive::snapshots;
use fabric::capture::{CaptureErrorKind, DumpWatch};

use super::run::take;
use super::source::From;
use crate::args::Snapshot;
use crate::exit::Failure;

/// How often the folder is looked through although nothing was heard.
const STEP: Duration = Duration::from_secs(1);

pub(super) fn run(arguments: &Snapshot, prefix: &Path, dir: &Path) -> Result<(), Failure> {
    let failed = |kind: CaptureErrorKind| Failure::input(kind.of(prefix.to_string_lossy()));
    // A folder that is not there yet has no snapshots.
    let newest = snapshots(dir)
        .ok()
        .and_then(|found| found.last().map(|snapshot| snapshot.name.time_ms));
    let mut watch = DumpWatch::new(prefix, newest).map_err(failed)?;
    loop {
        let Some(path) = watch.next(STEP).map_err(failed)? else {
            continue;
        };
        match take(arguments, dir, &From::File(Some(path))) {
            // One dump that is cut off or no heap profile is no reason to miss the next one.
            Err(failure) if failure.code() == 3 => {
                let _ = writeln!(std::io::stderr(), "fabric: {}", failure.message());
            }
            done => done?,
        }
    }
}
