//! gperftools' `heap profile:` text, which many programs write, and Go's `debug=1` variant of it.
//!
//! What comes in: a heap, growth or fragmentation profile, also in pprof's symbolized form. What goes out: a profile of what
//! the whole heap holds; where objects were sampled, that is undone line by line.
//!
//! ```text
//! heap profile:   1246:  8800744 [  1246:  8800744] @ heap_v2/524288
//!      1:     2501 [     1:     2501] @ 0x7f3bc5039210 0x7f3bc4d3f95c 0x5605df38c69a
//!
//! MAPPED_LIBRARIES:
//! 5605df38c000-5605df38e000 r-xp 00002000 00:00 10037475    /srv/app/corpus/bin/tcsample
//! ```
//!
//! A line has objects and bytes in use, in brackets allocated so far, and a stack, leaf first. What the numbers mean depends
//! on the kind after `@`:
//!
//! | kind | written by | numbers |
//! |---|---|---|
//! | `heapprofile` | `HEAPPROFILE=` | every allocation counted |
//! | `heap_v2/R`, `heapz_v2/R` | `MallocExtension::GetHeapSample` | sampled, mean distance `R` bytes; one line for each object |
//! | `heap/2R` | older TCMalloc; Go's `debug=1` | sampled, and the number is twice the mean distance |
//! | `growth`, `growthz` | `GetHeapGrowthStacks` | every extension of the heap |
//! | `fragmentation`, `fragmentationz` | older TCMalloc | every span that is partly empty |
//!
//! * Where no line has anything in brackets that differs from the pair before (or that is 0 throughout), only memory in use
//!   is counted. One growing series changes from that to four numbers as soon as something is freed; because in-use memory
//!   keeps its name, the files can still be compared.
//! * Older TCMalloc drew the distance between samples evenly from 0 to the number after `heap/`, so the mean is half of it.
//!   jeprof undoes that by a rule of its own (`bytes` times `R / size` for objects smaller than `R`); pprof treats it as
//!   `heap_v2` with half the rate, which is right for Go and nearly so for the others, and so does fabric.
//! * `HEAPPROFILE` files are written through a buffer of 1 MiB, and what does not fit is left out without a mark. Lines are
//!   sorted by bytes in use, so what is missing are the smallest stacks: CPython's dump holds 98.9 percent of the bytes in
//!   use that its header states, and 1.1 percent of those ever allocated.
//!
//! Sources: pprof profile/legacy_profile.go, jeprof `ReadHeapProfile`, gperftools src/malloc_extension.cc and
//! src/heap-profile-table.cc.

mod go_text;
mod header;
mod read;
#[cfg(test)]
mod tests;

pub use read::read;
