//! Restarts lose no line and repeat none.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::net::SocketAddr;

use super::client::get;
use super::process::{Folders, eventually};

fn append(path: &std::path::Path, from: u64, to: u64) {
    let now = jiff::Timestamp::now();
    let mut file: File = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .expect("the log can be written");
    for sequence in from..to {
        writeln!(
            file,
            r#"{{"timestamp":"{now}","event_type":"tool.call","worker_id":"w","session_id":"s","sequence":{sequence},"data":{{}}}}"#
        )
        .expect("the log can be written");
    }
}

fn sequences(address: SocketAddr) -> Vec<u64> {
    let events = get(address, "/api/events?limit=10000").json();
    let events = events.as_array().expect("a list").clone();
    events
        .iter()
        .map(|event| event["sequence"].as_u64().expect("each has one"))
        .collect()
}

#[test]
fn a_restart_goes_on_where_it_stopped_and_the_picture_is_whole() {
    let folders = Folders::new();
    let log = folders.logs().join("worker.jsonl");
    append(&log, 0, 100);
    let live = folders.start(&[]);
    eventually("the log is read", || sequences(live.address).len() == 100);
    append(&log, 100, 150);
    eventually("what is appended is read", || {
        sequences(live.address).len() == 150
    });
    live.stop();
    append(&log, 150, 220);
    let live = folders.start(&[]);
    eventually("what came meanwhile is read", || {
        sequences(live.address).len() >= 220
    });
    assert_eq!(sequences(live.address), (0..220).collect::<Vec<_>>());
    live.kill();
    append(&log, 220, 230);
    let live = folders.start(&[]);
    eventually("a kill changes nothing of that", || {
        sequences(live.address).len() >= 230
    });
    assert_eq!(sequences(live.address), (0..230).collect::<Vec<_>>());
    let duplicates = &get(live.address, "/api/health").json()["dedup_dropped"];
    assert_eq!(duplicates, 0, "no line is read twice");
    live.stop();
}

#[test]
fn a_log_that_was_rotated_while_the_server_was_down_is_finished() {
    let folders = Folders::new();
    let log = folders.logs().join("worker.jsonl");
    append(&log, 0, 50);
    let live = folders.start(&[]);
    eventually("the log is read", || sequences(live.address).len() == 50);
    live.stop();
    append(&log, 50, 60);
    std::fs::rename(&log, folders.logs().join("worker.jsonl.1")).expect("the log can be rotated");
    append(&log, 60, 70);
    let live = folders.start(&[]);
    eventually("both are read", || sequences(live.address).len() >= 20);
    let mut found = sequences(live.address);
    found.retain(|&it| it >= 50);
    found.sort_unstable();
    assert_eq!(found, (50..70).collect::<Vec<_>>());
    live.stop();
}

#[test]
fn what_lay_there_comes_in_the_order_of_its_times_whatever_file_it_is_in() {
    let folders = Folders::new();
    let now = jiff::Timestamp::now().as_millisecond();
    // One worker with a log for each session, and ten that wrote at once; together more than the store remembers.
    let line = |file: &str, worker: &str, ago_ms: i64, n: i64| {
        let path = folders.logs().join(format!("{file}.jsonl"));
        let log = OpenOptions::new().create(true).append(true).open(path);
        let ts = now - ago_ms;
        writeln!(
            log.expect("the log can be written"),
            r#"{{"ts":{ts},"worker":"{worker}","level":"info","msg":"step","session":"{file}","n":{n}}}"#
        )
        .expect("the log can be written");
    };
    for n in 0..3000 {
        line("session-old", "claude", 7_200_000 - n, n);
    }
    for n in 0..20 {
        line("session-new", "claude", 100 - n, n);
    }
    for n in 0..12_000 {
        line(&format!("worker-{}", n % 10), "other", 600_000 - n * 10, n);
    }
    let live = folders.start(&[]);
    eventually("everything is read", || {
        get(live.address, "/api/tail").json()["caughtUp"] == true
            && get(live.address, "/api/health").json()["event_count"] == 10_000
    });
    let events = get(live.address, "/api/events?limit=10000").json();
    let times: Vec<i64> = events
        .as_array()
        .expect("a list")
        .iter()
        .map(|event| event["ts"].as_i64().expect("each has one"))
        .collect();
    assert!(times.is_sorted(), "the newest come last");
    assert_eq!(times.first(), Some(&(now - 600_000 + 2_020 * 10)));
    let worker = get(live.address, "/api/workers/claude").json();
    assert_eq!(worker["lastEvent"]["session"], "session-new");
    live.stop();
}

#[test]
fn a_sighup_follows_the_new_file() {
    let folders = Folders::new();
    let log = folders.logs().join("worker.jsonl");
    append(&log, 0, 10);
    let live = folders.start(&["--poll-interval", "1h"]);
    eventually("the log is read", || sequences(live.address).len() == 10);
    std::fs::rename(&log, folders.logs().join("worker.jsonl.1")).expect("the log can be rotated");
    append(&log, 10, 20);
    live.signal("HUP");
    eventually("the new file is read", || {
        sequences(live.address).len() == 20
    });
    live.stop();
}
