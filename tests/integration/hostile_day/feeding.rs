//! Broken logs and snapshots in the folders of a server. It goes on, and every answer is what it says it is.

use std::io::Write;
use std::net::SocketAddr;

use super::campaign::{Outcome, campaign};
use super::served::{is_well, started};
use super::{corpus, lines, token_changes, well_formed};
use crate::live::client::request;

/// Paths of all routes that only look.
const LOOKS: [&str; 33] = [
    "/",
    "/panels/memory",
    "/panels/alerts",
    "/panels/workers",
    "/api/",
    "/login",
    "/api/health",
    "/api/metrics",
    "/api/openapi.json",
    "/api/workers",
    "/api/workers/w",
    "/api/workers/w/collisions",
    "/api/events",
    "/api/events?limit=10000",
    "/api/collisions",
    "/api/collisions/all",
    "/api/alerts",
    "/api/heatmap",
    "/api/heatmap/stats",
    "/api/heatmap/timelapse",
    "/api/errors/groups",
    "/api/errors/stats",
    "/api/memory/stats",
    "/api/memory/snapshots",
    "/api/memory/bounds",
    "/api/memory/chart.svg",
    "/api/memory/diff-analysis",
    "/api/memory/files",
    "/api/memory/flame.svg",
    "/api/memory/report.html",
    "/api/memory/trend",
    "/api/memory/trend.md",
    "/api/rejected",
];

/// Asks and looks whether the answer is of the kind that it says.
fn look(address: SocketAddr, path: &str) {
    let answer = request(address, &format!("GET {path}"), "", "")
        .unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_ne!(answer.status, 500, "{path}: {}", answer.body);
    let kind = answer
        .head
        .lines()
        .find_map(|line| line.strip_prefix("content-type: "))
        .unwrap_or_default();
    match kind.split(';').next().unwrap_or_default() {
        "application/json" => drop(well_formed::json(path, &answer.body)),
        "text/html" | "image/svg+xml" => well_formed::markup(path, &answer.body),
        "text/markdown" | "text/plain" => well_formed::plain(path, &answer.body),
        _ => {}
    }
}

#[test]
fn fed_with_logs_and_snapshots() {
    let (folders, live) = started();
    let logs = lines::logs();
    let profiles = corpus::profiles();
    let sidecars = corpus::with_ending("series", ".pb.gz.json");
    let mut count = 0_u64;
    campaign(
        "fed",
        60,
        |random| match random.below(6) {
            0 => corpus::changed_pprof(&profiles, random),
            1 => {
                let mut bytes = sidecars[random.below(sidecars.len() as u64) as usize].clone();
                token_changes::change(&mut bytes, random);
                bytes
            }
            _ => lines::changed_log(&logs, random),
        },
        |bytes, random| {
            count += 1;
            let snapshots = folders.path("state/snapshots");
            if bytes.starts_with(&[0x1f, 0x8b]) {
                let name = format!(
                    "heap-{}-periodic.pb.gz",
                    1_795_000_000_000 + random.below(10_000_000)
                );
                std::fs::write(snapshots.join(name), bytes).expect("a snapshot is written");
            } else if bytes.starts_with(b"{\"schema")
                || bytes.windows(11).any(|part| part == b"\"capturedAt")
            {
                let name = format!(
                    "heap-{}-periodic.pb.gz.json",
                    1_795_000_000_000_u64 + 60_000 * random.below(8)
                );
                std::fs::write(snapshots.join(name), bytes).expect("a document is written");
            } else {
                let name = folders.logs().join(format!("{}.jsonl", random.below(40)));
                match random.below(12) {
                    0 => drop(std::fs::remove_file(&name)),
                    1 => drop(std::fs::rename(&name, name.with_extension("jsonl.1"))),
                    2 => drop(std::fs::write(&name, b"")),
                    _ => {}
                }
                let mut log = std::fs::OpenOptions::new()
                    .create(true)
                    .append(true)
                    .open(name)
                    .expect("the log is opened");
                log.write_all(bytes).expect("the log is written");
            }
            if count.is_multiple_of(200) {
                // Otherwise looking at them is all that is done.
                for entry in std::fs::read_dir(&snapshots).expect("the folder") {
                    let path = entry.expect("an entry").path();
                    if count.is_multiple_of(400)
                        || path.extension().is_some_and(|ending| ending == "json")
                    {
                        drop(std::fs::remove_file(path));
                    }
                }
                for entry in std::fs::read_dir(folders.logs()).expect("the folder") {
                    drop(std::fs::remove_file(entry.expect("an entry").path()));
                }
            }
            look(
                live.address,
                LOOKS[random.below(LOOKS.len() as u64) as usize],
            );
            if count.is_multiple_of(10) {
                is_well(&live);
            }
            Outcome::Accepted
        },
    );
    is_well(&live);
    live.stop();
}
