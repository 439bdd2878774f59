//! Folded stacks -> [`Profile`].

use hashbrown::HashMap;

use crate::formats::numbered_lines::Lines;
use crate::formats::preamble::without_byte_order_mark;
use crate::formats::{ReadError, ReadErrorKind};
use crate::model::{
    LabelSetId, LocationId, Origin, Profile, ProfileBuilder, Sampling, SourceFormat, ValueType,
};
use crate::notes::NoteKind;

/// Reads folded stacks. The numbers are taken for bytes in use: the format has no unit, and that is what a flame graph of
/// a heap counts. Their error is unknown, which is remarked on: whether they were sampled is not in the file.
///
/// # Errors
/// Not one line ends in a number, numbers are negative, or every line has two: the difference of two profiles.
pub fn read(text: &[u8]) -> Result<Profile, ReadError> {
    let origin = Origin::new(SourceFormat::Folded, Sampling::Unknown);
    let mut builder = ProfileBuilder::new(origin, vec![ValueType::inuse_space()]);
    builder.note(NoteKind::PeriodUnknown, String::new);
    let mut frames: HashMap<&[u8], LocationId> = HashMap::new();
    let mut stack = Vec::new();
    let mut first_bad_line = None;
    let (mut read, mut with_two_counts) = (0u64, 0u64);
    let mut lines = Lines::new(without_byte_order_mark(text));
    while let Some(line) = lines.next() {
        let line_number = lines.number();
        let line = line.trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let parsed = match line.len() > crate::limits::LINE_BYTES {
            true => None,
            false => Line::read(line),
        };
        let Some(parsed) = parsed else {
            if lines.rest().is_empty() && !text.ends_with(b"\n") && read > 0 {
                builder.note(NoteKind::TruncatedInput, || {
                    format!("line {line_number} has no number")
                });
                continue;
            }
            first_bad_line.get_or_insert(line_number);
            builder.note(NoteKind::SkippedRecord, || {
                format!("line {line_number}: not a stack and a number")
            });
            continue;
        };
        if parsed.is_negative {
            return Err(ReadErrorKind::NegativeValue.at_line(line_number));
        }
        read += 1;
        with_two_counts += u64::from(parsed.has_two_counts());
        stack.clear();
        for name in parsed.stack.rsplit(|&byte| byte == b';') {
            let location = *frames
                .entry(name)
                .or_insert_with(|| location(name, &mut builder));
            stack.push(location);
        }
        let stack = builder.stack(&stack);
        builder.sample(stack, LabelSetId::EMPTY, &[parsed.value]);
    }
    match first_bad_line {
        Some(line) if read == 0 => Err(ReadErrorKind::Malformed {
            format: "folded stacks",
            what: "no line is a stack and a number".to_owned(),
        }
        .at_line(line)),
        _ if read > 0 && read == with_two_counts => Err(ReadErrorKind::Unsupported {
            what: "a difference of two folded profiles (two numbers on each line)",
            advice: "give fabric the two profiles themselves",
        }
        .nowhere()),
        _ => Ok(builder.finish()?),
    }
}

fn location(name: &[u8], builder: &mut ProfileBuilder) -> LocationId {
    // A function has a name in the model; perf's scripts write this for those that have none.
    let name = match name.trim_ascii() {
        [] => b"[unknown]",
        name => name,
    };
    builder.named_location(&String::from_utf8_lossy(name), "")
}

/// One line, taken apart.
struct Line<'t> {
    stack: &'t [u8],
    value: u64,
    is_negative: bool,
}

impl<'t> Line<'t> {
    fn read(line: &'t [u8]) -> Option<Line<'t>> {
        let (stack, number) = split_number(line)?;
        let is_negative = number.starts_with(b"-");
        let number = std::str::from_utf8(number).ok()?;
        let value = match number.parse::<u64>() {
            Ok(value) => value,
            // Scripts that scale counts leave fractions, which flame graphs take too.
            Err(_) => number.trim_start_matches('-').parse::<f64>().ok()?.round() as u64,
        };
        Some(Line {
            stack,
            value,
            is_negative: is_negative && value > 0,
        })
    }

    /// `root;leaf 10 20`. A single frame may well be called `worker 10`, so this counts only where all lines are so.
    fn has_two_counts(&self) -> bool {
        split_number(self.stack).is_some()
    }
}

/// Whether a line is a stack and a number.
pub(in crate::formats) fn ends_in_number(line: &[u8]) -> bool {
    split_number(line).is_some()
}

/// Splits a line at its last blank, if a number follows it and a stack goes before it.
fn split_number(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let blank = memchr::memrchr2(b' ', b'\t', line)?;
    let (stack, number) = (line[..blank].trim_ascii(), &line[blank + 1..]);
    let digits = number.strip_prefix(b"-").unwrap_or(number);
    let (whole, fraction) = match memchr::memchr(b'.', digits) {
        Some(point) => (&digits[..point], &digits[point + 1..]),
        None => (digits, &b"0"[..]),
    };
    let are_digits =
        |text: &[u8]| (1..=20).contains(&text.len()) && text.iter().all(u8::is_ascii_digit);
    (!stack.is_empty() && are_digits(whole) && are_digits(fraction)).then_some((stack, number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::folded::write;

    /// Reads `text` and writes it again, sorted.
    fn check(text: &str, expected: Result<&str, &str>) {
        let found = match read(text.as_bytes()) {
            Err(error) => Err(error.kind.name()),
            Ok(profile) => {
                let mut out = Vec::new();
                let written = profile
                    .find_value(|_| true)
                    .map(|value| write(&profile, value, &mut out));
                assert!(matches!(written, Some(Ok(()))));
                Ok(String::from_utf8_lossy(&out).into_owned())
            }
        };
        assert_eq!(found.as_deref(), expected.as_deref(), "{text:?}");
    }

    fn check_note(text: &str, kind: NoteKind, expected: Option<&str>) {
        let profile = read(text.as_bytes());
        let note = profile
            .as_ref()
            .ok()
            .and_then(|profile| profile.notes().get(kind))
            .map(|note| note.example.clone());
        assert_eq!(note.as_deref(), expected);
    }

    #[test]
    fn equal_stacks_are_added_up() {
        check("a;b 1\na;c 2\na;b 3\n", Ok("a;b 4\na;c 2\n"));
    }

    #[test]
    fn names_keep_their_blanks() {
        check(
            "main;operator new(unsigned long) 7\r\n\r\n# note\r\nmain 1",
            Ok("main 1\nmain;operator new(unsigned long) 7\n"),
        );
    }

    #[test]
    fn a_frame_without_a_name_keeps_its_place() {
        check("a;;b 1\n", Ok("a;[unknown];b 1\n"));
    }

    #[test]
    fn names_in_no_known_encoding_are_read_as_far_as_they_go() {
        let profile = read(b"caf\xe9 1\n");
        assert!(profile.is_ok_and(|profile| {
            profile
                .functions()
                .iter()
                .any(|f| profile.text(f.name) == "caf\u{fffd}")
        }));
    }

    #[test]
    fn fractions_are_rounded() {
        check("a 1.50\n", Ok("a 2\n"));
    }

    #[test]
    fn two_numbers_on_every_line_are_a_difference() {
        check("a;b 1 2\na;c 3 4\n", Err("unsupported"));
        check("worker 1 2\nmain 4\n", Ok("main 4\nworker 1 2\n"));
        check("a -3\n", Err("negative-value"));
    }

    #[test]
    fn a_line_without_a_number_is_skipped_and_the_last_one_taken_for_cut() {
        check_note(
            "a 1\nbroken\nb 2\n",
            NoteKind::SkippedRecord,
            Some("line 2: not a stack and a number"),
        );
        check_note(
            "a 1\nb;c",
            NoteKind::TruncatedInput,
            Some("line 2 has no number"),
        );
        check("broken\n", Err("malformed"));
    }

    #[test]
    fn a_number_above_64_bits_is_an_error() {
        check("a 18446744073709551616\n", Err("model"));
    }
}
