//! Questions about a view, and their answers.

use std::sync::Arc;

use super::*;
use crate::serve::event::{Draft, Level};
use crate::serve::store::{Store, View};
use crate::serve::time::{EventTime, WallTime};

/// A store that was told of these modifications (time, worker, path) and asked at once.
pub(super) fn modified(all: &[(i64, &str, &str)]) -> Arc<View> {
    let mut store = Store::new(1, WallTime(0));
    let mut last = 0;
    for (ts, worker, path) in all {
        last = last.max(*ts);
        let draft = Draft {
            ts: EventTime(*ts),
            worker: (*worker).into(),
            message: "tool.call".into(),
            tool: Some("Edit".into()),
            path: Some((*path).into()),
            ..Draft::default()
        };
        store.ingest(draft.into_event(), WallTime(*ts));
    }
    store.tidy(WallTime(last));
    store.view(WallTime(last))
}

#[test]
fn events_are_the_newest_that_fit_oldest_first() {
    let mut store = Store::new(1, WallTime(0));
    for place in 0..100_i64 {
        let draft = Draft {
            ts: EventTime(place),
            worker: format!("w{}", place % 2).into(),
            message: ["bead.claimed", "tool.call", "bead.failed"][place as usize % 3].into(),
            level: Some([Level::Info, Level::Debug][place as usize / 50]),
            bead: (place % 5 == 0).then(|| "b".into()),
            path: (place % 7 == 0).then(|| "/srv/x".into()),
            ..Draft::default()
        };
        store.ingest(draft.into_event(), WallTime(place));
    }
    let view = store.view(WallTime(100));
    let all = || EventQuery {
        limit: 1_000,
        ..EventQuery::default()
    };
    let seqs = |query: &EventQuery| -> Vec<u64> {
        events(&view, query).iter().map(|event| event.seq).collect()
    };
    assert!(seqs(&all()).into_iter().eq(1..=100));
    assert_eq!(seqs(&EventQuery { limit: 3, ..all() }), [98, 99, 100]);
    assert_eq!(seqs(&EventQuery { limit: 0, ..all() }), [0; 0]);
    let w1 = EventQuery {
        worker: Some("w1".to_owned()),
        limit: 2,
        ..all()
    };
    assert_eq!(seqs(&w1), [98, 100]);
    let info = EventQuery {
        level: Some(Level::Info),
        ..all()
    };
    assert!(seqs(&info).into_iter().eq(1..=50));
    let bead = EventQuery {
        bead: Some("b".to_owned()),
        ..all()
    };
    assert_eq!(seqs(&bead).len(), 20);
    let path = EventQuery {
        path: Some(Glob::new("/srv/x")),
        ..all()
    };
    assert_eq!(seqs(&path).len(), 15);
    // As over a WebSocket, a path may be a pattern; an event without one fits none.
    let under = EventQuery {
        path: Some(Glob::new("/srv/*")),
        ..all()
    };
    assert_eq!(seqs(&under).len(), 15);
    let none = EventQuery {
        path: Some(Glob::new("/srv")),
        ..all()
    };
    assert!(seqs(&none).is_empty());
    let glob = EventQuery {
        message: Some(Glob::new("bead.*")),
        limit: 3,
        ..all()
    };
    assert_eq!(seqs(&glob), [97, 99, 100]);
    let span = EventQuery {
        since: Some(EventTime(10)),
        until: Some(EventTime(12)),
        ..all()
    };
    assert_eq!(seqs(&span), [11, 12, 13]);
    let both = EventQuery {
        worker: Some("w0".to_owned()),
        ..span
    };
    assert_eq!(seqs(&both), [11, 13]);
}

#[test]
fn alerts_are_ordered_by_severity_and_named_by_what_they_are_about() {
    let view = modified(&[
        (0, "a", "/srv/x"),
        (1, "b", "/srv/x"),
        (2, "c", "/lib/y"),
        (3, "d", "/lib/y"),
        (4, "e", "/lib/y"),
    ]);
    let alerts = collision_alerts(&view);
    let shown: Vec<_> = alerts
        .iter()
        .map(|it| {
            (
                it.id.as_str(),
                it.kind,
                it.severity.name(),
                it.workers.join(" "),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("alert:file:/lib/y:3", "file", "error", "c d e".to_owned()),
            (
                "alert:task:directory:/lib:3",
                "task",
                "error",
                "c d e".to_owned()
            ),
            ("alert:file:/srv/x:1", "file", "warning", "a b".to_owned()),
            (
                "alert:task:directory:/srv:1",
                "task",
                "warning",
                "a b".to_owned()
            ),
        ]
    );
    let json = serde_json::to_value(&alerts[2]).unwrap_or_default();
    assert_eq!(json["type"], "file");
    assert_eq!(
        (&json["acknowledged"], &json["timestamp"]),
        (&false.into(), &1.into())
    );
    assert_eq!(json["collision"]["path"], "/srv/x");
    assert_eq!(json["severity"], "warning");
    assert_eq!(json["description"], "a, b modify /srv/x");
    let stats = collision_stats(&view);
    let json = serde_json::to_value(stats).unwrap_or_default();
    let expected = serde_json::json!({
        "totalFileCollisions": 2, "activeFileCollisions": 2,
        "totalBeadCollisions": 0, "activeBeadCollisions": 0,
        "totalTaskCollisions": 2, "activeTaskCollisions": 2,
        "workersWithCollisions": 5, "criticalAlerts": 2,
    });
    assert_eq!(json, expected);
    let of_a = collisions_of(&view, "a");
    assert_eq!(
        (of_a.files.len(), of_a.beads.len(), of_a.directories.len()),
        (1, 0, 1)
    );
    assert!(collisions_of(&view, "nobody").files.is_empty());
}

#[test]
fn error_groups_are_as_grave_as_they_are_many_and_recent() {
    let mut store = Store::new(1, WallTime(0));
    for (error, times) in [
        ("odd", 1),
        ("exit code 7", 10),
        ("no such file", 5),
        ("429", 2),
    ] {
        for ts in 0..times {
            let draft = Draft {
                ts: EventTime(ts),
                level: Some(Level::Error),
                worker: "a".into(),
                error: Some(error.into()),
                ..Draft::default()
            };
            store.ingest(draft.into_event(), WallTime(ts));
        }
    }
    let view = store.view(WallTime(10));
    let shown = |now| -> Vec<_> {
        let groups = error_groups(&view, WallTime(now), false).into_iter();
        groups
            .map(|it| {
                (
                    it.fingerprint.category,
                    it.severity.name(),
                    it.is_active,
                    it.count,
                    it.recent_events.len(),
                )
            })
            .collect()
    };
    assert_eq!(
        shown(10),
        [
            ("tool", "critical", true, 10, 5),
            ("not_found", "high", true, 5, 5),
            ("resource", "medium", true, 2, 2),
            ("unknown", "low", true, 1, 1),
        ]
    );
    let later = 5 * 60_000 + 1;
    assert_eq!(
        shown(later)
            .iter()
            .map(|it| (it.0, it.1))
            .collect::<Vec<_>>(),
        [
            ("tool", "critical"),
            ("not_found", "high"),
            ("resource", "low"),
            ("unknown", "low"),
        ]
    );
    assert_eq!(error_groups(&view, WallTime(later), true).len(), 2);
    let json = serde_json::to_value(error_stats(&view, WallTime(later))).unwrap_or_default();
    let expected = serde_json::json!({
        "totalGroups": 4, "activeGroups": 2, "totalErrors": 18,
        "byCategory": {"not_found": 1, "resource": 1, "tool": 1, "unknown": 1},
        "bySeverity": {"critical": 1, "high": 1, "low": 2},
    });
    assert_eq!(json, expected);
}
