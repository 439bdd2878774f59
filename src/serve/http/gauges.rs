//! What HTTP counts, and what it is told by the rooms beside it.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::serve::bounds::{BoundReport, HTTP_CONNECTIONS, HTTP_REFUSALS, Usage};

/// A number that only rises.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    /// One more.
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// So far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that rises and falls, with the highest it ever was.
#[derive(Debug, Default)]
pub struct Level {
    now: AtomicU64,
    highest: AtomicU64,
}

impl Level {
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

/// What HTTP counts since start.
#[derive(Debug, Default)]
pub struct HttpGauges {
    /// Connections that are open.
    pub connections: Level,
    /// Connections that were accepted.
    pub accepted: Count,
    /// Connections that were refused because there were too many.
    pub refused: Count,
    /// Refusals that are being written.
    pub refusals: Level,
    /// Connections that were closed without an answer because too many were being refused.
    pub dropped: Count,
    /// Times that a connection could not be accepted.
    pub accept_errors: Count,
    /// Connections that ended with an error: a head that is none, a reset, a client that does not read.
    pub broken: Count,
    /// Answers by the first digit of their status: 1xx to 5xx.
    pub answers: [Count; 5],
    /// Requests that were refused for their Host, Origin, or a token in their address.
    pub misdirected: Count,
    /// Requests without a token where one is needed, or with a wrong one.
    pub unauthorized: Count,
    /// Requests that were refused because too many wrong tokens came from their address.
    pub rate_limited: Count,
    /// Requests that were not answered in time.
    pub timeouts: Count,
    /// Handlers that panicked: a fault of fabric.
    pub panics: Count,
}

impl HttpGauges {
    /// The bounds of the listener.
    pub fn bounds(&self) -> Vec<BoundReport> {
        let usage = |level: &Level, evictions: &Count| Usage {
            length: level.get(),
            evictions: evictions.get(),
            high_water_length: level.highest(),
            ..Usage::default()
        };
        vec![
            BoundReport {
                bound: HTTP_CONNECTIONS,
                usage: usage(&self.connections, &self.refused),
            },
            BoundReport {
                bound: HTTP_REFUSALS,
                usage: usage(&self.refusals, &self.dropped),
            },
        ]
    }
}

/// What the hub says of itself.
#[derive(Debug, Default)]
pub struct HubGauges {
    lag_ms: AtomicU64,
    away_us: AtomicU64,
}

impl HubGauges {
    /// The hub needed so many milliseconds for its last turn, or has been in it for so long.
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

/// One number of the WebSocket room, for `GET /api/metrics`.
#[derive(Debug, Clone, Copy)]
pub struct LiveNumber {
    /// Name without prefix and without `_total`, in snake_case.
    pub name: &'static str,
    /// What it counts.
    pub help: &'static str,
    /// Whether it only rises.
    pub rises: bool,
    /// Now.
    pub value: u64,
}

/// What the WebSocket room says of itself.
pub trait LiveGauges: Send + Sync {
    /// Clients that are connected.
    fn clients(&self) -> u64;
    /// Everything that it counts besides.
    fn numbers(&self) -> Vec<LiveNumber>;
    /// Its bounds.
    fn bounds(&self) -> Vec<BoundReport>;
}
