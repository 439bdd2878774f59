//! Series of servers that nobody here wrote, taken with `fabric snapshot`: the birth certificates say what really happens.

use std::fs;

use crate::run_fabric::{fabric, fixtures};

/// The verdict on a series is one of `verdicts`, and its first suspect is `suspect`.
fn check(series: &str, verdicts: &[&str], suspects: &[&str]) {
    let folder = format!("series/{series}");
    let run = fabric(&["trend", "--no-symbolize", "--format", "json", &folder]);
    assert_eq!(run.code, 0, "{series}: {}", run.stderr);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    let verdict = json["overallAssessment"].as_str().unwrap_or_default();
    assert!(verdicts.contains(&verdict), "{series}: {verdict}");
    let first = json["suspects"][0]["function"].as_str().unwrap_or_default();
    assert!(
        suspects.iter().any(|suspect| first.ends_with(suspect)),
        "{series}: {first}"
    );
    let snapshots = json["snapshots"].as_array().map_or(0, Vec::len);
    assert_eq!(snapshots, 12, "{series}");
    let limit = fs::read_dir(fixtures().join(&folder)).expect("it is there");
    let bytes: u64 = limit
        .flatten()
        .filter_map(|it| it.metadata().ok())
        .map(|it| it.len())
        .sum();
    assert!(bytes < 200_000, "{series}: {bytes} bytes");
}

#[test]
fn what_really_happens_is_what_trend_says() {
    check(
        "nats-2.9.10",
        &["leaking"],
        &["(*Sublist).Insert", "server.newNode", "server.newLevel"],
    );
    check("redis-7.0.15", &["leaking"], &["lpInsert"]);
    check("pprof-nodejs-5.20", &["leaking"], &["handle", "newSession"]);
    // A head block before its first compaction looks like a leak, and is one for whoever has no more memory.
    check(
        "prometheus-2.42",
        &["growing", "leaking"],
        &[
            "tsdb.newMemSeries",
            "(*Builder).Labels",
            "chunkenc.NewXORChunk",
            // Spread over so many call paths that twelve snapshots show it in the whole alone.
            "",
        ],
    );
}
