//! Paired stacks -> rows with their evidence.

use hashbrown::{DefaultHashBuilder, HashMap};

use crate::model::StackId;

use super::halves::{self, on_both_cores};
use super::matching::Pair;
use super::side::Side;
use super::{Change, Suspect, is_significant};
use crate::analysis::call_path::PathFrame;
use crate::analysis::granularity::Granularity;
use crate::analysis::hot_spots::{Entries, sums};
use crate::analysis::same_process::SameProcess;
use crate::analysis::significance::{Evidence, q_values};
use crate::analysis::stack_key::{IdentityTier, StackKeys};

/// How a row is there on the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Presence {
    /// Only in the second profile.
    Appeared,
    /// In both, larger in the second.
    Grew,
    /// In both, the same.
    Same,
    /// In both, smaller in the second.
    Shrank,
    /// Only in the first profile.
    Vanished,
}

impl Presence {
    /// The stable short name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Presence::Appeared => "appeared",
            Presence::Grew => "grew",
            Presence::Same => "same",
            Presence::Shrank => "shrank",
            Presence::Vanished => "vanished",
        }
    }

    fn of(before: u64, after: u64) -> Presence {
        match (before, after) {
            (0, 1..) => Presence::Appeared,
            (1.., 0) => Presence::Vanished,
            (before, after) if after > before => Presence::Grew,
            (before, after) if after < before => Presence::Shrank,
            _ => Presence::Same,
        }
    }
}

/// One row of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it is called: for call paths, the frame to blame.
    pub name: String,
    /// For call paths, the frames from the one to blame to the root; else empty.
    pub frames: Vec<PathFrame>,
    /// How it is there on the two sides.
    pub presence: Presence,
    /// The flat values, or those of the call path.
    pub change: Change,
    /// The cumulative values, before and after; for call paths there are none.
    pub cum: Option<(u64, u64)>,
    /// q-value among all rows.
    pub q_value: Option<f64>,
}

impl Row {
    /// Whether the change is more than sampling noise.
    pub fn is_significant(&self) -> bool {
        is_significant(self.q_value)
    }
}

/// What the rows left out amount to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rest {
    /// How many rows.
    pub rows: usize,
    /// Their value before.
    pub before: u64,
    /// Their value after.
    pub after: u64,
}

/// How the noise of a difference is computed.
#[derive(Debug)]
pub(super) struct NoiseModel {
    has_variances: bool,
    /// In one process survivors cancel, and counters of allocations tell what was born.
    uses_births: bool,
    same_process: bool,
    is_in_use: bool,
    counts_objects: bool,
    weight: Option<f64>,
    sampled_objects: Option<f64>,
}

impl NoiseModel {
    pub(super) fn new(
        before: &Side<'_, '_>,
        after: &Side<'_, '_>,
        same_process: &SameProcess,
    ) -> NoiseModel {
        let same = same_process.is_yes();
        let weight = match (before.sampling().period(), after.sampling().period()) {
            (Some(a), Some(b)) if before.is_bytes() => Some(a.max(b) as f64),
            _ => None,
        };
        NoiseModel {
            has_variances: before.has_variances() && after.has_variances(),
            uses_births: same && before.counts_allocations() && after.counts_allocations(),
            same_process: same,
            is_in_use: before.is_in_use(),
            counts_objects: before.counts_objects() && after.counts_objects(),
            weight,
            sampled_objects: before
                .sampled_objects()
                .zip(after.sampled_objects())
                .map(|(a, b)| a + b),
        }
    }

    /// What one sampled object much smaller than the period stands for.
    pub(super) fn weight(&self) -> Option<f64> {
        self.weight
    }

    /// How many sampled objects the two profiles rest on.
    pub(super) fn sampled_objects(&self) -> Option<f64> {
        self.sampled_objects
    }

    /// The evidence for a change. Nothing where the precision is not known.
    fn evidence(&self, sums: &Sums) -> Option<Evidence> {
        if !self.has_variances {
            return None;
        }
        let (before, after) = (sums.before as f64, sums.after as f64);
        let per_value = |variance: f64, value: f64| {
            if value > 0.0 { variance / value } else { 0.0 }
        };
        let weight = per_value(sums.variance, before + after);
        let (came, went) = if self.uses_births {
            // What was born and died in between is in neither profile and adds no error, so no more came than there is now.
            // Rounding of the file's values can make more survive than were born.
            let born = sums.allocated_after.saturating_sub(sums.allocated_before) as f64;
            let came = born.min(after).max(after - before).max(0.0);
            (came, (came - (after - before)).max(0.0))
        } else if self.same_process && !self.is_in_use {
            // A counter of all allocations: only what came since can be wrong.
            ((after - before).max(0.0), (before - after).max(0.0))
        } else {
            (after, before)
        };
        // With everything turned over the weights of the two sides add up to their variance; of births and deaths only the
        // mean weight is known.
        let variance = if self.uses_births || (self.same_process && !self.is_in_use) {
            weight * (came + went)
        } else {
            sums.variance
        };
        Some(Evidence {
            came,
            went,
            variance,
        })
    }

    /// In one process without counters of allocations, the least the error can be: that of no churn at all.
    fn lowest_error(&self, sums: &Sums) -> Option<f64> {
        if !self.has_variances || !self.same_process || self.uses_births || !self.is_in_use {
            return None;
        }
        let total = (sums.before + sums.after) as f64;
        let weight = if total > 0.0 {
            sums.variance / total
        } else {
            0.0
        };
        Some((weight * sums.before.abs_diff(sums.after) as f64).sqrt())
    }

    fn change(&self, sums: &Sums) -> Change {
        Change {
            before: sums.before,
            after: sums.after,
            objects: self
                .counts_objects
                .then_some((sums.objects_before, sums.objects_after)),
            standard_error_low: self.lowest_error(sums),
            ..Change::default()
        }
        .with_evidence(self.evidence(sums))
    }
}

/// Sums of a row.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    before: u64,
    after: u64,
    variance: f64,
    allocated_before: u64,
    allocated_after: u64,
    objects_before: u64,
    objects_after: u64,
}

impl Sums {
    fn add_before(&mut self, side: &Side<'_, '_>, stack: StackId) {
        self.before += side.value(stack);
        self.variance += side.variance(stack);
        self.allocated_before += side.allocated(stack).unwrap_or(0);
        self.objects_before += side.objects(stack);
    }

    fn add_after(&mut self, side: &Side<'_, '_>, stack: StackId) {
        self.after += side.value(stack);
        self.variance += side.variance(stack);
        self.allocated_after += side.allocated(stack).unwrap_or(0);
        self.objects_after += side.objects(stack);
    }
}

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
    before: &Side<'_, '_>,
    after: &Side<'_, '_>,
    pairs: &[Pair],
    model: &NoiseModel,
) -> Vec<Path> {
    let hasher = DefaultHashBuilder::default();
    let before_keys = StackKeys::new(before.view(), IdentityTier::FunctionPath, &hasher);
    let after_keys = StackKeys::new(after.view(), IdentityTier::FunctionPath, &hasher);
    // The second side names a pair that both have.
    let keys = halves::map(pairs, |pair| match (pair.after, pair.before) {
        (Some(stack), _) => after_keys.key(after.blame().path(stack)),
        (None, Some(stack)) => before_keys.key(before.blame().path(stack)),
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
    before: &Side<'_, '_>,
    after: &Side<'_, '_>,
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

/// The order of rows: significant ones first, then by the size of the change, then by size.
fn rank(change: &Change, q_value: Option<f64>) -> (bool, u64, u64) {
    (
        is_significant(q_value),
        change.delta().unsigned_abs(),
        change.after.max(change.before),
    )
}

/// Takes the `top` highest by `rank` without sorting the rest.
fn take_top<T>(
    rows: &mut Vec<T>,
    top: usize,
    rank: impl Fn(&T) -> (bool, u64, u64) + Copy,
) -> Vec<T> {
    let top = if top == 0 { rows.len() } else { top };
    if rows.len() > top {
        rows.select_nth_unstable_by_key(top, |row| std::cmp::Reverse(rank(row)));
    }
    let rest = rows.split_off(top.min(rows.len()));
    std::mem::replace(rows, rest)
}

pub(super) fn top_paths(
    paths: &[Path],
    before: &Side<'_, '_>,
    after: &Side<'_, '_>,
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
                name: frames
                    .first()
                    .map_or_else(|| "[no stack]".to_owned(), |frame| frame.name.clone()),
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

fn sort(rows: &mut [Row]) {
    rows.sort_by(|a, b| {
        rank(&b.change, b.q_value)
            .cmp(&rank(&a.change, a.q_value))
            .then_with(|| a.name.cmp(&b.name))
            .then_with(|| {
                let names = |row: &Row| -> Vec<String> {
                    row.frames.iter().map(|frame| frame.name.clone()).collect()
                };
                names(a).cmp(&names(b))
            })
    });
}

fn frames(path: &Path, before: &Side<'_, '_>, after: &Side<'_, '_>) -> Vec<PathFrame> {
    let named = |side: &Side<'_, '_>, stack: StackId| side.blame().named_frames(stack);
    match (path.example.after, path.example.before) {
        (Some(stack), _) => named(after, stack),
        (None, Some(stack)) => named(before, stack),
        (None, None) => Vec::new(),
    }
}

/// Paths that grew significantly, largest growth first.
pub(super) fn suspects(
    paths: &[Path],
    before: &Side<'_, '_>,
    after: &Side<'_, '_>,
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
    path.allocated_before > 0
        && born > 0
        && kept_now
        && kept_before
        && eagerness_now >= STILL_ALLOCATING * eagerness_before
}

/// Rows by function, file, line or module.
pub(super) fn by_name(
    before: &Side<'_, '_>,
    after: &Side<'_, '_>,
    by: Granularity,
    model: &NoiseModel,
    top: usize,
) -> (Vec<Row>, Rest) {
    let mut entries = Entries::default();
    let before_cum = sums(before.view(), before.value_index(), by, &mut entries);
    let after_cum = sums(after.view(), after.value_index(), by, &mut entries);
    let mut rows = vec![Sums::default(); entries.names.len()];
    add_flat(before, by, &mut entries, &mut rows, Sums::add_before);
    add_flat(after, by, &mut entries, &mut rows, Sums::add_after);
    let changes: Vec<Change> = rows.iter().map(|sums| model.change(sums)).collect();
    let tested: Vec<usize> = (0..rows.len())
        .filter(|&row| rows[row].before > 0 || rows[row].after > 0)
        .collect();
    let mut q_value = vec![None; rows.len()];
    if model.has_variances {
        let p_values: Vec<f64> = tested
            .iter()
            .map(|&row| changes[row].p_value.unwrap_or(1.0))
            .collect();
        for (&row, q) in tested.iter().zip(q_values(&p_values)) {
            q_value[row] = Some(q);
        }
    }
    let cum = |sums: &[(u64, u64)], row: usize| sums.get(row).map_or(0, |&(_, cum)| cum);
    let mut left: Vec<usize> = (0..rows.len())
        .filter(|&row| cum(&before_cum, row) != cum(&after_cum, row) || changes[row].delta() != 0)
        .collect();
    let ranked = |row: &usize| rank(&changes[*row], q_value[*row]);
    let taken = take_top(&mut left, top, ranked);
    let left_out: u64 = taken.iter().map(|&row| rows[row].before).sum();
    let left_out_after: u64 = taken.iter().map(|&row| rows[row].after).sum();
    let rest = Rest {
        rows: tested.len().saturating_sub(taken.len()),
        before: before.total() - left_out,
        after: after.total() - left_out_after,
    };
    let mut kept: Vec<Row> = taken
        .into_iter()
        .map(|row| {
            let (cum_before, cum_after) = (cum(&before_cum, row), cum(&after_cum, row));
            Row {
                name: entries.names[row].clone(),
                frames: Vec::new(),
                presence: Presence::of(cum_before, cum_after),
                change: changes[row],
                cum: Some((cum_before, cum_after)),
                q_value: q_value[row],
            }
        })
        .collect();
    sort(&mut kept);
    (kept, rest)
}

/// Adds each stack of a side to the row of the frame that allocated it.
fn add_flat<'v, 'p>(
    side: &Side<'v, 'p>,
    by: Granularity,
    entries: &mut Entries,
    rows: &mut [Sums],
    add: fn(&mut Sums, &Side<'v, 'p>, StackId),
) {
    let view = side.view();
    let of_location = entries.add_profile(view, by);
    for stack in side.stacks() {
        if let Some((location, frame)) = side.blame().allocation_site(stack) {
            let position = view
                .frames(location)
                .position(|other| other == frame)
                .unwrap_or(0);
            let row = of_location.get(location)[position];
            add(&mut rows[row as usize], side, stack);
        }
    }
}
