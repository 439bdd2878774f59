//! Processes of this machine: dumps as they appear, and the heap of Node over its inspector.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use super::{
    Child, JEMALLOC, check_failure, eventually, folder, folder_with_one, names, sidecar, snapshot,
    snapshots,
};
use crate::run_fabric::{Run, command, fixtures};

#[test]
fn dumps_are_filed_as_they_appear() {
    let dir = folder();
    let out = dir.path().join("out");
    let dump = |name: &str, bytes: &[u8]| {
        assert!(fs::write(dir.path().join(name), bytes).is_ok());
    };
    let text = fs::read(fixtures().join(JEMALLOC)).expect("the fixture is there");
    dump("je.77.0.i0.heap", &text);
    let prefix = dir.path().join("je").display().to_string();
    let folder = out.display().to_string();
    let watch = command(&[
        "snapshot",
        "--no-symbolize",
        "--watch-prefix",
        &prefix,
        "--dir",
        &folder,
    ])
    .stderr(Stdio::piped())
    .spawn()
    .expect("it starts");
    let mut watch = Child(watch);
    assert!(eventually(|| snapshots(&out).len() == 1));
    dump("je.77.1.i1.heap", &text[..text.len() / 3]);
    dump("je.77.2.i2.heap", &text);
    dump("other.heap", &text);
    assert!(eventually(|| snapshots(&out).len() == 2));
    let beside = sidecar(&snapshots(&out)[1]);
    assert_eq!(beside["pid"], 77);
    assert!(
        beside["source"]
            .as_str()
            .is_some_and(|it| it.ends_with("je.77.2.i2.heap"))
    );
    let _ = watch.0.kill();
    let mut said = String::new();
    let stderr = watch.0.stderr.as_mut().expect("it is piped");
    assert!(stderr.read_to_string(&mut said).is_ok());
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("je.77.1.i1.heap"), "{said}");
}

/// Node with a program, once it has printed a line.
fn node(arguments: &[&str], program: &str) -> Option<Child> {
    let mut child = std::process::Command::new("node")
        .args(arguments)
        .args(["-e", program])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut byte = [0];
    let stdout = child.stdout.as_mut().expect("it is piped");
    assert!(stdout.read_exact(&mut byte).is_ok());
    Some(Child(child))
}

const IDLE: &str = "globalThis.kept = new Array(1000).fill('a string of ours'); setInterval(() => {}, 1000); console.log('on')";

#[test]
fn a_node_process_gives_its_heap_over_its_inspector() {
    let Some(child) = node(&["--inspect=127.0.0.1:0"], IDLE) else {
        println!("skipped: there is no node");
        return;
    };
    let dir = folder();
    let pid = child.0.id().to_string();
    let run = snapshot(dir.path(), &["--pid", &pid]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let names = names(dir.path());
    assert!(names[0].ends_with("-manual.heapsnapshot"), "{names:?}");
    let text = fs::read(dir.path().join(&names[0])).expect("it is there");
    let json: serde_json::Value = serde_json::from_slice(&text).expect("V8 writes JSON");
    assert!(json["snapshot"]["node_count"].as_u64() > Some(1000));
    let beside = sidecar(&dir.path().join(&names[0]));
    assert_eq!(beside["pid"], child.0.id());
    assert_eq!(beside["command"], "node");
    assert!(beside["memory"]["residentBytes"].as_u64() > Some(10_000_000));
    let run = snapshot(dir.path(), &["--pid", &pid, "--max-size", "100KiB"]);
    check_failure(dir.path(), &run, 3, &["larger than 100 KiB"]);
}

#[test]
fn a_sleeping_inspector_is_woken_on_demand_and_sleeps_again() {
    let Some(child) = node(&["--inspect-port=127.0.0.1:0"], IDLE) else {
        println!("skipped: there is no node");
        return;
    };
    let dir = folder();
    let pid = child.0.id().to_string();
    let run = snapshot(dir.path(), &["--pid", &pid]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("--wake"), "{}", run.stderr);
    for count in 1..=2 {
        let run = snapshot(dir.path(), &["--pid", &pid, "--wake"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert_eq!(names(dir.path()).len(), 2 * count);
    }
    let run = snapshot(dir.path(), &["--pid", &pid]);
    assert!(run.stderr.contains("--wake"), "{}", run.stderr);
    // Another program is left alone.
    let sleep = std::process::Command::new("sleep").arg("60").spawn();
    let mut sleep = Child(sleep.expect("sleep is there"));
    let run = snapshot(dir.path(), &["--pid", &sleep.0.id().to_string(), "--wake"]);
    assert_eq!(run.code, 3);
    assert!(run.stderr.contains("it was not sent"), "{}", run.stderr);
    assert!(sleep.0.try_wait().is_ok_and(|ended| ended.is_none()));
}

#[test]
fn a_process_that_dies_in_the_middle_leaves_nothing() {
    let large = "const kept = []; for (let i = 0; i < 300000; i++) kept.push({i, s: 'x' + i}); setInterval(() => kept.length, 1000); \
                 console.log('on')";
    let Some(mut child) = node(&["--inspect=127.0.0.1:0"], large) else {
        println!("skipped: there is no node");
        return;
    };
    let dir = folder_with_one();
    let path = dir.path().display().to_string();
    let pid = child.0.id().to_string();
    let run = command(&["snapshot", "--dir", &path, "--pid", &pid])
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    // The heap has begun to come.
    assert!(eventually(|| {
        let parts = fs::read_dir(dir.path()).expect("it is there").flatten();
        parts
            .filter(|it| it.file_name().to_string_lossy().ends_with(".part"))
            .any(|it| it.metadata().is_ok_and(|it| it.len() > 0))
    }));
    let _ = child.0.kill();
    let output = run.wait_with_output().expect("it ends");
    let run = Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    };
    check_failure(dir.path(), &run, 3, &["the process ended"]);
}
