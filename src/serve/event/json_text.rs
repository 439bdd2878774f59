//! The JSON of an event, with the places of its texts.

use std::fmt::Write;
use std::num::NonZeroU32;

use serde_json::value::RawValue;

use super::raw_json;

/// A JSON object that is being written, on one line. Texts are found again by the [`Span`] that writing them returns.
#[derive(Debug)]
pub(super) struct JsonText {
    json: String,
    /// Texts that look otherwise in JSON than they are.
    decoded: String,
}

/// Where a text stands: in the JSON if it looks there as it is, else among the decoded texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// In the JSON never 0, as that is the place of the brace. The highest bit says that it counts from the decoded texts.
    start: NonZeroU32,
    bytes: u32,
}

/// Marks a start among the decoded texts.
const DECODED: u32 = 1 << 31;

impl Span {
    fn new(start: usize, bytes: usize, mark: u32) -> Option<Span> {
        // A text beyond 2 GiB is in the JSON, but not found by itself. No source of events makes one so large.
        let start = u32::try_from(start).ok()?;
        if start & DECODED != 0 {
            return None;
        }
        Some(Span {
            start: NonZeroU32::new(start | mark)?,
            bytes: u32::try_from(bytes).ok()?,
        })
    }

    /// The text.
    pub(super) fn of<'a>(self, json: &'a str, decoded: &'a str) -> &'a str {
        let start = (self.start.get() & !DECODED) as usize;
        let buffer = if self.start.get() & DECODED == 0 {
            json
        } else {
            decoded
        };
        buffer
            .get(start..start.saturating_add(self.bytes as usize))
            .unwrap_or_default()
    }
}

/// What stands before the value of a field whose name is known: a comma, the name, a colon.
macro_rules! before {
    ($name:literal) => {
        concat!(",\"", $name, "\":")
    };
}
pub(super) use before;

impl JsonText {
    /// An object with its first field. Where the JSON comes to exactly `bytes`, it is never moved.
    pub(super) fn with_time(bytes: usize, time: i64) -> JsonText {
        let mut text = JsonText {
            json: String::with_capacity(bytes),
            decoded: String::new(),
        };
        text.whole(TIME, time);
        text
    }

    /// Adds a text.
    pub(super) fn text(&mut self, before: &str, text: &str) -> Option<Span> {
        self.json.push_str(before);
        self.string(text)
    }

    /// Adds a text, if there is one.
    pub(super) fn optional_text(&mut self, before: &str, text: Option<&str>) -> Option<Span> {
        self.text(before, text?)
    }

    /// Adds a whole number of at most 64 bits.
    pub(super) fn whole(&mut self, before: &str, number: impl Into<i128>) {
        self.json.push_str(before);
        let number = number.into();
        if number < 0 {
            self.json.push('-');
        }
        let mut left = u64::try_from(number.unsigned_abs()).unwrap_or(u64::MAX);
        let mut digits = [b'0'; MOST_DIGITS];
        let mut used = 0;
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (left % 10) as u8;
            left /= 10;
            used += 1;
            if left == 0 {
                break;
            }
        }
        let digits = digits.get(MOST_DIGITS - used..).unwrap_or_default();
        self.json
            .push_str(std::str::from_utf8(digits).unwrap_or_default());
    }

    /// Adds a finite number, without a point where it is whole.
    pub(super) fn number(&mut self, before: &str, number: f64) {
        if let Some(whole) = as_whole(number) {
            self.whole(before, whole);
        } else {
            self.json.push_str(before);
            // Not the way of `Display`, which would write 1e300 with all its digits.
            let text = serde_json::to_string(&number);
            self.json.push_str(text.as_deref().unwrap_or("null"));
        }
    }

    /// Adds a value as it stands in its source, under a name that may be anything.
    pub(super) fn raw(&mut self, name: &str, value: &RawValue) {
        self.name(name);
        let value = value.get();
        // A line break can only stand between the parts of a nested value, where it means as much as a blank.
        if value.starts_with(['{', '['])
            && memchr::memchr2(b'\n', b'\r', value.as_bytes()).is_some()
        {
            self.json.push_str(&value.replace(['\n', '\r'], " "));
        } else {
            self.json.push_str(value);
        }
    }

    /// Adds a value as it stands in its source; the span is that of its text, if it is one.
    pub(super) fn raw_text(&mut self, name: &str, value: &RawValue) -> Option<Span> {
        match raw_json::text(value) {
            Some(text) => {
                self.name(name);
                self.string(&text)
            }
            None => {
                self.raw(name, value);
                None
            }
        }
    }

    /// The object, and the decoded texts.
    pub(super) fn finish(mut self) -> (Box<str>, Box<str>) {
        self.json.push('}');
        (self.json.into_boxed_str(), self.decoded.into_boxed_str())
    }

    fn name(&mut self, name: &str) {
        self.json.push(',');
        self.string(name);
        self.json.push(':');
    }

    fn string(&mut self, text: &str) -> Option<Span> {
        self.json.push('"');
        let span = if needs_escape(text.as_bytes()) {
            self.escaped(text);
            let start = self.decoded.len();
            self.decoded.push_str(text);
            Span::new(start, text.len(), DECODED)
        } else {
            let start = self.json.len();
            self.json.push_str(text);
            Span::new(start, text.len(), 0)
        };
        self.json.push('"');
        span
    }

    fn escaped(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '"' => self.json.push_str("\\\""),
                '\\' => self.json.push_str("\\\\"),
                '\n' => self.json.push_str("\\n"),
                '\r' => self.json.push_str("\\r"),
                '\t' => self.json.push_str("\\t"),
                control @ '\0'..='\u{1f}' => {
                    // Writing to a string does not fail.
                    let _ = write!(self.json, "\\u{:04x}", u32::from(control));
                }
                other => self.json.push(other),
            }
        }
    }
}

/// The first field, with the brace before it.
const TIME: &str = "{\"ts\":";

/// Digits of the largest number of 64 bits.
const MOST_DIGITS: usize = 20;

/// The bytes of an object with nothing but its time.
pub(super) fn time_bytes(time: i64) -> usize {
    TIME.len() + whole_bytes(time) + "}".len()
}

/// The bytes of a whole number of at most 64 bits.
pub(super) fn whole_bytes(number: impl Into<i128>) -> usize {
    let number = number.into();
    let digits = u64::try_from(number.unsigned_abs())
        .unwrap_or(u64::MAX)
        .checked_ilog10()
        .map_or(1, |log| log as usize + 1);
    digits + usize::from(number < 0)
}

/// The bytes of a finite number; about, where it is not whole.
pub(super) fn number_bytes(number: f64) -> usize {
    as_whole(number).map_or(MOST_DIGITS, whole_bytes)
}

/// The bytes of a string with its quotes, where nothing in it is escaped.
pub(super) fn string_bytes(text: &str) -> usize {
    "\"\"".len() + text.len()
}

/// The bytes of a field of any name, where nothing in that is escaped and the value has `value_bytes`.
pub(super) fn field_bytes(name: &str, value_bytes: usize) -> usize {
    ",\"\":".len() + name.len() + value_bytes
}

/// The number, if it is whole and so small that it is exactly that.
fn as_whole(number: f64) -> Option<i64> {
    /// 2^53: above it not every whole number is one of floating point.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "whole and small enough")]
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

/// Whether JSON has the text in another form: with a control character, a quote or a backslash in it. Looks at eight bytes at once.
fn needs_escape(text: &[u8]) -> bool {
    let Some(last) = text.last_chunk::<8>() else {
        return text
            .iter()
            .any(|byte| *byte < b' ' || *byte == b'"' || *byte == b'\\');
    };
    let (chunks, _) = text.as_chunks::<8>();
    let found = chunks
        .iter()
        .fold(escapes_in(*last), |found, chunk| found | escapes_in(*chunk));
    found != 0
}

/// Not 0 if one of the bytes is escaped in JSON. "Determine if a word has a byte less than n" and "has a byte equal to n" of Sean Anderson's
/// Bit Twiddling Hacks, <https://graphics.stanford.edu/~seander/bithacks.html>: the lowest bit that is found is right, which is enough.
fn escapes_in(bytes: [u8; 8]) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let word = u64::from_le_bytes(bytes);
    let less = |word: u64, limit: u8| word.wrapping_sub(EACH * u64::from(limit)) & !word;
    let equal = |byte: u8| less(word ^ (EACH * u64::from(byte)), 1);
    (less(word, b' ') | equal(b'"') | equal(b'\\')) & (EACH << 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_json_escapes_is_found_at_every_place() {
        for length in 0..40 {
            for filling in ["x", " ", "!", "#", "[", "]", "\u{7f}", "ä"] {
                let text = filling.repeat(length);
                assert!(!needs_escape(text.as_bytes()), "{text:?}");
                for at in 0..text.len() {
                    for escaped in (0..b' ').chain([b'"', b'\\']) {
                        let mut bytes = text.clone().into_bytes();
                        bytes[at] = escaped;
                        assert!(needs_escape(&bytes), "{bytes:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_bytes_that_are_foretold_are_those_that_come() {
        for number in [0, 7, 10, 99, 100, -1, -10, i64::MAX, i64::MIN] {
            let (json, decoded) = JsonText::with_time(0, number).finish();
            assert_eq!(*json, *format!("{{\"ts\":{number}}}"));
            assert_eq!(json.len(), time_bytes(number));
            assert!(decoded.is_empty());
        }
        let mut text = JsonText::with_time(0, 0);
        text.whole(before!("a"), u64::MAX);
        text.number(before!("b"), -2.0);
        text.number(before!("c"), 0.25);
        let (json, _) = text.finish();
        assert_eq!(
            *json,
            *r#"{"ts":0,"a":18446744073709551615,"b":-2,"c":0.25}"#
        );
        assert_eq!(whole_bytes(u64::MAX), 20);
        assert_eq!(number_bytes(-2.0), 2);
    }
}
