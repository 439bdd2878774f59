//! The text with which heap profiling began: gperftools' dumps, and Go's `debug=1`, which took it over.
//!
//! ```text
//! heap profile:     60:   176845 [    60:   176845] @ heap_v2/65536
//!      1:     2501 [     1:     2501] @ 0x7f3bc5039210 0x5605df38c69a ...
//!
//! MAPPED_LIBRARIES:
//! ```
//!
//! Written by `src/heap-profile-table.cc` and `src/malloc_extension.cc` of gperftools; read as pprof's
//! `profile/legacy_profile.go` reads it. The word behind `@` says what was counted:
//!
//! | kind | numbers |
//! |---|---|
//! | `heapprofile` | exact |
//! | `heap_v2/R`, `heapz_v2/R` | sampled once in `R` bytes; TCMalloc writes one line for each sampled object, so stacks repeat |
//! | `heap/R` | sampled once in `R/2` bytes: what Go writes, and old gperftools |
//! | `growth`, `fragmentation` | exact; by how much a stack made the heap grow, or how much it wastes |
//!
//! Odd but normal: a file without any frees has the same numbers inside and outside the brackets, so one series begins with
//! two columns and goes on with four; files of `HEAPPROFILE=` end at 1 MiB without a mark.

mod go_symbols;
mod header;
mod read;

pub use read::read;
