//! One situation each.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use fabric::serve::tail::{LineSink, Place, TailOptions, Tailer, Turn, Wake, Woken, run};
use fabric::serve::time::{EventTime, WallTime};

/// Lines as `<file> <text>`, those of the backlog with `old` before them.
#[derive(Default)]
struct Lines {
    lines: Vec<String>,
    copy: Option<std::sync::mpsc::Sender<String>>,
}

impl LineSink for Lines {
    fn line(&mut self, place: Place<'_>, line: &[u8]) {
        let old = if place.backlog { "old " } else { "" };
        let text = String::from_utf8_lossy(line);
        let line = format!("{old}{} {text}", place.file);
        if let Some(copy) = &self.copy {
            copy.send(line.clone()).expect("the test listens");
        }
        self.lines.push(line);
    }

    fn too_long(&mut self, place: Place<'_>, _: &[u8], bytes: u64) {
        self.lines
            .push(format!("{} is too long: {bytes}", place.file));
    }

    fn hand_over(&mut self) -> bool {
        true
    }
}

fn line_time(line: &[u8]) -> Option<EventTime> {
    let text = std::str::from_utf8(line).ok()?;
    Some(EventTime(text.split(' ').next()?.parse().ok()?))
}

struct Case {
    root: tempfile::TempDir,
    options: TailOptions,
    tailer: Tailer,
    now: i64,
    sink: Lines,
}

impl Case {
    /// A folder that `prepare` has filled, seen for the first time.
    fn new(prepare: impl FnOnce(&Path, i64)) -> Case {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("logs");
        let now = WallTime::now().0;
        fs::create_dir(&folder).expect("a folder");
        prepare(&folder, now);
        let mut options = TailOptions::new(folder, line_time);
        options.state_file = Some(root.path().join("state"));
        Case {
            tailer: Tailer::open(options.clone(), WallTime(now)),
            root,
            options,
            now,
            sink: Lines::default(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.options.folder.join(name)
    }

    fn state(&self) -> PathBuf {
        self.root.path().join("state")
    }

    fn settle(&mut self) {
        self.settle_with(None);
    }

    fn settle_with(&mut self, rss: Option<u64>) {
        for _ in 0..4 {
            self.tailer.look_again(Woken::everything());
            self.now += 1000;
            while self.tailer.turn(WallTime(self.now), rss, &mut self.sink) == Turn::More {}
        }
    }

    /// What was delivered since this was asked last.
    fn new_lines(&mut self) -> Vec<String> {
        self.settle();
        std::mem::take(&mut self.sink.lines)
    }

    fn restart(&mut self, seconds_later: i64) {
        self.tailer.save(WallTime(self.now));
        self.now += seconds_later * 1000;
        self.tailer = Tailer::open(self.options.clone(), WallTime(self.now));
    }

    fn problems(&mut self) -> Vec<String> {
        let problems = self.tailer.report().problems;
        problems
            .into_iter()
            .map(|told| format!("{} {}", told.file, told.problem))
            .collect()
    }
}

fn append(path: &Path, text: &str) {
    let file = File::options().append(true).create(true).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.expect("it can be written");
}

const HOUR: i64 = 3_600_000;

#[test]
fn the_first_start_reads_the_last_four_hours() {
    let mut case = Case::new(|folder, now| {
        append(
            &folder.join("a.jsonl"),
            &format!(
                "{} old\n{} new\n{} part",
                now - 5 * HOUR,
                now - 3 * HOUR,
                now
            ),
        );
        append(&folder.join("b.jsonl"), "1 ancient\n2 part");
        let hours_ago = SystemTime::now() - Duration::from_secs(5 * 3600);
        let file = File::options().write(true).open(folder.join("b.jsonl"));
        file.and_then(|file| file.set_modified(hours_ago))
            .expect("it is ours");
    });
    let now = case.now;
    assert_eq!(
        case.new_lines(),
        [format!("old a.jsonl {} new", now - 3 * HOUR)]
    );
    // What was written before and finished after belongs to the line; a file that was only registered goes on where its line began.
    append(&case.path("a.jsonl"), "ly\n");
    append(&case.path("b.jsonl"), "ly\n3 fresh\n");
    append(&case.path("c.jsonl"), "1 from its start\n");
    let mut lines = case.new_lines();
    lines.sort();
    assert_eq!(
        lines,
        [
            "b.jsonl 3 fresh".to_owned(),
            "c.jsonl 1 from its start".to_owned(),
            format!("old a.jsonl {now} partly"),
            "old b.jsonl 2 partly".to_owned(),
        ]
    );
}

#[test]
fn a_restart_reads_the_history_again_and_everything_that_was_not_read() {
    let mut case = Case::new(|folder, now| {
        let text = format!("{} early\n{} late\n", now - 3 * HOUR, now - HOUR);
        append(&folder.join("a.jsonl"), &text);
    });
    let ends = |lines: Vec<String>| -> Vec<String> {
        let word = |line: &String| line.split(' ').next_back().map(str::to_owned);
        lines.iter().filter_map(word).collect()
    };
    assert_eq!(ends(case.new_lines()), ["early", "late"]);
    append(&case.path("a.jsonl"), "1 older-than-it-looks\n");
    assert_eq!(ends(case.new_lines()), ["older-than-it-looks"]);
    // Two hours later the first line is too old for the picture; one that was not read never is.
    case.tailer.save(WallTime(case.now));
    append(&case.path("a.jsonl"), "2 not-read\n");
    case.now += 2 * HOUR;
    case.tailer = Tailer::open(case.options.clone(), WallTime(case.now));
    assert_eq!(
        ends(case.new_lines()),
        ["late", "older-than-it-looks", "not-read"]
    );
    // Much later nothing is new enough, and nothing is lost.
    case.tailer.save(WallTime(case.now));
    append(&case.path("a.jsonl"), "3 not-read-either\n");
    case.now += 24 * HOUR;
    case.tailer = Tailer::open(case.options.clone(), WallTime(case.now));
    assert_eq!(ends(case.new_lines()), ["not-read-either"]);
}

#[test]
fn a_log_that_was_rotated_while_nobody_looked_is_finished_first() {
    let mut case = Case::new(|_, _| ());
    append(&case.path("a.jsonl"), "1 x\n");
    assert_eq!(case.new_lines(), ["a.jsonl 1 x"]);
    case.options.history = Duration::ZERO;
    case.tailer.save(WallTime(case.now));
    append(&case.path("a.jsonl"), "2 y\n");
    fs::rename(case.path("a.jsonl"), case.path("a.jsonl.1")).expect("it is there");
    append(&case.path("a.jsonl"), "3 z\n");
    case.restart(24 * 3600);
    assert_eq!(case.new_lines(), ["old a.jsonl.1 2 y", "old a.jsonl 3 z"]);
    assert_eq!(case.tailer.report().rotations, 1);
}

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
fn a_state_file_that_cannot_be_used_is_moved_aside() {
    for (text, problem) in [
        ("{\"cut", "EOF"),
        ("{}", "missing field"),
        ("\u{0}\u{ff}", "expected"),
        (
            r#"{"format":"fabric tail state","version":9,"folder":"","unlistedSince":null,"files":[]}"#,
            "version 9",
        ),
        (
            r#"{"format":"fabric tail state","version":1,"folder":"x","unlistedSince":null,"files":[]}"#,
            "another folder",
        ),
        (
            r#"{"format":"else","version":1,"folder":"","unlistedSince":null,"files":[]}"#,
            "not a state file",
        ),
    ] {
        let mut case = Case::new(|_, _| ());
        fs::write(case.state(), text).expect("it can be written");
        case.tailer = Tailer::open(case.options.clone(), WallTime(case.now));
        assert!(
            case.problems()[0].contains(problem),
            "{:?}",
            case.problems()
        );
        let aside = case.state().with_extension("damaged");
        assert_eq!(fs::read(aside).ok().as_deref(), Some(text.as_bytes()));
        append(&case.path("a.jsonl"), "1 x\n");
        assert_eq!(case.new_lines(), ["a.jsonl 1 x"]);
    }
}

#[test]
fn a_state_file_that_cannot_be_written_is_a_problem_and_nothing_more() {
    let mut case = Case::new(|_, _| ());
    case.options.state_file = Some(case.root.path().join("missing/state"));
    case.tailer = Tailer::open(case.options.clone(), WallTime(case.now));
    append(&case.path("a.jsonl"), "1 x\n");
    assert_eq!(case.new_lines(), ["a.jsonl 1 x"]);
    assert!(
        case.problems()
            .iter()
            .any(|told| told.contains("places cannot be saved"))
    );
    assert_eq!(case.tailer.report().state_saves, 0);
}

#[test]
fn the_state_file_is_written_at_most_once_a_second_and_only_when_something_changed() {
    let mut case = Case::new(|_, _| ());
    for _ in 0..100 {
        append(&case.path("a.jsonl"), "1 x\n");
        case.tailer.look_again(Woken {
            names: ["a.jsonl".into()].into(),
            ..Woken::default()
        });
        case.now += 50;
        case.tailer.turn(WallTime(case.now), None, &mut case.sink);
    }
    assert_eq!(case.sink.lines.len(), 100);
    assert_eq!(case.tailer.report().state_saves, 5);
    case.settle();
    assert_eq!(case.tailer.report().state_saves, 6);
    let left = fs::read_dir(case.root.path()).expect("it is there").count();
    assert_eq!(left, 2, "the folder and the state, nothing unfinished");
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
