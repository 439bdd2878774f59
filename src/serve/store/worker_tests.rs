//! What events say of their workers.

use serde_json::value::RawValue;

use super::tests::*;
use super::*;
use crate::serve::event::{Draft, Entries, Level};
use crate::serve::time::EventTime;

fn data<'a>(fields: &[(&'static str, &'a str)]) -> Entries<'a> {
    let mut data = Entries::default();
    for &(name, json) in fields {
        let value: &RawValue = serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}"));
        data.add(name.into(), value);
    }
    data
}

#[test]
fn the_status_follows_from_the_event_type() {
    use WorkerStatus::{Active, Error, Idle};
    for (message, bead, expected) in [
        ("worker.started", None, Active),
        ("bead.claimed", None, Active),
        ("bead.agent_started", None, Active),
        ("execution.started", None, Active),
        ("worker.idle", None, Idle),
        ("worker.stopped", None, Idle),
        ("worker.draining", None, Idle),
        ("bead.completed", Some("b"), Idle),
        ("anything.else", None, Active),
    ] {
        let mut store = new_store();
        let draft = says("a", message, 0);
        ingest(
            &mut store,
            Draft {
                bead: bead.map(Into::into),
                ..draft
            },
        );
        assert_eq!(worker(&mut store, "a", 0).status, expected, "{message}");
        ingest(&mut store, fails("a", "x", 1));
        assert_eq!(worker(&mut store, "a", 1).status, Error);
        ingest(&mut store, says("a", "anything.else", 2));
        assert_eq!(worker(&mut store, "a", 2).status, Error);
        ingest(&mut store, says("a", message, 3));
        let after = if message == "anything.else" {
            Error
        } else {
            expected
        };
        assert_eq!(worker(&mut store, "a", 3).status, after, "{message}");
    }
}

#[test]
fn an_event_of_level_error_makes_an_error_whatever_its_type() {
    let mut store = new_store();
    let draft = says("a", "worker.idle", 0);
    ingest(
        &mut store,
        Draft {
            level: Some(Level::Error),
            ..draft
        },
    );
    assert_eq!(worker(&mut store, "a", 0).status, WorkerStatus::Error);
}

#[test]
fn a_state_transition_says_what_a_worker_does() {
    use WorkerStatus::{Active, Idle};
    for (to, expected) in [
        ("SELECTING", Active),
        ("EXECUTING", Active),
        ("CLOSING", Active),
        ("EXHAUSTED_IDLE", Idle),
        ("STOPPED", Idle),
        // Nothing follows from a state that is not known.
        ("DREAMING", Idle),
    ] {
        let mut store = new_store();
        ingest(&mut store, says("a", "worker.idle", 0));
        let to_json = format!("\"{to}\"");
        ingest(
            &mut store,
            Draft {
                rest: data(&[("from", "\"BOOTING\""), ("to", &to_json)]),
                ..says("a", "worker.state_transition", 5)
            },
        );
        let worker = worker(&mut store, "a", 5);
        assert_eq!(
            (worker.status, worker.needle_state.as_deref()),
            (expected, Some(to))
        );
        assert_eq!(
            worker.last_state_transition,
            Some(Needle {
                from: "BOOTING".to_owned(),
                to: to.to_owned(),
                at: EventTime(T0 + 5),
            })
        );
    }
}

#[test]
fn a_completed_task_is_counted_and_its_files_are_not_active_any_more() {
    let mut store = new_store();
    ingest(&mut store, on_bead("a", "bead.claim.succeeded", "b1", 0));
    ingest(
        &mut store,
        Draft {
            bead: Some("b1".into()),
            ..uses("a", "Read", "/srv/x.rs", 1)
        },
    );
    let busy = worker(&mut store, "a", 1);
    assert_eq!(busy.active_bead.as_deref(), Some("b1"));
    assert_eq!(busy.current_bead.as_deref(), Some("b1"));
    assert_eq!(
        busy.active_files.iter().map(|it| &**it).collect::<Vec<_>>(),
        ["/srv/x.rs"]
    );
    assert_eq!(
        busy.active_directories
            .iter()
            .map(|it| &**it)
            .collect::<Vec<_>>(),
        ["/srv"]
    );
    ingest(&mut store, on_bead("a", "bead.completed", "b1", 2_001));
    let done = worker(&mut store, "a", 2_001);
    assert_eq!((done.beads_completed, done.beads_released), (1, 0));
    assert_eq!(
        (done.active_bead.as_deref(), done.current_bead.as_deref()),
        (None, None)
    );
    assert!(done.active_files.is_empty() && done.active_directories.is_empty());
    ingest(&mut store, says("a", "bead.completed", 2_002));
    assert_eq!(worker(&mut store, "a", 2_002).beads_completed, 1);
    let counters = store.view(at(2_002)).counters;
    assert_eq!((counters.tasks_finished, counters.task_ms), (1, 2_001));
}

#[test]
fn a_task_that_is_given_back_counts_only_with_success() {
    let mut store = new_store();
    for (reason, released, status) in [
        ("\"lost_race\"", 0, WorkerStatus::Active),
        ("\"release_success\"", 1, WorkerStatus::Idle),
    ] {
        ingest(&mut store, on_bead("a", "bead.claim.succeeded", "b1", 0));
        ingest(
            &mut store,
            Draft {
                rest: data(&[("reason", reason)]),
                ..on_bead("a", "bead.released", "b1", 1)
            },
        );
        let worker = worker(&mut store, "a", 1);
        assert_eq!((worker.beads_released, worker.status), (released, status));
        assert_eq!(
            (
                worker.current_bead.as_deref(),
                worker.active_bead.as_deref()
            ),
            (None, None)
        );
    }
}

#[test]
fn a_worker_shows_its_process_machine_and_last_event() {
    let mut store = new_store();
    ingest(
        &mut store,
        Draft {
            host: Some("node-b".into()),
            rest: data(&[("pid", "41877")]),
            ..says("a", "worker.started", 10)
        },
    );
    ingest(&mut store, says("a", "later", 5));
    let worker = worker(&mut store, "a", 10);
    assert_eq!(
        (worker.host.as_deref(), worker.pid),
        (Some("node-b"), Some(41_877))
    );
    assert_eq!(
        worker.last_event.as_ref().map(|event| event.message()),
        Some("later")
    );
    assert_eq!(
        (worker.first_seen, worker.last_activity),
        (EventTime(T0 + 5), EventTime(T0 + 10))
    );
    assert_eq!(worker.event_count, 2);
}

#[test]
fn a_file_that_is_touched_again_is_the_newest() {
    let mut store = new_store();
    for path in ["/a/1", "/b/2", "/a/1", "plain"] {
        ingest(&mut store, uses("a", "Read", path, 0));
    }
    let worker = worker(&mut store, "a", 0);
    assert_eq!(
        worker
            .active_files
            .iter()
            .map(|it| &**it)
            .collect::<Vec<_>>(),
        ["/b/2", "/a/1", "plain"]
    );
    assert_eq!(
        worker
            .active_directories
            .iter()
            .map(|it| &**it)
            .collect::<Vec<_>>(),
        ["/b", "/a"]
    );
}

#[test]
fn a_worker_that_is_silent_for_an_hour_is_forgotten_even_if_it_was_active() {
    let mut store = new_store();
    ingest(&mut store, says("gone", "bead.claimed", 0));
    ingest(&mut store, says("here", "bead.claimed", 1));
    store.tidy(at(HOUR));
    assert_eq!(store.view(at(HOUR)).workers.len(), 2);
    ingest(&mut store, says("here", "tick", HOUR));
    store.tidy(at(HOUR + 1));
    let view = store.view(at(HOUR + 1));
    assert_eq!(
        view.workers.iter().map(|it| &*it.id).collect::<Vec<_>>(),
        ["here"]
    );
}

#[test]
fn a_clock_that_is_a_day_off_does_not_age_a_worker_nor_keep_it() {
    const DAY: i64 = 24 * HOUR;
    for skew in [-DAY, DAY] {
        let mut store = new_store();
        store.ingest(says("a", "bead.claimed", skew).into_event(), at(0));
        store.tidy(at(59 * MINUTE));
        assert_eq!(store.view(at(59 * MINUTE)).workers.len(), 1, "{skew}");
        store.tidy(at(61 * MINUTE));
        assert_eq!(store.view(at(61 * MINUTE)).workers.len(), 0, "{skew}");
    }
}

#[test]
fn over_the_cap_the_worker_that_was_silent_for_longest_leaves() {
    let mut store = new_store();
    for place in 0..1_000 {
        ingest(&mut store, says(&format!("w{place:04}"), "tick", place));
    }
    // From a backlog, so that what arrived last is not what was heard last.
    store.ingest(says("w0000", "tick", 5_000).into_event(), at(5_000));
    store.ingest(says("late", "tick", 6_000).into_event(), at(6_000));
    store.ingest(says("later", "tick", 7_000).into_event(), at(7_000));
    let view = store.view(at(7_000));
    let known = |name: &str| view.workers.iter().any(|worker| worker.id == name);
    assert_eq!(view.workers.len(), 1_000);
    assert!(known("w0000") && known("late") && known("later") && known("w0003"));
    assert!(!known("w0001") && !known("w0002"));
    assert!(view.workers.is_sorted_by_key(|worker| worker.id.clone()));
}
