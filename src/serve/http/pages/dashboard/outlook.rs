//! What lies ahead of a target, counted from now and not from its newest snapshot; and how old that one is.

use super::scene::Known;
use crate::analysis::trend::SeriesAssessment::{Growing, InsufficientData, Leaking, Stable};
use crate::serve::store::{Assessment, LimitTime};
use crate::serve::time::WallTime;
use crate::units::{Bytes, HoursAhead};

/// Snapshots are late when the newest is older than so many times their usual distance.
const LATE_DISTANCES: i64 = 3;
/// Nobody is told that a snapshot of the last minutes is late, however fast they come otherwise.
const LEAST_LATE_MS: i64 = 5 * 60 * 1_000;

/// A rise of the whole series is worth a word from this share of its beginning on.
const CLEAR_RISE: f64 = 0.1;

/// How long until the limit is reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Outlook {
    /// The newest snapshot holds as much as the limit, or more.
    Passed,
    /// The latest of what was expected is past, and no snapshot says what came.
    Due,
    /// So long from now.
    Ahead(HoursAhead),
    /// Nothing goes on that would reach it.
    NotInSight,
    /// What goes on is not known yet.
    NotKnown,
}

impl Outlook {
    /// What lies ahead of a target at a moment.
    pub(super) fn of(shown: &Assessment, now: WallTime) -> Outlook {
        if shown.is_at_limit() {
            return Outlook::Passed;
        }
        match (shown.assessment, LimitTime::of(shown, now)) {
            (Leaking | Growing, Some(time)) => time.ahead(now).map_or(Outlook::Due, Outlook::Ahead),
            (Leaking | Growing | Stable, _) => Outlook::NotInSight,
            (InsufficientData, _) => Outlook::NotKnown,
        }
    }

    /// Hours until the limit is reached at the earliest.
    pub(super) fn soonest(self) -> f64 {
        match self {
            Outlook::Passed | Outlook::Due => 0.0,
            Outlook::Ahead(hours) => hours.low,
            Outlook::NotInSight | Outlook::NotKnown => f64::INFINITY,
        }
    }
}

/// Whether the newest snapshot is older than it should be, by the distance that is usual in its series.
pub(super) fn is_late(known: &Known, shown: &Assessment, now: WallTime) -> bool {
    let points = &known.judged.report.snapshots;
    let times: Option<Vec<i64>> = points.iter().map(|it| it.timestamp_ms).collect();
    let usual = times.as_deref().and_then(usual_distance);
    let age = shown.newest_snapshot_at.map(|it| now.since(it));
    age.zip(usual)
        .is_some_and(|(age, usual)| age > usual.saturating_mul(LATE_DISTANCES).max(LEAST_LATE_MS))
}

/// The median of the distances from one time to the next.
fn usual_distance(times: &[i64]) -> Option<i64> {
    let pairs = times.iter().zip(times.iter().skip(1));
    let mut distances: Vec<i64> = pairs
        .map(|(earlier, later)| later.saturating_sub(*earlier))
        .collect();
    distances.sort_unstable();
    distances.get(distances.len() / 2).copied()
}

/// What the heap of the running process did in all, where it rose clearly and not by chance: `63.7 MiB → 317 MiB`.
pub(super) fn rise(known: &Known) -> Option<String> {
    let report = &known.judged.report;
    let last = report.snapshots.last().filter(|_| report.is_bytes)?;
    let first = report.snapshots.iter().find(|it| it.run == last.run)?;
    let rise = last.total as f64 - first.total as f64;
    let chance = [first, last]
        .map(|it| it.standard_error.unwrap_or(0.0))
        .into_iter()
        .fold(0.0, f64::hypot);
    let is_clear = rise > CLEAR_RISE * first.total as f64 && rise > 2.0 * chance;
    is_clear.then(|| format!("{} → {}", Bytes(first.total), Bytes(last.total)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::analysis::trend::SeriesAssessment;

    const HOUR: i64 = 3_600_000;

    fn shown(verdict: SeriesAssessment, in_use: u64, hours: [Option<f64>; 2]) -> Assessment {
        Assessment {
            target: Arc::from("api"),
            url: None,
            folder: String::new(),
            assessment: verdict,
            sentence: String::new(),
            snapshots: 12,
            oldest_snapshot_at: None,
            last_scrape_at: None,
            newest_snapshot_at: Some(WallTime(0)),
            inuse_bytes: Some(in_use),
            growth_bytes_per_hour: None,
            growth_interval95: None,
            leak_bytes_per_hour: None,
            leak_interval95: None,
            limit_bytes: Some(300),
            hours_to_limit: Some(hours),
            suspects: Vec::new(),
            judged_at: WallTime(0),
            problem: None,
        }
    }

    #[test]
    fn what_lies_ahead_is_counted_from_now() {
        let at = |hours: i64, expected: [Option<f64>; 2]| {
            let told = shown(Leaking, 100, expected);
            Outlook::of(&told, WallTime(hours * HOUR))
        };
        let ahead = |low, high| Outlook::Ahead(HoursAhead { low, high });
        assert_eq!(at(0, [Some(4.0), Some(9.0)]), ahead(4.0, Some(9.0)));
        assert_eq!(at(3, [Some(4.0), Some(9.0)]), ahead(1.0, Some(6.0)));
        assert_eq!(at(5, [Some(4.0), Some(9.0)]), ahead(0.0, Some(4.0)));
        assert_eq!(at(9, [Some(4.0), Some(9.0)]), Outlook::Due);
        assert_eq!(at(9, [Some(4.0), None]), ahead(0.0, None));
        // A snapshot from the future makes nothing longer.
        assert_eq!(at(-50, [Some(4.0), Some(9.0)]), ahead(4.0, Some(9.0)));
    }

    #[test]
    fn a_limit_that_is_reached_is_passed_and_only_growth_that_goes_on_has_time_left() {
        let of = |verdict, in_use| {
            let told = shown(verdict, in_use, [Some(4.0), None]);
            Outlook::of(&told, WallTime(0))
        };
        assert_eq!(of(Stable, 300), Outlook::Passed);
        assert_eq!(of(Growing, 301), Outlook::Passed);
        assert_eq!(of(Stable, 299), Outlook::NotInSight);
        assert_eq!(of(InsufficientData, 299), Outlook::NotKnown);
    }

    #[test]
    fn the_usual_distance_is_the_one_in_the_middle() {
        assert_eq!(usual_distance(&[0, 10, 20, 500, 510]), Some(10));
        assert_eq!(usual_distance(&[7]), None);
        assert_eq!(usual_distance(&[i64::MIN, i64::MAX]), Some(i64::MAX));
    }
}
