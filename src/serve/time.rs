//! The two clocks of the live half.
//!
//! A log line says when something happened; this machine's clock says when it was heard of.
//! They are types of their own, so that one is never compared with the other: a replayed log or a worker whose clock is wrong would
//! otherwise age, or revive, what is remembered.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// When something happened, as the log says: milliseconds since 1970 on the clock of whoever wrote the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct EventTime(pub i64);

/// When something was heard of: milliseconds since 1970 on the clock of this machine.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct WallTime(pub i64);

impl EventTime {
    /// Milliseconds from `earlier` to this; negative where it is later.
    pub fn since(self, earlier: EventTime) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl WallTime {
    /// The clock of this machine, now.
    pub fn now() -> WallTime {
        let ms = |span: Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        // Not by way of a calendar, whose years end: a clock may be set to anything.
        WallTime(match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => ms(since),
            Err(before) => -ms(before.duration()),
        })
    }

    /// Milliseconds from `earlier` to this; negative where it is later.
    pub fn since(self, earlier: WallTime) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// When to take an event as heard that was found in a log at start: it may be hours old, and a worker that has been silent since is
    /// not active now. A clock that runs ahead is not believed.
    pub fn of_backlog(now: WallTime, happened: EventTime) -> WallTime {
        WallTime(happened.0.min(now.0))
    }
}
