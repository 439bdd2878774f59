//! jemalloc's `heap_v2` text, as `prof.dump`, `lg_prof_interval` and `prof_final` write it.
//!
//! ```text
//! heap_v2/524288                              mean bytes between samples
//!   t*: 286: 547764 [0: 0]                    totals: objects: bytes [objects: bytes allocated so far, with prof_accum]
//!   t16: 1: 1536 [0: 0] io-thread             totals of a thread, with its name
//! @ 0x55b34286d10d 0x55b34286d797 ...         a stack of return addresses, leaf first
//!   t*: 1: 265483 [0: 0]                      its counts, as sampled
//!   t0: 1: 265483 [0: 0]                      the part of a thread
//!
//! MAPPED_LIBRARIES:                           /proc/self/maps
//! ```
//!
//! Written by `src/prof_data.c` and `src/prof_sys.c` of jemalloc. Odd but normal:
//! * The first line may be `%` and a command.
//! * Since 5.3 the totals in the header are not the sum of the stacks: each line is distorted for itself (see [`unsample`]).
//! * Rounding can leave a stack with bytes and no objects.
//! * With `prof_accum`, threads that have ended keep their lines; without, they vanish. Only `t*` may be added up.
//! * Stacks end at 128 frames, at the root end and without a mark.
//!
//! [`unsample`]: super::unsample

mod read;

pub use read::read;
