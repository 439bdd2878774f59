//! What is posted and acknowledged survives a kill at any moment.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::client::{get, post};
use super::process::{Folders, eventually};

/// One kill for each; the times between start of posting and kill differ.
const KILLS: u64 = 12;

fn event(worker: usize, sequence: u64) -> String {
    format!(
        r#"{{"timestamp":"2026-11-25T10:00:00Z","event_type":"tool.call","worker_id":"w{worker}","session_id":"s","sequence":{sequence},"data":{{"tool":"Read"}}}}"#
    )
}

#[test]
fn nothing_that_was_acknowledged_is_lost_by_a_kill() {
    let folders = Folders::new();
    let acknowledged = Arc::new(Mutex::new(HashSet::new()));
    for kill in 0..KILLS {
        let live = folders.start(&[]);
        let address = live.address;
        let stop = Arc::new(AtomicBool::new(false));
        let posters: Vec<_> = (0..4)
            .map(|worker| {
                let (stop, acknowledged) = (Arc::clone(&stop), Arc::clone(&acknowledged));
                std::thread::spawn(move || {
                    keep_posting(address, worker, kill, &stop, &acknowledged)
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(5 + kill * 17));
        live.kill();
        stop.store(true, Ordering::Relaxed);
        for poster in posters {
            poster.join().expect("a poster ends");
        }
    }
    let acknowledged = acknowledged.lock().expect("no poster has failed");
    assert!(acknowledged.len() > 20, "{}", acknowledged.len());

    let mut on_disk = HashSet::new();
    for entry in std::fs::read_dir(folders.logs()).expect("the logs are there") {
        let text = std::fs::read(entry.expect("the logs can be listed").path())
            .expect("a log can be read");
        for line in String::from_utf8_lossy(&text).lines() {
            // The last line of a file may be torn: it was not acknowledged.
            let line: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
            if let (Some(worker), Some(sequence)) =
                (line["worker_id"].as_str(), line["sequence"].as_u64())
            {
                on_disk.insert((worker.to_owned(), sequence));
            }
        }
    }
    let lost: Vec<_> = acknowledged.difference(&on_disk).collect();
    assert!(lost.is_empty(), "{lost:?}");

    // And a new server shows each of them once.
    let live = folders.start(&["--history", "1000000h"]);
    eventually("everything is read again", || {
        get(live.address, "/api/tail").json()["caughtUp"] == true
    });
    let mut shown = HashSet::new();
    let events = get(live.address, "/api/events?limit=10000").json();
    for event in events.as_array().expect("a list") {
        let key = (
            event["worker"].as_str().unwrap_or_default().to_owned(),
            event["sequence"].as_u64().unwrap_or_default(),
        );
        assert!(shown.insert(key.clone()), "{key:?} is shown twice");
    }
    let hidden: Vec<_> = acknowledged.difference(&shown).collect();
    assert!(hidden.is_empty(), "{hidden:?}");
    live.stop();
}

fn keep_posting(
    address: SocketAddr,
    worker: usize,
    kill: u64,
    stop: &AtomicBool,
    acknowledged: &Mutex<HashSet<(String, u64)>>,
) {
    for count in 0..200 {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let sequence = kill * 10_000 + count;
        match post(address, "/api/events", &event(worker, sequence)) {
            Ok(answer) => {
                assert_eq!(answer.status, 201, "{answer:?}");
                let mut acknowledged = acknowledged.lock().expect("no poster has failed");
                acknowledged.insert((format!("w{worker}"), sequence));
            }
            // The server was killed before it answered.
            Err(_) => return,
        }
    }
}

#[test]
fn a_repeated_post_is_answered_alike_and_kept_once() {
    let folders = Folders::new();
    let live = folders.start(&[]);
    for _ in 0..3 {
        let answer = post(live.address, "/api/events", &event(1, 7)).expect("the server answers");
        assert_eq!(answer.status, 201);
        assert_eq!(answer.json()["success"], true);
        assert_eq!(answer.json()["event"]["sequence"], 7);
    }
    eventually("the event is shown", || {
        get(live.address, "/api/events")
            .json()
            .as_array()
            .map(Vec::len)
            == Some(1)
    });
    let lines: usize = std::fs::read_dir(folders.logs())
        .expect("the logs are there")
        .map(|entry| {
            let path = entry.expect("the logs can be listed").path();
            std::fs::read_to_string(path)
                .expect("a log can be read")
                .lines()
                .count()
        })
        .sum();
    assert_eq!(lines, 1);
    live.stop();
}
