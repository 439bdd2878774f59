//! Workers in each other's way.

use std::sync::Arc;

use super::tests::*;
use super::*;
use crate::serve::event::Draft;

fn names(workers: &[Arc<str>]) -> Vec<&str> {
    workers.iter().map(|name| &**name).collect()
}

/// Active collisions on a file, on a task, in a folder.
fn counts(store: &mut Store, time: i64) -> (usize, usize, usize) {
    let all = Arc::clone(&store.view(at(time)).collisions);
    (all.files.len(), all.beads.len(), all.directories.len())
}

fn files(store: &mut Store, time: i64) -> Vec<Arc<FileCollision>> {
    store.view(at(time)).collisions.files.clone()
}

#[test]
fn two_workers_that_modify_one_file_within_five_seconds_collide() {
    for (later, collides) in [
        (0, true),
        (5_000, true),
        (5_001, false),
        (-5_000, true),
        (-5_001, false),
    ] {
        for tool in ["Edit", "Write", "NotebookEdit"] {
            let mut store = new_store();
            ingest(&mut store, uses("a", "Edit", "/srv/x", 0));
            ingest(&mut store, uses("b", tool, "/srv/x", later));
            assert_eq!(
                files(&mut store, later).len(),
                usize::from(collides),
                "{later} {tool}"
            );
        }
    }
}

#[test]
fn neither_reading_nor_another_file_nor_the_same_worker_is_a_collision() {
    let mut store = new_store();
    ingest(&mut store, uses("a", "Edit", "/srv/1/x", 0));
    ingest(&mut store, uses("b", "Read", "/srv/1/x", 1));
    ingest(&mut store, uses("c", "Edit", "/srv/2/y", 2));
    ingest(&mut store, uses("a", "Write", "/srv/1/x", 3));
    assert!(files(&mut store, 3).is_empty());
}

#[test]
fn a_collision_shows_who_and_with_what() {
    let mut store = new_store();
    ingest(&mut store, uses("a", "Edit", "/srv/x", 0));
    ingest(&mut store, uses("b", "Edit", "/srv/x", 100));
    ingest(&mut store, uses("c", "Edit", "/srv/x", 200));
    let all = files(&mut store, 200);
    assert_eq!(all.len(), 1);
    let it = &all[0];
    assert_eq!(
        (&*it.path, names(&it.workers), it.is_active),
        ("/srv/x", vec!["a", "b", "c"], true)
    );
    assert_eq!(it.detected_at.0, T0 + 100);
    assert_eq!(
        it.events
            .iter()
            .map(|event| event.worker())
            .collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
    for name in ["a", "b", "c"] {
        let worker = worker(&mut store, name, 200);
        assert!(worker.has_collision);
        assert_eq!(worker.collision_types, ["file", "task"]);
    }
}

#[test]
fn a_file_collision_ends_after_thirty_seconds_without_anyone_asking() {
    let mut store = new_store();
    ingest(&mut store, uses("a", "Edit", "/srv/x", 0));
    ingest(&mut store, uses("b", "Edit", "/srv/x", 1));
    store.tidy(at(30_001));
    assert_eq!(files(&mut store, 30_001).len(), 1);
    store.tidy(at(30_002));
    let view = store.view(at(30_002));
    assert!(view.collisions.files.is_empty());
    assert_eq!(view.collisions.ended[0], 1);
    assert!(
        !worker(&mut store, "a", 30_002)
            .collision_types
            .contains(&"file")
    );
    store.tidy(at(30_002 + 5 * MINUTE));
    assert_eq!(store.view(at(HOUR)).collisions.ended[0], 1);
    store.tidy(at(30_003 + 5 * MINUTE));
    assert_eq!(store.view(at(HOUR)).collisions.ended[0], 0);
}

#[test]
fn a_file_collision_goes_on_as_long_as_someone_modifies_the_file() {
    let mut store = new_store();
    ingest(&mut store, uses("a", "Edit", "/srv/x", 0));
    ingest(&mut store, uses("b", "Edit", "/srv/x", 1));
    for second in 1..100 {
        ingest(&mut store, uses("a", "Edit", "/srv/x", second * 20_000));
        store.tidy(at(second * 20_000));
    }
    let all = files(&mut store, 1_980_000);
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].events.len(), all[0].detected_at.0), (50, T0 + 1));
    assert_eq!(
        all[0].events.last().map(|event| event.ts().0),
        Some(T0 + 1_980_000)
    );
}

#[test]
fn a_file_collision_ends_when_nobody_has_the_file_any_more() {
    let mut store = new_store();
    ingest(&mut store, uses("a", "Edit", "/srv/x", 0));
    ingest(&mut store, uses("b", "Edit", "/srv/x", 1));
    ingest(&mut store, on_bead("a", "bead.completed", "1", 2));
    store.tidy(at(3));
    assert_eq!(files(&mut store, 3).len(), 1);
    ingest(&mut store, on_bead("b", "bead.completed", "2", 4));
    store.tidy(at(5));
    assert!(files(&mut store, 5).is_empty());
}

#[test]
fn a_file_that_collides_again_is_another_collision() {
    let mut store = new_store();
    ingest(&mut store, uses("a", "Edit", "/srv/x", 0));
    ingest(&mut store, uses("b", "Edit", "/srv/x", 1));
    store.tidy(at(MINUTE));
    ingest(&mut store, uses("b", "Edit", "/srv/x", MINUTE));
    ingest(&mut store, uses("c", "Edit", "/srv/x", MINUTE + 1));
    let all = files(&mut store, MINUTE + 1);
    assert_eq!(all.len(), 1);
    assert_eq!(
        (names(&all[0].workers), all[0].detected_at.0),
        (vec!["b", "c"], T0 + MINUTE + 1)
    );
    assert_eq!(all[0].events.len(), 2);
}

#[test]
fn two_workers_on_one_task_collide_and_a_modification_makes_it_critical() {
    let mut store = new_store();
    ingest(&mut store, on_bead("a", "bead.claimed", "b1", 0));
    ingest(&mut store, on_bead("b", "bead.claimed", "b1", 60_000));
    let all = Arc::clone(&store.view(at(60_000)).collisions);
    assert_eq!(all.beads.len(), 1);
    assert_eq!(
        (&*all.beads[0].bead_id, names(&all.beads[0].workers)),
        ("b1", vec!["a", "b"])
    );
    assert_eq!(all.beads[0].severity, Severity::Warning);
    ingest(
        &mut store,
        Draft {
            bead: Some("b1".into()),
            ..uses("a", "Edit", "/srv/x", 60_001)
        },
    );
    let all = Arc::clone(&store.view(at(60_001)).collisions);
    assert_eq!(
        (all.beads.len(), all.beads[0].severity),
        (1, Severity::Critical)
    );
    assert_eq!(worker(&mut store, "b", 60_001).collision_types, ["bead"]);
}

#[test]
fn a_worker_that_was_active_more_than_a_minute_ago_does_not_collide_on_a_task() {
    let mut store = new_store();
    ingest(&mut store, on_bead("a", "bead.claimed", "b1", 0));
    ingest(&mut store, on_bead("b", "bead.claimed", "b1", 60_001));
    assert_eq!(counts(&mut store, 60_001), (0, 0, 0));
}

#[test]
fn a_collision_on_a_task_ends_when_one_has_another_task_or_two_minutes_pass() {
    let start = || {
        let mut store = new_store();
        ingest(&mut store, on_bead("a", "bead.claimed", "b1", 0));
        ingest(&mut store, on_bead("b", "bead.claimed", "b1", 1));
        assert_eq!(counts(&mut store, 1), (0, 1, 0));
        store
    };
    let mut store = start();
    ingest(&mut store, on_bead("b", "bead.claimed", "b2", 2));
    store.tidy(at(3));
    assert_eq!(counts(&mut store, 3), (0, 0, 0));
    let mut store = start();
    ingest(&mut store, on_bead("a", "bead.released", "b1", 2));
    store.tidy(at(3));
    assert_eq!(counts(&mut store, 3), (0, 0, 0));
    let mut store = start();
    store.tidy(at(120_000));
    assert_eq!(counts(&mut store, 120_000), (0, 1, 0));
    store.tidy(at(120_001));
    assert_eq!(counts(&mut store, 120_001), (0, 0, 0));
    assert!(!worker(&mut store, "a", 120_001).has_collision);
}

#[test]
fn workers_in_one_folder_are_a_risk_that_grows_with_their_number() {
    let mut store = new_store();
    for (name, expected) in [
        ("a", None),
        ("b", Some(Risk::Medium)),
        ("c", Some(Risk::High)),
    ] {
        ingest(
            &mut store,
            uses(name, "Read", &format!("/srv/app/{name}"), 0),
        );
        let all = Arc::clone(&store.view(at(0)).collisions);
        assert_eq!(all.directories.first().map(|it| it.risk_level), expected);
    }
    let all = Arc::clone(&store.view(at(0)).collisions);
    assert_eq!(&*all.directories[0].affected_resources[0], "/srv/app");
    assert_eq!(all.directories[0].kind, "directory");
    ingest(&mut store, says("c", "worker.idle", 1));
    store.tidy(at(2));
    let all = Arc::clone(&store.view(at(2)).collisions);
    assert_eq!(all.directories[0].risk_level, Risk::Medium);
    assert_eq!(names(&all.directories[0].workers), ["a", "b"]);
    store.tidy(at(60_001));
    assert_eq!(counts(&mut store, 60_001), (0, 0, 0));
}

#[test]
fn a_worker_that_completed_or_went_idle_is_in_nobodys_way_in_a_folder() {
    for last in [
        on_bead("a", "bead.completed", "1", 1),
        says("a", "worker.idle", 1),
    ] {
        let mut store = new_store();
        ingest(&mut store, uses("a", "Read", "/srv/app/a", 0));
        ingest(&mut store, last);
        ingest(&mut store, uses("b", "Read", "/srv/app/b", 2));
        assert_eq!(counts(&mut store, 2), (0, 0, 0));
    }
}

#[test]
fn what_ends_when_a_worker_leaves_does_not_recurse() {
    let mut store = new_store();
    for place in 0..100 {
        for name in ["a", "b", "c"] {
            ingest(
                &mut store,
                Draft {
                    bead: Some("b1".into()),
                    ..uses(name, "Edit", &format!("/srv/{place}/x"), place)
                },
            );
        }
    }
    assert_eq!(counts(&mut store, 100), (100, 1, 100));
    store.tidy(at(2 * HOUR));
    assert_eq!(counts(&mut store, 2 * HOUR), (0, 0, 0));
    assert!(store.view(at(2 * HOUR)).workers.is_empty());
    ingest(&mut store, uses("a", "Edit", "/srv/1/x", 2 * HOUR));
    assert!(!worker(&mut store, "a", 2 * HOUR).has_collision);
}

#[test]
fn a_worker_whose_clock_is_a_day_off_collides_with_nobody_and_breaks_nothing() {
    for skew in [-24 * HOUR, 24 * HOUR] {
        let mut store = new_store();
        ingest(&mut store, uses("a", "Edit", "/srv/x", 0));
        store.ingest(uses("skewed", "Edit", "/srv/x", skew).into_event(), at(1));
        assert!(files(&mut store, 1).is_empty());
        ingest(&mut store, uses("b", "Edit", "/srv/x", 2));
        let all = files(&mut store, 2);
        assert_eq!(
            all.iter().map(|it| names(&it.workers)).collect::<Vec<_>>(),
            [["a", "b"]]
        );
    }
}

#[test]
fn a_collision_from_a_backlog_has_ended_at_the_first_tidy() {
    let mut store = new_store();
    ingest(&mut store, uses("a", "Edit", "/srv/x", 0));
    ingest(&mut store, uses("b", "Edit", "/srv/x", 1));
    store.tidy(at(30 * MINUTE));
    assert_eq!(counts(&mut store, 30 * MINUTE), (0, 0, 0));
}

#[test]
fn a_clock_that_is_set_back_ends_no_collision_and_keeps_none_for_ever() {
    let mut store = new_store();
    ingest(&mut store, uses("a", "Edit", "/srv/x", HOUR));
    ingest(&mut store, uses("b", "Edit", "/srv/x", HOUR + 1));
    store.tidy(at(0));
    assert_eq!(files(&mut store, 0).len(), 1);
    store.tidy(at(61 * MINUTE));
    store.tidy(at(2 * HOUR));
    assert_eq!(counts(&mut store, 2 * HOUR), (0, 0, 0));
    assert!(store.view(at(2 * HOUR)).workers.is_empty());
}
