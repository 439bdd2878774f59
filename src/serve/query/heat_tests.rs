//! Which files are hot, and how they became so.

use super::tests::modified;
use super::*;
use crate::serve::store::View;
use crate::serve::time::EventTime;

fn paths(entries: &[HeatEntry]) -> Vec<&str> {
    entries.iter().map(|entry| &*entry.path).collect()
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
        (
            HeatSort::Modifications,
            ["/srv/one", "/lib/two", "/srv/three"],
        ),
        (HeatSort::Recent, ["/srv/three", "/lib/two", "/srv/one"]),
        (HeatSort::Workers, ["/lib/two", "/srv/one", "/srv/three"]),
    ] {
        assert_eq!(paths(&ask(HeatmapQuery { sort_by, ..base() })), expected);
    }
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
