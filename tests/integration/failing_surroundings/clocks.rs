//! Clocks that jump while a server runs: forward, backward, to 1970, to 2100. Nothing stops, nothing spins, and nothing leaks because of it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::live::client::{get, post};
use crate::live::process::{Folders, Live, eventually};

/// The clock of the wall is ahead by the seconds that a file holds; every other clock goes on as it does.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static volatile long long *ahead;
__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FABRIC_TEST_CLOCK");
    int file = path ? open(path, O_RDONLY) : -1;
    if (file < 0) return;
    void *at = mmap(0, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
    if (at != MAP_FAILED) ahead = at;
    close(file);
}
int clock_gettime(clockid_t clock, struct timespec *now) {
    int result = syscall(SYS_clock_gettime, clock, now);
    if (ahead && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += *ahead;
    return result;
}
int gettimeofday(struct timeval *now, void *zone) {
    (void)zone;
    struct timespec exact;
    int result = clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return result;
}
time_t time(time_t *out) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (out) *out = exact.tv_sec;
    return exact.tv_sec;
}
"#;

/// A clock that can be set.
struct Clock {
    folder: tempfile::TempDir,
}

impl Clock {
    fn new() -> Clock {
        let clock = Clock {
            folder: tempfile::tempdir().expect("a folder"),
        };
        let source = clock.path("shim.c");
        std::fs::write(&source, SHIM).expect("it is written");
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(clock.path("shim.so"))
            .arg(&source)
            .output();
        let compiled = compiled.expect("a C compiler");
        assert!(
            compiled.status.success(),
            "{}",
            String::from_utf8_lossy(&compiled.stderr)
        );
        clock.set(0);
        clock
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// In place: the shim has the file mapped.
    fn set(&self, ahead_s: i64) {
        let mut file = std::fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.path("ahead"))
            .expect("it is ours");
        file.write_all(&ahead_s.to_ne_bytes())
            .expect("it is written");
    }

    fn lend_to(&self, command: &mut Command) {
        command
            .env("LD_PRELOAD", self.path("shim.so"))
            .env("FABRIC_TEST_CLOCK", self.path("ahead"));
    }
}

/// Processor time of a process so far.
fn processor_time(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
    let (_, rest) = stat.rsplit_once(") ").expect("a name in brackets");
    let ticks = |at: usize| {
        rest.split(' ')
            .nth(at)
            .and_then(|text| text.parse::<u64>().ok())
            .expect("a number")
    };
    Duration::from_millis(10 * (ticks(11) + ticks(12)))
}

fn append(logs: &Path, at_ms: i64, from: u64, to: u64) {
    let mut log = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(logs.join("w.jsonl"))
        .expect("the log is opened");
    for n in from..to {
        writeln!(
            log,
            r#"{{"ts":{at_ms},"worker":"w","level":"info","msg":"step","n":{n}}}"#
        )
        .expect("the log is written");
    }
}

const DAY: i64 = 86_400;

/// It answers, reads, takes a snapshot, and is not busy with anything.
fn goes_on(folders: &Folders, live: &Live, ahead_s: i64, written: &mut u64, what: &str) {
    let now_ms = jiff::Timestamp::now().as_millisecond() + 1_000 * ahead_s;
    append(&folders.logs(), now_ms, *written, *written + 20);
    *written += 20;
    eventually(what, || {
        get(live.address, "/api/tail").json()["lines"] == *written
    });
    for path in [
        "/",
        "/api/health",
        "/api/workers",
        "/api/alerts",
        "/api/heatmap",
        "/api/heatmap/timelapse",
        "/api/errors/stats",
        "/api/collisions/all",
        "/api/memory/stats",
        "/api/memory/trend",
        "/api/memory/files",
        "/api/memory/chart.svg",
        "/api/metrics",
        "/api/events?since=1h",
    ] {
        let answer = get(live.address, path);
        assert!(
            answer.status < 500 || answer.status == 503,
            "{what}: {path}: {} {}",
            answer.status,
            answer.body
        );
    }
    let body = format!(r#"{{"ts":{now_ms},"worker":"p","level":"info","msg":"posted"}}"#);
    let posted = post(live.address, "/api/events", &body).expect("an answer");
    assert_eq!(posted.status, 201, "{what}: {}", posted.body);
    *written += 1;
    let before = processor_time(live.pid());
    std::thread::sleep(Duration::from_secs(2));
    let busy = processor_time(live.pid()) - before;
    assert!(
        busy < Duration::from_millis(1_200),
        "{what}: {busy:?} of processor time in two seconds of nothing"
    );
    for line in live.said() {
        assert!(!line.contains("panicked"), "{what}: {line}");
    }
}

#[test]
fn a_clock_that_jumps_while_a_server_runs_stops_nothing_and_makes_no_leak() {
    let clock = Clock::new();
    let folders = Folders::new();
    let mut command = folders.command(&["--poll-interval", "100ms", "--snapshot-interval", "1h"]);
    clock.lend_to(&mut command);
    let live = Live::start(command);
    let mut written = 0;
    let now = jiff::Timestamp::now().as_second();
    let jumps = [
        ("as it is", 0),
        ("a day ahead", DAY),
        ("an hour back", DAY - 3_600),
        ("as it was", 0),
        ("a day back", -DAY),
        ("1970", 5 - now),
        ("2100", 4_102_444_800 - now),
        ("1970 again", 60 - now),
        ("as it is, at last", 0),
    ];
    for (what, ahead) in jumps {
        clock.set(ahead);
        goes_on(&folders, &live, ahead, &mut written, what);
        let taken = post(live.address, "/api/memory/heap-snapshot", "").expect("an answer");
        assert!(
            [200, 409, 429, 503].contains(&taken.status),
            "{what}: {} {}",
            taken.status,
            taken.body
        );
        println!(
            "{what}: {} MiB, snapshot {}",
            live.resident_bytes() >> 20,
            taken.status
        );
    }
    assert!(
        live.resident_bytes() < 300 << 20,
        "{} MiB",
        live.resident_bytes() >> 20
    );
    let trend = get(live.address, "/api/memory/trend").json();
    assert_ne!(trend["overallAssessment"], "leaking", "{trend}");
    for alert in get(live.address, "/api/alerts").json()["active"]
        .as_array()
        .into_iter()
        .flatten()
    {
        assert_ne!(alert["kind"], "targetLeaking", "{alert}");
    }
    live.stop();
    // What was remembered under another clock is no obstacle.
    let live = folders.start(&[]);
    eventually("it starts again", || {
        get(live.address, "/api/health").status == 200
    });
    live.stop();
}

#[test]
fn a_server_that_starts_in_another_time_serves() {
    let clock = Clock::new();
    let now = jiff::Timestamp::now().as_second();
    for (what, ahead) in [
        ("1970", 1 - now),
        ("2100", 4_102_444_800 - now),
        ("9999", 253_402_300_000 - now),
    ] {
        let folders = Folders::new();
        clock.set(ahead);
        let mut command = folders.command(&["--poll-interval", "100ms"]);
        clock.lend_to(&mut command);
        let live = Live::start(command);
        let mut written = 0;
        goes_on(&folders, &live, ahead, &mut written, what);
        live.stop();
    }
}

#[test]
fn commands_know_what_to_say_in_any_time() {
    let clock = Clock::new();
    let folder = tempfile::tempdir().expect("a folder");
    let now = jiff::Timestamp::now().as_second();
    for (what, ahead) in [
        ("1970", -now),
        ("2100", 4_102_444_800 - now),
        ("the end of times", i64::MAX / 4),
    ] {
        clock.set(ahead);
        for arguments in [
            vec![
                "trend",
                "--no-symbolize",
                "pprof/go-1.27/goleak",
                "--since",
                "1h",
            ],
            vec!["report", "--no-symbolize", "pprof/go-1.27/goleak"],
            vec![
                "snapshot",
                "--no-symbolize",
                "jemalloc/5.3/cleak/run1.2.heap",
                "--dir",
                folder.path().to_str().expect("a plain name"),
            ],
            vec![
                "snapshot",
                "--list",
                "--dir",
                folder.path().to_str().expect("a plain name"),
            ],
        ] {
            let mut command = crate::run_fabric::command(&arguments);
            clock.lend_to(&mut command);
            let output = command.output().expect("it starts");
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(!said.contains("panicked"), "{what}: {arguments:?}: {said}");
            assert!(
                output.status.code().is_some_and(|code| code <= 4),
                "{what}: {arguments:?}: {said}"
            );
            println!("{what}: {} {:?} {said}", arguments[0], output.status.code());
        }
    }
}
