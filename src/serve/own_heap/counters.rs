//! What this process holds, by the kernel and by its allocator.

use std::path::Path;

use tikv_jemalloc_ctl::{epoch, stats};

use crate::capture::Resident;
use crate::load::series::AllocatorCounters;
use crate::serve::store::MemorySample;
use crate::serve::time::WallTime;

/// Looks at the memory of this process. What the allocator says is 0 where it is not jemalloc.
pub(in crate::serve) fn sample(now: WallTime, is_jemalloc: bool) -> MemorySample {
    let allocator = is_jemalloc.then(allocator).unwrap_or_default();
    let bytes = |counter: Option<u64>| counter.unwrap_or(0);
    let active = bytes(allocator.active_bytes);
    MemorySample {
        timestamp: now,
        rss: resident_bytes().unwrap_or(0),
        heap_used: bytes(allocator.allocated_bytes),
        heap_total: active,
        external: bytes(allocator.resident_bytes).saturating_sub(active),
        array_buffers: bytes(allocator.retained_bytes),
    }
}

/// jemalloc's own counters. They mean this process only where jemalloc is its allocator.
pub(super) fn allocator() -> AllocatorCounters {
    // The numbers are those of the last time the epoch was advanced.
    if epoch::advance().is_err() {
        return AllocatorCounters::default();
    }
    let bytes = |value: Result<usize, tikv_jemalloc_ctl::Error>| value.ok().map(|it| it as u64);
    AllocatorCounters {
        allocated_bytes: bytes(stats::allocated::read()),
        active_bytes: bytes(stats::active::read()),
        resident_bytes: bytes(stats::resident::read()),
        retained_bytes: bytes(stats::retained::read()),
        metadata_bytes: bytes(stats::metadata::read()),
        mapped_bytes: bytes(stats::mapped::read()),
    }
}

/// The resident set of this process, in bytes; `None` where the kernel does not say.
pub(in crate::serve) fn resident_bytes() -> Option<u64> {
    Resident::read(Path::new("/"), std::process::id()).map(|own| own.bytes)
}
