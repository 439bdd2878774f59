//! Lines -> profile.

use hashbrown::HashMap;

use crate::formats::numbered_lines::Lines;
use crate::formats::{ReadError, ReadErrorKind};
use crate::limits;
use crate::model::{
    Frame, LabelSetId, LocationId, Origin, Profile, ProfileBuilder, Sampling, SourceFormat,
    ValueType,
};
use crate::notes::NoteKind;

/// Reads folded stacks. Lines that are no stack are left out with a note; empty lines and lines that begin with `#` mean nothing.
///
/// # Errors
/// No line is a stack, or the lines have two numbers.
pub fn read(text: &[u8]) -> Result<Profile, ReadError> {
    let origin = Origin::new(SourceFormat::Folded, Sampling::Unknown);
    let mut builder = ProfileBuilder::new(origin, vec![ValueType::inuse_space()]);
    builder.note(NoteKind::PeriodUnknown, || {
        "folded stacks do not say how they were sampled".to_owned()
    });
    let mut frames: HashMap<&[u8], LocationId> = HashMap::new();
    let mut stack = Vec::new();
    let mut lines = Lines::new(text);
    let (mut read, mut skipped) = (0u64, None);
    while let Some(line) = lines.next() {
        let line = line.trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let Some((path, value)) = split(line).filter(|_| line.len() <= limits::LINE_BYTES) else {
            let number = lines.number();
            skipped.get_or_insert(number);
            builder.note(NoteKind::SkippedRecord, || {
                let start = String::from_utf8_lossy(&line[..line.len().min(40)]).into_owned();
                format!("line {number}: {start}")
            });
            continue;
        };
        if split(path).is_some() && read == 0 {
            return Err(ReadErrorKind::Unsupported {
                what: "a folded difference of two profiles (two numbers in a line)",
                advice: "give `fabric diff` the two profiles themselves",
            }
            .at_line(lines.number()));
        }
        read += 1;
        stack.clear();
        // Written from the root, kept from the leaf.
        for name in path.rsplit(|&byte| byte == b';') {
            stack.push(
                *frames
                    .entry(name)
                    .or_insert_with(|| location(name, &mut builder)),
            );
        }
        let stack = builder.stack(&stack);
        builder.sample(stack, LabelSetId::EMPTY, &[value]);
    }
    match skipped {
        Some(line) if read == 0 => Err(ReadErrorKind::Malformed {
            format: "folded stack",
            what: "no line is 'frame;frame;frame number'".to_owned(),
        }
        .at_line(line)),
        _ => Ok(builder.finish()?),
    }
}

/// Splits `path 42` at its last blank.
fn split(line: &[u8]) -> Option<(&[u8], u64)> {
    let blank = line.iter().rposition(|byte| byte.is_ascii_whitespace())?;
    let number = std::str::from_utf8(&line[blank + 1..]).ok()?;
    // Some writers give sums as floating point numbers.
    let value = match number.parse() {
        Ok(value) => value,
        Err(_) => number
            .strip_suffix(".0")
            .or_else(|| number.strip_suffix('.'))?
            .parse()
            .ok()?,
    };
    let path = line[..blank].trim_ascii();
    (!path.is_empty()).then_some((path, value))
}

fn location(name: &[u8], builder: &mut ProfileBuilder) -> LocationId {
    let name = String::from_utf8_lossy(name);
    // Two separators in a row: a frame without a name is still a frame.
    let name = if name.is_empty() { "[unknown]" } else { &name };
    let frame = Frame {
        function: builder.named_function(name, ""),
        line: 0,
        column: 0,
    };
    builder.location(None, None, &[frame])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ValueIndex;

    fn check(text: &str, samples: usize, total: u64) -> Profile {
        match read(text.as_bytes()) {
            Ok(profile) => {
                assert_eq!(profile.sample_count(), samples);
                assert_eq!(profile.total(ValueIndex(0)), total);
                profile
            }
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn equal_stacks_are_added_up_and_line_ends_do_not_matter() {
        check("main;a 10\r\nmain;b 5\r\n\r\nmain;a 1\r\n", 2, 16);
    }

    #[test]
    fn names_may_have_blanks() {
        let profile = check("main;operator new(unsigned long) 7\n", 1, 7);
        assert_eq!(
            profile.function_name(crate::model::FunctionId(0)),
            "operator new(unsigned long)"
        );
    }

    #[test]
    fn a_line_without_a_number_is_left_out_and_said() {
        let profile = check("main;a 10\nnonsense\n", 1, 10);
        assert!(profile.notes().get(NoteKind::SkippedRecord).is_some());
    }

    #[test]
    fn a_difference_is_refused() {
        let error = read(b"main;a 10 20\n").err().map(|error| error.kind.name());
        assert_eq!(error, Some("unsupported"));
    }
}
