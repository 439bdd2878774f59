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

use super::preamble::without_byte_order_mark;

/// Whether an input that begins like this is a `.heapprofile`: an object whose first key is `head`, with a call frame in it.
pub(super) fn looks_like_heap_profile(prefix: &[u8]) -> bool {
    after_first_key(prefix, b"\"head\"")
        .is_some_and(|rest| memchr::memmem::find(rest, b"\"callFrame\"").is_some())
}

/// Whether an input that begins like this is a `.heapsnapshot` or `.heaptimeline`: an object whose first key is `snapshot`, with columns
/// named in it.
pub(super) fn looks_like_heap_snapshot(prefix: &[u8]) -> bool {
    after_first_key(prefix, b"\"snapshot\"")
        .is_some_and(|rest| memchr::memmem::find(rest, b"\"node_fields\"").is_some())
}

/// What follows `{"key":` at the beginning, blanks allowed.
fn after_first_key<'t>(prefix: &'t [u8], key: &[u8]) -> Option<&'t [u8]> {
    let rest = without_byte_order_mark(prefix).trim_ascii_start();
    let rest = rest.strip_prefix(b"{")?.trim_ascii_start();
    let rest = rest.strip_prefix(key)?.trim_ascii_start();
    rest.strip_prefix(b":")
}
