//! How often somebody is told of one alert.

use super::alert::{Alert, AlertKind, Told};
use crate::serve::time::WallTime;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// How often somebody is told of one alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertPace {
    /// An identity is not told of again within this time, in milliseconds, whatever happens to it: not that it is over, and not that it is back.
    /// What holds then is told afterwards.
    pub cooldown_ms: i64,
    /// An active one of an earlier run, on a target of which nothing was heard for so long, in milliseconds, is over: it is not watched any more.
    pub forget_ms: i64,
}

impl Default for AlertPace {
    fn default() -> AlertPace {
        AlertPace {
            cooldown_ms: 30 * MINUTE_MS,
            forget_ms: 6 * HOUR_MS,
        }
    }
}

/// At least one reminder a day.
const LONGEST_MS: i64 = 24 * HOUR_MS;

impl AlertPace {
    /// From the last of `notifications` to the next reminder: the time of rest, and each time twice as long, up to a day.
    pub(super) fn reminder_ms(&self, notifications: u32) -> i64 {
        let doublings = notifications.saturating_sub(1).min(16);
        self.cooldown_ms
            .saturating_mul(1 << doublings)
            .clamp(self.cooldown_ms, LONGEST_MS.max(self.cooldown_ms))
    }
}

/// Whether `span` milliseconds have passed since `at`. A clock that was set back is no reason to wait for it.
pub(super) fn has_passed(at: WallTime, span: i64, now: WallTime) -> bool {
    !(0..span).contains(&now.since(at))
}

/// Growth by this factor is another leak than the one that was told.
const FASTER: f64 = 1.5;
/// So much of the time that was told is left: the usual course of things, but less and less time to do something.
const SOONER: f64 = 0.5;

/// Whether somebody who was told would do something else now: it is more severe; or a leak is somewhere else; or half of the time that was left is gone; or growth is half
/// as fast again, and even its lower end is above the upper end that was told, so that it is no matter of noise.
pub(super) fn is_clearly_worse(alert: &Alert, told: &Told) -> bool {
    let (now, then) = (&alert.figures, &told.figures);
    let is_sooner = match (now.expected_hours(), then.expected_hours()) {
        (Some(now), Some(then)) => now <= SOONER * then && now < then,
        _ => false,
    };
    let is_faster = match (
        now.growth_bytes_per_hour.zip(now.growth_interval95),
        then.growth_bytes_per_hour.zip(then.growth_interval95),
    ) {
        (Some((now, [now_low, _])), Some((then, [_, then_high]))) => {
            now >= FASTER * then && now_low > then_high
        }
        _ => false,
    };
    let elsewhere = now.function.as_ref().zip(then.function.as_ref());
    let is_elsewhere =
        alert.kind == AlertKind::MemoryLeak && elsewhere.is_some_and(|(now, then)| now != then);
    alert.severity > told.severity || is_elsewhere || is_sooner || is_faster
}
