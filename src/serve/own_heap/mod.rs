//! The heap of this very process.
//!
//! What comes in: whether jemalloc is the allocator, which only the binary knows. What goes out: a
//! [`MemorySample`](super::store::MemorySample) of resident set and allocator, and heap snapshots in a folder that `fabric trend` reads:
//! the same names, documents and retention as those of `fabric snapshot`.

mod counters;
mod snapshot_clock;
mod snapshots;

pub(super) use counters::{resident_bytes, sample, worker_memory};
pub(super) use snapshot_clock::start_clock;
pub use snapshots::OwnSnapshots;
pub(super) use snapshots::begin;
