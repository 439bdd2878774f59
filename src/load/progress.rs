//! How far reading has come, for whoever wants to show it.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters that loading moves on and the caller polls. One may serve several inputs.
#[derive(Debug, Default)]
pub struct Progress {
    read: AtomicU64,
    expected: AtomicU64,
}

impl Progress {
    /// Bytes read so far, as they lie in the files.
    pub fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Bytes of the files opened so far; what comes through a pipe is not in it.
    pub fn bytes_expected(&self) -> u64 {
        self.expected.load(Ordering::Relaxed)
    }

    pub(super) fn expect(&self, bytes: u64) {
        self.expected.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn advance(&self, bytes: u64) {
        self.read.fetch_add(bytes, Ordering::Relaxed);
    }
}
