//! A series that `fabric snapshot` takes of a live Node process over its inspector, and what `fabric trend` says of its folder.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::super::run_fabric::{fabric, fixtures};
use super::{json, text};

/// `live.js` with its inspector open on a port of its own; it ends with the test.
struct Service {
    process: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Service {
    /// Starts it and waits until it is there; nothing where there is no node.
    fn start() -> Option<Service> {
        let mut process = Command::new("node")
            .arg("--inspect=127.0.0.1:0")
            .arg(fixtures().join("v8-programs/live.js"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let commands = process.stdin.take().expect("it is piped");
        let answers = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut service = Service {
            process,
            commands,
            answers,
        };
        service.wait_for("on");
        Some(service)
    }

    fn work(&mut self) {
        self.commands.write_all(b"work\n").expect("it reads");
        self.wait_for("done ");
    }

    fn wait_for(&mut self, expected: &str) {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("it answers");
        assert!(line.starts_with(expected), "{line}");
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The classes and holders on the path of each suspect, its own first.
fn paths(trend: &serde_json::Value) -> Vec<Vec<String>> {
    let suspects = trend["suspects"].as_array().expect("a list");
    let path = |suspect: &serde_json::Value| {
        let stack = suspect["stack"].as_array().expect("a list");
        stack
            .iter()
            .map(|frame| frame["function"].as_str().unwrap_or_default())
            .map(|name| name.replace("v8-programs/live.js", "live.js"))
            .collect()
    };
    suspects.iter().map(path).collect()
}

#[test]
fn the_trend_of_a_live_process_names_leaking_constructors_and_their_holders() {
    let Some(mut service) = Service::start() else {
        println!("skipped: there is no node");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder for the snapshots");
    let pid = service.process.id().to_string();
    for step in 0..6 {
        if step > 0 {
            service.work();
        }
        let run = fabric(&[
            "snapshot",
            "--no-symbolize",
            "--min-interval",
            "1ms",
            "--dir",
            text(folder.path()),
            "--pid",
            &pid,
        ]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "step {step}");
    }
    drop(service);
    let found = json(&["trend", "--format", "json", text(folder.path())]);
    assert_eq!(found["overallAssessment"], "leaking", "{found:#}");
    assert_eq!(found["snapshots"].as_array().map(Vec::len), Some(6));
    let paths = paths(&found);
    for expected in [
        &["Visit", "Map", "visits in live.js"][..],
        &["Object {id, payload}", "Array", "queue in live.js"],
        &[
            "(string)",
            "Object {id, payload}",
            "Array",
            "queue in live.js",
        ],
        &[
            "Subscription",
            "payload in subscribe (live.js)",
            "Function",
            "Array",
            "Object",
            "EventEmitter",
            "bus in live.js",
        ],
    ] {
        assert!(
            paths.iter().any(|path| path == expected),
            "{expected:?} in {paths:#?}"
        );
    }
    let said = format!("{paths:?}");
    for innocent in ["CachedPage", "Answer", "pages in", "answers in"] {
        assert!(!said.contains(innocent), "{innocent}: {paths:#?}");
    }
}
