//! Call paths that lose nearly everything once, and grow again: a leak that survives a restart nothing else shows.

use super::course_fit::{Counts, UsualNoise};
use super::judgement::{self, Judgement};
use super::local_level::Timeline;
use super::shapes;

/// What is left is at most this part of what was there.
const LEFT: f64 = 0.35;

/// The fall is at least this many standard errors of what was there.
const CERTAIN: f64 = 4.0;

/// Both parts have at least so many snapshots.
const FEWEST: usize = 4;

/// A part of the series before the fall, and one after it, that both grow alike is a leak only from this chance on: a cache that is
/// flushed now and then looks much the same.
pub(super) const SURE: f64 = 0.8;

/// The timeline with a run of its own after the only such fall, if there is one.
pub(super) fn cut(counts: &Counts<'_>) -> Option<Timeline> {
    let values = &counts.values;
    let falls = |index: &usize| {
        let (before, after) = (values[index - 1], values[*index]);
        after <= LEFT * before && before - after >= CERTAIN * before.max(1.0).sqrt()
    };
    let mut found = (1..values.len())
        .filter(|&index| !counts.timeline.begins_run(index))
        .filter(falls);
    let fall = found.next()?;
    if found.next().is_some() || fall < FEWEST || values.len() - fall < FEWEST {
        return None;
    }
    let mut timeline = counts.timeline.clone();
    for run in &mut timeline.run[fall..] {
        *run += 1;
    }
    Some(timeline)
}

/// Judges both parts together.
pub(super) fn judge(timeline: &Timeline, counts: &Counts<'_>, usual: &UsualNoise) -> Judgement {
    let shapes = shapes::all(timeline);
    let parts = Counts {
        timeline,
        values: counts.values.clone(),
    };
    judgement::of_fits(&parts.fit(&shapes, usual, None), &shapes)
}
