//! Workers that get nowhere.

use super::tests::*;
use super::*;

/// Whether the worker `a` is stuck at that time, and how.
fn stuck(store: &mut Store, time: i64) -> Option<(&'static str, &'static str)> {
    store.tidy(at(time));
    let worker = worker(store, "a", time);
    assert_eq!(worker.stuck, worker.stuck_reason.is_some());
    worker
        .stuck_reason
        .as_ref()
        .map(|it| (it.kind, it.severity))
}

#[test]
fn a_tool_that_is_used_five_times_on_one_file_is_a_warning_and_ten_times_is_critical() {
    for (times, expected) in [
        (4, None),
        (5, Some(("repeated_tool", "warning"))),
        (9, Some(("repeated_tool", "warning"))),
        (10, Some(("repeated_tool", "critical"))),
    ] {
        let mut store = new_store();
        for place in 0..times {
            ingest(&mut store, uses("a", "Read", "/srv/x", place));
        }
        assert_eq!(stuck(&mut store, times), expected, "{times}");
    }
    let mut store = new_store();
    for place in 0..5 {
        ingest(
            &mut store,
            uses("a", "Read", &format!("/srv/{place}"), place),
        );
    }
    assert_eq!(stuck(&mut store, 5), None);
}

#[test]
fn what_was_more_than_five_minutes_ago_does_not_count() {
    let mut store = new_store();
    for place in 0..5 {
        ingest(&mut store, uses("a", "Read", "/srv/x", place * 80_000));
    }
    assert_eq!(stuck(&mut store, 320_000), None);
}

#[test]
fn the_reason_names_tool_file_and_number() {
    let mut store = new_store();
    for place in 0..6 {
        ingest(&mut store, uses("a", "Bash", "/srv/x", place));
    }
    store.tidy(at(6));
    let worker = worker(&mut store, "a", 6);
    let reason = worker.stuck_reason.as_ref().map(|it| it.reason.as_str());
    assert_eq!(
        reason,
        Some("Bash on /srv/x was used 6 times in five minutes")
    );
}

#[test]
fn one_file_that_is_edited_four_times_is_edited_in_circles() {
    for (times, expected) in [
        (3, None),
        (4, Some(("circular_edit", "warning"))),
        (6, Some(("repeated_tool", "warning"))),
    ] {
        let mut store = new_store();
        for place in 0..times {
            ingest(&mut store, uses("a", "Edit", "/srv/x", place));
        }
        assert_eq!(stuck(&mut store, times), expected, "{times}");
    }
}

#[test]
fn an_active_worker_that_is_not_heard_of_makes_no_progress_and_an_idle_one_waits() {
    let mut store = new_store();
    ingest(&mut store, says("a", "bead.claimed", 0));
    assert_eq!(stuck(&mut store, 2 * MINUTE), None);
    assert_eq!(
        stuck(&mut store, 2 * MINUTE + 1),
        Some(("no_progress", "warning"))
    );
    assert_eq!(
        stuck(&mut store, 10 * MINUTE + 1),
        Some(("no_progress", "critical"))
    );
    ingest(&mut store, says("a", "worker.idle", 10 * MINUTE + 2));
    assert_eq!(stuck(&mut store, 30 * MINUTE), None);
}

#[test]
fn a_busy_worker_that_completes_nothing_makes_no_progress() {
    let mut store = new_store();
    for place in 0..10 {
        ingest(&mut store, says("a", "tick", place));
    }
    assert_eq!(stuck(&mut store, 10), None);
    ingest(&mut store, says("a", "tick", 10));
    assert_eq!(stuck(&mut store, 11), Some(("no_progress", "warning")));
    ingest(&mut store, says("a", "Task COMPLETE", 11));
    assert_eq!(stuck(&mut store, 12), None);
}

#[test]
fn a_worker_that_is_known_for_ten_minutes_and_completes_less_than_two_tasks_runs_long() {
    let mut store = new_store();
    ingest(&mut store, says("a", "task complete", 0));
    for (minute, expected) in [
        (6, None),
        (12, Some(("long_running", "warning"))),
        (21, Some(("long_running", "critical"))),
    ] {
        ingest(&mut store, says("a", "task complete", minute * MINUTE));
        assert_eq!(stuck(&mut store, minute * MINUTE), expected, "{minute}");
    }
    ingest(&mut store, says("a", "task complete", 21 * MINUTE + 1));
    assert_eq!(stuck(&mut store, 21 * MINUTE + 1), None);
}

#[test]
fn windows_are_on_the_clock_of_the_worker_and_silence_is_on_that_of_this_machine() {
    for skew in [-24 * HOUR, 24 * HOUR] {
        let mut store = new_store();
        for place in 0..5 {
            store.ingest(
                uses("a", "Read", "/srv/x", skew + place).into_event(),
                at(place),
            );
        }
        assert_eq!(stuck(&mut store, 5), Some(("repeated_tool", "warning")));
        let mut store = new_store();
        store.ingest(says("a", "tick", skew).into_event(), at(0));
        assert_eq!(stuck(&mut store, MINUTE), None, "{skew}");
        assert_eq!(
            stuck(&mut store, 3 * MINUTE),
            Some(("no_progress", "warning"))
        );
    }
}

#[test]
fn one_event_from_the_future_does_not_blind_it() {
    let mut store = new_store();
    ingest(&mut store, says("a", "tick", 0));
    store.ingest(says("a", "tick", 24 * HOUR).into_event(), at(1));
    for place in 2..7 {
        ingest(&mut store, uses("a", "Read", "/srv/x", place));
    }
    assert_eq!(stuck(&mut store, 7), Some(("repeated_tool", "warning")));
}

#[test]
fn events_in_reverse_order_say_the_same() {
    let mut store = new_store();
    for place in (0..5).rev() {
        store.ingest(
            uses("a", "Read", "/srv/x", place * 1_000).into_event(),
            at(5_000),
        );
    }
    assert_eq!(stuck(&mut store, 5_000), Some(("repeated_tool", "warning")));
}
