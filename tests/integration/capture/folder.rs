//! Folders: retention, two runs at once, clocks, full disks, and a kill at any point.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use super::{
    GOLEAK, JEMALLOC, check_failure, folder, folder_with_one, names, ok, profile, serve, sidecar,
    snapshot, snapshots,
};
use crate::run_fabric::{Run, command, fabric, fixtures};

#[test]
fn two_runs_at_once_take_turns() {
    let base = serve(|_, stream| {
        std::thread::sleep(Duration::from_millis(200));
        ok(stream, &profile());
    });
    let dir = folder();
    let path = dir.path().display().to_string();
    let start = |more: &[&str]| {
        let mut arguments = vec!["snapshot", "--dir", &path, &base];
        arguments.extend_from_slice(more);
        command(&arguments).spawn().expect("it starts")
    };
    let runs: Vec<_> = (0..4).map(|_| start(&[])).collect();
    for mut run in runs {
        assert!(run.wait().is_ok_and(|status| status.success()));
    }
    assert_eq!(snapshots(dir.path()).len(), 4);
    // Two triggers that fire together take one.
    let other = folder();
    let path = other.path().display().to_string();
    let runs: Vec<_> = (0..4)
        .map(|_| {
            command(&["snapshot", "--dir", &path, &base, "--min-interval", "10m"])
                .spawn()
                .expect("it starts")
        })
        .collect();
    for mut run in runs {
        assert!(run.wait().is_ok_and(|status| status.success()));
    }
    assert_eq!(snapshots(other.path()).len(), 1);
}

#[test]
fn retention_keeps_pins_and_the_newest_and_dry_run_tells_before() {
    let dir = folder();
    let out = dir.path().join("out");
    for step in ["000", "005", "007", "010", "015"] {
        let file = format!("pprof/go-1.27/goleak/heap.{step}.pb.gz");
        let run = snapshot(&out, &[&file, "--max-age", "all"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    let foreign = out.join("heap-1-manual.txt");
    assert!(fs::write(&foreign, "mine").is_ok());
    let stored = snapshots(&out);
    let first = stored[0].display().to_string();
    assert_eq!(fabric(&["snapshot", "--pin", &first]).code, 0);
    let bounds = ["--max-age", "all", "--keep", "2"];
    let mut dry = vec!["--dry-run", "--format", "json"];
    dry.extend_from_slice(&bounds);
    let run = snapshot(&out, &dry);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap_or_default();
    assert_eq!(json["schema"], "fabric.snapshots/1");
    let removed: Vec<bool> = json["snapshots"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|row| row["remove"] == "keep")
        .collect();
    assert_eq!(removed, [false, true, true, false, false]);
    assert_eq!(snapshots(&out), stored);
    let mut arguments = vec!["pprof/go-1.27/goleak/heap.019.pb.gz"];
    arguments.extend_from_slice(&bounds);
    assert_eq!(snapshot(&out, &arguments).code, 0);
    let left = snapshots(&out);
    assert_eq!(left.len(), 3);
    assert_eq!((&left[0], &left[1]), (&stored[0], &stored[4]));
    assert!(foreign.exists());
    assert_eq!(names(&out).len(), 3 + 3 + 1 + 1, "{:?}", names(&out));
    let list = snapshot(&out, &["--list"]);
    assert!(list.stdout.contains("pinned"), "{}", list.stdout);
    assert!(list.stdout.contains("3 snapshots"), "{}", list.stdout);
    // Everything here is old; the newest stays, and the pin.
    assert_eq!(snapshot(&out, &[GOLEAK, "--max-age", "1ms"]).code, 0);
    assert_eq!(fabric(&["snapshot", "--unpin", &first]).code, 0);
    assert_eq!(snapshot(&out, &[JEMALLOC, "--max-age", "1ms"]).code, 0);
    assert_eq!(snapshots(&out).len(), 1);
}

#[test]
fn a_clock_that_jumped_back_overwrites_nothing() {
    let dir = folder();
    // A snapshot from a future that the clock has left.
    let future = dir.path().join("heap-9999999999999-periodic.pb.gz");
    assert!(fs::write(&future, profile()).is_ok());
    for _ in 0..2 {
        let base = serve(|_, stream| ok(stream, &profile()));
        let run = snapshot(dir.path(), &[&base, "--keep", "2", "--min-interval", "1ms"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }
    assert!(future.exists());
    assert_eq!(snapshots(dir.path()).len(), 2);
    // The same file again gets a name of its own.
    let other = folder();
    for _ in 0..3 {
        assert_eq!(
            snapshot(other.path(), &[GOLEAK, "--max-age", "all"]).code,
            0
        );
    }
    assert_eq!(snapshots(other.path()).len(), 3);
}

#[test]
fn folders_that_cannot_be_written_have_a_code_of_their_own() {
    let dir = folder();
    let file = dir.path().join("file");
    assert!(fs::write(&file, "").is_ok());
    for (path, expected) in [
        (file.clone(), "folder"),
        (file.join("below"), "folder"),
        (PathBuf::from("/proc/fabric"), ""),
    ] {
        let run = snapshot(&path, &[GOLEAK]);
        assert_eq!(run.code, 4, "{}", run.stderr);
        assert!(run.stderr.contains(expected), "{}", run.stderr);
    }
    assert_eq!(snapshot(&dir.path().join("none"), &["--list"]).code, 3);
}

/// Runs as `nobody`, which only root can; root may write everywhere.
fn as_nobody(arguments: &[&str]) -> Option<Run> {
    use std::os::unix::process::CommandExt;
    let output = command(arguments)
        .uid(65534)
        .gid(65534)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    Some(Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

#[test]
fn a_folder_of_somebody_else_stays_as_it_is() {
    let dir = folder_with_one();
    let path = dir.path().display().to_string();
    let file = fixtures().join(GOLEAK).display().to_string();
    match as_nobody(&["snapshot", "--dir", &path, &file]) {
        None => println!("skipped: only root can become somebody else"),
        // The folder is closed to others altogether, and so may the binary be.
        Some(run) => {
            check_failure(
                dir.path(),
                &run,
                4,
                &["permission denied", "belongs to user 0"],
            );
        }
    }
}

#[test]
fn a_full_disk_keeps_what_it_has() {
    let dir = folder();
    let path = dir.path().display().to_string();
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=20m", "fabric-test", &path])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !mounted {
        println!("skipped: only root can mount a small disk");
        return;
    }
    let work = || {
        assert_eq!(snapshot(dir.path(), &[GOLEAK]).code, 0);
        // It is stopped while it comes, before the disk is full.
        let base = serve(|_, stream| {
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
            let chunk = vec![0u8; 1 << 16];
            while stream.write_all(&chunk).is_ok() {}
        });
        let run = snapshot(dir.path(), &[&base]);
        check_failure(dir.path(), &run, 4, &["disk is full"]);
        assert!(fs::write(dir.path().join("ballast"), vec![1u8; 5 << 20]).is_ok());
        let run = snapshot(dir.path(), &[GOLEAK]);
        assert!(fs::remove_file(dir.path().join("ballast")).is_ok());
        check_failure(dir.path(), &run, 4, &["disk is full", "--max-bytes"]);
    };
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    let _ = std::process::Command::new("umount").arg(&path).status();
    if let Err(panic) = done {
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn a_kill_at_any_point_leaves_whole_snapshots_alone() {
    let base = serve(|_, stream| {
        let body = profile();
        let _ = write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        for part in body.chunks(body.len() / 8) {
            let _ = stream.write_all(part);
            let _ = stream.flush();
            std::thread::sleep(Duration::from_micros(300));
        }
    });
    let dir = folder();
    let path = dir.path().display().to_string();
    let run = || {
        command(&[
            "snapshot",
            "--dir",
            &path,
            "--no-symbolize",
            "--keep",
            "5",
            &base,
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts")
    };
    let began = Instant::now();
    assert!(run().wait().is_ok_and(|status| status.success()));
    let whole = began.elapsed();
    for step in 0..60u32 {
        let mut child = run();
        std::thread::sleep(whole * step / 50);
        let _ = child.kill();
        let _ = child.wait();
        for snapshot in snapshots(dir.path()) {
            // What has its name has everything.
            assert_eq!(fs::read(&snapshot).ok(), Some(profile()), "step {step}");
            assert_eq!(
                sidecar(&snapshot)["schema"],
                "fabric.snapshot/1",
                "step {step}"
            );
        }
    }
    assert!(run().wait().is_ok_and(|status| status.success()));
    let stored = snapshots(dir.path());
    assert_eq!(
        names(dir.path()).len(),
        2 * stored.len(),
        "{:?}",
        names(dir.path())
    );
    assert!((1..=5).contains(&stored.len()));
}
