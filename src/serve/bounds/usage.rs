//! What a collection holds, and what its bound has done so far.

use serde::Serialize;

/// What a collection holds, and what its bound has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Entries now.
    pub length: u64,
    /// Bytes now: those of the entries with all they own, and of the room kept for them.
    pub bytes: u64,
    /// Entries that left, were refused or were cut because of the bound since start.
    pub evictions: u64,
    /// The most entries there were at once.
    pub high_water_length: u64,
    /// The most bytes there were at once.
    pub high_water_bytes: u64,
}

impl Usage {
    /// There are so many entries now, and so many bytes.
    pub(in crate::serve) fn set(&mut self, length: u64, bytes: u64) {
        self.length = length;
        self.bytes = bytes;
        self.high_water_length = self.high_water_length.max(length);
        self.high_water_bytes = self.high_water_bytes.max(bytes);
    }
}
