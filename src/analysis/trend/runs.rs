//! A series is cut where the process restarted: said by the snapshots, or shown by the numbers alone.

use super::path_table::{Entry, SnapshotValues};
use super::series::Circumstances;

/// The runs of a series: for each snapshot the run it belongs to, from 0, and why each run after the first began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runs {
    /// The run of each snapshot.
    pub of: Vec<u32>,
    /// How the restarts were noticed: the first is that of run 1.
    pub reasons: Vec<RestartSign>,
}

/// How a restart was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestartSign {
    /// Another process id, another start time, or files mapped at other addresses.
    Process,
    /// Counters of all allocations went down.
    Counters,
    /// Call paths everywhere fell at once, and the heap below anything seen before.
    Fall,
}

/// More than one in so many allocation counters went down: the values are estimates, and one or two may.
const COUNTERS_FALL: usize = 50;

/// So many paths can fall for reasons of their own.
const FEW: usize = 3;

/// The others lose at least this part of what they held.
const FALLING_SHARE: f64 = 0.05;

/// And it is at least this many standard errors of what sampling alone would do.
const CERTAIN: f64 = 3.0;

/// The whole heap is left with less than this part of the least it ever held in the run: load that goes down does not go there.
const BELOW_ALL: f64 = 0.92;

/// Cuts a series, given in the order of time.
pub(super) fn cut(snapshots: &[SnapshotValues], circumstances: &[Circumstances]) -> Runs {
    let mut runs = Runs {
        of: Vec::with_capacity(snapshots.len()),
        reasons: Vec::new(),
    };
    let mut lowest = f64::INFINITY;
    for (index, snapshot) in snapshots.iter().enumerate() {
        let sign = index.checked_sub(1).and_then(|before| {
            match said(&circumstances[before], &circumstances[index]) {
                Some(true) => None,
                Some(false) => Some(RestartSign::Process),
                None => restart(&snapshots[before], snapshot, lowest),
            }
        });
        if let Some(sign) = sign {
            runs.reasons.push(sign);
            lowest = f64::INFINITY;
        }
        runs.of.push(runs.reasons.len() as u32);
        lowest = lowest.min(snapshot.total as f64);
    }
    runs
}

/// Start times may differ by this much and be one: they are counted from the start of the machine, whose own time is rounded.
const SAME_START_MS: i64 = 2000;

/// Whether what is known beside the snapshots says that both are of one process.
fn said(before: &Circumstances, after: &Circumstances) -> Option<bool> {
    if let (Some(a), Some(b)) = (before.process_started_ms, after.process_started_ms) {
        return Some((a - b).abs() <= SAME_START_MS);
    }
    match (before.pid, after.pid) {
        (Some(a), Some(b)) if a != b => Some(false),
        // The same number may have been given again.
        _ => None,
    }
}

fn restart(before: &SnapshotValues, after: &SnapshotValues, lowest: f64) -> Option<RestartSign> {
    // Files at the same addresses are no proof of one process: address randomization can be off, and some writers do not know it.
    let is_other = before.marks.other_pid(&after.marks).is_some()
        || before.marks.same_addresses(&after.marks) == Some(false);
    if is_other {
        return Some(RestartSign::Process);
    }
    if before.counts_allocations && after.counts_allocations {
        return counters_fell(before, after).then_some(RestartSign::Counters);
    }
    let fell_far = (after.total as f64) < BELOW_ALL * lowest;
    (fell_far && fell_everywhere(before, after)).then_some(RestartSign::Fall)
}

fn counters_fell(before: &SnapshotValues, after: &SnapshotValues) -> bool {
    let (mut fell, mut compared) = (0usize, 0usize);
    for (earlier, later) in both(before, after) {
        if earlier.allocated <= 0.0 {
            continue;
        }
        compared += 1;
        // Estimates are rounded, here to 24 bits.
        if later.allocated < earlier.allocated * (1.0 - 1e-6) - 1.0 {
            fell += 1;
        }
    }
    fell * COUNTERS_FALL > compared
}

/// Whether what is left without the paths that fell most fell too: a leak that is dropped, a cache that is flushed or a tooth that
/// ends are few, and a restart is everywhere.
fn fell_everywhere(before: &SnapshotValues, after: &SnapshotValues) -> bool {
    let mut falls: Vec<(f64, f64, f64)> = both(before, after)
        .map(|(earlier, later)| {
            let (a, b) = (f64::from(earlier.value), f64::from(later.value));
            let weight = f64::from(earlier.weight.max(later.weight));
            (a - b, a, weight * (a + b))
        })
        .collect();
    falls.sort_by(|a, b| b.0.total_cmp(&a.0));
    let rest = &falls[falls.len().min(FEW)..];
    let (fall, held, variance) = rest.iter().fold((0.0, 0.0, 0.0), |sum, path| {
        (sum.0 + path.0, sum.1 + path.1, sum.2 + path.2)
    });
    held > 0.0 && fall > FALLING_SHARE * held && fall > CERTAIN * variance.sqrt()
}

/// The entries of `before`, each with that of the same path in `after`, or an empty one.
fn both<'s>(
    before: &'s SnapshotValues,
    after: &'s SnapshotValues,
) -> impl Iterator<Item = (Entry, Entry)> + 's {
    let mut rest = after.entries.as_slice();
    before.entries.iter().map(move |entry| {
        while let [first, others @ ..] = rest
            && first.path < entry.path
        {
            rest = others;
        }
        let later = match rest {
            [first, ..] if first.path == entry.path => *first,
            _ => Entry {
                path: entry.path,
                value: 0.0,
                weight: 0.0,
                objects: 0.0,
                allocated: 0.0,
            },
        };
        (*entry, later)
    })
}

/// The snapshots to judge by, in order: not those of a run that is still coming up after a restart, and not those of a run too
/// short to say anything.
pub(super) fn settled(runs: &Runs, snapshots: &[SnapshotValues]) -> Vec<usize> {
    let count = runs.reasons.len() as u32 + 1;
    let mut kept = Vec::with_capacity(snapshots.len());
    for run in 0..count {
        let mut members: Vec<usize> = (0..snapshots.len())
            .filter(|&at| runs.of[at] == run)
            .collect();
        if run > 0 {
            let mut totals: Vec<u64> = members.iter().map(|&at| snapshots[at].total).collect();
            totals.sort_unstable();
            let usual = totals.get(totals.len() / 2).copied().unwrap_or(0) as f64;
            let coming_up = members
                .iter()
                .take(members.len() / 3)
                .take_while(|&&at| (snapshots[at].total as f64) < COMES_UP_TO * usual)
                .count();
            members.drain(..coming_up);
        }
        if count == 1 || members.len() >= SHORTEST_RUN {
            kept.extend(members);
        }
    }
    kept
}

/// After a restart a heap is as it will be from this part of its median on.
const COMES_UP_TO: f64 = 0.9;

/// A shorter run shows no course.
const SHORTEST_RUN: usize = 3;

#[cfg(test)]
#[path = "runs_tests.rs"]
mod tests;
