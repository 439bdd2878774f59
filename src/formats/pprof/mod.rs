//! pprof's `profile.proto`: what Go, TCMalloc, pprof-nodejs, jemalloc_pprof and many others write.
//!
//! Definition: <https://github.com/google/pprof/blob/main/proto/profile.proto>. Samples name locations by id, locations name
//! functions by id, and all text is an index into one string table, which most writers put last: so a reader that goes
//! through the file once keeps samples with the file's own numbers, and gives them handles at the end.
//!
//! Kept: all value types, labels, mappings with build ids, inlined lines with columns, period, time, comments.
//! Dropped: `is_folded`, `duration_nanos` (0 in heap profiles), label units of text labels.
//!
//! The decoder is our own and not a protobuf library: it streams, it keeps columns and not messages, and it does not
//! recurse, which a library does over nested groups.

mod drop_frames;
mod heap_types;
mod id_map;
mod places;
mod raw;
mod read;
mod resolve;
mod wire;
mod write;

pub use read::read;
pub use write::{Part, write, write_of_processor};
