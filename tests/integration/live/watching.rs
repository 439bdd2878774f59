//! The server judges heaps: its own snapshots, and those it takes of other services.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use super::client::{get, post, request};
use super::process::{Folders, eventually};

fn fixture(number: usize) -> PathBuf {
    let fixture = format!("pprof/go-1.27/goleak/heap.{number:03}.pb.gz");
    crate::run_fabric::fixtures().join(fixture)
}

/// A service of a Go program that leaks, on a port of its own. It ends with the test process.
fn leaking_service() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let count = AtomicUsize::new(0);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let _ = stream.read(&mut [0; 4096]);
            let number = count.fetch_add(1, Ordering::Relaxed);
            let (status, body) = match number {
                0..20 => ("200 OK", std::fs::read(fixture(number)).expect("a fixture")),
                _ => ("503 Enough", Vec::new()),
            };
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(&body);
        }
    });
    address
}

fn target(address: SocketAddr, name: &str) -> Value {
    let list = get(address, "/api/memory/targets").json();
    let mut targets = list["targets"].as_array().expect("a list").iter();
    let found = targets.find(|target| target["target"] == name);
    found.unwrap_or(&Value::Null).clone()
}

#[test]
fn what_cron_puts_into_the_folder_appears_within_seconds() {
    let folders = Folders::new();
    let snapshots = folders.path("snapshots");
    let folder = snapshots.to_str().expect("a name");
    let live = folders.start(&["--snapshot-dir", folder, "--snapshot-interval", "1h"]);
    let trend = get(live.address, "/api/memory/trend").json();
    assert_eq!(trend["overallAssessment"], "insufficient-data");
    for number in 0..20 {
        let file = fixture(number);
        let file = file.to_str().expect("a name");
        let run = crate::run_fabric::fabric(&["snapshot", file, "--dir", folder]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        // Who asks has it at once.
        if number == 4 {
            let trend = get(live.address, "/api/memory/trend").json();
            assert_eq!(trend["snapshots"].as_array().map(Vec::len), Some(5));
        }
    }
    // Who does not ask is told.
    eventually("the verdict on what lies there", || {
        let own = target(live.address, "self");
        own["assessment"] == "leaking" && own["snapshots"] == 20
    });
    let own = target(live.address, "self");
    assert_eq!(own["suspects"][0]["function"], "main.newSession");
    let files = get(live.address, "/api/memory/files").json();
    let name = files["files"][0]["filename"].as_str().expect("a name");
    let pinned = post(live.address, &format!("/api/memory/files/{name}/pin"), "");
    assert_eq!(pinned.expect("an answer").json()["pinned"], true);
    let saved = post(live.address, "/api/memory/trend/save", "").expect("an answer");
    let path = saved.json()["filepath"]
        .as_str()
        .expect("a path")
        .to_owned();
    assert!(Path::new(&path).is_file(), "{path}");
    // The folder may go away and come back.
    std::fs::remove_dir_all(&snapshots).expect("it goes");
    let trend = get(live.address, "/api/memory/trend").json();
    assert_eq!(trend["snapshots"], serde_json::json!([]));
    let answer = get(live.address, "/api/memory/diff-analysis");
    assert_eq!(answer.status, 404);
    std::fs::create_dir(&snapshots).expect("it comes back");
    for number in 0..3 {
        let to = snapshots.join(format!("any-name-{number}.pb.gz"));
        std::fs::copy(fixture(number), to).expect("a copy");
    }
    eventually("the folder that came back", || {
        target(live.address, "self")["snapshots"] == 3
    });
    live.stop();
}

#[test]
fn a_watched_service_that_leaks_is_named_with_the_function() {
    let folders = Folders::new();
    let down = TcpListener::bind("127.0.0.1:0").expect("a port");
    let nobody = down.local_addr().expect("an address");
    drop(down);
    let token = folders.path("token");
    std::fs::write(&token, "s3cret").expect("a file");
    let leaking = leaking_service();
    let live = folders.start(&[
        "--watch",
        &format!("api=http://{leaking}/?key=s3cret"),
        "--watch",
        &format!("down=http://{nobody}"),
        "--watch-interval",
        "1s",
        "--watch-limit",
        "api=1GiB",
        "--watch-token-file",
        &format!("api={}", token.display()),
    ]);
    super::process::eventually_within(
        std::time::Duration::from_secs(60),
        "the leak is found",
        || {
            // With the first few snapshots, what rises and falls looks as if it only rises.
            let api = target(live.address, "api");
            let suspects = api["suspects"].as_array().into_iter().flatten();
            let functions: Vec<&Value> = suspects.map(|it| &it["function"]).collect();
            api["assessment"] == "leaking" && functions.contains(&&"main.newSession".into())
        },
    );
    let api = target(live.address, "api");
    assert_eq!(api["limitBytes"], 1 << 30);
    assert!(api["hoursToLimit"][0].is_number(), "{api}");
    assert_eq!(api["url"], format!("http://{leaking}/?key=..."));
    let down = target(live.address, "down");
    assert_eq!(down["assessment"], "insufficient-data");
    let problem = down["problem"].as_str().expect("a problem");
    assert!(problem.contains("does the service run"), "{problem}");
    let trend = get(live.address, "/api/memory/trend?target=api").json();
    let sources = folders.path("state/watched/api");
    assert_eq!(trend["title"], sources.to_str().expect("a name"));
    let metrics = get(live.address, "/api/metrics").body;
    for line in [
        "fabric_target_scrapes_total{target=\"api\"} ",
        "fabric_target_scrape_failures_total{target=\"down\"} ",
        "fabric_memory_analyses_total ",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    // What the service refuses is told once, and no secret with it.
    eventually("the service has had enough", || {
        !target(live.address, "api")["problem"].is_null()
    });
    let again = target(live.address, "api");
    assert_eq!(again["assessment"], "leaking");
    let said = live.said().join("\n");
    // Once when it begins, and once more with the alert.
    assert_eq!(said.matches("does the service run").count(), 2, "{said}");
    assert!(!said.contains("s3cret"), "{said}");
    let everything = request(live.address, "GET /api/memory/targets", "", "").expect("an answer");
    assert!(!everything.body.contains("s3cret"), "{}", everything.body);
    live.stop();
}
