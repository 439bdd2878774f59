//! What several tests share: writers of profiles that have no code in common with the readers, and a heap whose truth is known.

/// How many bytes a thread has asked for and not given back.
pub(crate) mod counting_allocator;
/// A heap under a Poisson sampler: what is really live, and what a profiler would have seen of it.
pub(crate) mod heap_simulation;
/// A profile of a simulated heap, with the truth beside it.
pub(crate) mod heap_snapshot;
/// How good a judge of series is: verdicts, suspects and rates against what was planted.
pub(crate) mod leak_score;
/// Series in which something leaks.
pub(crate) mod leaking_scenarios;
/// What the objects of one stack do as time goes by.
pub(crate) mod live_course;
/// The stacks of a service in which nothing leaks.
pub(crate) mod ordinary_service;
/// Reproducible random numbers and draws from the distributions that sampling needs.
pub(crate) mod random_draws;
/// What is to happen in a series, before it is simulated.
pub(crate) mod series_plan;
/// What may happen in a series.
pub(crate) mod series_scenarios;
/// Series of profiles whose truth is known.
pub(crate) mod series_simulation;
/// Series in which nothing leaks, whatever it looks like.
pub(crate) mod stable_scenarios;
/// Writes gperftools' `heap profile:` text.
pub(crate) mod synth_gperftools;
/// Writes jemalloc's `heap_v2` text.
pub(crate) mod synth_jemalloc;
/// Writes pprof's profile.proto.
pub(crate) mod synth_pprof;
