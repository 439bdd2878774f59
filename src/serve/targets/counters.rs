//! What is counted about analyses.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::serve::Count;
use crate::serve::bounds::{BoundReport, COMPARED_PAIRS, JUDGEMENTS, TARGET_QUESTIONS, UsageGauge};

/// What is counted about analyses of all targets.
#[derive(Debug, Default)]
pub(super) struct Counters {
    analyses: Count,
    comparisons: Count,
    last_micros: AtomicU64,
    pub(super) questions: UsageGauge,
    pub(super) judgements: UsageGauge,
    pub(super) pairs: UsageGauge,
}

impl Counters {
    pub(super) fn analysed(&self, took: Duration) {
        self.analyses.add();
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.last_micros.store(micros, Ordering::Relaxed);
    }

    pub(super) fn compared(&self) {
        self.comparisons.add();
    }

    pub(super) fn analyses(&self) -> u64 {
        self.analyses.get()
    }

    pub(super) fn comparisons(&self) -> u64 {
        self.comparisons.get()
    }

    /// How long the last analysis took, in seconds.
    pub(super) fn last_seconds(&self) -> f64 {
        self.last_micros.load(Ordering::Relaxed) as f64 / 1e6
    }

    pub(super) fn bounds(&self) -> Vec<BoundReport> {
        vec![
            self.questions.report(TARGET_QUESTIONS),
            self.judgements.report(JUDGEMENTS),
            self.pairs.report(COMPARED_PAIRS),
        ]
    }
}
