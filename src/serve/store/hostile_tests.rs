//! Events made to use memory.

use super::bounds_tests::{Draws, check};
use super::tests::*;
use crate::serve::event::{Draft, Level};
use crate::serve::time::{EventTime, WallTime};

#[test]
fn large_events_leave_by_their_bytes() {
    let mut store = new_store();
    let large = "x".repeat(64 * 1024);
    for place in 0..10_000 {
        let draft = Draft {
            level: (place % 2 == 0).then_some(Level::Error),
            error: Some(format!("{} failed", place % 300).into()),
            bead: Some("b".into()),
            tool: Some("Edit".into()),
            path: Some("/srv/x".into()),
            ..says("a", &large, place)
        };
        let worker = format!("w{}", place % 100);
        ingest(
            &mut store,
            Draft {
                worker: worker.into(),
                ..draft
            },
        );
        if place % 1_000 == 0 {
            check(&mut store, place);
        }
    }
    let reports = check(&mut store, 10_000);
    assert!((400..1_024).contains(&reports["events"].usage.length));
    for name in [
        "events",
        "workers",
        "errorGroups",
        "fileCollisions",
        "beadCollisions",
    ] {
        assert!(reports[name].usage.evictions > 0, "{name}");
    }
}

#[test]
fn an_event_larger_than_everything_is_the_only_one() {
    let mut store = new_store();
    ingest(&mut store, says("a", "small", 0));
    let draft = says("a", "", 1);
    ingest(
        &mut store,
        Draft {
            message: "x".repeat(70 << 20).into(),
            ..draft
        },
    );
    assert_eq!(store.view(at(1)).events.len(), 1);
    assert!(worker(&mut store, "a", 1).last_event.is_none());
    ingest(&mut store, says("a", "small", 2));
    assert_eq!(store.view(at(2)).events.len(), 1);
    check(&mut store, 2);
}

#[test]
fn a_hundred_thousand_workers_are_a_thousand() {
    let mut store = new_store();
    for place in 0..100_000 {
        let name = format!("worker-{place}");
        ingest(
            &mut store,
            uses(&name, "Edit", &format!("/srv/{}/x", place % 7), place / 100),
        );
    }
    let reports = check(&mut store, 1_000);
    assert_eq!(reports["workers"].usage.length, 1_000);
    assert_eq!(reports["workers"].usage.evictions, 99_000);
    assert!(
        store
            .view(at(1_000))
            .collisions
            .files
            .iter()
            .all(|it| it.workers.len() <= 16)
    );
}

#[test]
fn one_worker_with_a_million_files_has_two_hundred() {
    let mut store = new_store();
    for place in 0..1_000_000 {
        ingest(
            &mut store,
            uses(
                "a",
                "Edit",
                &format!("/srv/{}/{place}", place / 3),
                place / 1_000,
            ),
        );
    }
    let reports = check(&mut store, 1_000);
    assert_eq!(reports["fileModifications"].usage.length, 10_000);
    let worker = worker(&mut store, "a", 1_000);
    assert_eq!(
        (worker.active_files.len(), worker.active_directories.len()),
        (200, 200)
    );
    assert_eq!(
        &**worker
            .active_files
            .last()
            .unwrap_or_else(|| panic!("no file")),
        "/srv/333333/999999"
    );
}

#[test]
fn long_names_and_paths_cost_no_more_than_the_bytes_allow() {
    let mut store = new_store();
    let path = |place: usize| format!("/{}/{place}", "p".repeat(4_000));
    for place in 0..20_000_usize {
        let worker = format!("{}{place}", "w".repeat(240));
        let bead = format!("{}{place}", "b".repeat(240));
        let draft = uses(&worker, "Edit", "", (place / 10) as i64);
        let host = "h".repeat(60_000);
        let path = path(place).into();
        ingest(
            &mut store,
            Draft {
                bead: Some(bead.into()),
                path: Some(path),
                host: (place % 50 == 0).then(|| host.into()),
                ..draft
            },
        );
    }
    let reports = check(&mut store, 2_000);
    for name in [
        "workers",
        "fileModifications",
        "beadHolders",
        "directoryHolders",
        "taskStartTimes",
    ] {
        assert!(
            reports[name].usage.evictions > 0,
            "{name}: {:?}",
            reports[name].usage
        );
    }
    let too_long = "w".repeat(257);
    ingest(&mut store, uses(&too_long, "Edit", &"p".repeat(5_000), 0));
    let view = store.view(at(2_000));
    assert!(view.workers.iter().all(|worker| worker.id != too_long));
    assert_eq!(
        view.events.iter().last().map(|it| it.event.worker()),
        Some(&*too_long)
    );
}

#[test]
fn a_worker_with_long_paths_pays_for_them_itself() {
    let mut store = new_store();
    ingest(&mut store, uses("small", "Read", "/srv/app/x", 0));
    for place in 0..2_500 {
        let path = format!("/{}/{place}/x", "p".repeat(4_000));
        ingest(
            &mut store,
            uses(&format!("large-{}", place % 10), "Read", &path, 1),
        );
    }
    let reports = check(&mut store, 1);
    for name in ["activeFiles", "activeDirectories"] {
        assert!(
            reports[name].usage.evictions > 0,
            "{name}: {:?}",
            reports[name].usage
        );
    }
    assert_eq!(worker(&mut store, "small", 1).active_files.len(), 1);
}

#[test]
fn errors_that_are_all_different_are_a_hundred_groups() {
    let mut store = new_store();
    let mut draws = Draws(3);
    for place in 0..20_000 {
        let error = format!("{} {}", draws.word(30), draws.word(30));
        ingest(&mut store, fails("a", &error, place));
    }
    let reports = check(&mut store, 20_000);
    assert_eq!(reports["errorGroups"].usage.length, 100);
    assert!(reports["errorGroups"].usage.evictions >= 19_900);
}

#[test]
fn times_at_the_ends_of_the_range_break_nothing() {
    let mut store = new_store();
    for (ts, heard) in [
        (i64::MAX, i64::MIN),
        (i64::MIN, i64::MAX),
        (0, 0),
        (i64::MIN, i64::MIN),
        (i64::MAX, i64::MAX),
    ] {
        for name in ["a", "b"] {
            let draft = Draft {
                ts: EventTime(ts),
                level: Some(Level::Error),
                bead: Some("b".into()),
                ..uses(name, "Edit", "/srv/x", 0)
            };
            store.ingest(draft.into_event(), WallTime(heard));
            store.tidy(WallTime(heard));
            store.view(WallTime(heard));
        }
    }
    store.tidy(at(0));
    check(&mut store, 0);
}
