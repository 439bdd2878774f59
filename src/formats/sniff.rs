//! Which format this is, from content only and never from a name.

use super::{ReadError, ReadErrorKind};

/// How much of the beginning of an input is looked at.
pub const PREFIX_BYTES: usize = 64 * 1024;

/// A format that has a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// pprof's profile.proto, not compressed.
    Pprof,
    /// jemalloc's `heap_v2` text, also in jeprof's symbolized form.
    Jemalloc,
    /// gperftools' `heap profile:` text and Go's `debug=1` text, also in the symbolized form.
    Gperftools,
    /// Folded stacks.
    Folded,
}

/// Finds out the format from the beginning of the unwrapped input.
///
/// # Errors
/// The input is empty or in no known format.
pub fn sniff(prefix: &[u8]) -> Result<Format, ReadError> {
    let _ = prefix;
    Err(ReadErrorKind::Empty.nowhere())
}
