//! Ten times of everything: no more is kept than the bounds say, and what is said of it is true.

use std::collections::BTreeMap;

use super::tests::*;
use super::*;
use crate::serve::bounds::{self, BoundReport};
use crate::serve::event::{Draft, Level};
use crate::serve::time::EventTime;

/// Entries and bytes of each collection, counted anew from what is there.
fn walk(store: &Store) -> BTreeMap<&'static str, (u64, u64)> {
    let [workers, files, directories, windows] = store.workers.walk();
    let [modifications, recent] = store.files.walk();
    BTreeMap::from([
        ("events", store.events.walk()),
        ("workers", workers),
        ("activeFiles", files),
        ("activeDirectories", directories),
        ("workerWindows", windows),
        ("fileModifications", modifications),
        ("recentModifications", recent),
        ("fileCollisions", store.file_collisions.walk()),
        ("beadCollisions", store.bead_collisions.walk()),
        ("directoryCollisions", store.directory_collisions.walk()),
        ("beadHolders", store.beads.walk()),
        ("directoryHolders", store.directories.walk()),
        ("taskStartTimes", store.tasks.walk()),
        ("errorGroups", store.errors.walk()),
    ])
}

/// Every bound holds, and what is counted is what is there; the answer is what is reported.
#[track_caller]
pub(super) fn check(store: &mut Store, time: i64) -> BTreeMap<&'static str, BoundReport> {
    let view = store.view(at(time));
    let names: Vec<&str> = view.bounds.iter().map(|it| it.bound.collection).collect();
    let all: Vec<&str> = bounds::STORE.iter().map(|it| it.collection).collect();
    assert_eq!(names, all);
    let walked = walk(store);
    for BoundReport { bound, usage } in &view.bounds {
        let name = bound.collection;
        let cap = bound.cap_entries.unwrap_or(u64::MAX);
        assert!(usage.length <= cap, "{name}: {usage:?}");
        assert!(
            usage.bytes <= bound.cap_bytes.unwrap_or(u64::MAX),
            "{name}: {usage:?}"
        );
        assert!(usage.high_water_length >= usage.length && usage.high_water_bytes >= usage.bytes);
        // What is over the bound leaves after the new entry came.
        assert!(usage.high_water_length <= cap + 1, "{name}: {usage:?}");
        if let Some(walked) = walked.get(name) {
            assert_eq!((usage.length, usage.bytes), *walked, "{name}");
        }
    }
    view.bounds
        .iter()
        .map(|it| (it.bound.collection, *it))
        .collect()
}

pub(super) struct Draws(pub(super) u64);

impl Draws {
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    pub(super) fn word(&mut self, letters: usize) -> String {
        let letter = |_| (b'a' + self.below(26) as u8) as char;
        (0..letters).map(letter).collect()
    }
}

#[test]
fn all_bytes_together_are_at_most_96_mib() {
    let caps = bounds::STORE.iter().filter_map(|bound| bound.cap_bytes);
    let all: u64 = caps.sum();
    assert!(all <= 96 * 1024 * 1024, "{all}");
}

#[test]
fn ten_times_of_everything_leaves_no_more_than_the_bounds_say() {
    let mut store = new_store();
    let mut draws = Draws(1);
    let tools = ["Edit", "Write", "Read", "Bash"];
    let messages = [
        "tool.call",
        "bead.claimed",
        "bead.claim.succeeded",
        "worker.idle",
        "llm.started",
    ];
    let mut time = 0;
    for place in 0..100_000_u64 {
        time += draws.below(30) as i64;
        let worker = format!(
            "worker-{}",
            if draws.below(3) == 0 {
                draws.below(10_000)
            } else {
                draws.below(50)
            }
        );
        let path = format!("/srv/app-{}/src/{}.rs", draws.below(3_000), draws.below(50));
        let bead = format!(
            "bead-{}",
            if draws.below(2) == 0 {
                draws.below(30_000)
            } else {
                draws.below(40)
            }
        );
        let error = format!("{} failed", draws.word(3));
        let is_done = draws.below(50) == 0;
        let message = if is_done {
            "bead.completed"
        } else {
            messages[draws.below(5) as usize]
        };
        let skew = if draws.below(100) == 0 { 24 * HOUR } else { 0 };
        let draft = Draft {
            ts: EventTime(T0 + time - skew),
            sequence: Some(place),
            session: Some("s".into()),
            level: (draws.below(10) == 0).then_some(Level::Error),
            error: Some(error.into()),
            bead: Some(bead.into()),
            tool: Some(tools[draws.below(4) as usize].into()),
            path: Some(path.into()),
            ..says(&worker, message, 0)
        };
        store.ingest(draft.into_event(), at(time));
        if place % 20_000 == 7 {
            store.tidy(at(time));
            check(&mut store, time);
        }
    }
    let reports = check(&mut store, time);
    let view = store.view(at(time));
    assert_eq!(reports["events"].usage.length, 10_000);
    for name in [
        "events",
        "dedupKeys",
        "workers",
        "fileModifications",
        "beadHolders",
        "taskStartTimes",
        "errorGroups",
        "sequenceIndex",
    ] {
        assert!(
            reports[name].usage.evictions > 0,
            "{name}: {:?}",
            reports[name].usage
        );
    }
    assert_eq!(
        (view.workers.len(), view.error_groups.len() <= 100),
        (1_000, true)
    );
    assert!(
        reports["beadCollisions"].usage.length > 0
            && reports["directoryCollisions"].usage.length > 0
    );
    // Nothing is left of it the day after but what has no age.
    store.tidy(at(time + 25 * HOUR));
    let reports = check(&mut store, time + 25 * HOUR);
    for name in [
        "workers",
        "activeFiles",
        "workerWindows",
        "fileModifications",
        "recentModifications",
        "taskStartTimes",
    ] {
        assert_eq!(reports[name].usage.length, 0, "{name}");
    }
}

#[test]
fn a_file_that_is_modified_without_end_keeps_the_newest_times() {
    let mut store = new_store();
    for place in 0..2_000 {
        ingest(
            &mut store,
            uses(&format!("w{}", place % 60), "Edit", "/srv/x", place),
        );
    }
    // Late ones change only what they are newer than.
    ingest(&mut store, uses("late", "Edit", "/srv/x", -1));
    let reports = check(&mut store, 2_000);
    assert_eq!(reports["recentModifications"].usage.length, 100);
    let view = store.view(at(2_000));
    let file = view
        .files
        .iter()
        .next()
        .unwrap_or_else(|| panic!("no file"));
    assert_eq!(
        (
            file.modifications,
            file.timestamps.len(),
            file.workers.len()
        ),
        (2_001, 200, 32)
    );
    assert_eq!(
        (file.first_modified.0, file.last_modified.0),
        (T0 - 1, T0 + 1_999)
    );
    assert!(
        file.timestamps
            .iter()
            .map(|ts| ts.0)
            .eq(T0 + 1_800..T0 + 2_000)
    );
    store.tidy(at(2_000 + HOUR));
    assert!(store.view(at(2_000 + HOUR)).files.is_empty());
}

#[test]
fn recent_modifications_are_fifty_thousand_in_all() {
    let mut store = new_store();
    for place in 0..200_000 {
        let path = format!("/srv/{}", place % 900);
        ingest(&mut store, uses("a", "Edit", &path, place / 100));
    }
    let reports = check(&mut store, 2_000);
    assert_eq!(reports["recentModifications"].usage.length, 50_000);
    store.tidy(at(60_000));
    let reports = check(&mut store, 60_000);
    assert_eq!(reports["recentModifications"].usage.length, 0);
    assert_eq!(reports["recentModifications"].usage.bytes, 0);
    assert_eq!(reports["fileModifications"].usage.length, 900);
}

#[test]
fn over_the_cap_inactive_groups_leave_first_down_to_eighty() {
    let mut store = new_store();
    for place in 0..100 {
        let name: String = format!("{place:03}")
            .chars()
            .map(|c| (c as u8 + 49) as char)
            .collect();
        // The first thirty are ten minutes old when the hundred and first comes.
        let time = if place < 30 { 0 } else { 10 * MINUTE };
        ingest(&mut store, fails("a", &format!("odd {name}"), time));
    }
    assert_eq!(store.view(at(0)).error_groups.len(), 100);
    ingest(&mut store, fails("a", "another", 10 * MINUTE));
    let view = store.view(at(10 * MINUTE));
    assert_eq!(view.error_groups.len(), 80);
    let old = view
        .error_groups
        .iter()
        .filter(|group| group.last_heard == at(0));
    assert_eq!(old.count(), 9);
    for place in 0..40 {
        ingest(
            &mut store,
            fails("a", &format!("more {}", "x".repeat(place)), 11 * MINUTE),
        );
    }
    let reports = check(&mut store, 11 * MINUTE);
    assert_eq!(reports["errorGroups"].usage.length, 100);
}

#[test]
fn a_group_keeps_twenty_events_and_fifty_workers() {
    let mut store = new_store();
    for place in 0..500 {
        ingest(
            &mut store,
            fails(
                &format!("w{}", place % 70),
                &format!("odd {}", place + 10_000),
                place,
            ),
        );
    }
    let view = store.view(at(500));
    assert_eq!(view.error_groups.len(), 1);
    let group = &view.error_groups[0];
    assert_eq!(
        (
            group.count,
            group.recent_events.len(),
            group.affected_workers.len()
        ),
        (500, 20, 50)
    );
    assert_eq!((group.first_seen.0, group.last_seen.0), (T0, T0 + 499));
    assert_eq!(group.recent_events[19].ts().0, T0 + 499);
    assert_eq!(group.id, format!("error:{}", group.fingerprint.hash));
    check(&mut store, 500);
}
