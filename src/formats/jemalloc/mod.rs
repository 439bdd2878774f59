//! jemalloc's `heap_v2` text.
//!
//! What comes in: a dump as `prof.dump` writes it, or the same in jeprof's symbolized form. What goes out: a profile of what
//! the whole heap holds; the sampling of each stack is undone on the way in.
//!
//! ```text
//! heap_v2/524288                                      mean bytes between two samples
//!   t*: 286: 547764 [0: 0]                            all threads: objects: bytes [objects: bytes allocated so far]
//!   t0: 285: 546322 [0: 0]
//!   t16: 1: 1536 [0: 0] io-thread                     a thread with a name
//! @ 0x55b34286d10d 0x55b34286d797 0x55b342862c88      a stack, leaf first
//!   t*: 1: 265483 [0: 0]
//!   t0: 1: 265483 [0: 0]
//!
//! MAPPED_LIBRARIES:
//! 55b34280c000-55b3428bb000 r-xp 00030000 fe:00 10037476                   /srv/app/bin/jeleak
//! ```
//!
//! * The numbers are those of the sampled objects. Only `t*` is added up: lines of dead threads stay (with `prof_accum`) or
//!   vanish, and each is rounded for itself.
//! * The second pair is `[0: 0]` throughout unless the program ran with `prof_accum:true`.
//! * Names of threads stand on the lines before the first stack only; they are up to 15 bytes long and may hold blanks.
//! * Since 5.3 the totals at the top are computed for themselves, so that undoing the sampling of that line gives the right
//!   total (`prof_unbias`). They are not the sum of the stacks: a real dump says `t*: 2953: 677770 [3190: 619482]`, with
//!   fewer bytes allocated ever than in use now, over stacks of 6.8 MB.
//! * The deepest stack has 128 frames, and a deeper one loses its root without a mark.
//!
//! Sources: jemalloc src/prof_data.c (`prof_dump_*`), src/prof_sys.c (`prof_dump_maps`), bin/jeprof.in.

mod read;
#[cfg(test)]
mod tests;
mod threads;

pub use read::read;
