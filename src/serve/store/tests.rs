//! What events do to the store.

use std::sync::Arc;

use super::*;
use crate::serve::event::{Draft, Level};
use crate::serve::time::{EventTime, WallTime};

pub(super) const MINUTE: i64 = 60_000;
pub(super) const HOUR: i64 = 60 * MINUTE;
/// A time as good as any.
pub(super) const T0: i64 = 1_777_368_070_000;

pub(super) fn new_store() -> Store {
    Store::new(7, WallTime(T0))
}

pub(super) fn says<'a>(worker: &'a str, message: &'a str, at: i64) -> Draft<'a> {
    Draft {
        ts: EventTime(T0 + at),
        worker: worker.into(),
        message: message.into(),
        ..Draft::default()
    }
}

pub(super) fn on_bead<'a>(worker: &'a str, message: &'a str, bead: &'a str, at: i64) -> Draft<'a> {
    Draft {
        bead: Some(bead.into()),
        ..says(worker, message, at)
    }
}

pub(super) fn uses<'a>(worker: &'a str, tool: &'a str, path: &'a str, at: i64) -> Draft<'a> {
    Draft {
        tool: Some(tool.into()),
        path: Some(path.into()),
        ..says(worker, "tool.call", at)
    }
}

pub(super) fn fails<'a>(worker: &'a str, error: &'a str, at: i64) -> Draft<'a> {
    Draft {
        level: Some(Level::Error),
        error: Some(error.into()),
        ..says(worker, "error.tool", at)
    }
}

/// The clocks agree.
pub(super) fn ingest(store: &mut Store, draft: Draft<'_>) -> Ingested {
    let heard = WallTime(draft.ts.0);
    store.ingest(draft.into_event(), heard)
}

pub(super) fn at(time: i64) -> WallTime {
    WallTime(T0 + time)
}

pub(super) fn worker(store: &mut Store, name: &str, time: i64) -> Arc<Worker> {
    let view = store.view(at(time));
    let found = view.workers.iter().find(|worker| worker.id == name);
    Arc::clone(found.unwrap_or_else(|| panic!("{name} is not known")))
}

fn counted(worker: &str, session: &'static str, sequence: u64) -> Draft<'static> {
    Draft {
        session: Some(session.into()),
        sequence: Some(sequence),
        worker: worker.to_owned().into(),
        ..says("", "tick", 0)
    }
}

#[test]
fn events_are_numbered_from_one_and_found_by_their_number() {
    let mut store = new_store();
    for place in 1..=12_345 {
        let stored = ingest(&mut store, says("a", &format!("event {place}"), 0));
        assert_eq!(stored, Ingested::Stored(place));
    }
    let view = store.view(at(0));
    let log = &view.events;
    assert_eq!((view.seq, log.len()), (12_345, 10_000));
    assert_eq!(
        (log.first_seq(), log.last_seq()),
        (Some(2_346), Some(12_345))
    );
    let seqs =
        |events: Vec<&SequencedEvent>| events.iter().map(|event| event.seq).collect::<Vec<_>>();
    assert!(seqs(log.iter().collect()).into_iter().eq(2_346..=12_345));
    assert!(
        seqs(log.iter().rev().collect())
            .into_iter()
            .eq((2_346..=12_345).rev())
    );
    assert!(
        seqs(log.after(12_000).collect())
            .into_iter()
            .eq(12_001..=12_345)
    );
    assert!(
        seqs(log.after(12_000).rev().collect())
            .into_iter()
            .eq((12_001..=12_345).rev())
    );
    assert!(seqs(log.after(5).collect()).into_iter().eq(2_346..=12_345));
    assert_eq!(log.after(12_345).count(), 0);
    assert_eq!(log.after(u64::MAX).count(), 0);
    assert_eq!(seqs(log.last(2).collect()), [12_344, 12_345]);
    assert_eq!(log.last(0).count(), 0);
    assert_eq!(log.last(usize::MAX).count(), 10_000);
    assert_eq!(log.get(2_345).map(|event| event.message()), None);
    assert_eq!(
        log.get(5_000).map(|event| event.message()),
        Some("event 5000")
    );
    assert_eq!(log.get(12_346).map(|event| event.message()), None);
}

#[test]
fn a_view_does_not_change_when_the_store_does() {
    let mut store = new_store();
    ingest(&mut store, uses("a", "Edit", "/srv/x.rs", 0));
    let before = store.view(at(0));
    ingest(&mut store, uses("a", "Edit", "/srv/x.rs", 1));
    ingest(&mut store, says("b", "worker.started", 2));
    assert_eq!(
        (before.seq, before.events.len(), before.workers.len()),
        (1, 1, 1)
    );
    assert_eq!(before.workers[0].event_count, 1);
    assert_eq!(
        before
            .files
            .iter()
            .map(|file| file.modifications)
            .sum::<u64>(),
        1
    );
    let after = store.view(at(2));
    assert_eq!(
        (after.seq, after.events.len(), after.workers.len()),
        (3, 3, 2)
    );
    assert_eq!(
        after
            .files
            .iter()
            .map(|file| file.modifications)
            .sum::<u64>(),
        2
    );
    assert_eq!((after.epoch, after.started_at), (7, WallTime(T0)));
}

#[test]
fn an_event_with_a_known_session_worker_and_sequence_is_a_duplicate() {
    let mut store = new_store();
    assert_eq!(
        ingest(&mut store, counted("a", "s", 0)),
        Ingested::Stored(1)
    );
    assert_eq!(
        ingest(&mut store, counted("a", "s", 0)),
        Ingested::Duplicate
    );
    assert_eq!(
        ingest(&mut store, counted("b", "s", 0)),
        Ingested::Stored(2)
    );
    assert_eq!(
        ingest(&mut store, counted("a", "t", 0)),
        Ingested::Stored(3)
    );
    assert_eq!(
        ingest(&mut store, counted("a", "s", 1)),
        Ingested::Stored(4)
    );
    let without = || says("a", "tick", 0);
    assert_eq!(ingest(&mut store, without()), Ingested::Stored(5));
    assert_eq!(ingest(&mut store, without()), Ingested::Stored(6));
    let view = store.view(at(0));
    assert_eq!((view.counters.duplicates, view.counters.events), (1, 6));
    assert_eq!(worker(&mut store, "a", 0).event_count, 5);
}

#[test]
fn a_key_that_comes_again_is_remembered_as_if_it_were_new() {
    let mut store = new_store();
    for sequence in 0..10_000 {
        ingest(&mut store, counted("a", "s", sequence));
    }
    assert_eq!(
        ingest(&mut store, counted("a", "s", 0)),
        Ingested::Duplicate
    );
    ingest(&mut store, counted("a", "s", 10_000));
    assert_eq!(
        ingest(&mut store, counted("a", "s", 0)),
        Ingested::Duplicate
    );
    assert!(matches!(
        ingest(&mut store, counted("a", "s", 1)),
        Ingested::Stored(_)
    ));
}

#[test]
fn each_event_is_a_change_and_collisions_are_one() {
    let mut store = new_store();
    ingest(&mut store, says("a", "one", 0));
    ingest(&mut store, uses("a", "Edit", "/srv/x.rs", 1));
    ingest(&mut store, uses("b", "Edit", "/srv/x.rs", 2));
    ingest(&mut store, uses("c", "Edit", "/srv/x.rs", 3));
    let names = |changes: Vec<Change>| -> Vec<String> {
        let name = |change: &Change| match change {
            Change::Event(seq, event) => format!("{seq} {}", event.worker()),
            Change::Collisions => "collisions".to_owned(),
            Change::Memory => "memory".to_owned(),
            Change::Assessments => "assessments".to_owned(),
            Change::Alert(change) => change.alert.id.to_string(),
        };
        changes.iter().map(name).collect()
    };
    assert_eq!(
        names(store.take_changes()),
        ["1 a", "2 a", "3 b", "4 c", "collisions"]
    );
    assert!(store.take_changes().is_empty());
    ingest(&mut store, uses("a", "Edit", "/srv/x.rs", 4));
    store.add_memory(MemorySample::default(), Vec::new());
    assert_eq!(names(store.take_changes()), ["5 a", "memory"]);
    store.tidy(at(2 * MINUTE));
    assert_eq!(names(store.take_changes()), ["collisions"]);
}

#[test]
fn changes_that_nobody_takes_are_lost_with_their_events_and_counted() {
    let mut store = new_store();
    for _ in 0..10_007 {
        ingest(&mut store, says("a", "tick", 0));
    }
    let changes = store.take_changes();
    assert_eq!(changes.len(), 10_000);
    assert!(matches!(changes.first(), Some(Change::Event(8, _))));
    let view = store.view(at(0));
    let pending = view
        .bounds
        .iter()
        .find(|it| it.bound.collection == "pendingChanges");
    assert_eq!(
        pending.map(|it| (it.usage.length, it.usage.evictions)),
        Some((0, 7))
    );
}

#[test]
fn a_backlog_is_as_old_as_it_says() {
    let mut store = new_store();
    for minute in 0..240 {
        let draft = says("a", "tick", minute * MINUTE);
        let heard = WallTime::of_backlog(at(240 * MINUTE), draft.ts);
        store.ingest(draft.into_event(), heard);
    }
    let draft = uses("old", "Edit", "/srv/x", 0);
    store.ingest(draft.into_event(), at(0));
    store.tidy(at(240 * MINUTE));
    let view = store.view(at(240 * MINUTE));
    assert_eq!(
        view.workers.iter().map(|it| &*it.id).collect::<Vec<_>>(),
        ["a"]
    );
    assert!(view.files.is_empty());
    assert_eq!(view.events.len(), 241);
}

#[test]
fn rejected_lines_are_counted_by_reason_with_the_first_of_each() {
    use crate::serve::event::{RejectReason, Rejection};
    let mut store = new_store();
    for (reason, offset) in [
        (RejectReason::NotJson, 10),
        (RejectReason::BadTime, 20),
        (RejectReason::NotJson, 30),
    ] {
        store.reject(Rejection {
            reason,
            file: "a.jsonl".to_owned(),
            offset,
            example: "x".repeat(10_000),
        });
    }
    let view = store.view(at(0));
    let rows: Vec<_> = view
        .rejected
        .iter()
        .map(|it| (it.reason, it.count, it.offset, it.example.len()))
        .collect();
    assert_eq!(
        rows,
        [
            (RejectReason::NotJson, 2, 10, 256),
            (RejectReason::BadTime, 1, 20, 256)
        ]
    );
    assert_eq!(view.counters.rejected, 3);
}

#[test]
fn events_of_each_level_and_of_the_last_minute_are_counted() {
    let mut store = new_store();
    for second in 0..60 {
        for level in [Level::Info, Level::Debug] {
            ingest(
                &mut store,
                Draft {
                    level: Some(level),
                    ..says("a", "tick", second * 1_000)
                },
            );
        }
    }
    ingest(&mut store, fails("a", "x", 59_000));
    let counters = store.view(at(59_999)).counters;
    assert_eq!(counters.by_level, [60, 60, 0, 1]);
    assert_eq!(counters.rate_per_second, 121.0 / 59.0);
    assert_eq!(store.view(at(200_000)).counters.rate_per_second, 0.0);
}
