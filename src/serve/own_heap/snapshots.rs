//! Heap snapshots of this process, into a folder that `fabric trend` reads.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jemalloc_pprof::PROF_CTL;
use thiserror::Error;

use super::counters;
use crate::archive::{Archive, ArchiveError, Extension, Retention, SnapshotName, Stored, Trigger};
use crate::capture::{CaptureErrorKind, Content, Process, examine, hostname};
use crate::load::series::{ProcessMemory, SIDECAR_SCHEMA, Sidecar};
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
    /// The dump cannot be read back.
    #[error("the heap profile cannot be read back: {0}")]
    Content(CaptureErrorKind),
    /// The folder cannot be written.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
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
    let began = Instant::now();
    let mut dump = profiler
        .blocking_lock()
        .dump()
        .map_err(|error| SnapshotFailure::Dump(error.to_string()))?;
    let dumping = began.elapsed();
    let archive = Archive::open(&options.folder, LOCK_PATIENCE)?;
    let mut stage = archive.stage()?;
    io::copy(&mut dump, &mut stage).map_err(|error| archive.cannot_write(error))?;
    // Names are looked up when the folder is judged: the program that has them is this one, and reading its debug information here would
    // take more memory than the server has.
    let content = examine(stage.path(), None).map_err(SnapshotFailure::Content)?;
    let Content::Profile(profile) = content else {
        return Err(SnapshotFailure::Dump("it is no heap profile".to_owned()));
    };
    let mut converted = archive.stage()?;
    profile
        .write(stage.path(), &mut converted)
        .map_err(|error| archive.cannot_write(error))?;
    let now = WallTime::now();
    let name = SnapshotName {
        time_ms: now.0.max(0),
        trigger,
        extension: Extension::Pprof,
    };
    let sidecar = circumstances(now, trigger, dumping);
    let stored = archive.store(converted, name, sidecar, None)?;
    let snapshots = archive.snapshots()?;
    for removal in options
        .retention
        .removals(&snapshots, Some(stored.name), now.0)
    {
        archive.remove(&removal)?;
    }
    Ok(stored)
}

fn circumstances(now: WallTime, trigger: Trigger, dumping: Duration) -> Sidecar {
    let process = Process::read(Path::new("/"), std::process::id()).unwrap_or_default();
    Sidecar {
        schema: Some(SIDECAR_SCHEMA.to_owned()),
        captured_at: Some(now.0),
        capture_duration_ms: u64::try_from(dumping.as_millis()).ok(),
        trigger: Some(trigger.name().to_owned()),
        source: Some("self".to_owned()),
        source_format: Some("jemalloc".to_owned()),
        host: hostname(Path::new("/")),
        pid: Some(std::process::id()),
        process_started_at: process.started_at_ms,
        command: process.command,
        build_id: process.build_id,
        memory: Some(process.memory).filter(|it| *it != ProcessMemory::default()),
        cgroup: process.cgroup,
        allocator: Some(counters::allocator()),
        ..Sidecar::default()
    }
}
