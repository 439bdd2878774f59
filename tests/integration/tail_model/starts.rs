//! Where reading begins, and the state file.

use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use fabric::serve::tail::{Tailer, Woken};
use fabric::serve::time::WallTime;

use super::case::{Case, append};

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
