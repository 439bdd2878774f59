//! A day of events, pushed through in minutes: the server judges itself by its own heap snapshots.
//!
//! `FABRIC_SOAK_EVENTS=20000000 cargo test --release --test integration soak -- --nocapture` is the long form.

use std::io::Write;
use std::time::{Duration, Instant};

use super::client::get;
use super::process::{Folders, eventually_within};
use crate::support::worker_logs::WorkerLogs;

/// Enough for ten times every cap of the store: every tenth line is of a new worker, two thirds of the edits are of a new file.
const EVENTS: u64 = 400_000;

/// Lines of one log; then the next one is begun, as workers do.
const LINES_OF_A_LOG: u64 = 20_000;

const SNAPSHOTS: u64 = 12;

#[test]
fn a_day_of_events_leaves_the_heap_of_the_server_as_it_was() {
    let events = std::env::var("FABRIC_SOAK_EVENTS").ok();
    let events = events.and_then(|it| it.parse().ok()).unwrap_or(EVENTS);
    let folders = Folders::new();
    let snapshots = folders.path("snapshots");
    let live = folders.start(&[
        "--snapshot-dir",
        snapshots
            .to_str()
            .expect("a temporary folder has a plain name"),
        "--snapshot-interval",
        "1h",
        "--poll-interval",
        "200ms",
    ]);
    let day_us = 86_400_000_000;
    let now_ms = jiff::Timestamp::now().as_millisecond();
    let mut logs = WorkerLogs::new(1, now_ms - 86_400_000, day_us / events.max(1) as i64);
    let began = Instant::now();
    let mut text = String::new();
    let mut resident = Vec::new();
    let (mut written, mut log) = (0, None);
    // The first tenth fills every cap; then a snapshot is taken after each further part.
    let part = events / (SNAPSHOTS + 1);
    for taken in 0..=SNAPSHOTS {
        let until = (taken + 1) * part;
        while written < until {
            text.clear();
            for _ in 0..1000.min(until - written) {
                logs.write_line(&mut text);
                written += 1;
            }
            if log.is_none() || written % LINES_OF_A_LOG < 1000 {
                let name = format!("worker-{written}.jsonl");
                log = Some(std::fs::File::create(folders.logs().join(name)).expect("a log"));
            }
            let log = log.as_mut().expect("it was just made");
            log.write_all(text.as_bytes())
                .expect("the log can be written");
        }
        eventually_within(Duration::from_secs(600), "everything is read", || {
            get(live.address, "/api/tail").json()["lines"].as_u64() >= Some(written)
        });
        if taken > 0 {
            live.signal("USR1");
            eventually_within(Duration::from_secs(60), "the snapshot is taken", || {
                let found = fabric::archive::snapshots(&snapshots).unwrap_or_default();
                found.len() as u64 >= taken
            });
        }
        resident.push(live.resident_bytes() >> 20);
    }
    println!(
        "{events} events in {:.1} s; resident MiB after each part: {resident:?}",
        began.elapsed().as_secs_f64()
    );
    let bounds = get(live.address, "/api/memory/bounds").json();
    for collection in bounds["collections"].as_array().expect("a list") {
        let number = |name: &str| collection[name].as_u64();
        if let (Some(cap), Some(high)) = (number("capEntries"), number("highWaterLength")) {
            assert!(high <= cap, "{collection}");
        }
        if let (Some(cap), Some(high)) = (number("capBytes"), number("highWaterBytes")) {
            assert!(high <= cap, "{collection}");
        }
    }
    live.stop();
    let run = crate::run_fabric::fabric(&[
        "trend",
        "--format",
        "json",
        snapshots
            .to_str()
            .expect("a temporary folder has a plain name"),
    ]);
    let trend: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    println!(
        "verdict {}; growth per hour {} {}",
        trend["overallAssessment"], trend["growthBytesPerHour"], trend["growthInterval95"]
    );
    assert_eq!(trend["overallAssessment"], "stable", "{}", run.stdout);
    assert_eq!(
        trend["snapshots"].as_array().map(Vec::len),
        Some(SNAPSHOTS as usize)
    );
}
