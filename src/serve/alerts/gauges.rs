//! What became of notifications.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::serve::bounds::{ALERT_QUEUE, BoundReport, Usage};
use crate::serve::http::Count;

/// What became of notifications, by the way they went.
#[derive(Debug, Default)]
pub struct AlertGauges {
    /// By the webhook.
    pub webhook: OutletGauges,
    /// By the command.
    pub command: OutletGauges,
}

/// What became of the notifications that went one way.
#[derive(Debug, Default)]
pub struct OutletGauges {
    /// They arrived.
    pub delivered: Count,
    /// They were given up.
    pub failed: Count,
    /// Tries that were followed by another one.
    pub retried: Count,
    /// They left the queue because of its bound.
    pub dropped: Count,
    waiting: AtomicU64,
    waiting_bytes: AtomicU64,
    most_waiting: AtomicU64,
    most_waiting_bytes: AtomicU64,
}

impl OutletGauges {
    /// So many wait now.
    pub(super) fn set_waiting(&self, entries: u64, bytes: u64) {
        self.waiting.store(entries, Ordering::Relaxed);
        self.waiting_bytes.store(bytes, Ordering::Relaxed);
        self.most_waiting.fetch_max(entries, Ordering::Relaxed);
        self.most_waiting_bytes.fetch_max(bytes, Ordering::Relaxed);
    }

    /// So many wait now.
    pub fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }
}

impl AlertGauges {
    /// Each way with its name.
    pub fn ways(&self) -> [(&'static str, &OutletGauges); 2] {
        [("webhook", &self.webhook), ("command", &self.command)]
    }

    /// The bound of both queues together, and what it did.
    pub fn bound(&self) -> BoundReport {
        let sum = |read: fn(&OutletGauges) -> u64| read(&self.webhook) + read(&self.command);
        BoundReport {
            bound: ALERT_QUEUE,
            usage: Usage {
                length: sum(OutletGauges::waiting),
                bytes: sum(|it| it.waiting_bytes.load(Ordering::Relaxed)),
                evictions: sum(|it| it.dropped.get()),
                high_water_length: sum(|it| it.most_waiting.load(Ordering::Relaxed)),
                high_water_bytes: sum(|it| it.most_waiting_bytes.load(Ordering::Relaxed)),
            },
        }
    }
}
