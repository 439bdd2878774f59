//! The heap of this very process: watched, dumped, given back.
//!
//! What comes in: whether jemalloc is the allocator, which only the binary knows; what was wanted, from HTTP, from a signal or because memory
//! runs short. What goes out: a [`MemorySample`](super::store::MemorySample) of resident set and allocator; heap snapshots in a folder that
//! `fabric trend` reads, kept as [`keep`](crate::keep) keeps those of any service; profiles for whoever fetches them; and what all that
//! has cost. [`OwnHeap`] is what others hold of it.
//!
//! It does not judge what it takes: [`targets`](super::targets) does, as with the snapshots of any service. What blocks runs beside the threads
//! that serve.

mod counters;
mod cpu_profile;
mod dump_costs;
mod failure;
mod handle;
mod memory_map;
mod own_symbols;
mod pressure_watch;
mod profiler;
mod purge;
mod sigprof;
mod snapshot_clock;
mod snapshots;
mod surroundings;

pub(super) use counters::{resident_bytes, sample};
pub use dump_costs::DumpCosts;
pub use failure::OwnHeapFailure;
pub use handle::OwnHeap;
pub(super) use handle::{Look, OwnHeapStart};
pub(super) use pressure_watch::PressureWatch;
pub use purge::{Held, Purged};
pub use snapshots::OwnSnapshots;
pub(super) use snapshots::begin;
pub(super) use surroundings::LimitFrom;
