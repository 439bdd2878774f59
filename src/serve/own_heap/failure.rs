//! Why there is no profile of this process.

use thiserror::Error;

use crate::archive::ArchiveError;
use crate::keep::KeepError;

/// Why there is no profile of this process.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OwnHeapFailure {
    /// jemalloc was built or started without its profiler.
    #[error(
        "this process has no heap profiler: jemalloc is not its allocator, or _RJEM_MALLOC_CONF has prof:false"
    )]
    NoProfiler,
    /// There is no folder for snapshots.
    #[error("the server keeps no heap snapshots of itself: it was started with --no-own-snapshots")]
    NoFolder,
    /// Enough wait already.
    #[error("too many profiles of this process are asked for at once: try again in a second")]
    Busy,
    /// A profile of the processor is being taken.
    #[error("a profile of the processor is being taken, and there can be one at a time")]
    ProcessorBusy,
    /// The server ends.
    #[error("the server ends")]
    Ending,
    /// The profiler refused.
    #[error("the profiler did not write a profile: {0}")]
    Dump(String),
    /// The dump cannot be read back, or the folder cannot be written.
    #[error(transparent)]
    Keep(#[from] KeepError),
}

impl OwnHeapFailure {
    /// A stable short name for the kind of failure.
    pub(super) fn name(&self) -> &'static str {
        match self {
            OwnHeapFailure::NoProfiler => "no-profiler",
            OwnHeapFailure::NoFolder => "no-own-snapshots",
            OwnHeapFailure::Busy | OwnHeapFailure::ProcessorBusy => "busy",
            OwnHeapFailure::Ending => "ending",
            OwnHeapFailure::Dump(_) => "dump",
            OwnHeapFailure::Keep(error) => error.name(),
        }
    }
}

impl From<ArchiveError> for OwnHeapFailure {
    fn from(error: ArchiveError) -> OwnHeapFailure {
        OwnHeapFailure::Keep(error.into())
    }
}
