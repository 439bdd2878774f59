//! Heap snapshots of this process, into a folder that `fabric trend` reads.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jemalloc_pprof::PROF_CTL;
use thiserror::Error;

use super::counters;
use crate::archive::{Archive, ArchiveError, Retention, Stored, Trigger};
use crate::capture::{Process, hostname};
use crate::keep::{self, Captured, KeepError, Manner};
use crate::serve::time::WallTime;

/// Where snapshots go, and how many stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSnapshots {
    /// The folder; it is made where it is not there.
    pub folder: PathBuf,
    /// From one to the next.
    pub interval: Duration,
    /// How many stay.
    pub retention: Retention,
}

/// Why there is no snapshot.
#[derive(Debug, Error)]
pub(in crate::serve) enum SnapshotFailure {
    /// jemalloc was built or started without its profiler.
    #[error(
        "this process has no heap profiler: jemalloc is not its allocator, or _RJEM_MALLOC_CONF has prof:false"
    )]
    NoProfiler,
    /// jemalloc refused.
    #[error("jemalloc did not write a heap profile: {0}")]
    Dump(String),
    /// The dump cannot be read back, or the folder cannot be written.
    #[error(transparent)]
    Keep(#[from] KeepError),
}

impl From<ArchiveError> for SnapshotFailure {
    fn from(error: ArchiveError) -> SnapshotFailure {
        SnapshotFailure::Keep(error.into())
    }
}

/// How long another run that writes the folder is waited for.
const LOCK_PATIENCE: Duration = Duration::from_secs(30);

/// Begins to sample allocations: memory that was allocated before stays unseen, so this comes first.
///
/// # Errors
/// The process has no profiler, or jemalloc refuses.
pub(in crate::serve) async fn begin() -> Result<(), SnapshotFailure> {
    let profiler = PROF_CTL.as_ref().ok_or(SnapshotFailure::NoProfiler)?;
    let mut profiler = profiler.lock().await;
    profiler
        .activate()
        .map_err(|error| SnapshotFailure::Dump(error.to_string()))
}

/// Takes a heap snapshot of this process and lets go of those beyond the bounds. Blocks, for some milliseconds of dumping and then for
/// reading, converting and writing: it belongs on a thread of its own.
///
/// # Errors
/// There is no profiler, or the folder cannot be written.
pub(super) fn take(options: &OwnSnapshots, trigger: Trigger) -> Result<Stored, SnapshotFailure> {
    let profiler = PROF_CTL.as_ref().ok_or(SnapshotFailure::NoProfiler)?;
    let now = WallTime::now();
    // Before the dump is made, which itself takes memory.
    let process = Process::read(Path::new("/"), std::process::id()).ok();
    let allocator = counters::allocator();
    let began = Instant::now();
    let mut dump = profiler
        .blocking_lock()
        .dump()
        .map_err(|error| SnapshotFailure::Dump(error.to_string()))?;
    let duration = began.elapsed();
    let archive = Archive::open(&options.folder, LOCK_PATIENCE)?;
    let mut stage = archive.stage()?;
    io::copy(&mut dump, &mut stage).map_err(|error| archive.cannot_write(error))?;
    let captured = Captured {
        is_live: true,
        duration,
        pid: Some(std::process::id()),
        process,
        is_process_certain: true,
        host: hostname(Path::new("/")),
        allocator: Some(allocator),
        ..Captured::new(stage, "self".to_owned(), now.0)
    };
    let manner = Manner {
        trigger,
        service: None,
        symbolizer: None,
        keep_original: false,
    };
    let kept = keep::store(&archive, captured, &manner)?;
    keep::prune(&archive, &options.retention, Some(kept.stored.name), now.0)?;
    Ok(kept.stored)
}
