//! What became of notifications.

use crate::serve::Count;
use crate::serve::bounds::{ALERT_QUEUE, BoundReport, Usage, UsageGauge};

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
    /// Those that wait.
    pub(super) waiting: UsageGauge,
}

impl OutletGauges {
    /// So many wait now.
    pub fn waiting(&self) -> u64 {
        self.waiting.usage().length
    }
}

impl AlertGauges {
    /// Each way with its name.
    pub fn ways(&self) -> [(&'static str, &OutletGauges); 2] {
        [("webhook", &self.webhook), ("command", &self.command)]
    }

    /// The bound of both queues together, and what it did.
    pub fn bound(&self) -> BoundReport {
        let (webhook, command) = (self.webhook.waiting.usage(), self.command.waiting.usage());
        BoundReport {
            bound: ALERT_QUEUE,
            usage: Usage {
                length: webhook.length + command.length,
                bytes: webhook.bytes + command.bytes,
                evictions: self.webhook.dropped.get() + self.command.dropped.get(),
                high_water_length: webhook.high_water_length + command.high_water_length,
                high_water_bytes: webhook.high_water_bytes + command.high_water_bytes,
            },
        }
    }
}
