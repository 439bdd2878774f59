//! What taking heap profiles of this process costs.

use std::time::Duration;

use serde::Serialize;

use crate::serve::time::WallTime;

/// What one dump cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct DumpCost {
    /// When it began.
    pub(super) at: WallTime,
    /// jemalloc's part of it, during which allocations may wait.
    pub(super) dump: Duration,
    /// With reading, naming and writing.
    pub(super) whole: Duration,
    /// The longest that the hub was away meanwhile, for whatever reason.
    pub(super) hub: Duration,
}

/// What taking heap profiles of this process has cost since start. Durations are in milliseconds; nothing before the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DumpCosts {
    /// How many were taken.
    pub count: u64,
    /// How many failed.
    pub failed: u64,
    /// The whole of the last one: dumping, reading, naming, writing.
    pub last_ms: Option<f64>,
    /// The whole of the one that took longest.
    pub largest_ms: Option<f64>,
    /// jemalloc's part of the last one.
    pub last_dump_ms: Option<f64>,
    /// The largest of jemalloc's parts.
    pub largest_dump_ms: Option<f64>,
    /// The longest that the hub was away while the last one was taken, for whatever reason.
    pub last_hub_ms: Option<f64>,
    /// The largest of those.
    pub largest_hub_ms: Option<f64>,
    /// When the last one was taken.
    pub last_at: Option<WallTime>,
    /// When the next snapshot is due.
    pub next_at: Option<WallTime>,
}

impl DumpCosts {
    pub(super) fn add(&mut self, cost: &DumpCost) {
        self.count += 1;
        self.last_at = Some(cost.at);
        for (took, last, largest) in [
            (cost.whole, &mut self.last_ms, &mut self.largest_ms),
            (cost.dump, &mut self.last_dump_ms, &mut self.largest_dump_ms),
            (cost.hub, &mut self.last_hub_ms, &mut self.largest_hub_ms),
        ] {
            let ms = took.as_micros() as f64 / 1e3;
            *last = Some(ms);
            *largest = Some(largest.map_or(ms, |before| before.max(ms)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_and_the_largest_are_kept() {
        let cost = |ms| DumpCost {
            at: WallTime(ms),
            dump: Duration::from_millis(ms as u64),
            whole: Duration::from_millis(10 * ms as u64),
            hub: Duration::from_micros(1500),
        };
        let mut costs = DumpCosts::default();
        for ms in [2, 5, 3] {
            costs.add(&cost(ms));
        }
        assert_eq!((costs.count, costs.last_at), (3, Some(WallTime(3))));
        assert_eq!(
            (costs.last_dump_ms, costs.largest_dump_ms),
            (Some(3.0), Some(5.0))
        );
        assert_eq!((costs.last_ms, costs.largest_ms), (Some(30.0), Some(50.0)));
        assert_eq!(
            (costs.last_hub_ms, costs.largest_hub_ms),
            (Some(1.5), Some(1.5))
        );
    }
}
