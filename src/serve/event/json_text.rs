//! The JSON of an event, with the places of its texts.

use std::fmt::{Display, Write};
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

impl JsonText {
    /// An object without fields. Where the JSON comes to exactly `bytes`, it is never moved.
    pub(super) fn with_capacity(bytes: usize) -> JsonText {
        let mut json = String::with_capacity(bytes);
        json.push('{');
        JsonText {
            json,
            decoded: String::new(),
        }
    }

    /// Adds a text.
    pub(super) fn text(&mut self, name: &str, text: &str) -> Option<Span> {
        self.name(name);
        self.string(text)
    }

    /// Adds a text, if there is one.
    pub(super) fn optional_text(&mut self, name: &str, text: Option<&str>) -> Option<Span> {
        self.text(name, text?)
    }

    /// Adds a number, which is shown as JSON has it.
    pub(super) fn number(&mut self, name: &str, number: impl Display) {
        self.name(name);
        // Writing to a string does not fail.
        let _ = write!(self.json, "{number}");
    }

    /// Adds a value as it stands in its source.
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
            Some(text) => self.text(name, &text),
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
        if self.json.len() > 1 {
            self.json.push(',');
        }
        self.string(name);
        self.json.push(':');
    }

    fn string(&mut self, text: &str) -> Option<Span> {
        self.json.push('"');
        let span = if needs_escape(text) {
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

/// The bytes of a field with its comma, where nothing in it is escaped and `value_bytes` are those of its value.
pub(super) fn field_bytes(name: &str, value_bytes: usize) -> usize {
    ",\"\":".len() + name.len() + value_bytes
}

/// The bytes of a string in its quotes, where nothing in it is escaped.
pub(super) fn string_bytes(text: &str) -> usize {
    "\"\"".len() + text.len()
}

/// A finite number in JSON, without a point where it is whole.
pub(super) fn number_text(number: f64) -> String {
    /// Whole numbers up to it are exact: 2^53.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "whole and small enough")]
        let whole = number as i64;
        whole.to_string()
    } else {
        // Not the way of `Display`, which would write 1e300 with all its digits.
        serde_json::to_string(&number).unwrap_or_else(|_| "null".to_owned())
    }
}

/// Whether JSON has the text in another form. Without a way out of the loop, so that it runs on many bytes at once.
fn needs_escape(text: &str) -> bool {
    text.bytes().fold(false, |found, byte| {
        found | (byte < b' ') | (byte == b'"') | (byte == b'\\')
    })
}
