//! How the hub keeps up, for those who ask over HTTP.

use std::sync::atomic::{AtomicU64, Ordering};

/// How the hub keeps up, as it was last looked at.
#[derive(Debug, Default)]
pub struct HubGauges {
    lag_ms: AtomicU64,
    away_us: AtomicU64,
}

impl HubGauges {
    /// The hub, or the reader of logs, should have moved so many milliseconds ago.
    pub fn set_lag_ms(&self, lag_ms: u64) {
        self.lag_ms.store(lag_ms, Ordering::Relaxed);
    }

    /// Within the last second the hub was away from its messages for so many microseconds at once.
    pub fn set_away_us(&self, away_us: u64) {
        self.away_us.store(away_us, Ordering::Relaxed);
    }

    /// See [`HubGauges::set_away_us`].
    pub fn away_us(&self) -> u64 {
        self.away_us.load(Ordering::Relaxed)
    }

    /// See [`HubGauges::set_lag_ms`].
    pub fn lag_ms(&self) -> u64 {
        self.lag_ms.load(Ordering::Relaxed)
    }
}
