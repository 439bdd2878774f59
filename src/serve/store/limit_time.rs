//! When a target is expected to reach its memory limit, as a time of day that stays true while somebody gets round to reading it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::assessment::Assessment;
use crate::serve::time::WallTime;
use crate::units::HoursAhead;

const HOUR_MS: f64 = 3_600_000.0;
const MINUTE_MS: i64 = 60_000;
/// A window longer than this is told in days.
const DAYS_FROM_MS: i64 = 2 * 86_400_000;

/// When a limit is expected to be reached, with 95 % confidence: in JSON a list of two times, of which the second is null where it may be never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    from = "(WallTime, Option<WallTime>)",
    into = "(WallTime, Option<WallTime>)"
)]
pub struct LimitTime {
    /// At the earliest.
    pub earliest: WallTime,
    /// At the latest; nothing where it may be never.
    pub latest: Option<WallTime>,
}

impl LimitTime {
    /// That of a verdict, which counts from the newest snapshot; nothing where no limit is ahead. A snapshot that is dated in the future makes
    /// nothing later.
    pub fn of(assessment: &Assessment, now: WallTime) -> Option<LimitTime> {
        let [earliest, latest] = assessment.hours_to_limit?;
        let newest = assessment.newest_snapshot_at.unwrap_or(now).min(now);
        // What is beyond all numbers saturates.
        let after = |hours: f64| WallTime(newest.0.saturating_add((hours * HOUR_MS) as i64));
        Some(LimitTime {
            earliest: earliest.filter(|it| it.is_finite()).map(after)?,
            latest: latest.filter(|it| it.is_finite()).map(after),
        })
    }

    /// How long that is from `now`; nothing where even the latest is past.
    pub fn ahead(self, now: WallTime) -> Option<HoursAhead> {
        let hours = |at: WallTime| at.since(now) as f64 / HOUR_MS;
        let high = self.latest.map(hours);
        if high.is_some_and(|high| high <= 0.0) {
            return None;
        }
        Some(HoursAhead {
            low: hours(self.earliest).max(0.0),
            high,
        })
    }
}

impl From<(WallTime, Option<WallTime>)> for LimitTime {
    fn from((earliest, latest): (WallTime, Option<WallTime>)) -> LimitTime {
        LimitTime { earliest, latest }
    }
}

impl From<LimitTime> for (WallTime, Option<WallTime>) {
    fn from(it: LimitTime) -> (WallTime, Option<WallTime>) {
        (it.earliest, it.latest)
    }
}

/// To be read after `reaches its limit`: `between 2026-11-26 03:49 and 03:52 UTC`, `on 2026-11-26 at 15:00 UTC or later`. Never narrower than it
/// is.
impl fmt::Display for LimitTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = |ms: i64| jiff::Timestamp::from_millisecond(ms).ok();
        let minute = |ms: i64| ms - ms.rem_euclid(MINUTE_MS);
        let Some(earliest) = moment(minute(self.earliest.0)) else {
            return f.write_str("in a time beyond the calendar");
        };
        // Up to the next whole minute.
        let latest = self.latest.map(|it| it.0.saturating_add(MINUTE_MS - 1));
        let (day, time) = (earliest.strftime("%Y-%m-%d"), earliest.strftime("%H:%M"));
        let Some(latest) = latest.and_then(|ms| moment(minute(ms))) else {
            return write!(f, "on {day} at {time} UTC or later");
        };
        let (last_day, last_time) = (latest.strftime("%Y-%m-%d"), latest.strftime("%H:%M"));
        if latest
            .as_millisecond()
            .saturating_sub(earliest.as_millisecond())
            > DAYS_FROM_MS
        {
            return write!(f, "between {day} and {last_day}");
        }
        match day.to_string() == last_day.to_string() {
            true => write!(f, "between {day} {time} and {last_time} UTC"),
            false => write!(f, "between {day} {time} and {last_day} {last_time} UTC"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-26 03:10:30 UTC.
    const NOW: i64 = 1_795_662_630_000;

    fn time(earliest_minutes: f64, latest_minutes: Option<f64>) -> LimitTime {
        let at = |minutes: f64| WallTime(NOW.saturating_add((minutes * 60_000.0) as i64));
        LimitTime {
            earliest: at(earliest_minutes),
            latest: latest_minutes.map(at),
        }
    }

    #[test]
    fn a_time_of_day_is_told_and_never_narrower_than_it_is() {
        let check = |low, high, text: &str| assert_eq!(time(low, high).to_string(), text);
        check(39.2, Some(41.2), "between 2026-11-26 03:49 and 03:52 UTC");
        check(
            60.0,
            Some(1_300.0),
            "between 2026-11-26 04:10 and 2026-11-27 00:51 UTC",
        );
        check(2_880.0, Some(20_000.0), "between 2026-11-28 and 2026-12-10");
        check(720.0, None, "on 2026-11-26 at 15:10 UTC or later");
        check(720.0, Some(1e300), "on 2026-11-26 at 15:10 UTC or later");
        check(1e300, None, "in a time beyond the calendar");
    }

    #[test]
    fn how_long_it_is_counts_from_now() {
        let ahead = |low, high| Some(HoursAhead { low, high });
        assert_eq!(
            time(30.0, Some(60.0)).ahead(WallTime(NOW)),
            ahead(0.5, Some(1.0))
        );
        assert_eq!(time(-30.0, None).ahead(WallTime(NOW)), ahead(0.0, None));
        assert_eq!(time(-30.0, Some(0.0)).ahead(WallTime(NOW)), None);
    }

    #[test]
    fn in_json_it_is_two_times() {
        let text = serde_json::to_string(&time(1.0, None)).unwrap_or_default();
        assert_eq!(text, "[1795662690000,null]");
        let back: Option<LimitTime> = serde_json::from_str(&text).ok();
        assert_eq!(back, Some(time(1.0, None)));
    }
}
