//! What is counted about analyses.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::serve::bounds::{BoundReport, COMPARED_PAIRS, JUDGEMENTS, TARGET_QUESTIONS, Usage};

/// What is counted about analyses of all targets.
#[derive(Debug, Default)]
pub(super) struct Counters {
    analyses: AtomicU64,
    comparisons: AtomicU64,
    last_micros: AtomicU64,
    pub(super) questions: Held,
    pub(super) judgements: Held,
    pub(super) pairs: Held,
}

/// What a bounded collection holds.
#[derive(Debug, Default)]
pub(super) struct Held {
    length: AtomicU64,
    bytes: AtomicU64,
    evictions: AtomicU64,
    most_length: AtomicU64,
    most_bytes: AtomicU64,
}

impl Counters {
    pub(super) fn analysed(&self, took: Duration) {
        self.analyses.fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.last_micros.store(micros, Ordering::Relaxed);
    }

    pub(super) fn compared(&self) {
        self.comparisons.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn analyses(&self) -> u64 {
        self.analyses.load(Ordering::Relaxed)
    }

    pub(super) fn comparisons(&self) -> u64 {
        self.comparisons.load(Ordering::Relaxed)
    }

    /// How long the last analysis took, in seconds.
    pub(super) fn last_seconds(&self) -> f64 {
        self.last_micros.load(Ordering::Relaxed) as f64 / 1e6
    }

    pub(super) fn bounds(&self) -> Vec<BoundReport> {
        [
            (TARGET_QUESTIONS, &self.questions),
            (JUDGEMENTS, &self.judgements),
            (COMPARED_PAIRS, &self.pairs),
        ]
        .into_iter()
        .map(|(bound, held)| BoundReport {
            bound,
            usage: held.usage(),
        })
        .collect()
    }
}

impl Held {
    pub(super) fn add(&self, bytes: u64) {
        let length = self.length.fetch_add(1, Ordering::Relaxed) + 1;
        let bytes = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.most_length.fetch_max(length, Ordering::Relaxed);
        self.most_bytes.fetch_max(bytes, Ordering::Relaxed);
    }

    pub(super) fn remove(&self, bytes: u64) {
        self.length.fetch_sub(1, Ordering::Relaxed);
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    pub(super) fn evicted(&self) {
        self.evictions.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    fn usage(&self) -> Usage {
        Usage {
            length: self.length.load(Ordering::Relaxed),
            bytes: self.bytes(),
            evictions: self.evictions.load(Ordering::Relaxed),
            high_water_length: self.most_length.load(Ordering::Relaxed),
            high_water_bytes: self.most_bytes.load(Ordering::Relaxed),
        }
    }
}
