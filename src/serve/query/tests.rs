//! Questions about a view, and their answers.

use std::sync::Arc;

use super::*;
use crate::serve::event::{Draft, Level};
use crate::serve::store::{Store, View};
use crate::serve::time::{EventTime, WallTime};

/// A store that was told of these modifications (time, worker, path) and asked at once.
fn modified(all: &[(i64, &str, &str)]) -> Arc<View> {
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

fn paths(entries: &[HeatEntry]) -> Vec<&str> {
    entries.iter().map(|entry| &*entry.path).collect()
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
        path: Some("/srv/x".to_owned()),
        ..all()
    };
    assert_eq!(seqs(&path).len(), 15);
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
fn heat_levels_have_the_same_limits_everywhere() {
    use HeatLevel::{Cold, Critical, Hot, Warm};
    for (modifications, level) in [
        (1, Cold),
        (2, Cold),
        (3, Warm),
        (5, Warm),
        (6, Hot),
        (10, Hot),
        (11, Critical),
        (999, Critical),
    ] {
        assert_eq!(HeatLevel::of(modifications), level, "{modifications}");
        let all: Vec<_> = (0..modifications as i64)
            .map(|ts| (ts, "a", "/x"))
            .collect();
        let view = modified(&all);
        assert_eq!(
            heatmap(&view, &HeatmapQuery::default())[0].heat_level,
            level
        );
        let last = timelapse(&view, &TimelapseQuery::default());
        let last = last
            .snapshots
            .last()
            .unwrap_or_else(|| panic!("no picture"));
        assert_eq!(last.entries[0].heat_level, level);
    }
}

#[test]
fn an_entry_says_who_modified_a_file_and_how_often() {
    let view = modified(&[
        (0, "a", "/srv/x"),
        (100, "b", "/srv/x"),
        (250, "a", "/srv/x"),
        (301, "a", "/srv/x"),
    ]);
    let entries = heatmap(&view, &HeatmapQuery::default());
    let json = serde_json::to_value(&entries).unwrap_or_default();
    let expected = serde_json::json!([{
        "path": "/srv/x",
        "modifications": 4,
        "heatLevel": "warm",
        "workers": [
            {"workerId": "a", "modifications": 3, "lastModified": 301, "percentage": 75.0},
            {"workerId": "b", "modifications": 1, "lastModified": 100, "percentage": 25.0},
        ],
        "firstModified": 0,
        "lastModified": 301,
        "hasCollision": true,
        "activeWorkers": 2,
        "avgModificationInterval": 100,
    }]);
    assert_eq!(json, expected);
}

#[test]
fn entries_are_chosen_and_ordered_as_asked() {
    let view = modified(&[
        (0, "a", "/srv/one"),
        (1, "a", "/srv/one"),
        (2, "a", "/srv/one"),
        (10, "a", "/lib/two"),
        (10, "b", "/lib/two"),
        (60_000, "a", "/srv/three"),
    ]);
    let ask = |query: HeatmapQuery| heatmap(&view, &query);
    let base = HeatmapQuery::default;
    assert_eq!(paths(&ask(base())), ["/srv/one", "/lib/two", "/srv/three"]);
    for (sort_by, expected) in [
        ("modifications", ["/srv/one", "/lib/two", "/srv/three"]),
        ("recent", ["/srv/three", "/lib/two", "/srv/one"]),
        ("workers", ["/lib/two", "/srv/one", "/srv/three"]),
    ] {
        let sort_by = HeatSort::from_name(sort_by).unwrap_or_else(|| panic!("{sort_by}"));
        assert_eq!(paths(&ask(HeatmapQuery { sort_by, ..base() })), expected);
    }
    assert_eq!(HeatSort::from_name("Recent"), None);
    assert_eq!(
        paths(&ask(HeatmapQuery {
            max_entries: 1,
            ..base()
        })),
        ["/srv/one"]
    );
    assert_eq!(
        paths(&ask(HeatmapQuery {
            max_entries: 0,
            ..base()
        })),
        [""; 0]
    );
    assert_eq!(
        paths(&ask(HeatmapQuery {
            min_modifications: 3,
            ..base()
        })),
        ["/srv/one"]
    );
    let directory_filter = Some("/srv/".to_owned());
    assert_eq!(
        paths(&ask(HeatmapQuery {
            directory_filter,
            ..base()
        })),
        ["/srv/one", "/srv/three"]
    );
    // At 60,000 the collision on /lib/two has ended.
    assert!(
        ask(HeatmapQuery {
            collisions_only: true,
            ..base()
        })
        .is_empty()
    );
    let view = modified(&[
        (0, "a", "/1"),
        (0, "a", "/1"),
        (1, "a", "/2"),
        (1, "b", "/2"),
        (1, "a", "/3"),
    ]);
    let collisions = HeatmapQuery {
        collisions_only: true,
        ..base()
    };
    assert_eq!(paths(&heatmap(&view, &collisions)), ["/2"]);
    let first = HeatmapQuery {
        sort_by: HeatSort::Collisions,
        ..base()
    };
    assert_eq!(paths(&heatmap(&view, &first)), ["/2", "/1", "/3"]);
}

#[test]
fn stats_add_all_files_up() {
    let mut all = vec![
        (0, "a", "/srv/x/1"),
        (0, "b", "/srv/x/1"),
        (0, "a", "/lib/2"),
    ];
    all.extend((0..11).map(|ts| (ts, "a", "/srv/x/3")));
    let stats = heatmap_stats(&modified(&all));
    let json = serde_json::to_value(&stats).unwrap_or_default();
    let expected = serde_json::json!({
        "totalFiles": 3,
        "totalModifications": 14,
        "collisionFiles": 1,
        "activeFiles": 3,
        "heatDistribution": {"cold": 2, "warm": 0, "hot": 0, "critical": 1},
        "mostActiveDirectory": "/srv/x",
        "avgModificationsPerFile": 4.7,
    });
    assert_eq!(json, expected);
    assert_eq!(heatmap_stats(&View::default()), HeatStats::default());
}

#[test]
fn a_timelapse_shows_modifications_when_they_happened() {
    let view = modified(&[
        (0, "a", "/x"),
        (40, "a", "/x"),
        (50, "b", "/x"),
        (100, "a", "/x"),
        (100, "b", "/y"),
    ]);
    let query = TimelapseQuery {
        snapshots: 4,
        ..TimelapseQuery::default()
    };
    let lapse = timelapse(&view, &query);
    assert_eq!(
        (
            lapse.start_timestamp.0,
            lapse.end_timestamp.0,
            lapse.interval,
            lapse.total_snapshots
        ),
        (0, 100, 25, 5)
    );
    let counts: Vec<Vec<u64>> = lapse
        .snapshots
        .iter()
        .map(|it| it.entries.iter().map(|entry| entry.modifications).collect())
        .collect();
    assert_eq!(counts, [vec![1], vec![1], vec![3], vec![3], vec![4, 1]]);
    let workers = |at: usize| -> Vec<(String, u64)> {
        let workers = lapse.snapshots[at].entries[0].workers.iter();
        workers
            .map(|it| (it.worker_id.to_string(), it.modifications))
            .collect()
    };
    assert_eq!(workers(0), [("a".to_owned(), 1)]);
    assert_eq!(workers(2), [("a".to_owned(), 2), ("b".to_owned(), 1)]);
    assert_eq!(workers(4), [("a".to_owned(), 3), ("b".to_owned(), 1)]);
    assert_eq!(lapse.snapshots[2].stats.total_modifications, 3);
    let later = TimelapseQuery {
        start: Some(EventTime(45)),
        end: Some(EventTime(60)),
        ..query
    };
    let lapse = timelapse(&view, &later);
    assert_eq!(
        lapse
            .snapshots
            .iter()
            .map(|it| it.timestamp.0)
            .collect::<Vec<_>>(),
        [45, 48, 51, 54, 57]
    );
    let json = serde_json::to_value(&lapse).unwrap_or_default();
    for name in [
        "startTimestamp",
        "endTimestamp",
        "interval",
        "totalSnapshots",
        "snapshots",
    ] {
        assert!(json.get(name).is_some(), "{name}");
    }
}

#[test]
fn a_timelapse_of_strange_times_is_short() {
    let view = modified(&[(i64::MIN, "a", "/x"), (i64::MAX, "a", "/x")]);
    for snapshots in [0, 1, 30, usize::MAX] {
        let lapse = timelapse(
            &view,
            &TimelapseQuery {
                snapshots,
                ..TimelapseQuery::default()
            },
        );
        assert!(lapse.snapshots.len() <= 201, "{snapshots}");
    }
    let backwards = TimelapseQuery {
        start: Some(EventTime(5)),
        end: Some(EventTime(1)),
        ..TimelapseQuery::default()
    };
    assert!(timelapse(&view, &backwards).snapshots.is_empty());
    assert_eq!(
        timelapse(&View::default(), &TimelapseQuery::default()).snapshots[0].entries,
        []
    );
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
    let alerts = alerts(&view);
    let shown: Vec<_> = alerts
        .iter()
        .map(|it| (it.id.as_str(), it.kind, it.severity(), it.workers.join(" ")))
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
