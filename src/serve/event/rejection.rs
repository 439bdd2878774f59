//! Why a line is no event.

use serde::Serialize;

use crate::serve::bounds::REJECTED_EXAMPLE_BYTES;

/// Why a line is no event. The names are part of the JSON contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RejectReason {
    /// It is longer than a line may be.
    TooLong,
    /// It is not UTF-8.
    NotUtf8,
    /// It is not JSON.
    NotJson,
    /// It is JSON, but no object.
    NotAnObject,
    /// It has not the fields of any shape.
    UnknownShape,
    /// Its schema version is one that is not known.
    SchemaVersion,
    /// Its worker is neither a name nor an object with one, or the name is too long.
    BadWorker,
    /// Its level is none of the four.
    BadLevel,
    /// Its time cannot be read, or is out of range.
    BadTime,
    /// A value in it is nested deeper than readers of JSON follow.
    TooDeep,
    /// A number in it is larger than readers of JSON take.
    NumberTooLarge,
}

impl RejectReason {
    /// All of them, in the order in which they are looked for.
    pub const ALL: [RejectReason; 11] = [
        RejectReason::TooLong,
        RejectReason::NotUtf8,
        RejectReason::NotJson,
        RejectReason::NotAnObject,
        RejectReason::UnknownShape,
        RejectReason::SchemaVersion,
        RejectReason::BadWorker,
        RejectReason::BadLevel,
        RejectReason::BadTime,
        RejectReason::TooDeep,
        RejectReason::NumberTooLarge,
    ];

    /// The name in JSON, metrics and logs.
    pub fn name(self) -> &'static str {
        match self {
            RejectReason::TooLong => "too-long",
            RejectReason::NotUtf8 => "not-utf8",
            RejectReason::NotJson => "not-json",
            RejectReason::NotAnObject => "not-an-object",
            RejectReason::UnknownShape => "unknown-shape",
            RejectReason::BadLevel => "bad-level",
            RejectReason::BadTime => "bad-time",
            RejectReason::BadWorker => "bad-worker",
            RejectReason::SchemaVersion => "schema-version",
            RejectReason::TooDeep => "too-deep",
            RejectReason::NumberTooLarge => "number-too-large",
        }
    }

    /// In words, for whoever sent the line.
    pub fn words(self) -> &'static str {
        match self {
            RejectReason::TooLong => "the line is longer than 64 KiB",
            RejectReason::NotUtf8 => "the line is not UTF-8",
            RejectReason::NotJson => "the line is not JSON",
            RejectReason::NotAnObject => "the line is JSON, but no object",
            RejectReason::UnknownShape => {
                "the object has not the fields of any of the three shapes of events"
            }
            RejectReason::BadLevel => "`level` is none of debug, info, warn, error",
            RejectReason::BadTime => {
                "the time is out of range, or no RFC 3339 time with an offset from UTC"
            }
            RejectReason::BadWorker => {
                "the worker is no name of 1 to 256 bytes, nor an object with `runner`, `provider`, `model` or `identifier`"
            }
            RejectReason::SchemaVersion => "`schema_version` is not 1",
            RejectReason::TooDeep => "a value is nested more than 64 deep",
            RejectReason::NumberTooLarge => "a number is beyond 1e308",
        }
    }
}

/// A line that is no event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Why.
    pub reason: RejectReason,
    /// The file it stands in.
    pub file: String,
    /// Where the line begins in the file, in bytes.
    pub offset: u64,
    /// The beginning of the line, made valid UTF-8; foreign text.
    pub example: String,
}

impl Rejection {
    /// Remembers the line that begins at `offset` in `file`: at most [`REJECTED_EXAMPLE_BYTES`] of it, cut between characters.
    pub fn new(reason: RejectReason, file: &str, offset: u64, line: &[u8]) -> Rejection {
        // A byte that is no text becomes a mark of three bytes, and a character may have four: so it is cut a second time.
        let start = line.get(..REJECTED_EXAMPLE_BYTES + 3).unwrap_or(line);
        let text = String::from_utf8_lossy(start);
        let end = text.floor_char_boundary(REJECTED_EXAMPLE_BYTES);
        Rejection {
            reason,
            file: file.to_owned(),
            offset,
            example: text.get(..end).unwrap_or_default().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::bounds::{EVENT_DEPTH, EVENT_KEY_BYTES, EVENT_LINE_BYTES};

    #[test]
    fn names_are_those_of_the_json() {
        for reason in RejectReason::ALL {
            let json = serde_json::to_string(&reason).unwrap_or_default();
            assert_eq!(json, format!("\"{}\"", reason.name()));
        }
    }

    #[test]
    fn words_name_the_bounds_as_they_are() {
        for (reason, bound) in [
            (
                RejectReason::TooLong,
                format!("{} KiB", EVENT_LINE_BYTES / 1024),
            ),
            (RejectReason::BadWorker, format!("{EVENT_KEY_BYTES} bytes")),
            (RejectReason::TooDeep, format!("{EVENT_DEPTH} deep")),
        ] {
            assert!(reason.words().contains(&bound), "{}", reason.words());
        }
    }

    #[test]
    fn an_example_is_cut_between_characters() {
        let example = |line: &[u8]| Rejection::new(RejectReason::NotJson, "f", 0, line).example;
        assert_eq!(example(b"short"), "short");
        assert_eq!(example(&[b'x'; 300]), "x".repeat(200));
        assert_eq!(example("ä".repeat(300).as_bytes()), "ä".repeat(100));
        // 199 and then a character of four bytes does not fit.
        assert_eq!(
            example(format!("{}\u{1f600}", "x".repeat(199)).as_bytes()),
            "x".repeat(199)
        );
        assert_eq!(example(b"a\xffb"), "a\u{fffd}b");
        assert_eq!(example(&[0xff; 300]), "\u{fffd}".repeat(66));
        // What is cut off in the middle of a character is not shown as broken.
        assert_eq!(example("€".repeat(100).as_bytes()), "€".repeat(66));
    }
}
