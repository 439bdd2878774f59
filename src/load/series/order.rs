//! Entries of one service -> their order in time.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::entry::SeriesEntry;
use super::name_order;
use super::times::{Clock, recorded};
use crate::load::loaded::Fingerprint;
use crate::notes::{NoteKind, Notes};

/// The files of a series in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// Indices of entries, the first one taken first.
    pub order: Vec<usize>,
    /// The position of each in [`order`](Timeline::order), never falling; [`clock`](Timeline::clock) says what it counts.
    pub positions: Vec<i64>,
    /// What positions count.
    pub clock: Clock,
    /// Files with the content of another, left out: the one that stayed, and the one that did not.
    pub duplicates: Vec<(usize, usize)>,
    /// What was left out, and how far the order is to be believed.
    pub notes: Notes,
}

/// An entry with its index in the whole series.
type Indexed<'e> = (usize, &'e SeriesEntry);

/// Puts the `selected` entries in order: by the time inside the profiles, else by that in their names, else by the number in
/// their names, and where there is nothing else by modification time.
///
/// The number goes before the modification time, because a copy or a checkout keeps the one and not the other: an order without
/// rates in time is worth more than wrong rates. Files with the same content are one, as a rule the rest of a copy.
pub fn order(entries: &[SeriesEntry], selected: &[usize]) -> Timeline {
    let mut indexed: Vec<Indexed<'_>> = selected
        .iter()
        .filter_map(|&index| Some((index, entries.get(index)?)))
        .collect();
    let mut notes = Notes::default();
    let duplicates = remove_copies(&mut indexed, &mut notes);
    let (clock, placed) = place(&indexed, &mut notes);
    Timeline {
        order: placed.iter().map(|((index, _), _)| *index).collect(),
        positions: placed.iter().map(|(_, position)| *position).collect(),
        clock,
        duplicates,
        notes,
    }
}

/// Takes out what has the content of another: the one that was there first stays. This comes before placing, so that the numbers of
/// copies do not look like those of a second process.
fn remove_copies(indexed: &mut Vec<Indexed<'_>>, notes: &mut Notes) -> Vec<(usize, usize)> {
    let mut by_age = indexed.clone();
    by_age.sort_by(|(_, a), (_, b)| {
        let modified = |entry: &SeriesEntry| entry.modified_ms.unwrap_or(i64::MAX);
        modified(a).cmp(&modified(b)).then_with(|| by_name(a, b))
    });
    let mut duplicates = Vec::new();
    let mut seen: HashMap<Fingerprint, Vec<Indexed<'_>>> = HashMap::new();
    for (index, entry) in by_age {
        let same = seen.entry(entry.fingerprint).or_default();
        match same.iter().find(|(_, first)| is_copy(first, entry)) {
            Some(&(kept, first)) => {
                duplicates.push((kept, index));
                notes.add(NoteKind::DuplicateSnapshot, || {
                    format!("{} is {}", entry.name, first.name)
                });
            }
            None => same.push((index, entry)),
        }
    }
    let removed: HashSet<usize> = duplicates.iter().map(|(_, removed)| *removed).collect();
    indexed.retain(|(index, _)| !removed.contains(index));
    duplicates
}

impl Timeline {
    /// Counts time at `interval_ms` from one snapshot to the next, where the files do not tell it themselves: numbers in the
    /// series are multiplied with it, so that a missing snapshot leaves its gap; modification times are replaced.
    #[must_use]
    pub fn with_interval(mut self, interval_ms: i64) -> Timeline {
        let first = self.positions.first().copied().unwrap_or(0);
        match self.clock {
            Clock::Profile | Clock::Name | Clock::Interval => return self,
            Clock::Sequence => {
                for position in &mut self.positions {
                    *position = position.saturating_sub(first).saturating_mul(interval_ms);
                }
            }
            Clock::Modified => {
                self.positions = (0..)
                    .take(self.order.len())
                    .map(|at: i64| at.saturating_mul(interval_ms))
                    .collect();
            }
        }
        self.clock = Clock::Interval;
        self
    }
}

fn place<'e>(indexed: &[Indexed<'e>], notes: &mut Notes) -> (Clock, Vec<(Indexed<'e>, i64)>) {
    let plain: Vec<&SeriesEntry> = indexed.iter().map(|(_, entry)| *entry).collect();
    if let Some((clock, times)) = recorded(&plain) {
        let mut placed = Vec::with_capacity(indexed.len());
        for (&(index, entry), time) in std::iter::zip(indexed, times) {
            match time {
                Some(time) => placed.push(((index, entry), time)),
                None => notes.add(NoteKind::UndatedSnapshot, || entry.name.clone()),
            }
        }
        placed.sort_by(by_position);
        return (clock, placed);
    }
    if plain.iter().all(|entry| entry.told.sequence.is_some()) {
        return (Clock::Sequence, by_sequence(indexed));
    }
    let modified: Option<Vec<i64>> = plain.iter().map(|entry| entry.modified_ms).collect();
    let Some(modified) = modified else {
        // Pipes have no times; whoever lists them does it in their order.
        return (Clock::Sequence, indexed.iter().copied().zip(0..).collect());
    };
    if let [_, (_, entry), ..] = indexed {
        notes.add_many(
            NoteKind::OrderByModificationTime,
            indexed.len() as u64,
            || entry.name.clone(),
        );
    }
    let mut placed: Vec<_> = indexed.iter().copied().zip(modified).collect();
    placed.sort_by(by_position);
    (Clock::Modified, placed)
}

fn by_position(a: &(Indexed<'_>, i64), b: &(Indexed<'_>, i64)) -> Ordering {
    a.1.cmp(&b.1).then_with(|| by_name(a.0.1, b.0.1))
}

fn by_name(a: &SeriesEntry, b: &SeriesEntry) -> Ordering {
    (a.told.sequence.cmp(&b.told.sequence)).then_with(|| name_order::compare(&a.name, &b.name))
}

/// Where numbers are taken twice, each process counts for itself, and the processes go one after the other.
fn by_sequence<'e>(indexed: &[Indexed<'e>]) -> Vec<(Indexed<'e>, i64)> {
    let mut sorted = indexed.to_vec();
    sorted.sort_by(|a, b| by_name(a.1, b.1));
    let is_taken_twice = sorted
        .windows(2)
        .any(|pair| pair[0].1.told.sequence == pair[1].1.told.sequence);
    let mut runs: BTreeMap<(Option<u32>, &str), Vec<Indexed<'e>>> = BTreeMap::new();
    for (index, entry) in sorted {
        let pid = entry.pid();
        let stem = match pid {
            None => entry.told.stem.as_str(),
            Some(_) => "",
        };
        let run = match is_taken_twice {
            true => (pid, stem),
            false => (None, ""),
        };
        runs.entry(run).or_default().push((index, entry));
    }
    let mut runs: Vec<_> = runs.into_values().collect();
    let begins = beginnings(&runs);
    runs = match begins {
        Some(begins) => {
            let mut dated: Vec<_> = std::iter::zip(begins, runs).collect();
            dated.sort_by_key(|(begin, _)| *begin);
            dated.into_iter().map(|(_, run)| run).collect()
        }
        None => runs,
    };
    let mut placed: Vec<(Indexed<'e>, i64)> = Vec::with_capacity(indexed.len());
    for run in runs {
        let sequence = |(_, entry): &Indexed<'_>| {
            let number = entry.told.sequence.unwrap_or(0);
            i64::try_from(number).unwrap_or(i64::MAX)
        };
        // The first run keeps its numbers; the next ones begin behind it.
        let shift = match (placed.last(), run.first()) {
            (Some((_, last)), Some(first)) => {
                last.saturating_add(1).saturating_sub(sequence(first))
            }
            _ => 0,
        };
        placed.extend(
            run.iter()
                .map(|it| (*it, sequence(it).saturating_add(shift))),
        );
    }
    placed
}

/// When each run began: as the process says, else by modification times, which are good enough to tell runs apart as long as
/// they follow the numbers. The order of process ids is left where neither is there.
fn beginnings(runs: &[Vec<Indexed<'_>>]) -> Option<Vec<i64>> {
    let started = |run: &Vec<Indexed<'_>>| {
        run.iter()
            .filter_map(|(_, entry)| entry.process_started_ms())
            .min()
    };
    let modified = |run: &Vec<Indexed<'_>>| {
        let entries = run.iter().map(|(_, entry)| *entry);
        modified_along_sequence(entries)?.first().copied()
    };
    let all: Option<Vec<i64>> = runs.iter().map(started).collect();
    all.or_else(|| runs.iter().map(modified).collect())
}

/// The modification times of entries that are in the order of their numbers, if they are all there and never fall.
pub(super) fn modified_along_sequence<'e>(
    entries: impl Iterator<Item = &'e SeriesEntry>,
) -> Option<Vec<i64>> {
    let times: Vec<i64> = entries
        .map(|entry| entry.modified_ms)
        .collect::<Option<_>>()?;
    times.is_sorted().then_some(times)
}

/// Whether one is a copy of the other, where the content is the same. A profile with a time inside can only be; one without may
/// be that of an idle process, which comes out the same byte for byte: then the names tell two moments.
fn is_copy(first: &SeriesEntry, other: &SeriesEntry) -> bool {
    fn differ<T: PartialEq>(a: Option<T>, b: Option<T>) -> bool {
        matches!((a, b), (Some(a), Some(b)) if a != b)
    }
    let beside = |entry: &SeriesEntry| entry.sidecar.as_ref()?.captured_at;
    let has_time = first.captured_at_ms.is_some_and(|ms| ms != 0);
    has_time
        || !(differ(first.told.sequence, other.told.sequence)
            || differ(first.told.time_ms, other.told.time_ms)
            || differ(first.pid(), other.pid())
            || differ(beside(first), beside(other)))
}
