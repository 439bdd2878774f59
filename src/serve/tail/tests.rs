//! What is decided, how lines are split, where reading begins.

use std::io::Write;

use super::cursor::{Decision, Identity, Mark, NameChange, Print, Seen, decide, under_name};
use super::history_start::{begin, line_around, newer_than};
use super::line_splitter::{LongLine, Piece, split};
use crate::serve::time::EventTime;

fn mark(read: &[u8], whole: &[u8]) -> Mark {
    Mark {
        offset: read.len() as u64,
        head: Print::of_start(whole),
        before: Print::of_end(read),
    }
}

/// What is decided about a file that was read up to `read` of `whole`, and is `now`.
fn check_decision(read: &str, whole: &str, now: &str, expected: Decision) {
    let mark = mark(read.as_bytes(), whole.as_bytes());
    let end = read.len().min(now.len());
    let seen = Seen {
        size: now.len() as u64,
        head: &now.as_bytes()[..now.len().min(256)],
        before: &now.as_bytes()[end.saturating_sub(64)..end],
    };
    let decision = decide(mark.head, mark.offset, mark.before, &seen);
    assert_eq!(decision, expected, "{read:?} of {whole:?}, now {now:?}");
}

#[test]
fn a_file_goes_on_as_long_as_it_only_grows() {
    check_decision("", "", "", Decision::Wait);
    check_decision("", "", "a\n", Decision::ReadOn);
    check_decision("a\n", "a\n", "a\n", Decision::Wait);
    check_decision("a\n", "a\n", "a\nb\n", Decision::ReadOn);
    check_decision("a\n", "a\nb", "a\nbc\n", Decision::ReadOn);
    let long = "x".repeat(300) + "\n";
    check_decision(&long, &long, &long.repeat(2), Decision::ReadOn);
}

#[test]
fn a_file_that_was_cut_is_read_from_its_start() {
    check_decision("a\n", "a\n", "", Decision::StartAgain);
    check_decision("abc\n", "abc\n", "ab", Decision::StartAgain);
}

#[test]
fn a_file_that_was_cut_and_has_grown_again_is_read_from_its_start() {
    check_decision("a\n", "a\n", "b\n", Decision::StartAgain);
    check_decision("a\n", "a\n", "b\nc\nd\n", Decision::StartAgain);
    // The same start, as a header line would make it; what stood before the place differs.
    let header = "h".repeat(400) + "\n";
    check_decision(
        &(header.clone() + "one\n"),
        &(header.clone() + "one\n"),
        &(header.clone() + "two\nthree\n"),
        Decision::StartAgain,
    );
}

#[test]
fn what_was_cut_off_behind_the_place_was_never_delivered() {
    check_decision("a\n", "a\n", "a\nother\n", Decision::ReadOn);
}

#[test]
fn a_name_says_what_happened_to_its_file() {
    let one = Some(Identity {
        device: 1,
        inode: 1,
    });
    let other = Some(Identity {
        device: 2,
        inode: 1,
    });
    assert_eq!(under_name(None, None), NameChange::Same);
    assert_eq!(under_name(one, one), NameChange::Same);
    assert_eq!(under_name(None, one), NameChange::Appeared);
    assert_eq!(under_name(one, None), NameChange::Gone);
    assert_eq!(under_name(one, other), NameChange::Replaced);
}

/// The lines of `text`, read in pieces of `step` bytes as the tailer reads: what is not a whole line is read again.
fn lines(text: &[u8], step: usize, cap: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut long = None;
    let mut at = 0;
    let mut end = 0;
    while end < text.len() {
        end = (end + step).min(text.len());
        let reached = split(&text[at..end], cap, &mut long, |_, piece| {
            found.push(match piece {
                Piece::Line(line) => String::from_utf8_lossy(line).into_owned(),
                Piece::TooLong(start, bytes) => {
                    format!("<{bytes} {}>", String::from_utf8_lossy(&start[..1]))
                }
            });
        });
        at += reached;
    }
    found
}

fn check_lines(text: &str, cap: usize, expected: &[&str]) {
    for step in 1..=text.len().max(1) {
        assert_eq!(
            lines(text.as_bytes(), step, cap),
            expected,
            "{text:?} in pieces of {step}"
        );
    }
}

#[test]
fn lines_are_the_same_however_they_are_cut_in_pieces() {
    check_lines("", 10, &[]);
    check_lines("a", 10, &[]);
    check_lines("a\n", 10, &["a"]);
    check_lines("a\n\n\nb\n", 10, &["a", "", "", "b"]);
    check_lines("a\r\n\r\nb\r\n", 10, &["a", "", "b"]);
    check_lines("a\rb\n", 10, &["a\rb"]);
    check_lines("größe\nça\n", 10, &["größe", "ça"]);
}

#[test]
fn a_line_as_long_as_the_cap_is_whole_and_one_byte_more_is_too_long() {
    check_lines("1234\n", 4, &["1234"]);
    check_lines("1234\r\n", 4, &["1234"]);
    check_lines("12345\n", 4, &["<5 1>"]);
    check_lines("12345\r\na\n", 4, &["<5 1>", "a"]);
    check_lines("123456789\r\r\nab\n", 4, &["<10 1>", "ab"]);
    check_lines("a\n1234567\n1234567\nb", 4, &["a", "<7 1>", "<7 1>"]);
}

#[test]
fn only_the_beginning_of_a_long_line_is_kept() {
    let mut long = None;
    for _ in 0..100 {
        assert_eq!(split(&[b'x'; 5000], 1000, &mut long, |_, _| ()), 5000);
    }
    let expected = LongLine {
        start: vec![b'x'; 256].into(),
        bytes: 500_000,
        ends_in_return: false,
    };
    assert_eq!(long.as_deref(), Some(&expected));
}

/// Lines `<time> <filling>`; those without a number do not tell their time.
fn time(line: &[u8]) -> Option<EventTime> {
    let text = std::str::from_utf8(line).ok()?;
    Some(EventTime(text.split(' ').next()?.parse().ok()?))
}

fn file(text: &str) -> std::fs::File {
    let mut file = tempfile::tempfile().unwrap_or_else(|error| panic!("{error}"));
    assert!(file.write_all(text.as_bytes()).is_ok());
    file
}

/// What follows the place where reading begins, at most `shown` bytes.
fn begins_with(text: &str, since: i64, shown: usize) -> String {
    let at = newer_than(&file(text), text.len() as u64, EventTime(since), time);
    let at = at.unwrap_or_else(|error| panic!("{error}")).at;
    text[at as usize..].chars().take(shown).collect()
}

/// Where reading begins of a file that was written since 50, for one born then and one that is older.
fn check_untimely(text: &str, young: u64, old: u64) {
    for (born, expected) in [(Some(50), young), (Some(49), old), (None, old)] {
        let at = begin(&file(text), born, text.len() as u64, EventTime(50), time);
        assert_eq!(at.unwrap_or_else(|error| panic!("{error}")), expected);
    }
}

#[test]
fn a_log_whose_lines_are_all_too_old_for_when_it_was_written_is_read_all_the_same() {
    check_untimely("10 a\n20 b\n", 0, 0);
    check_untimely("10 a\n60 b\n", 5, 5);
    let line = format!("10 {}\n", "x".repeat(1020));
    let long = line.repeat(20 << 10);
    check_untimely(&long, 0, 4 << 20);
}

#[test]
fn reading_begins_at_the_first_line_that_is_new_enough() {
    let short = "10 a\n20 b\n30 c\n";
    assert_eq!(begins_with(short, 0, 4), "10 a");
    assert_eq!(begins_with(short, 20, 4), "20 b");
    assert_eq!(begins_with(short, 21, 4), "30 c");
    assert_eq!(begins_with(short, 31, 4), "");
    assert_eq!(begins_with("", 31, 4), "");
    assert_eq!(begins_with("10 a\n20 unfinished", 31, 4), "20 u");

    let long: String = (0..20_000)
        .map(|n| format!("{n} {}\n", "x".repeat(n % 97)))
        .collect();
    for since in [0, 1, 777, 9_999, 19_998, 19_999] {
        let expected = format!("{since} ");
        assert_eq!(begins_with(&long, since, expected.len()), expected);
    }
    assert_eq!(begins_with(&long, 20_000, 5), "");
}

#[test]
fn lines_without_a_time_do_not_hide_newer_ones() {
    let mixed: String = (0..20_000)
        .map(|n| match n % 5 {
            0 => format!("{n} {}\n", "x".repeat(60)),
            _ => "no time here\n".to_owned(),
        })
        .collect();
    // The four lines before it do not tell: they are kept.
    let found = begins_with(&mixed, 10_000, 200);
    let expected = "no time here\n".repeat(4) + "10000 ";
    assert!(found.starts_with(&expected), "{found}");

    // A line of a megabyte in the middle, and nothing that tells its time near it.
    let old = "10 old\n".repeat(50_000);
    let new = "20 new\n".repeat(10);
    let text = format!("{old}{}\n{new}", "x".repeat(1 << 20));
    let found = begins_with(&text, 15, usize::MAX);
    assert!(
        found.ends_with(&new) && found.len() <= (1 << 20) + (200 << 10),
        "{}",
        found.len()
    );
    assert_eq!(begins_with(&"no time\n".repeat(30_000), 15, 7), "no time");
}

#[test]
fn a_place_within_a_line_leads_to_its_start() {
    let text = "one\ntwo\nthree";
    let around = |end, reach| line_around(&file(text), end, reach).ok();
    assert_eq!(around(0, 100), Some(0));
    assert_eq!(around(3, 100), Some(0));
    assert_eq!(around(4, 100), Some(4));
    assert_eq!(around(6, 100), Some(4));
    assert_eq!(around(13, 100), Some(8));
    // Too far: what stands between is longer than a line may be.
    assert_eq!(around(13, 3), Some(9));
}
