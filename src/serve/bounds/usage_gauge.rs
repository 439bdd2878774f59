//! The usage of a collection, counted by whoever changes that and read by others.

use std::sync::atomic::{AtomicU64, Ordering};

use super::bound::{Bound, BoundReport};
use super::usage::Usage;

/// The usage of a collection, counted by whoever changes that and read by others. Its numbers are independent of each other, so no order
/// between them is kept.
#[derive(Debug, Default)]
pub(in crate::serve) struct UsageGauge {
    length: AtomicU64,
    bytes: AtomicU64,
    evictions: AtomicU64,
    most_length: AtomicU64,
    most_bytes: AtomicU64,
}

impl UsageGauge {
    /// An entry came that owns so many bytes.
    pub(in crate::serve) fn add(&self, bytes: u64) {
        let length = self.length.fetch_add(1, Ordering::Relaxed) + 1;
        let bytes = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.keep_highest(length, bytes);
    }

    /// An entry went, and with it so many bytes.
    pub(in crate::serve) fn remove(&self, bytes: u64) {
        self.length.fetch_sub(1, Ordering::Relaxed);
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// There are so many entries now, and so many bytes.
    pub(in crate::serve) fn set(&self, length: u64, bytes: u64) {
        self.length.store(length, Ordering::Relaxed);
        self.bytes.store(bytes, Ordering::Relaxed);
        self.keep_highest(length, bytes);
    }

    /// An entry left, or was refused, because of the bound.
    pub(in crate::serve) fn evicted(&self) {
        self.evictions.fetch_add(1, Ordering::Relaxed);
    }

    /// Bytes now.
    pub(in crate::serve) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// All of it now.
    pub(in crate::serve) fn usage(&self) -> Usage {
        Usage {
            length: self.length.load(Ordering::Relaxed),
            bytes: self.bytes(),
            evictions: self.evictions.load(Ordering::Relaxed),
            high_water_length: self.most_length.load(Ordering::Relaxed),
            high_water_bytes: self.most_bytes.load(Ordering::Relaxed),
        }
    }

    /// With the bound it is the usage of.
    pub(in crate::serve) fn report(&self, bound: Bound) -> BoundReport {
        BoundReport {
            bound,
            usage: self.usage(),
        }
    }

    fn keep_highest(&self, length: u64, bytes: u64) {
        self.most_length.fetch_max(length, Ordering::Relaxed);
        self.most_bytes.fetch_max(bytes, Ordering::Relaxed);
    }
}
