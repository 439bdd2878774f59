//! A case as it is told: frames, rate, values over time, and why.

use hashbrown::HashSet;

use super::court::Case;
use super::evidence::percent;
use super::judgement::{Estimate, Pattern};
use super::path_table::{Entry, SnapshotValues};
use super::series::Series;
use super::verdict::SeriesAssessment;
use crate::analysis::call_path::PathFrame;
use crate::analysis::granularity::Granularity;
use crate::model::NO_STACK;
use crate::units::{Amount, Count, SignedAmount};

/// A call path, or several of one owner, that grow.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspect {
    /// The frames they have in common, from the one to blame to the root.
    pub frames: Vec<PathFrame>,
    /// How many call paths.
    pub paths: usize,
    /// Leaking or growing.
    pub assessment: SeriesAssessment,
    /// What it does.
    pub pattern: Pattern,
    /// Growth for each hour or snapshot.
    pub rate: Estimate,
    /// The chance that it grows to the end and goes on.
    pub probability: f64,
    /// The chance of such growth where nothing grows.
    pub p_value: f64,
    /// The same, corrected for the number of call paths that were judged.
    pub q_value: f64,
    /// The snapshot since which it grows.
    pub since: usize,
    /// The value in each snapshot of the series.
    pub values: Vec<f64>,
    /// Objects in use in the last snapshot, where they are counted.
    pub objects: Option<u64>,
    /// Share of what it allocated in the last run that is still in use; nothing where allocations are not counted.
    pub survival: Option<f64>,
    /// Why, each a sentence.
    pub evidence: Vec<String>,
}

/// Another call path that moved.
#[derive(Debug, Clone, PartialEq)]
pub struct PathRow {
    /// What it is called: for call paths, the frame to blame.
    pub name: String,
    /// For call paths, the frames from the one to blame to the root; else empty.
    pub frames: Vec<PathFrame>,
    /// What it does.
    pub pattern: Pattern,
    /// The value in each snapshot of the series.
    pub values: Vec<f64>,
}

/// What the cases of one series have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'s> {
    pub(super) series: &'s Series<'s>,
    pub(super) runs: &'s [u32],
    pub(super) points: &'s [Vec<usize>],
    pub(super) span: f64,
}

/// More call paths are not read.
const MOST_OTHERS: usize = 200;

impl Scene<'_> {
    pub(super) fn suspect(&self, case: &Case, assessment: SeriesAssessment) -> Suspect {
        let members: HashSet<u32> = case.members.iter().copied().collect();
        let judgement = &case.judgement;
        let mut suspect = Suspect {
            frames: self.frames(case),
            paths: case.members.len(),
            assessment,
            pattern: match judgement.pattern {
                Pattern::AcceleratingLeak if assessment == SeriesAssessment::Leaking => {
                    Pattern::AcceleratingLeak
                }
                // The chance of a leak is what counts; the single most likely course may be another one.
                _ if assessment == SeriesAssessment::Leaking => Pattern::LinearLeak,
                Pattern::LinearLeak | Pattern::AcceleratingLeak => Pattern::Inconclusive,
                other => other,
            },
            rate: judgement.rate.scaled(case.series.weight / self.span),
            probability: judgement.leak,
            p_value: judgement.p_value,
            q_value: case.q_value,
            since: self.snapshot_at(judgement.since),
            values: self.values(&members),
            objects: self.objects(&members),
            survival: self.survival(&members),
            evidence: Vec::new(),
        };
        let callers = self.callers(case);
        suspect.evidence = evidence(&suspect, self.series, self.points, &callers);
        suspect
    }

    /// The functions through which several call paths lead to what they have in common, each once.
    fn callers(&self, case: &Case) -> Vec<String> {
        if case.members.len() < 2 {
            return Vec::new();
        }
        let mut callers: Vec<String> = Vec::new();
        for &path in &case.members {
            if let Some(caller) = self.series.table.frames(path).nth(case.depth)
                && !callers.contains(&caller.name)
            {
                callers.push(caller.name.clone());
            }
        }
        callers
    }

    /// Those that moved and are no part of a suspect, the largest change first, and how many did not.
    pub(super) fn others(&self, cases: &[Case], carried: &HashSet<u32>) -> (Vec<PathRow>, usize) {
        let is_row =
            |case: &&Case| case.is_row && !case.members.iter().all(|path| carried.contains(path));
        let swing = |case: &Case| {
            let values = case.series.values.iter().copied();
            values.clone().fold(0.0, f64::max) - values.fold(f64::INFINITY, f64::min)
        };
        let mut moved: Vec<&Case> = cases
            .iter()
            .filter(is_row)
            .filter(|case| case.judgement.pattern != Pattern::Flat)
            .collect();
        let unmoved = cases.iter().filter(is_row).count() - moved.len();
        moved.sort_by(|a, b| swing(b).total_cmp(&swing(a)));
        let rows = moved
            .into_iter()
            .take(MOST_OTHERS)
            .map(|case| PathRow {
                name: self.name(case),
                frames: match self.series.by {
                    Granularity::Stack => self.frames(case),
                    _ => Vec::new(),
                },
                pattern: match case.judgement.pattern {
                    // Not sure enough to be called one, or too small.
                    Pattern::LinearLeak | Pattern::AcceleratingLeak => Pattern::Inconclusive,
                    pattern => pattern,
                },
                values: self.values(&case.members.iter().copied().collect()),
            })
            .collect();
        (rows, unmoved)
    }

    fn name(&self, case: &Case) -> String {
        let first = case.members.first();
        first
            .and_then(|&path| self.series.table.frames(path).next())
            .map_or_else(
                || NO_STACK.to_owned(),
                |frame| frame.name_by(self.series.by),
            )
    }

    fn frames(&self, case: &Case) -> Vec<PathFrame> {
        let first = case.members.first().into_iter();
        first
            .flat_map(|&path| self.series.table.frames(path))
            .take(case.depth)
            .cloned()
            .collect()
    }

    /// The first snapshot at or after a share of the judged time.
    fn snapshot_at(&self, share: f64) -> usize {
        let time = |point: &Vec<usize>| self.series.times[point[0]];
        let start = self.points.first().map_or(0.0, time);
        let found = self
            .points
            .iter()
            .find(|point| time(point) - start >= share * self.span - 1e-9 * self.span);
        found.map_or(0, |point| point[0])
    }

    fn values(&self, members: &HashSet<u32>) -> Vec<f64> {
        let snapshots = self.series.snapshots.iter();
        snapshots
            .map(|snapshot| sum(snapshot, members, |entry| entry.value))
            .collect()
    }

    fn objects(&self, members: &HashSet<u32>) -> Option<u64> {
        let last = self.series.snapshots.last()?;
        last.objects?;
        Some(sum(last, members, |entry| entry.objects).round() as u64)
    }

    /// What the last judged run kept of what it allocated.
    fn survival(&self, members: &HashSet<u32>) -> Option<f64> {
        let last = *self.points.last()?.last()?;
        let run = self.run_of(last)?;
        let first = *self
            .points
            .iter()
            .flatten()
            .find(|&&at| self.run_of(at) == Some(run))?;
        let (before, after) = (&self.series.snapshots[first], &self.series.snapshots[last]);
        if !after.counts_allocations {
            return None;
        }
        let grown = |of: fn(&Entry) -> f32| sum(after, members, of) - sum(before, members, of);
        let allocated = grown(|entry| entry.allocated);
        (allocated > 0.0).then(|| (grown(|entry| entry.value) / allocated).clamp(0.0, 1.0))
    }

    fn run_of(&self, snapshot: usize) -> Option<u32> {
        self.runs.get(snapshot).copied()
    }
}

/// The sum of one number of some paths in a snapshot.
fn sum(snapshot: &SnapshotValues, members: &HashSet<u32>, of: impl Fn(&Entry) -> f32) -> f64 {
    let entries = snapshot.entries.iter();
    entries
        .filter(|entry| members.contains(&entry.path))
        .map(|entry| f64::from(of(entry)))
        .sum()
}

/// More callers are not read.
const MOST_CALLERS: usize = 4;

/// Why a suspect is one.
fn evidence(
    suspect: &Suspect,
    series: &Series<'_>,
    points: &[Vec<usize>],
    callers: &[String],
) -> Vec<String> {
    let judged: Vec<f64> = points
        .iter()
        .flatten()
        .map(|&at| suspect.values[at])
        .collect();
    let (Some(&first), Some(&last)) = (judged.first(), judged.last()) else {
        return Vec::new();
    };
    let rises = judged.windows(2).filter(|pair| pair[1] > pair[0]).count();
    let falls = judged.windows(2).filter(|pair| pair[1] < pair[0]).count();
    let mut said = vec![format!(
        "{} to {}: up {rises} times, down {falls} times in {} steps.",
        Amount::rounded(first, series.is_bytes),
        Amount::rounded(last, series.is_bytes),
        judged.len() - 1
    )];
    said.push(format!(
        "Chance that it goes on growing, against all other courses: {}.",
        percent(suspect.probability)
    ));
    let third = judged.len() / 3;
    if third > 0 {
        said.push(format!(
            "In the last third of the series: {}.",
            SignedAmount::rounded(last - judged[judged.len() - 1 - third], series.is_bytes)
        ));
    }
    if let Some(survival) = suspect.survival {
        said.push(format!(
            "It kept {} of what it allocated.",
            percent(survival)
        ));
    }
    if suspect.paths > 1 {
        let named: Vec<&str> = callers
            .iter()
            .take(MOST_CALLERS)
            .map(String::as_str)
            .collect();
        let through = match (named.is_empty(), callers.len() > named.len()) {
            (true, _) => String::new(),
            (false, false) => format!(", through {}", named.join(", ")),
            (false, true) => format!(
                ", through {} and {} more",
                named.join(", "),
                callers.len() - named.len()
            ),
        };
        said.push(format!(
            "{} call paths lead to it and grow together{through}.",
            Count(suspect.paths as u64)
        ));
    }
    said
}
