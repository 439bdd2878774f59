//! Half a hash, kept beside a handle in an index.
//!
//! Kept, so that an index that grows does not read everything again that it leads to; half, so that twice as many entries lie in the
//! cache, where a lookup spends most of its time.

/// The lower half of a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HalfHash(u32);

impl HalfHash {
    pub(super) fn of(hash: u64) -> HalfHash {
        HalfHash(hash as u32)
    }

    /// A hash of 64 bits again: a table takes the place of an entry from its low end and the mark of it from its high end.
    pub(super) fn spread(self) -> u64 {
        u64::from(self.0).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }
}
