//! Heap profiles of this process: into a folder that `fabric trend` reads, or into an answer.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::counters;
use super::failure::OwnHeapFailure;
use super::own_symbols::with_own_symbols;
use super::profiler::Profiler;
use crate::archive::{Archive, Retention, Stored, Trigger};
use crate::capture::{Process, hostname};
use crate::keep::{self, Captured, Content, Manner, examine};
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

impl OwnSnapshots {
    /// The same whatever folder is the current one. Without a current folder, the path as it was given is as good as any.
    pub(super) fn in_absolute_folder(self) -> OwnSnapshots {
        OwnSnapshots {
            folder: std::path::absolute(&self.folder).unwrap_or(self.folder),
            ..self
        }
    }
}

/// Something made of a dump, and how long jemalloc took for that.
#[derive(Debug)]
pub(super) struct Dumped<T> {
    pub(super) made: T,
    pub(super) dump: Duration,
}

/// How long another run that writes the folder is waited for.
const LOCK_PATIENCE: Duration = Duration::from_secs(30);

/// Begins to sample allocations: memory that was allocated before stays unseen, so this comes first.
///
/// # Errors
/// The process has no profiler, or jemalloc refuses.
pub(in crate::serve) fn begin(is_jemalloc: bool) -> Result<(), OwnHeapFailure> {
    if !is_jemalloc {
        return Err(OwnHeapFailure::NoProfiler);
    }
    Profiler::take()?.begin()
}

/// Takes a heap snapshot of this process and lets go of those beyond the bounds. Blocks, for some milliseconds of dumping and then for
/// reading, naming and writing: it belongs on a thread of its own.
///
/// # Errors
/// There is no profiler, or the folder cannot be written.
pub(super) fn take(
    options: &OwnSnapshots,
    trigger: Trigger,
) -> Result<Dumped<Stored>, OwnHeapFailure> {
    let now = WallTime::now();
    let root = Path::new("/");
    // Before the dump is made, which itself takes memory.
    let process = Process::read(root, std::process::id()).ok();
    let allocator = counters::allocator();
    let (mut text, duration) = dump()?;
    let archive = Archive::open(&options.folder, LOCK_PATIENCE)?;
    let mut stage = archive.stage()?;
    io::copy(&mut text, &mut stage).map_err(|error| archive.cannot_write(error))?;
    let captured = Captured {
        is_live: true,
        duration,
        pid: Some(std::process::id()),
        process,
        is_process_certain: true,
        host: hostname(root),
        allocator: Some(allocator),
        ..Captured::new(stage, "self".to_owned(), now.0)
    };
    let kept = with_own_symbols(|symbolizer| {
        let manner = Manner {
            trigger,
            service: None,
            symbolizer,
            keep_original: false,
        };
        keep::store(&archive, captured, &manner)
    })?;
    keep::prune(&archive, &options.retention, Some(kept.stored.name), now.0)?;
    Ok(Dumped {
        made: kept.stored,
        dump: duration,
    })
}

/// Makes a heap profile of this process for whoever fetches one: a gzipped profile.proto with period, mappings, build ids and names.
///
/// # Errors
/// There is no profiler, or no room for its dump.
pub(super) fn profile() -> Result<Dumped<Bytes>, OwnHeapFailure> {
    let failed = |error: io::Error| OwnHeapFailure::Dump(error.to_string());
    let now = WallTime::now();
    let (mut text, dump) = dump()?;
    let mut file = tempfile::NamedTempFile::new().map_err(failed)?;
    io::copy(&mut text, &mut file).map_err(failed)?;
    file.flush().map_err(failed)?;
    let content = with_own_symbols(|symbolizer| examine(file.path(), symbolizer));
    let profile = match content {
        // jemalloc's text has no time.
        Ok(Content::Profile(profile)) => profile.taken_at(now.0),
        Ok(Content::HeapSnapshot) => {
            return Err(OwnHeapFailure::Dump("it is no heap profile".to_owned()));
        }
        Err(error) => return Err(OwnHeapFailure::Dump(error.to_string())),
    };
    let mut bytes = Vec::new();
    profile.write(file.path(), &mut bytes).map_err(failed)?;
    Ok(Dumped {
        made: bytes.into(),
        dump,
    })
}

/// jemalloc's text, from a file that has no name any more.
fn dump() -> Result<(File, Duration), OwnHeapFailure> {
    let began = Instant::now();
    let text = Profiler::take()?.dump()?;
    Ok((text, began.elapsed()))
}
