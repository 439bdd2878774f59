//! V8's own files, as Node, Chrome and Deno write them: `.heapprofile`, from the sampling heap profiler; `.heapsnapshot`, the whole
//! heap; and `.heaptimeline`, the same with allocation stacks.
//!
//! JSON. It is read as a stream of tokens and never as a tree: heaps of several gigabytes are common, and nesting is as deep as
//! the writer likes.

mod header;
mod heap_profile;
mod heap_snapshot;
mod integers;
mod json_bytes;
#[cfg(test)]
mod json_bytes_tests;
mod json_copy;
mod redact;
mod redacted_names;
mod trace_tree;

pub use heap_profile::read as read_heap_profile;
pub use heap_snapshot::{read as read_heap_snapshot, read_graph};
pub use redact::{RedactError, Redacted, redact};
