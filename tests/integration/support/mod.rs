//! What several tests share: writers of profiles that have no code in common with the readers, and a heap whose truth is known.

/// A heap under a Poisson sampler: what is really live, and what a profiler would have seen of it.
pub(crate) mod heap_simulation;
/// A profile of a simulated heap, with the truth beside it.
pub(crate) mod heap_snapshot;
/// Reproducible random numbers and draws from the distributions that sampling needs.
pub(crate) mod random_draws;
/// Writes gperftools' `heap profile:` text.
pub(crate) mod synth_gperftools;
/// Writes jemalloc's `heap_v2` text.
pub(crate) mod synth_jemalloc;
/// Writes pprof's profile.proto.
pub(crate) mod synth_pprof;
