use super::*;
use crate::model::Sampling;

const PERIOD: f32 = 524_288.0;

/// A snapshot of paths with so many sampled objects each.
fn snapshot(counts: &[f32]) -> SnapshotValues {
    let entries: Vec<Entry> = (0u32..)
        .zip(counts)
        .map(|(path, &count)| Entry {
            path,
            value: count * PERIOD,
            weight: PERIOD,
            objects: count,
            allocated: 0.0,
        })
        .collect();
    SnapshotValues {
        total: entries.iter().map(|entry| entry.value as u64).sum(),
        entries,
        objects: None,
        standard_error: None,
        sampling: Sampling::Unknown,
        is_cumulative: false,
        counts_allocations: false,
        marks: Default::default(),
    }
}

fn with_counters(counts: &[f32], allocated: &[f32]) -> SnapshotValues {
    let mut snapshot = snapshot(counts);
    snapshot.counts_allocations = true;
    for (entry, &allocated) in snapshot.entries.iter_mut().zip(allocated) {
        entry.allocated = allocated * PERIOD;
    }
    snapshot
}

fn runs(snapshots: &[SnapshotValues]) -> Vec<u32> {
    let nothing = vec![Circumstances::default(); snapshots.len()];
    cut(snapshots, &nothing).of
}

#[test]
fn counters_that_go_down_are_a_restart() {
    let series = [
        with_counters(&[50.0, 30.0], &[100.0, 90.0]),
        with_counters(&[51.0, 30.0], &[140.0, 95.0]),
        with_counters(&[49.0, 31.0], &[60.0, 40.0]),
    ];
    assert_eq!(runs(&series), [0, 0, 1]);
}

#[test]
fn everything_falling_below_all_that_was_is_a_restart() {
    let full = [60.0, 50.0, 40.0, 70.0, 30.0, 55.0, 45.0, 65.0];
    let low = full.map(|count| count * 0.4);
    let series = [
        snapshot(&full),
        snapshot(&full),
        snapshot(&low),
        snapshot(&full),
    ];
    assert_eq!(runs(&series), [0, 0, 1, 1]);
}

#[test]
fn a_flushed_cache_is_none() {
    let full = [600.0, 50.0, 40.0, 70.0, 30.0, 55.0, 45.0, 65.0];
    let mut flushed = full;
    flushed[0] = 5.0;
    assert_eq!(runs(&[snapshot(&full), snapshot(&flushed)]), [0, 0]);
}

#[test]
fn the_end_of_a_burst_is_none() {
    let usual = [60.0, 50.0, 40.0, 70.0, 30.0, 55.0, 45.0, 65.0];
    let burst = usual.map(|count| count * 2.0);
    let series = [snapshot(&usual), snapshot(&burst), snapshot(&usual)];
    assert_eq!(runs(&series), [0, 0, 0]);
}

#[test]
fn what_is_known_of_the_process_decides() {
    let same = vec![snapshot(&[9.0]); 3];
    let started = |ms| Circumstances {
        process_started_ms: Some(ms),
        ..Circumstances::default()
    };
    let known = [started(1_000), started(1_500), started(90_000)];
    let found = cut(&same, &known);
    assert_eq!(found.of, [0, 0, 1]);
    assert_eq!(found.reasons, [RestartSign::Process]);
}

#[test]
fn a_process_that_comes_up_is_not_judged_yet() {
    let full = [600.0f32, 500.0];
    let mut series = vec![snapshot(&full); 4];
    series.push(snapshot(&full.map(|count| count * 0.2)));
    series.push(snapshot(&full.map(|count| count * 0.7)));
    series.extend(vec![snapshot(&full); 4]);
    let runs = Runs {
        of: vec![0, 0, 0, 0, 1, 1, 1, 1, 1, 1],
        reasons: vec![RestartSign::Process],
    };
    assert_eq!(settled(&runs, &series), [0, 1, 2, 3, 6, 7, 8, 9]);
}
