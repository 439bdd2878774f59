//! What is said of V8 heaps whose truth is known: `truth.json` beside the fixtures, facts of DevTools, and programs with planted leaks.

/// A series taken of a live process.
mod live;
/// Plain objects told apart by their properties.
mod shapes;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::run_fabric::{fabric, fixtures};

/// 40 objects of 48 bytes are planted between two steps.
#[test]
fn a_planted_leak_is_named_with_its_holder_at_every_step() {
    let file = |step: u32| {
        let path = format!("v8/node-20/reduced/vr{step}.heapsnapshot.gz");
        fixtures().join(path).display().to_string()
    };
    for step in 0..3 {
        let run = fabric(&["diff", "--format", "folded", &file(step), &file(step + 1)]);
        let line = run
            .stdout
            .lines()
            .find_map(|line| line.strip_prefix("a scope;Map;LeakedItem "))
            .unwrap_or_else(|| panic!("step {step}: {}", run.stdout));
        let counts: Vec<u64> = line
            .split(' ')
            .filter_map(|word| word.parse().ok())
            .collect();
        assert_eq!(counts, [counts[0], counts[0] + 40 * 48], "step {step}");
    }
}

/// Objects, shallow and retained size of every constructor, as the front end of Chrome DevTools computes them (`fixtures/README.md`).
#[test]
fn constructors_are_those_of_devtools() {
    for (facts, snapshot) in [
        ("vr1", "v8/node-20/reduced/vr1.heapsnapshot.gz"),
        ("express", "v8-programs/express.heapsnapshot.zst"),
        ("rollup", "v8-programs/rollup.heapsnapshot.zst"),
        ("tsc", "v8-programs/tsc.heapsnapshot.zst"),
    ] {
        let path = fixtures().join(format!("facts/devtools/{facts}.tsv"));
        let facts = std::fs::read_to_string(&path).expect("the facts are there");
        let found = json(&["show", "--format", "json", "--top", "0", snapshot]);
        let rows = found["heap"]["constructors"].as_array().expect("a list");
        let mut compared = 0;
        for line in facts.lines().filter(|line| !line.starts_with('#')) {
            let [objects, shallow, retained, name] = line.split('\t').collect::<Vec<_>>()[..]
            else {
                panic!("{line}");
            };
            // Roots have their own names here.
            if name == "(synthetic)" {
                continue;
            }
            let row = rows
                .iter()
                .find(|row| row["name"] == name)
                .unwrap_or_else(|| panic!("{snapshot}: {name} is missing"));
            let said = |key: &str| row[key].to_string();
            assert_eq!(said("objects"), objects, "{snapshot}: {name}");
            assert_eq!(said("shallowBytes"), shallow, "{snapshot}: {name}");
            // DevTools has a row for each place of constructors of one name: their retained sizes do not add up to one.
            if retained != "-" {
                assert_eq!(said("retainedBytes"), retained, "{snapshot}: {name}");
            }
            compared += 1;
        }
        assert!(compared > 20, "{snapshot}: {compared}");
    }
}

/// Snapshots of the program with planted leaks, one for each step; nothing where there is no node.
fn planted(steps: u32) -> Option<(tempfile::TempDir, Vec<PathBuf>)> {
    let folder = tempfile::tempdir().expect("a folder for the snapshots");
    let status = Command::new("node")
        .arg("--expose-gc")
        .arg(fixtures().join("v8-programs/planted.js"))
        .arg(folder.path())
        .arg(steps.to_string())
        .status();
    let Ok(status) = status else {
        println!("skipped: there is no node");
        return None;
    };
    assert!(status.success());
    let files = (0..steps)
        .map(|step| folder.path().join(format!("planted.{step}.heapsnapshot")))
        .collect();
    Some((folder, files))
}

fn json(arguments: &[&str]) -> Value {
    let run = fabric(arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    serde_json::from_str(&run.stdout).expect("the output is JSON")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of the test is UTF-8")
}

/// The holders of a row, the nearest first, without the folder that the program lies in.
fn holders(row: &Value) -> Vec<String> {
    let holders = row["held"]["holders"].as_array().expect("a list");
    holders
        .iter()
        .map(|holder| {
            let holder = holder.as_str().unwrap_or_default();
            holder.replace("v8-programs/planted.js", "planted.js")
        })
        .collect()
}

#[test]
fn growth_names_planted_leaks_with_their_holders_and_leaves_the_innocent_out() {
    let Some((_folder, files)) = planted(4) else {
        return;
    };
    let diff = [
        "diff",
        "--format",
        "json",
        "--top",
        "0",
        text(&files[1]),
        text(&files[2]),
    ];
    let found = json(&[&diff[..], &["--alive-in", text(&files[3])]].concat());
    assert_eq!(found["comparable"]["sameProcess"], true);
    let heap = &found["heap"];
    let row = |table: &Value, name: &str| {
        let rows = table["constructors"].as_array().expect("a list");
        rows.iter().find(|row| row["name"] == name).cloned()
    };
    let grown = |name: &str| row(heap, name).unwrap_or_else(|| panic!("{name}: {heap:#}"));
    for name in ["ListenerPayload", "SessionRecord", "TimerJob"] {
        let row = grown(name);
        assert_eq!(row["newObjects"], 200, "{name}");
        assert_eq!(row["goneObjects"], 0, "{name}");
    }
    assert_eq!(
        holders(&grown("ListenerPayload")),
        [
            "payload in subscribe (planted.js)",
            "onData() at planted.js:16",
            "Array[]",
            "Object.data",
            "EventEmitter._events",
            "bus in planted.js",
        ]
    );
    assert_eq!(
        holders(&grown("SessionRecord")),
        ["Map", "sessions in planted.js"]
    );
    let timer = holders(&grown("TimerJob"));
    assert_eq!(
        timer[..3],
        [
            "job in schedule (planted.js)",
            "runJob() at planted.js:22",
            "Timeout._onTimeout"
        ]
    );
    assert!(
        timer.iter().any(|holder| holder.starts_with("TimersList")),
        "{timer:?}"
    );
    // The WeakMap lets its values go with their keys, and the cache keeps to its cap.
    assert_eq!(row(heap, "WeakTag"), None);
    assert_eq!(row(heap, "CachedPage"), None);
    // Collections say it too: the map of sessions by entries, the cache not at all.
    let collections = heap["collections"].as_array().expect("a list");
    let grown_by = |holder: &str| {
        let row = collections
            .iter()
            .find(|row| row["holders"].to_string().contains(holder))?;
        Some(row["entries"].as_u64()? - row["entriesBefore"].as_u64()?)
    };
    assert_eq!(grown_by("sessions in"), Some(200));
    assert_eq!(grown_by("bus in"), Some(200));
    assert_eq!(grown_by("pages in"), None);
    // Of three snapshots: what came with the second and is there in the third.
    let alive = |name: &str| row(&heap["alive"], name).map(|row| row["objects"].clone());
    for name in ["ListenerPayload", "SessionRecord", "TimerJob"] {
        assert_eq!(alive(name), Some(200.into()), "{name}");
    }
    assert_eq!(alive("CachedPage"), None);
}

#[test]
fn a_trend_over_planted_leaks_names_constructor_and_holder() {
    let Some((folder, _)) = planted(5) else {
        return;
    };
    let found = json(&[
        "trend",
        "--format",
        "json",
        "--interval",
        "10m",
        text(folder.path()),
    ]);
    assert_eq!(found["overallAssessment"], "leaking", "{found:#}");
    let suspects = found["suspects"].to_string();
    for part in [
        "SessionRecord",
        "sessions in",
        "ListenerPayload",
        "payload in subscribe",
        "TimerJob",
    ] {
        assert!(suspects.contains(part), "{part}: {:#}", found["suspects"]);
    }
    for part in ["CachedPage", "WeakTag"] {
        assert!(!suspects.contains(part), "{part}: {:#}", found["suspects"]);
    }
}

#[test]
fn retainers_of_many_objects_are_one_line() {
    let Some((_folder, files)) = planted(3) else {
        return;
    };
    let asked = ["show", "--format", "json", "--retainers"];
    let found = json(&[&asked[..], &["SessionRecord", text(&files[2])]].concat());
    assert_eq!(found["objects"], 400);
    assert_eq!(found["clusterCount"], 1);
    assert_eq!(found["clusters"][0]["objects"], 400);
    // One of them by its number.
    let id = format!("@{}", found["clusters"][0]["exampleId"]);
    let one = json(&[&asked[..], &[&id, text(&files[2])]].concat());
    assert_eq!(one["objects"], 1);
    assert_eq!(
        one["clusters"][0]["holders"],
        found["clusters"][0]["holders"]
    );
    let run = fabric(&["show", "--retainers", "sessionrecord", text(&files[2])]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("did you mean 'SessionRecord'?"),
        "{}",
        run.stderr
    );
    let run = fabric(&["show", "--retainers", "@4", text(&files[2])]);
    assert_eq!(run.code, 2, "{}", run.stderr);
}

#[test]
fn two_processes_have_no_object_in_common() {
    let (Some((_one, first)), Some((_two, second))) = (planted(2), planted(4)) else {
        return;
    };
    let found = json(&[
        "diff",
        "--format",
        "json",
        text(&first[1]),
        text(&second[3]),
    ]);
    assert_eq!(
        found["comparable"]["sameProcess"], false,
        "{:#}",
        found["comparable"]
    );
    assert_eq!(found["heap"]["newObjects"], Value::Null);
    let rows = found["heap"]["constructors"].to_string();
    assert!(rows.contains("SessionRecord"), "{rows}");
    let third = text(&second[3]);
    let run = fabric(&[
        "diff",
        text(&first[0]),
        text(&first[1]),
        "--alive-in",
        third,
    ]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("no later snapshot"), "{}", run.stderr);
}

#[test]
fn a_redacted_copy_has_the_same_heap_and_none_of_the_contents() {
    let Some((folder, files)) = planted(2) else {
        return;
    };
    let copy = folder.path().join("copy.heapsnapshot");
    let run = fabric(&["show", "--redact", text(&files[1]), "-o", text(&copy)]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let original = std::fs::read_to_string(&files[1]).expect("node wrote UTF-8");
    let redacted = std::fs::read_to_string(&copy).expect("so does fabric");
    for secret in ["user-150", "session 160", "job 170", "listener 155"] {
        assert!(original.contains(secret), "{secret}");
        assert!(!redacted.contains(secret), "{secret}");
    }
    let survey = |path: &Path| {
        let mut found = json(&["show", "--format", "json", "--top", "0", text(path)]);
        let heap = &mut found["heap"];
        // A way may lead over a key that is data, like the path of a module.
        for row in heap["collections"].as_array_mut().expect("a list") {
            row["holders"] = Value::Null;
        }
        heap.take()
    };
    let (before, after) = (survey(&files[1]), survey(&copy));
    for table in [
        "kinds",
        "constructors",
        "collections",
        "listeners",
        "functions",
        "duplicateBytes",
    ] {
        assert_eq!(before[table], after[table], "{table}");
    }
    // Keys that are names stay, also of properties that have a number for a value.
    let shapes = |heap: &Value| {
        let rows = heap["shapes"].as_array().expect("a list").iter();
        let said = rows.map(|row| (row["name"].to_string(), row["objects"].clone()));
        said.collect::<Vec<_>>()
    };
    let (before, after) = (shapes(&before), shapes(&after));
    // Of more keys than have room some that are no names may be among those that are said.
    let is_plain = |name: &str| {
        let mut letters = name.trim_matches('"').chars();
        letters.all(|c| c.is_ascii_alphanumeric() || " {},_$".contains(c))
            && !name.contains(" more}")
    };
    let kept: Vec<_> = before.iter().filter(|(name, _)| is_plain(name)).collect();
    assert!(kept.len() > 50, "{before:?}");
    for row in kept {
        assert!(after.contains(row), "{row:?} is not in {after:?}");
    }
    // Whoever gets both sees that it is the same process.
    let found = json(&["diff", "--format", "json", text(&files[1]), text(&copy)]);
    assert_eq!(found["comparable"]["sameProcess"], true);
    assert_eq!(found["heap"]["newObjects"], 0);
}

#[test]
fn a_heap_is_asked_only_what_it_can_answer() {
    let goleak = "pprof/go-1.27/goleak/heap.007.pb.gz";
    let heap = "v8/node-20/reduced/vr1.heapsnapshot.gz";
    for (arguments, code, part) in [
        (
            &["show", "--retainers", "A", goleak][..],
            3,
            "knows no single objects",
        ),
        (&["show", "--redact", goleak], 3, "knows no single objects"),
        (
            &["show", "--retainers", "Map", "--format", "svg", heap],
            2,
            "of stacks",
        ),
        (
            &["diff", goleak, goleak, "--alive-in", heap],
            2,
            "only V8 heap snapshots",
        ),
        (
            &["diff", heap, heap, "--alive-in", goleak],
            3,
            "knows no single objects",
        ),
        (
            &["diff", heap, heap, "--alive-in", "missing"],
            3,
            "no such file",
        ),
        (
            &["show", "--redact", "--retainers", "Map", heap],
            2,
            "cannot be used with",
        ),
    ] {
        let run = fabric(arguments);
        assert_eq!(run.code, code, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(part), "{arguments:?}: {}", run.stderr);
    }
}
