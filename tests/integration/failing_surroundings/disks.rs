//! Disks that are full, or may only be read.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::small_disk::SmallDisk;
use crate::live::client::{get, post};
use crate::live::process::{Live, eventually};

const PROFILE: &str = "pprof/go-1.19/prometheus-2.42/heap.023.pb.gz";

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Fills a disk to its last byte.
const FILL: &str = "cat /dev/zero > $D/filler 2>/dev/null; true";

#[test]
fn an_output_that_does_not_fit_is_an_error_and_leaves_what_was_there() {
    let Some(disk) = SmallDisk::new(256) else {
        return;
    };
    for ending in ["json", "html", "svg", "md", "folded", "pb.gz", "txt"] {
        let old = format!("echo old > $D/out.{ending}; {FILL}");
        let run = format!(
            "$F show --no-symbolize --top 0 {PROFILE} -o $D/out.{ending}; code=$?; cat $D/out.{ending}; ls -A $D | wc -l; exit $code"
        );
        let output = disk.run(&old, &run);
        assert_eq!(output.status.code(), Some(4), "{ending}: {}", said(&output));
        assert!(said(&output).contains("No space left"), "{}", said(&output));
        assert!(
            said(&output).contains(&format!("out.{ending}")),
            "{}",
            said(&output)
        );
        assert_eq!(said(&output).lines().count(), 1, "{}", said(&output));
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "old\n2\n",
            "{ending}"
        );
    }
}

#[test]
fn other_commands_on_a_full_disk_say_so_too() {
    let Some(disk) = SmallDisk::new(256) else {
        return;
    };
    let folder = "pprof/go-1.27/goleak";
    for run in [
        format!(
            "$F diff --no-symbolize {folder}/heap.007.pb.gz {folder}/heap.019.pb.gz -o $D/out.html"
        ),
        format!("$F trend --no-symbolize {folder} -o $D/out.json"),
        format!("$F report --no-symbolize {folder} -o $D/out.html"),
        "$F show v8/node-20/reduced/vr1.heapsnapshot.gz --redact -o $D/copy.heapsnapshot"
            .to_owned(),
        "$F man $D/man".to_owned(),
        format!("$F snapshot --no-symbolize {folder}/heap.007.pb.gz --dir $D/snapshots"),
        format!("$F show {folder}/heap.007.pb.gz > $D/filler2"),
        "$F completions bash > $D/filler2".to_owned(),
    ] {
        let output = disk.run(FILL, &run);
        assert_eq!(output.status.code(), Some(4), "{run}: {}", said(&output));
        assert_eq!(said(&output).lines().count(), 1, "{run}: {}", said(&output));
        assert!(
            !said(&output).contains("panicked"),
            "{run}: {}",
            said(&output)
        );
    }
}

#[test]
fn a_disk_that_may_only_be_read_is_an_error_with_a_word() {
    let Some(disk) = SmallDisk::new(2_048) else {
        return;
    };
    let folder = "pprof/go-1.27/goleak";
    let locked = "mkdir $D/snapshots; echo old > $D/out.html; mount -o remount,ro $D";
    for run in [
        format!("$F show --no-symbolize {PROFILE} -o $D/out.html"),
        format!("$F show --no-symbolize {PROFILE} -o $D/new.html"),
        format!("$F report --no-symbolize {folder} -o $D/out.html"),
        "$F man $D/man".to_owned(),
        format!("$F snapshot --no-symbolize {folder}/heap.007.pb.gz --dir $D/snapshots"),
        format!("$F snapshot --no-symbolize {folder}/heap.007.pb.gz --dir $D/others"),
    ] {
        let output = disk.run(locked, &run);
        assert_eq!(output.status.code(), Some(4), "{run}: {}", said(&output));
        assert!(
            said(&output).to_lowercase().contains("read-only"),
            "{run}: {}",
            said(&output)
        );
        assert_eq!(said(&output).lines().count(), 1, "{run}: {}", said(&output));
    }
    // Reading needs nothing.
    let output = disk.run(
        &format!("mkdir $D/snapshots; cp {folder}/* $D/snapshots; mount -o remount,ro $D"),
        "$F trend --no-symbolize $D/snapshots",
    );
    assert!(output.status.success(), "{}", said(&output));
}

/// A server whose state and logs are on `disk`.
fn serve(disk: &SmallDisk, prepare: &str) -> Command {
    let run = "exec $F serve --listen 127.0.0.1:0 --log-format json --source $D/logs --state-dir $D/state --poll-interval 50ms";
    let mut command = disk.command(prepare, run);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

const EVENT: &str = r#"{"ts":1795000000000,"worker":"w","level":"info","msg":"step"}"#;

fn append(logs: &Path, lines: u64) {
    let mut log = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(logs.join("w.jsonl"))
        .expect("the log is opened");
    for n in 0..lines {
        writeln!(log, "{}", EVENT.replace("step", &format!("step {n}")))
            .expect("the log is written");
    }
}

fn lines(live: &Live) -> u64 {
    get(live.address, "/api/tail").json()["lines"]
        .as_u64()
        .expect("a number")
}

#[test]
fn a_server_whose_disk_fills_up_goes_on_and_keeps_again_when_there_is_room() {
    let Some(disk) = SmallDisk::new(4_096) else {
        return;
    };
    let live = Live::start(serve(&disk, "mkdir $D/logs"));
    let inside = disk.of_process(live.pid());
    append(&inside.join("logs"), 50);
    eventually("the lines are read", || lines(&live) == 50);
    assert_eq!(
        post(live.address, "/api/events", EVENT)
            .expect("an answer")
            .status,
        201
    );
    let filler = inside.join("filler");
    let mut file = std::fs::File::create(&filler).expect("a file is made");
    while file.write_all(&[0; 4_096]).is_ok() {}
    // What cannot be kept is not acknowledged, and everything else goes on.
    let answer = post(
        live.address,
        "/api/events",
        &EVENT.replace("step", &"x".repeat(9_000)),
    )
    .expect("an answer");
    assert!(answer.status >= 500, "{answer:?}");
    let taken = post(live.address, "/api/memory/heap-snapshot", "").expect("an answer");
    assert!(taken.status >= 500, "{taken:?}");
    for path in [
        "/",
        "/api/health",
        "/api/events",
        "/api/alerts",
        "/api/memory/bounds",
        "/api/metrics",
    ] {
        let status = get(live.address, path).status;
        assert!([200, 503].contains(&status), "{path}: {status}");
    }
    std::fs::remove_file(&filler).expect("it is removed");
    drop(file);
    append(&inside.join("logs"), 50);
    eventually("it keeps again", || {
        post(live.address, "/api/events", EVENT).is_ok_and(|answer| answer.status == 201)
    });
    eventually("the lines are read", || lines(&live) >= 101);
    for line in live.said() {
        assert!(!line.contains("panicked"), "{line}");
    }
    live.stop();
}

#[test]
fn a_server_that_starts_on_a_full_disk_or_one_that_may_only_be_read_serves_or_says_why_not() {
    let Some(disk) = SmallDisk::new(1_024) else {
        return;
    };
    for prepare in [
        format!("mkdir $D/logs; echo '{EVENT}' > $D/logs/w.jsonl; {FILL}"),
        format!("mkdir $D/logs $D/state; echo '{EVENT}' > $D/logs/w.jsonl; {FILL}"),
        format!("mkdir $D/logs; echo '{EVENT}' > $D/logs/w.jsonl; mount -o remount,ro $D"),
        format!("mkdir $D/logs $D/state; echo '{EVENT}' > $D/logs/w.jsonl; mount -o remount,ro $D"),
    ] {
        let mut child = serve(&disk, &prepare).spawn().expect("a shell starts");
        // It either ends with a reason or listens.
        std::thread::sleep(std::time::Duration::from_millis(1_500));
        match child.try_wait().expect("it can be waited for") {
            Some(status) => {
                let output = child.wait_with_output().expect("it ended");
                assert_eq!(status.code(), Some(5), "{}", said(&output));
                assert!(!said(&output).contains("panicked"), "{}", said(&output));
                println!("{prepare}: {}", said(&output));
            }
            None => {
                child.kill().expect("it runs");
                let output = child.wait_with_output().expect("it ended");
                assert!(said(&output).contains("\"listening\""), "{}", said(&output));
                assert!(!said(&output).contains("panicked"), "{}", said(&output));
                println!("{prepare}: serves; {}", said(&output));
            }
        }
    }
}
