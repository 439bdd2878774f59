//! The JSON contract, seen from outside: fields are read with types of the test's own that deny what they do not know, and
//! every field stands in the manual.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

use super::run_fabric::{fabric, fixtures};

const BEFORE: &str = "pprof/go-1.27/goleak/heap.007.pb.gz";
const AFTER: &str = "pprof/go-1.27/goleak/heap.019.pb.gz";
const HEAP: &str = "v8/node-20/reduced/vr1.heapsnapshot.gz";
const GOLEAK: &str = "pprof/go-1.27/goleak";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "that the field is there with this type is the test"
)]
struct Snapshot {
    filename: String,
    filepath: String,
    timestamp: Option<i64>,
    size_bytes: Option<u64>,
    size_mb: Option<f64>,
    trigger: Option<String>,
    format: String,
    sampling: Sampling,
    inuse_bytes: Option<u64>,
    inuse_objects: Option<u64>,
    command: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "that the field is there with this type is the test"
)]
struct Sampling {
    kind: String,
    period_bytes: Option<u64>,
    period_source: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "that the field is there with this type is the test"
)]
struct Diff {
    schema: String,
    baseline: Snapshot,
    current: Snapshot,
    duration_ms: Option<i64>,
    duration_minutes: Option<f64>,
    value_type: String,
    is_bytes: bool,
    total_before: u64,
    total_after: u64,
    total_standard_error: Option<f64>,
    total_p_value: Option<f64>,
    size_growth_bytes: Option<i64>,
    size_growth_mb: Option<f64>,
    growth_rate_mb_per_hour: Option<f64>,
    percent_change: Option<f64>,
    assessment: String,
    evidence: Vec<String>,
    comparable: Value,
    minimum_detectable_bytes: Option<u64>,
    gate: Option<Value>,
    by: String,
    growing_objects: Vec<Row>,
    rest: Value,
    suspects: Vec<Value>,
    heap: Option<Value>,
    recommendations: Vec<String>,
    notes: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "that the field is there with this type is the test"
)]
struct Row {
    name: String,
    presence: String,
    before: u64,
    after: u64,
    delta: i64,
    count_delta: Option<i64>,
    size_delta_bytes: Option<i64>,
    percent_change: Option<f64>,
    standard_error_bytes: Option<f64>,
    standard_error_low_bytes: Option<f64>,
    p_value: Option<f64>,
    q_value: Option<f64>,
    significant: Option<bool>,
    cum_before: Option<u64>,
    cum_after: Option<u64>,
    stack: Option<Vec<Value>>,
}

fn json(arguments: &[&str]) -> Value {
    let run = fabric(arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    serde_json::from_str(&run.stdout).expect("the output is JSON")
}

#[test]
fn a_diff_has_the_fields_others_build_on() {
    let found = json(&["diff", "--format", "json", BEFORE, AFTER]);
    let diff: Diff = serde_json::from_value(found).expect("known fields with known types");
    assert_eq!(diff.schema, "fabric.diff/1");
    assert_eq!(diff.assessment, "leaking");
    assert_eq!(
        diff.size_growth_bytes,
        Some(diff.total_after as i64 - diff.total_before as i64)
    );
    assert_eq!(diff.baseline.inuse_bytes, Some(diff.total_before));
    let leak = &diff.growing_objects[0];
    assert_eq!(leak.name, "main.newSession");
    assert_eq!(leak.significant, Some(true));
}

#[test]
fn a_value_that_is_not_in_bytes_has_no_sizes() {
    let found = json(&[
        "diff",
        "--format",
        "json",
        "--sample-index",
        "inuse_objects",
        BEFORE,
        AFTER,
    ]);
    let diff: Diff = serde_json::from_value(found).expect("known fields with known types");
    assert_eq!(diff.size_growth_bytes, None);
    assert!(
        diff.growing_objects
            .iter()
            .all(|row| row.size_delta_bytes.is_none())
    );
}

#[test]
fn a_trend_has_the_fields_others_build_on() {
    let found = json(&["trend", "--format", "json", "--limit", "1GiB", GOLEAK]);
    let text = |key: &str| found[key].as_str().unwrap_or_default().to_owned();
    assert_eq!(text("schema"), "fabric.trend/1");
    assert_eq!(text("overallAssessment"), "leaking");
    let list = |key: &str| found[key].as_array().expect("a list");
    assert_eq!(list("snapshots").len(), 20);
    assert_eq!(list("diffs").len(), 19);
    for key in [
        "filename",
        "filepath",
        "timestamp",
        "sizeBytes",
        "sizeMb",
        "trigger",
        "format",
        "run",
        "inuseBytes",
        "inuseObjects",
    ] {
        assert!(found["snapshots"][0].get(key).is_some(), "snapshots: {key}");
    }
    for key in [
        "avgGrowthRateMbPerHour",
        "growthBytesPerHour",
        "growthInterval95",
        "limitBytes",
        "hoursToLimit",
    ] {
        assert!(!found[key].is_null(), "{key}");
    }
    let suspect = &list("suspects")[0];
    assert_eq!(suspect["function"], "main.newSession");
    assert_eq!(suspect["stack"][1]["function"], "main.leakSession");
    for key in [
        "module",
        "file",
        "line",
        "assessment",
        "pattern",
        "growthBytesPerHour",
        "growthInterval95",
        "inuseBytes",
        "inuseObjects",
        "pValue",
        "qValue",
        "since",
        "evidence",
    ] {
        assert!(!suspect[key].is_null(), "suspects: {key}");
    }
}

/// All keys of a document, at any depth.
fn keys(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                found.insert(key.clone());
                keys(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
        _ => {}
    }
}

#[test]
fn every_field_stands_in_the_manual() {
    let manual = std::fs::read_to_string(fixtures().join("../man/fabric-json.5"))
        .expect("the manual is there");
    let mut found = BTreeSet::new();
    keys(
        &json(&["diff", "--format", "json", BEFORE, AFTER]),
        &mut found,
    );
    keys(
        &json(&[
            "diff", "--format", "json", "--by", "function", BEFORE, AFTER,
        ]),
        &mut found,
    );
    keys(&json(&["show", "--format", "json", AFTER]), &mut found);
    keys(
        &json(&[
            "diff",
            "--format",
            "json",
            "--max-growth",
            "100%",
            BEFORE,
            AFTER,
        ]),
        &mut found,
    );
    for series in [GOLEAK, "jemalloc/5.3/jeleak/run1"] {
        keys(&json(&["trend", "--format", "json", series]), &mut found);
    }
    keys(&json(&["show", "--format", "json", HEAP]), &mut found);
    let retainers = [
        "show",
        "--format",
        "json",
        "--retainers",
        "LeakedItem",
        HEAP,
    ];
    keys(&json(&retainers), &mut found);
    let [a, b, c] = [0, 1, 2].map(|step| format!("v8/node-20/reduced/vr{step}.heapsnapshot.gz"));
    let heaps = ["diff", "--format", "json", &a, &b, "--alive-in", &c];
    keys(&json(&heaps), &mut found);
    let threads = "jemalloc/5.3/accum-threads/jeleak.023.heap";
    keys(&json(&["show", "--format", "json", threads]), &mut found);
    let words: BTreeSet<&str> = manual.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let missing: Vec<&String> = found
        .iter()
        .filter(|key| !words.contains(key.as_str()))
        .collect();
    assert!(missing.is_empty(), "not in man/fabric-json.5: {missing:?}");
}
