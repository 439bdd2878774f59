//! Pairs of stacks -> call paths, each tested against the noise, and those to suspect.

use hashbrown::{DefaultHashBuilder, HashMap};

use super::matching::Pair;
use super::noise_model::{NoiseModel, Sums};
use super::row::{Presence, Rest, Row, rank, sort, take_top};
use super::{Change, Suspect, is_significant};
use crate::analysis::call_path::{PathFrame, blamed};
use crate::analysis::halves::{self, on_both_cores};
use crate::analysis::significance::q_values;
use crate::analysis::stack_key::PathKeys;
use crate::analysis::stack_values::StackValues;
use crate::model::StackId;

/// A call path with its evidence, and a stack to name it by.
#[derive(Debug)]
pub(super) struct Path {
    sums: Sums,
    change: Change,
    q_value: Option<f64>,
    example: Pair,
}

/// Puts pairs together that differ only inside the allocator or a container, and tests each.
pub(super) fn by_path(
    before: &StackValues<'_, '_>,
    after: &StackValues<'_, '_>,
    pairs: &[Pair],
    model: &NoiseModel,
) -> Vec<Path> {
    let hasher = DefaultHashBuilder::default();
    let before_keys = PathKeys::new(before.view(), before.blame(), &hasher);
    let after_keys = PathKeys::new(after.view(), after.blame(), &hasher);
    // The second side names a pair that both have.
    let keys = halves::map(pairs, |pair| match (pair.after, pair.before) {
        (Some(stack), _) => after_keys.key(stack),
        (None, Some(stack)) => before_keys.key(stack),
        (None, None) => 0,
    });
    let halves = on_both_cores(|half| {
        let mut index: HashMap<u64, u32> = HashMap::with_capacity(pairs.len() / 2);
        let mut rows: Vec<(Sums, Pair)> = Vec::with_capacity(pairs.len() / 2);
        for (pair, &key) in pairs.iter().zip(&keys) {
            if !half.has(key) {
                continue;
            }
            let row = *index.entry(key).or_insert_with(|| {
                rows.push((Sums::default(), *pair));
                rows.len() as u32 - 1
            });
            let sums = &mut rows[row as usize].0;
            if let Some(stack) = pair.before {
                sums.add_before(before, stack);
            }
            if let Some(stack) = pair.after {
                sums.add_after(after, stack);
            }
        }
        rows.into_iter()
            .filter(|(sums, _)| sums.before > 0 || sums.after > 0)
            .map(|(sums, example)| Path {
                change: model.change(&sums),
                sums,
                q_value: None,
                example,
            })
            .collect::<Vec<Path>>()
    });
    let [mut paths, mut second] = halves;
    paths.append(&mut second);
    if model.has_variances {
        let p_values: Vec<f64> = paths
            .iter()
            .map(|path| path.change.p_value.unwrap_or(1.0))
            .collect();
        for (path, q_value) in paths.iter_mut().zip(q_values(&p_values)) {
            path.q_value = Some(q_value);
        }
    }
    paths
}

/// Everything together.
pub(super) fn total(
    before: &StackValues<'_, '_>,
    after: &StackValues<'_, '_>,
    pairs: &[Pair],
    model: &NoiseModel,
) -> (Change, Sums) {
    let mut sums = Sums::default();
    for pair in pairs {
        if let Some(stack) = pair.before {
            sums.add_before(before, stack);
        }
        if let Some(stack) = pair.after {
            sums.add_after(after, stack);
        }
    }
    (model.change(&sums), sums)
}

pub(super) fn top_paths(
    paths: &[Path],
    before: &StackValues<'_, '_>,
    after: &StackValues<'_, '_>,
    top: usize,
) -> (Vec<Row>, Rest) {
    // What did not change is no news.
    let (mut left, same): (Vec<&Path>, Vec<&Path>) =
        paths.iter().partition(|path| path.change.delta() != 0);
    let taken = take_top(&mut left, top, |path| rank(&path.change, path.q_value));
    left.extend(same);
    let rest = Rest {
        rows: left.len(),
        before: left.iter().map(|path| path.sums.before).sum(),
        after: left.iter().map(|path| path.sums.after).sum(),
    };
    let mut rows: Vec<Row> = taken
        .into_iter()
        .map(|path| {
            let frames = frames(path, before, after);
            Row {
                name: blamed(&frames).to_owned(),
                frames,
                presence: Presence::of(path.sums.before, path.sums.after),
                change: path.change,
                cum: None,
                q_value: path.q_value,
            }
        })
        .collect();
    sort(&mut rows);
    (rows, rest)
}

fn frames(
    path: &Path,
    before: &StackValues<'_, '_>,
    after: &StackValues<'_, '_>,
) -> Vec<PathFrame> {
    let named = |side: &StackValues<'_, '_>, stack: StackId| side.blame().named_frames(stack);
    match (path.example.after, path.example.before) {
        (Some(stack), _) => named(after, stack),
        (None, Some(stack)) => named(before, stack),
        (None, None) => Vec::new(),
    }
}

/// Paths that grew significantly, largest growth first.
pub(super) fn suspects(
    paths: &[Path],
    before: &StackValues<'_, '_>,
    after: &StackValues<'_, '_>,
    all: &Sums,
    model: &NoiseModel,
) -> Vec<Suspect> {
    let mut grown: Vec<&Path> = paths
        .iter()
        .filter(|path| path.change.delta() > 0 && is_significant(path.q_value))
        .collect();
    grown.sort_by_key(|path| std::cmp::Reverse((path.change.delta(), path.sums.after)));
    grown
        .into_iter()
        .take(MOST_SUSPECTS)
        .map(|path| {
            let sums = &path.sums;
            let allocated = model
                .uses_births
                .then(|| sums.allocated_after.saturating_sub(sums.allocated_before));
            let survival = allocated
                .filter(|&allocated| allocated > 0)
                .map(|allocated| (path.change.delta() as f64 / allocated as f64).min(1.0));
            Suspect {
                frames: frames(path, before, after),
                change: path.change,
                q_value: path.q_value.unwrap_or(1.0),
                allocated,
                survival,
                never_freed: survival.is_some() && never_freed(sums, all),
            }
        })
        .collect()
}

/// More are never read.
const MOST_SUSPECTS: usize = 50;

/// At least this share of all that a path ever allocated is still in use, before and after.
const NEVER_FREED: f64 = 0.9;

/// A path whose share of the process's allocations fell below this part of what it was is filling up: a cache that warms up
/// allocates less and less.
const STILL_ALLOCATING: f64 = 0.5;

/// A path had to hold at least this part of what it added since, when the first profile was taken.
const SETTLED: f64 = 0.5;

/// Whether a path behaves like a leak as far as two profiles can show: nearly all it allocated up to the first profile was then
/// in use, nearly all it allocated since is in use now, and it allocates as eagerly as before, measured by what the whole process
/// allocates.
fn never_freed(path: &Sums, all: &Sums) -> bool {
    let share = |part: u64, whole: u64| part as f64 / whole.max(1) as f64;
    let born = path.allocated_after.saturating_sub(path.allocated_before);
    let all_born = all.allocated_after.saturating_sub(all.allocated_before);
    let kept_now = path.after.saturating_sub(path.before) as f64 >= NEVER_FREED * born as f64;
    let kept_before = path.before as f64 >= NEVER_FREED * path.allocated_before as f64;
    let eagerness_before = share(path.allocated_before, all.allocated_before);
    let eagerness_now = share(born, all_born);
    // A path that has only begun says little about what it does in the long run.
    let is_settled = path.before as f64 >= SETTLED * path.after.saturating_sub(path.before) as f64;
    path.allocated_before > 0
        && born > 0
        && is_settled
        && kept_now
        && kept_before
        && eagerness_now >= STILL_ALLOCATING * eagerness_before
}
