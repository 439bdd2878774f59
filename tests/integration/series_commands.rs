//! `trend`, `report` and the gate of `diff`: golden outputs, exit codes, and folders as people have them.

use std::path::{Path, PathBuf};

use super::command_line::check;
use super::run_fabric::{fabric, fixtures};
use super::support::heap_simulation::{HeapSimulation, Site};
use super::support::heap_snapshot::HeapSnapshot;

const GOLEAK: &str = "pprof/go-1.27/goleak";
const JELEAK_1: &str = "jemalloc/5.3/jeleak/run1";
const JELEAK_2: &str = "jemalloc/5.3/jeleak/run2";

#[test]
fn every_output_of_a_series_has_its_golden_file() {
    check(&["trend", GOLEAK]);
    check(&["trend", "--by", "function", "--last", "8", GOLEAK]);
    check(&[
        "trend",
        "--limit",
        "200MiB",
        "--focus",
        "newSession",
        GOLEAK,
    ]);
    check(&["trend", JELEAK_1]);
    check(&["trend", "--interval", "30m", "--color", "always", JELEAK_1]);
    for format in ["json", "md", "html", "svg"] {
        check(&["trend", "--format", format, GOLEAK]);
    }
    check(&["report", GOLEAK]);
    check(&["report", "--html", GOLEAK]);
    check(&[
        "report",
        "--md",
        "--limit",
        "1GiB",
        "pprof/go-1.19/prometheus-2.42",
    ]);
}

#[test]
fn exit_codes_say_what_the_verdict_is() {
    let code = |arguments: &[&str]| fabric(arguments).code;
    assert_eq!(code(&["trend", "--fail-on", "leaking", GOLEAK]), 1);
    assert_eq!(code(&["report", "--fail-on", "growing", GOLEAK]), 1);
    let stable = [
        "trend",
        "--fail-on",
        "growing",
        "--ignore",
        "leakSession",
        GOLEAK,
    ];
    assert_eq!(code(&stable), 0);
    let few = ["trend", "--fail-on", "leaking", "--last", "2", GOLEAK];
    assert_eq!(code(&few), 6);
    assert_eq!(code(&["trend", "--format", "folded", GOLEAK]), 2);
    assert_eq!(code(&["trend", "nowhere"]), 3);
    assert_eq!(code(&["trend", "-"]), 2);
}

#[test]
fn growth_is_held_against_a_pinned_profile() {
    let at = |number: &str| format!("{GOLEAK}/heap.{number}.pb.gz");
    let (pinned, now) = (at("005"), at("019"));
    let run = |more: &[&str]| {
        let mut arguments = vec!["diff", "--baseline", &pinned];
        arguments.extend(more);
        fabric(&arguments)
    };
    assert_eq!(run(&[&now, "--max-growth", "5%"]).code, 1);
    assert_eq!(run(&[&now, "--max-growth", "1GiB"]).code, 0);
    let same = run(&[&pinned, "--max-growth", "0%"]);
    assert_eq!(same.code, 0, "{}", same.stdout);
    let noise = fabric(&[
        "diff",
        "--baseline",
        "pprof/go-1.19/caddy-2.6.2/heap.017.pb.gz",
        "pprof/go-1.19/caddy-2.6.2/heap.023.pb.gz",
        "--max-growth",
        "1%",
    ]);
    assert!(noise.stdout.contains("within noise"), "{}", noise.stdout);
    assert_eq!(noise.code, 0);
    let two = run(&[&now, &now]);
    assert_eq!(two.code, 2, "{}", two.stderr);
    assert!(fabric(&["diff", &now]).stderr.contains("--baseline"));
}

/// Two sites, one of which grows.
fn service(growth: i64) -> HeapSimulation {
    let site = |name: &str, live, growth| Site {
        stack: vec![
            name.to_owned(),
            "shop.serve".to_owned(),
            "main.main".to_owned(),
        ],
        object_bytes: 4096,
        live,
        churn: 0.05,
        growth,
        transient: 100,
    };
    HeapSimulation::new(
        &[
            site("shop.keep", 2000, growth),
            site("shop.hold", 60_000, 0),
            site("shop.index", 30_000, 0),
        ],
        524_288,
        5,
    )
}

const MINUTE: i64 = 60_000;
const START: i64 = 1_760_000_000_000;

/// Writes snapshots as fabric names them.
fn write(folder: &Path, name: &str, snapshot: &HeapSnapshot, minute: i64) -> PathBuf {
    let ms = START + minute * MINUTE;
    let path = folder.join(name.replace("{ms}", &ms.to_string()));
    std::fs::write(&path, snapshot.pprof(ms * 1_000_000).encode()).expect("a snapshot is written");
    path
}

fn trend(folder: &Path, more: &[&str]) -> serde_json::Value {
    let folder = folder.to_str().expect("UTF-8");
    let mut arguments = vec!["trend", "--format", "json", folder];
    arguments.extend(more);
    let run = fabric(&arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    serde_json::from_str(&run.stdout).expect("the output is JSON")
}

fn kinds(found: &serde_json::Value) -> Vec<&str> {
    let notes = found["notes"].as_array().expect("a list");
    notes
        .iter()
        .filter_map(|note| note["kind"].as_str())
        .collect()
}

#[test]
fn a_folder_as_people_have_it_is_judged() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = service(400);
    let mut paths = Vec::new();
    for step in 0..12 {
        if step == 6 {
            process = service(400);
        }
        process.step();
        let name = "heap-{ms}-periodic.pb.gz";
        paths.push(write(folder.path(), name, &process.snapshot(), step * 30));
    }
    // What else lies about: a damaged snapshot, a copy, a note, a folder.
    let bytes = std::fs::read(&paths[3]).expect("a snapshot");
    std::fs::write(&paths[3], &bytes[..bytes.len() / 3]).expect("cut");
    std::fs::copy(
        &paths[5],
        folder.path().join("heap-1760009000000-manual.pb.gz"),
    )
    .expect("copied");
    std::fs::write(folder.path().join("README.md"), "what this is").expect("written");
    std::fs::create_dir(folder.path().join("old")).expect("made");

    let found = trend(folder.path(), &[]);
    assert_eq!(
        found["overallAssessment"], "leaking",
        "{}",
        found["evidence"]
    );
    assert_eq!(found["suspects"][0]["function"], "shop.keep");
    assert_eq!(found["suspects"].as_array().map(Vec::len), Some(1));
    assert_eq!(found["runs"].as_array().map(Vec::len), Some(2));
    assert_eq!(found["snapshots"].as_array().map(Vec::len), Some(11));
    assert_eq!(found["clock"], "profile");
    let kinds = kinds(&found);
    for kind in ["unreadable-snapshot", "duplicate-snapshot", "foreign-file"] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
    // The true rate is 400 objects of 4 KiB in half an hour.
    let rate = found["suspects"][0]["growthBytesPerHour"]
        .as_f64()
        .unwrap_or_default();
    let truth = 400.0 * 4096.0 * 2.0;
    assert!(
        (rate / truth - 1.0).abs() < 0.25,
        "{rate} instead of {truth}"
    );

    let late = trend(folder.path(), &["--since", "1h"]);
    assert_eq!(late["snapshots"].as_array().map(Vec::len), Some(3));
    assert_eq!(late["overallAssessment"], "insufficient-data");
}

#[test]
fn several_services_in_a_folder_are_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut web, mut jobs) = (service(0), service(400));
    for step in 0..8 {
        web.step();
        jobs.step();
        write(
            folder.path(),
            &format!("web.{step:03}.pb"),
            &web.snapshot(),
            step * 30,
        );
        write(
            folder.path(),
            &format!("jobs.{step:03}.pb"),
            &jobs.snapshot(),
            step * 30 + 1,
        );
    }
    let path = folder.path().to_str().expect("UTF-8");
    let refused = fabric(&["trend", path]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("--service"), "{}", refused.stderr);
    let found = trend(folder.path(), &["--service", "jobs"]);
    assert_eq!(found["overallAssessment"], "leaking");
    let found = trend(folder.path(), &["--service", "web"]);
    assert_eq!(found["overallAssessment"], "stable");
}

#[test]
fn two_processes_of_one_program_are_one_series_with_a_restart() {
    let both: Vec<String> = ["000", "005", "011", "017", "023"]
        .iter()
        .flat_map(|number| [(JELEAK_1, number), (JELEAK_2, number)])
        .map(|(run, number)| format!("{run}/jeleak.{number}.heap"))
        .collect();
    let mut arguments = vec!["trend", "--format", "json"];
    arguments.extend(both.iter().map(String::as_str));
    let run = fabric(&arguments);
    // Both were numbered from 0: the numbers alone do not say which came first, and that is said.
    assert!(
        run.code == 2 || run.stdout.contains("\"run\": 1"),
        "{}",
        run.stderr
    );
}

#[test]
fn resident_size_beside_the_heap_tells_fragmentation() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = service(0);
    for step in 0..14_i64 {
        process.step();
        let path = write(
            folder.path(),
            "heap-{ms}-periodic.pb.gz",
            &process.snapshot(),
            step * 30,
        );
        let sidecar = serde_json::json!({
            "schema": "fabric.snapshot/1",
            "pid": 77,
            "memory": { "residentBytes": (600 + 20 * step) << 20 },
            "cgroup": { "maxBytes": 2u64 << 30, "somethingNew": true },
        });
        let name = format!("{}.json", path.display());
        std::fs::write(name, sidecar.to_string()).expect("a sidecar is written");
    }
    let found = trend(folder.path(), &[]);
    assert_eq!(
        found["overallAssessment"], "stable",
        "{}",
        found["evidence"]
    );
    let rate = found["offHeap"]["growthBytesPerHour"]
        .as_f64()
        .unwrap_or_default();
    let truth = f64::from(40 << 20);
    assert!((rate / truth - 1.0).abs() < 0.2, "{rate}");
    let said = found["evidence"].to_string();
    assert!(said.contains("fragmentation"), "{said}");
}

#[test]
fn two_reports_of_the_same_snapshots_are_the_same() {
    let run = || fabric(&["report", "--html", GOLEAK]).stdout;
    // Compared without printing: a page is long.
    assert!(run() == run(), "two runs differ");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("trend.md");
    let path = path.to_str().expect("UTF-8");
    assert_eq!(fabric(&["report", "--md", GOLEAK, "-o", path]).code, 0);
    let written = std::fs::read_to_string(path).expect("the report");
    assert_eq!(written, fabric(&["report", GOLEAK]).stdout);
    assert!(fixtures().join(GOLEAK).is_dir());
}
