//! What is remembered of a target from verdict to verdict, so that one snapshot makes no alert and ends none.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::analysis::trend::SeriesAssessment;
use crate::serve::store::Assessment;
use crate::serve::time::WallTime;

/// A leak is over when it has been stable for so long, in milliseconds of the series' own time: a service whose load pauses is not mended.
const STABLE_MS: i64 = 10 * 60_000;

/// With fewer snapshots a leak is shown and nobody is told of it: until then a cache that is still filling looks the same.
const FEWEST_SNAPSHOTS: usize = 8;

/// A target is failing when so many tries in a row gave no snapshot, or no verdict. A restart of its service costs one.
const FAILED_TRIES: u32 = 3;

/// What is remembered of a target from verdict to verdict.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// What the verdict before, if it was `leaking`, rested on and blamed.
    before: Option<(SnapshotKey, Blamed)>,
    /// What two verdicts in a row blamed, until the leak is over.
    confirmed: Option<Blamed>,
    /// The newest snapshot of the first verdict in a row of `stable`.
    stable_at: Option<WallTime>,
    /// When a snapshot of it was last tried to be had.
    last_try: Option<WallTime>,
    /// Tries in a row that failed.
    failed_tries: u32,
    /// Since when no snapshot can be had of it, on the clock of this machine.
    failing_since: Option<WallTime>,
    /// Whether that has been for long enough to be told.
    is_failing: bool,
}

/// Which snapshot a verdict rests on: its time, or where there is none the number of snapshots.
type SnapshotKey = (Option<WallTime>, usize);

/// The function that is blamed, if any. Names may be of any length, and all that matters is whether it is the same one.
type Blamed = u64;

/// What the course of a heap says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeapCourse {
    /// It leaks where it leaked before.
    Confirmed,
    /// It has been stable for long enough.
    Over,
    /// It may become one or the other.
    Open,
}

/// Whether snapshots can be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TryCourse {
    /// Not for several tries.
    Failing,
    /// The last try gave one.
    Had,
    /// Nothing was tried yet, or it failed a few times.
    Open,
}

impl Course {
    /// Takes a verdict.
    pub(super) fn judge(&mut self, assessment: &Assessment) -> HeapCourse {
        let newest = assessment.newest_snapshot_at;
        match assessment.assessment {
            SeriesAssessment::Leaking => {
                self.stable_at = None;
                let key = match newest {
                    Some(_) => (newest, 0),
                    None => (None, assessment.snapshots),
                };
                let blamed = blamed(assessment);
                let is_again =
                    |(other, same): (SnapshotKey, Blamed)| other != key && same == blamed;
                let is_enough = assessment.snapshots >= FEWEST_SNAPSHOTS;
                if is_enough && self.before.is_some_and(is_again) {
                    self.confirmed = Some(blamed);
                }
                self.before = Some((key, blamed));
                match self.confirmed == Some(blamed) {
                    true => HeapCourse::Confirmed,
                    false => HeapCourse::Open,
                }
            }
            SeriesAssessment::Stable => {
                self.before = None;
                let Some(newest) = newest else {
                    return HeapCourse::Open;
                };
                let first = self.stable_at.map_or(newest, |first| first.min(newest));
                self.stable_at = Some(first);
                if newest.since(first) < STABLE_MS {
                    return HeapCourse::Open;
                }
                self.confirmed = None;
                HeapCourse::Over
            }
            // A restarted service has too few snapshots: that is neither the end of a leak nor of its being stable.
            SeriesAssessment::InsufficientData => {
                self.before = None;
                HeapCourse::Open
            }
            SeriesAssessment::Growing => {
                self.before = None;
                self.stable_at = None;
                HeapCourse::Open
            }
        }
    }

    /// Takes what is known of the tries to have snapshots.
    pub(super) fn try_for(&mut self, assessment: &Assessment, now: WallTime) -> TryCourse {
        let is_new = assessment.last_scrape_at != self.last_try;
        self.last_try = assessment.last_scrape_at;
        if assessment.problem.is_none() {
            self.failed_tries = 0;
            self.failing_since = None;
            self.is_failing = false;
            return match assessment.last_scrape_at {
                Some(_) => TryCourse::Had,
                None => TryCourse::Open,
            };
        }
        if is_new {
            self.failed_tries = self.failed_tries.saturating_add(1);
            self.failing_since.get_or_insert(now);
        }
        match self.is_failing {
            true => TryCourse::Failing,
            false => TryCourse::Open,
        }
    }

    /// Whether it is failing from now on, and was not before: several tries failed, over at least `lasting` milliseconds.
    pub(super) fn begins_to_fail(&mut self, lasting: i64, now: WallTime) -> bool {
        let lasted = self.failing_since.map(|since| now.since(since));
        let begins =
            !self.is_failing && self.failed_tries >= FAILED_TRIES && lasted >= Some(lasting);
        self.is_failing |= begins;
        begins
    }
}

fn blamed(assessment: &Assessment) -> Blamed {
    let mut hasher = DefaultHasher::new();
    let suspect = assessment.suspects.first();
    suspect.map(|it| &it.function).hash(&mut hasher);
    hasher.finish()
}
