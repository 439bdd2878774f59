//! SIGTERM and SIGKILL at any moment: nothing is there by half, and the next run goes on.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::live::client::{get, post};
use crate::live::process::{Folders, eventually};
use crate::run_fabric::{command, fabric};
use crate::support::random_draws::RandomDraws;

/// How many times; `FABRIC_HOSTILE_INPUTS` says how many in a long run.
fn rounds(usual: u64) -> u64 {
    let wanted = std::env::var("FABRIC_HOSTILE_INPUTS").ok();
    wanted.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn random() -> RandomDraws {
    let seed = std::env::var("FABRIC_HOSTILE_SEED").ok();
    let seed = seed.and_then(|text| text.parse().ok()).unwrap_or(1);
    println!("seed {seed}");
    RandomDraws::new(seed)
}

fn signal(child: &Child, name: &str) {
    // It may have ended by itself.
    let _ = Command::new("kill")
        .args(["-s", name, &child.id().to_string()])
        .stderr(Stdio::null())
        .status();
}

/// How long a command takes when nobody stops it.
fn duration(arguments: &[&str]) -> Duration {
    let began = Instant::now();
    let run = fabric(arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    began.elapsed()
}

/// Starts a command and stops it somewhere; whether it came to its end.
fn stopped(arguments: &[&str], whole: Duration, random: &mut RandomDraws) -> bool {
    let mut child = command(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    std::thread::sleep(whole.mul_f64(1.2 * random.unit()));
    signal(&child, ["TERM", "KILL", "INT"][random.below(3) as usize]);
    child.wait().expect("it ends").success()
}

#[test]
fn a_file_is_the_old_one_or_the_new_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().join("out.html");
    let path = target.to_str().expect("a plain name");
    let mut random = random();
    let (mut new, mut old) = (0, 0);
    for arguments in [
        vec![
            "report",
            "--no-symbolize",
            "pprof/go-1.27/goleak",
            "-o",
            path,
        ],
        vec![
            "show",
            "--no-symbolize",
            "--top",
            "0",
            "pprof/go-1.19/prometheus-2.42/heap.023.pb.gz",
            "-o",
            path,
        ],
    ] {
        let whole = duration(&arguments);
        let expected = fs::read(&target).expect("it is written");
        for _ in 0..rounds(20) {
            fs::write(&target, "old").expect("it is written");
            stopped(&arguments, whole, &mut random);
            let found = fs::read(&target).expect("it is there");
            match found == expected {
                true => new += 1,
                false => {
                    old += 1;
                    assert_eq!(found, b"old", "half of it");
                }
            }
        }
    }
    println!("{new} were done, {old} not");
}

fn stored(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .map(|entries| {
            entries
                .flatten()
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect()
        })
        .unwrap_or_default();
    names.sort();
    names
}

#[test]
fn a_snapshot_is_there_with_all_that_belongs_to_it_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("snapshots");
    let dir = dir.to_str().expect("a plain name");
    let source = "jemalloc/5.3/cleak/run1.2.heap";
    let arguments = [
        "snapshot",
        "--no-symbolize",
        "--keep-original",
        "--max-age",
        "all",
        "--dir",
        dir,
        source,
    ];
    let whole = duration(&arguments);
    let mut random = random();
    let mut done = 0;
    for _ in 0..rounds(40) {
        done += u32::from(stopped(&arguments, whole, &mut random));
        for name in stored(Path::new(dir))
            .iter()
            .filter(|name| name.ends_with(".pb.gz"))
        {
            let beside = Path::new(dir).join(format!("{name}.json"));
            let text = fs::read(&beside)
                .unwrap_or_else(|error| panic!("{name} without its document: {error}"));
            serde_json::from_slice::<serde_json::Value>(&text).expect("a whole document");
            let shown = fabric(&[
                "show",
                "--no-symbolize",
                Path::new(dir).join(name).to_str().expect("a plain name"),
            ]);
            assert_eq!(shown.code, 0, "{name}: {}", shown.stderr);
        }
    }
    // The next one goes on, and clears away what those left.
    let run = fabric(&arguments);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let names = stored(Path::new(dir));
    assert!(
        !names.iter().any(|name| name.ends_with(".part")),
        "{names:?}"
    );
    let snapshots = names.iter().filter(|name| name.ends_with(".pb.gz")).count();
    let documents = names
        .iter()
        .filter(|name| name.ends_with(".pb.gz.json"))
        .count();
    println!("{done} came to their end; {snapshots} snapshots, {documents} documents");
    let run = fabric(&["trend", "--no-symbolize", dir]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn a_server_that_is_stopped_or_killed_anywhere_goes_on_where_it_was() {
    let folders = Folders::new();
    let log = folders.logs().join("w.jsonl");
    let mut random = random();
    let mut written = 0_u64;
    let mut posted = 0_u64;
    for round in 0..rounds(12) {
        let live = folders.start(&["--poll-interval", "20ms"]);
        let address = live.address;
        let until = Instant::now() + Duration::from_millis(random.below(400));
        let mut file = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .expect("the log is opened");
        while Instant::now() < until {
            for _ in 0..20 {
                writeln!(
                    file,
                    r#"{{"ts":{},"worker":"w","level":"info","msg":"step","n":{written}}}"#,
                    jiff::Timestamp::now().as_millisecond()
                )
                .expect("the log is written");
                written += 1;
            }
            match random.below(4) {
                0 => {
                    let body = format!(
                        r#"{{"ts":{},"worker":"p","level":"info","msg":"posted","n":{posted}}}"#,
                        jiff::Timestamp::now().as_millisecond()
                    );
                    if post(address, "/api/events", &body).is_ok_and(|answer| answer.status == 201)
                    {
                        posted += 1;
                    }
                }
                1 => drop(post(address, "/api/memory/heap-snapshot", "")),
                _ => {}
            }
        }
        match (round + random.below(2)) % 2 {
            0 => live.kill(),
            _ => live.stop(),
        }
    }
    let live = folders.start(&["--poll-interval", "20ms"]);
    let events = |worker: &str| {
        let events = get(
            live.address,
            &format!("/api/events?limit=10000&worker={worker}"),
        )
        .json();
        let numbers: Vec<u64> = events
            .as_array()
            .expect("a list")
            .iter()
            .map(|event| event["n"].as_u64().expect("a number"))
            .collect();
        numbers
    };
    eventually("everything is there", || {
        events("w").len() as u64 >= written.min(9_000)
    });
    let mut seen = events("w");
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), count, "a line is there twice");
    let last = get(live.address, "/api/workers/w").json();
    assert_eq!(last["lastEvent"]["n"], written - 1, "{last}");
    // Lines of the log may have pushed them out of the memory, but not off the disk.
    let mut kept = Vec::new();
    for entry in fs::read_dir(folders.logs()).expect("the folder of logs") {
        let path = entry.expect("it can be listed").path();
        let name = path.file_name().expect("a name").to_string_lossy();
        if name.starts_with("http-ingest-") {
            let text = fs::read_to_string(&path).expect("lines of text");
            kept.extend(text.lines().map(|line| {
                let event: serde_json::Value = serde_json::from_str(line).expect("a whole line");
                event["n"].as_u64().expect("a number")
            }));
        }
    }
    kept.sort_unstable();
    kept.dedup();
    let accepted: Vec<u64> = (0..posted).collect();
    assert!(kept.starts_with(&accepted), "{kept:?} of {posted} posts");
    // Its snapshots are whole, too.
    let snapshots = folders.path("state/snapshots");
    for snapshot in fabric::archive::snapshots(&snapshots).unwrap_or_default() {
        let path = snapshot.path.to_str().expect("a plain name").to_owned();
        let shown = fabric(&["show", "--no-symbolize", &path]);
        assert_eq!(shown.code, 0, "{path}: {}", shown.stderr);
    }
    println!("{written} lines, {posted} posts");
    live.stop();
}
