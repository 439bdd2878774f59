//! What to do next about a series, in sentences.

use super::evidence::is_empty;
use super::judge::FEWEST_SNAPSHOTS;
use super::series::Series;
use super::verdict::{SeriesAssessment, Trend};
use crate::analysis::call_path::where_to_look;
use crate::analysis::verdict::{FIND_HOLDERS, FIND_PROFILING};

/// The sentences, the first step first.
pub(super) fn of(series: &Series<'_>, trend: &Trend) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(suspect) = trend.suspects.first() {
        said.push(format!(
            "Look first at {}: {}.",
            where_to_look(&suspect.frames),
            series.told(suspect.rate)
        ));
    }
    match trend.assessment {
        SeriesAssessment::Leaking => said.push(FIND_HOLDERS.to_owned()),
        SeriesAssessment::Growing if trend.is_spread => said.push(
            "Sample more often (MemProfileRate, lg_prof_sample) or take snapshots over a longer time, so that the call paths that grow \
             can be told apart; --by module shows which part of the program grows."
                .to_owned(),
        ),
        SeriesAssessment::Growing => said.push(
            "Go on taking snapshots: whether it settles is decided by what comes next.".to_owned(),
        ),
        SeriesAssessment::InsufficientData => said.extend(what_is_needed(series, trend.judged.len())),
        SeriesAssessment::Stable if trend.growth.is_some_and(|growth| growth.low > 0.0) => {
            said.push(
                "The heap is higher at the end than at the beginning: go on taking snapshots to see whether it holds there."
                    .to_owned(),
            );
        }
        SeriesAssessment::Stable if jumped_at_the_end(series) => said.push(
            "The last snapshot is far above all before it: take another one before you believe that nothing grows."
                .to_owned(),
        ),
        SeriesAssessment::Stable => {}
    }
    if trend.off_heap.is_some() {
        said.push(
            "Compare the allocator's statistics (active, resident, retained) with the heap, and look for memory that is mapped or \
             allocated by other means."
                .to_owned(),
        );
    }
    let highest = series
        .snapshots
        .iter()
        .map(|snapshot| snapshot.total)
        .max()
        .unwrap_or(0);
    if trend.assessment == SeriesAssessment::Stable
        && let (Some(size), [first, .., last]) = (trend.minimum_detectable, series.times)
        && size * (last - first) > COARSE * highest as f64
    {
        said.push(
            "To see slower leaks, take snapshots over a longer time, or sample more often."
                .to_owned(),
        );
    }
    said
}

/// Whether the last snapshot is above all before it by [`JUMP`].
fn jumped_at_the_end(series: &Series<'_>) -> bool {
    let Some((last, before)) = series.snapshots.split_last() else {
        return false;
    };
    let highest = before.iter().map(|snapshot| snapshot.total).max();
    highest.is_some_and(|highest| last.total as f64 > JUMP * highest as f64)
}

/// More than chance moves a heap from one snapshot to the next.
const JUMP: f64 = 1.2;

/// A series in which a leak of this part of the heap goes unseen is a coarse one.
const COARSE: f64 = 0.1;

fn what_is_needed(series: &Series<'_>, judged: usize) -> Option<String> {
    if series
        .snapshots
        .iter()
        .any(|snapshot| snapshot.is_cumulative)
    {
        return Some("Judge what is in use (--sample-index inuse_space).".to_owned());
    }
    if is_empty(series) {
        return Some(FIND_PROFILING.to_owned());
    }
    let missing = FEWEST_SNAPSHOTS.saturating_sub(judged).max(1);
    Some(format!(
        "Take {missing} more {} at least, spread over the time in which a leak would show.",
        if missing == 1 {
            "snapshot"
        } else {
            "snapshots"
        }
    ))
}
