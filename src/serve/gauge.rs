//! A number that rises and falls, counted by many and read by others.

use std::sync::atomic::{AtomicU64, Ordering};

/// A number that rises and falls, with the highest it ever was.
#[derive(Debug, Default)]
pub struct Gauge {
    now: AtomicU64,
    highest: AtomicU64,
}

impl Gauge {
    /// Adds `amount` unless that would be more than `cap`.
    pub fn try_add(&self, amount: u64, cap: u64) -> bool {
        let added = self
            .now
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |now| {
                now.checked_add(amount).filter(|&sum| sum <= cap)
            });
        if let Ok(before) = added {
            self.highest.fetch_max(before + amount, Ordering::Relaxed);
        }
        added.is_ok()
    }

    /// Takes `amount` away again.
    pub fn subtract(&self, amount: u64) {
        self.now.fetch_sub(amount, Ordering::AcqRel);
    }

    /// Now.
    pub fn get(&self) -> u64 {
        self.now.load(Ordering::Acquire)
    }

    /// The highest it ever was.
    pub fn highest(&self) -> u64 {
        self.highest.load(Ordering::Relaxed)
    }
}
