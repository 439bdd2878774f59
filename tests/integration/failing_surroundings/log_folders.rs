//! Folders of logs that nobody tidies: ten thousand files, and names that are no names.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;

use crate::live::client::get;
use crate::live::process::{Folders, eventually, eventually_within};

fn line(worker: &str, n: u64) -> String {
    let now = jiff::Timestamp::now().as_millisecond();
    format!(
        "{{\"ts\":{now},\"worker\":\"{worker}\",\"level\":\"info\",\"msg\":\"step\",\"n\":{n}}}\n"
    )
}

#[test]
fn ten_thousand_logs_are_read_and_followed() {
    let folders = Folders::new();
    for n in 0..10_000 {
        fs::write(
            folders.logs().join(format!("worker-{n}.jsonl")),
            line(&format!("w{}", n % 50), n),
        )
        .expect("a log is written");
    }
    let live = folders.start(&["--poll-interval", "200ms"]);
    let lines = || {
        get(live.address, "/api/tail").json()["lines"]
            .as_u64()
            .expect("a number")
    };
    eventually_within(std::time::Duration::from_secs(60), "all are read", || {
        lines() == 10_000
    });
    for n in (0..10_000).step_by(1_000) {
        let path = folders.logs().join(format!("worker-{n}.jsonl"));
        let mut log = fs::OpenOptions::new()
            .append(true)
            .open(path)
            .expect("it is there");
        log.write_all(line("late", n).as_bytes())
            .expect("it is written");
    }
    eventually_within(
        std::time::Duration::from_secs(60),
        "what is appended is read",
        || lines() == 10_010,
    );
    assert!(
        live.resident_bytes() < 200 << 20,
        "{} MiB",
        live.resident_bytes() >> 20
    );
    let open = fs::read_dir(format!("/proc/{}/fd", live.pid()))
        .expect("it runs")
        .count();
    assert!(open < 300, "{open} open files");
    live.stop();
}

#[test]
fn names_that_a_terminal_would_obey_are_read_and_shown() {
    let folders = Folders::new();
    let long = [b"x".repeat(249), b".jsonl".to_vec()].concat();
    let names: [&[u8]; 9] = [
        b"new\nline.jsonl",
        b"\x1b[2Jclear.jsonl",
        b"tab\tcr\r.jsonl",
        b"not-utf8-\xff\xfe.jsonl",
        "\u{202e}override.jsonl".as_bytes(),
        b"<script>alert(1)</script>"
            .split(|&byte| byte == b'/')
            .next()
            .unwrap_or_default(),
        b"quote\"and'back\\slash.jsonl",
        b" .jsonl",
        &long,
    ];
    let mut written = 0;
    for name in names {
        let mut name = name.to_vec();
        if !name.ends_with(b".jsonl") {
            name.extend(b".jsonl");
        }
        let text = line("w", written) + "no event\n";
        fs::write(folders.logs().join(OsStr::from_bytes(&name)), text).expect("a log is written");
        written += 1;
    }
    // Folders, pipes, sockets and loops in the place of logs.
    fs::create_dir(folders.logs().join("folder.jsonl")).expect("it is made");
    std::os::unix::fs::symlink("loop.jsonl", folders.logs().join("loop.jsonl"))
        .expect("it is made");
    std::os::unix::fs::symlink("/dev/zero", folders.logs().join("zero.jsonl")).expect("it is made");
    let kind = rustix::fs::FileType::Fifo;
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(
        rustix::fs::CWD,
        folders.logs().join("pipe.jsonl"),
        kind,
        mode,
        0,
    )
    .expect("it is made");
    let live = folders.start(&["--poll-interval", "100ms"]);
    eventually("all are read", || {
        get(live.address, "/api/tail").json()["lines"] == 2 * written
    });
    assert_eq!(get(live.address, "/api/workers/w").status, 200);
    for path in [
        "/",
        "/api/tail",
        "/api/rejected",
        "/api/events",
        "/api/metrics",
        "/api/memory/bounds",
        "/api/",
    ] {
        let answer = get(live.address, path);
        assert_eq!(answer.status, 200, "{path}");
        let obeyed =
            |c: char| c.is_control() && c != '\n' || c == '\u{202e}' && !path.starts_with("/api/");
        let found = answer.body.chars().find(|&c| obeyed(c));
        assert_eq!(found, None, "{path}");
        assert!(
            !answer.body.contains("<script>alert"),
            "{path}: {}",
            answer.head
        );
    }
    let rejected = get(live.address, "/api/rejected").json();
    println!("{rejected}");
    for line in live.said() {
        serde_json::from_str::<serde_json::Value>(&line)
            .unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(!line.contains("panicked"), "{line}");
    }
    live.stop();
}
