//! One situation each.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use fabric::serve::tail::{Tailer, Wake, run};
use fabric::serve::time::WallTime;

use super::case::{Case, Lines, append};

#[test]
fn rotation_and_cutting_are_counted() {
    let mut case = Case::new(|_, _| ());
    append(&case.path("a.jsonl"), "1 x\n");
    assert_eq!(case.new_lines(), ["a.jsonl 1 x"]);
    append(&case.path("a.jsonl"), "2 y\n");
    fs::rename(case.path("a.jsonl"), case.path("a.jsonl.1")).expect("it is there");
    append(&case.path("a.jsonl"), "3 z\n");
    let lines = case.new_lines();
    assert!(
        lines[0].ends_with("2 y") && lines[1] == "a.jsonl 3 z",
        "{lines:?}"
    );
    // The writer still has the old one.
    append(&case.path("a.jsonl.1"), "4 late\n");
    assert_eq!(case.new_lines(), ["a.jsonl.1 4 late"]);
    fs::write(
        case.path("a.jsonl"),
        "5 cut and grown to more than it was\n",
    )
    .expect("it can be written");
    assert_eq!(
        case.new_lines(),
        ["a.jsonl 5 cut and grown to more than it was"]
    );
    // Another file is moved onto it.
    fs::write(case.path("new"), "6 moved here\n").expect("it can be written");
    fs::rename(case.path("new"), case.path("a.jsonl")).expect("it is there");
    assert_eq!(case.new_lines(), ["a.jsonl 6 moved here"]);
    fs::remove_file(case.path("a.jsonl")).expect("it is there");
    assert_eq!(case.new_lines(), [""; 0]);
    let report = case.tailer.report();
    assert_eq!(
        (report.rotations, report.truncations, report.vanished),
        (2, 1, 2)
    );
    assert_eq!(report.lines, 6);
}

#[test]
fn what_is_no_log_is_not_opened() {
    let mut case = Case::new(|_, _| ());
    append(&case.path("a.log"), "1 x\n");
    append(&case.path(".hidden.jsonl"), "1 x\n");
    fs::create_dir(case.path("folder.jsonl")).expect("a folder");
    append(&case.path("folder.jsonl/below.jsonl"), "1 x\n");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        case.path("pipe.jsonl"),
        rustix::fs::FileType::Fifo,
        0o600.into(),
        0,
    )
    .expect("a pipe");
    std::os::unix::fs::symlink("nowhere", case.path("dangling.jsonl")).expect("a link");
    std::os::unix::fs::symlink("/dev/zero", case.path("device.jsonl")).expect("a link");
    std::os::unix::fs::symlink("loop.jsonl", case.path("loop.jsonl")).expect("a link");
    append(&case.path("a.jsonl"), "1 only this\n");
    std::os::unix::fs::symlink("a.jsonl", case.path("same.jsonl")).expect("a link");
    fs::hard_link(case.path("a.jsonl"), case.path("too.jsonl")).expect("a link");
    let lines = case.new_lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    let problems = case.problems();
    for expected in [
        "folder.jsonl is not a regular file",
        "pipe.jsonl is not a regular file",
        "device.jsonl is not a regular file",
        "dangling.jsonl leads nowhere",
    ] {
        assert!(
            problems.iter().any(|told| told == expected),
            "{expected}: {problems:#?}"
        );
    }
    assert!(
        problems
            .iter()
            .any(|told| told.starts_with("loop.jsonl cannot be looked at"))
    );
    assert_eq!(case.tailer.report().files_known, 1);
}

#[test]
fn a_folder_may_appear_later_and_may_be_another_one() {
    let mut case = Case::new(|folder, _| fs::remove_dir(folder).expect("it is empty"));
    case.settle();
    assert!(!case.tailer.report().folder_readable);
    assert!(case.problems()[0].contains("the folder cannot be read"));
    fs::create_dir(&case.options.folder).expect("a folder");
    append(&case.path("a.jsonl"), "1 x\n");
    assert_eq!(case.new_lines(), ["a.jsonl 1 x"]);
    assert!(case.tailer.report().folder_readable);
    append(&case.path("a.jsonl"), "2 read through the open file\n");
    fs::remove_dir_all(&case.options.folder).expect("it is there");
    assert_eq!(case.new_lines(), ["a.jsonl 2 read through the open file"]);
    fs::create_dir(&case.options.folder).expect("a folder");
    append(&case.path("a.jsonl"), "3 another one\n");
    assert_eq!(case.new_lines(), ["a.jsonl 3 another one"]);
}

#[test]
fn above_the_memory_limit_no_further_file_is_opened_and_that_is_said() {
    let mut case = Case::new(|_, _| ());
    append(&case.path("a.jsonl"), "1 x\n");
    assert_eq!(case.new_lines(), ["a.jsonl 1 x"]);
    append(&case.path("a.jsonl"), "2 followed already\n");
    append(&case.path("b.jsonl"), "3 has to wait\n");
    case.settle_with(Some(401 << 20));
    assert_eq!(
        std::mem::take(&mut case.sink.lines),
        ["a.jsonl 2 followed already"]
    );
    let report = case.tailer.report();
    assert!(report.paused_for_memory && report.bytes_waiting > 0);
    assert!(
        case.problems()
            .iter()
            .any(|told| told.contains("uses more memory"))
    );
    // Not at once: it would go on and off.
    case.settle_with(Some(370 << 20));
    assert!(case.sink.lines.is_empty());
    case.settle_with(Some(359 << 20));
    assert_eq!(case.sink.lines, ["b.jsonl 3 has to wait"]);
    assert!(!case.tailer.report().paused_for_memory);
}

#[test]
fn a_file_that_may_not_be_read_is_tried_again() {
    let mut case = Case::new(|_, _| ());
    append(&case.path("a.jsonl"), "1 x\n");
    let allow = |mode| {
        fs::set_permissions(
            case.options.folder.join("a.jsonl"),
            fs::Permissions::from_mode(mode),
        )
    };
    allow(0).expect("it is ours");
    if File::open(case.path("a.jsonl")).is_ok() {
        println!("SKIPPED: this user may read everything, so nothing can be forbidden");
        return;
    }
    allow(0).expect("it is ours");
    assert_eq!(case.new_lines(), [""; 0]);
    assert!(
        case.problems()
            .iter()
            .any(|told| told.contains("a.jsonl cannot be opened"))
    );
    fs::set_permissions(case.path("a.jsonl"), fs::Permissions::from_mode(0o600))
        .expect("it is ours");
    assert_eq!(case.new_lines(), ["a.jsonl 1 x"]);
}

#[test]
fn problems_are_bounded_and_counted() {
    let mut case = Case::new(|_, _| ());
    for number in 0..100 {
        let path = case.path(&format!("{number}.jsonl"));
        std::os::unix::fs::symlink("nowhere", path).expect("a link");
    }
    case.settle();
    let report = case.tailer.report();
    assert_eq!(report.problems.len(), 64);
    let usage = report.bounds[2].usage;
    assert_eq!((usage.length, usage.high_water_length), (64, 64));
    assert!(usage.evictions > 0 && usage.bytes < 64 << 10, "{usage:?}");
}

#[test]
fn notifications_wake_at_once_and_a_thread_can_be_stopped() {
    let mut case = Case::new(|folder, _| fs::remove_dir(folder).expect("it is empty"));
    case.options.poll = Duration::from_millis(300);
    let tailer = Tailer::open(case.options.clone(), WallTime::now());
    let wake = Wake::new();
    let handle = wake.handle();
    let (copy, lines) = std::sync::mpsc::channel();
    let mut sink = Lines {
        lines: Vec::new(),
        copy: Some(copy),
    };
    let thread = std::thread::spawn(move || {
        let mut reports = Vec::new();
        run(
            tailer,
            wake,
            || None,
            |report| reports.push(report),
            &mut sink,
        );
        reports
    });
    let next = || lines.recv_timeout(Duration::from_secs(20)).expect("a line");
    fs::create_dir(&case.options.folder).expect("a folder");
    append(&case.path("a.jsonl"), "1 x\n");
    assert_eq!(next(), "a.jsonl 1 x");
    let mut waits: Vec<Duration> = (0..40)
        .map(|number| {
            let began = Instant::now();
            append(&case.path("a.jsonl"), &format!("{number} y\n"));
            assert_eq!(next(), format!("a.jsonl {number} y"));
            began.elapsed()
        })
        .collect();
    waits.sort();
    println!(
        "from append to line: median {:?}, slowest {:?}",
        waits[20], waits[39]
    );
    // A lost watch: the folder is another one.
    fs::rename(&case.options.folder, case.root.path().join("away")).expect("it is there");
    fs::create_dir(&case.options.folder).expect("a folder");
    append(&case.path("b.jsonl"), "2 elsewhere\n");
    assert_eq!(next(), "b.jsonl 2 elsewhere");
    fs::rename(case.path("b.jsonl"), case.path("b.jsonl.1")).expect("it is there");
    append(&case.path("b.jsonl"), "3 rotated\n");
    assert_eq!(next(), "b.jsonl 3 rotated");
    handle.reopen();
    append(&case.path("b.jsonl"), "4 opened anew\n");
    assert_eq!(next(), "b.jsonl 4 opened anew");
    handle.stop();
    let reports = thread.join().expect("it ends");
    let last = reports.last().expect("the last report");
    assert_eq!(last.lines, 44);
    assert!(last.state_saves > 0, "places are saved at the end");
}
