//! JSON read from a stream token by token: no tree, no recursion, and nothing kept but the string just read.
//!
//! The documents are made of hundreds of millions of small integers: they are read here by hand, some three times as fast as
//! through a general JSON library, from a buffer of fixed size.

use std::io::Read;

use super::json_copy::CopyOut;
use crate::formats::{ReadError, ReadErrorKind};

/// Bytes read at once: large enough that refills cost nothing, small enough to stay in the second-level cache.
const BUFFER_BYTES: usize = 256 * 1024;

/// Digits of the largest 64-bit number, with room for a sign: a number of so many bytes lies in the buffer as a whole.
const NUMBER_BYTES: usize = 24;

/// A stream of JSON, read from its front.
pub(super) struct JsonBytes<'r> {
    pub(super) input: &'r mut dyn Read,
    pub(super) buffer: Vec<u8>,
    pub(super) at: usize,
    /// Where in the input the buffer begins.
    passed: u64,
    at_end: bool,
    /// What the document is, for errors.
    format: &'static str,
    /// Where what is read is copied to as it is.
    pub(super) copy: Option<CopyOut<'r>>,
}

impl<'r> JsonBytes<'r> {
    pub(super) fn new(input: &'r mut dyn Read, format: &'static str) -> JsonBytes<'r> {
        JsonBytes {
            input,
            buffer: Vec::new(),
            at: 0,
            passed: 0,
            at_end: false,
            format,
            copy: None,
        }
    }

    /// The error of a document that is not as its format says, at the place reached.
    pub(super) fn malformed(&self, what: impl Into<String>) -> ReadError {
        ReadErrorKind::Malformed {
            format: self.format,
            what: what.into(),
        }
        .at_offset(self.passed + self.at as u64)
    }

    fn truncated(&self) -> ReadError {
        ReadErrorKind::Truncated {
            inside: self.format.to_owned(),
        }
        .at_offset(self.passed + self.at as u64)
    }

    /// Makes at least `wanted` bytes ready if the input has so many.
    #[cold]
    fn refill(&mut self, wanted: usize) -> Result<(), ReadError> {
        if self.copy.is_some() {
            self.copy_consumed()?;
            if let Some(copy) = &mut self.copy {
                copy.from = copy.from.map(|_| 0);
            }
        }
        self.buffer.drain(..self.at);
        self.passed += self.at as u64;
        self.at = 0;
        while self.buffer.len() < wanted && !self.at_end {
            let room = (BUFFER_BYTES - self.buffer.len().min(BUFFER_BYTES - 1)) as u64;
            let read = (&mut *self.input)
                .take(room)
                .read_to_end(&mut self.buffer)?;
            self.at_end = read == 0;
        }
        Ok(())
    }

    /// The next byte, which stays unread; nothing at the end of the input.
    #[inline]
    fn next(&mut self) -> Result<Option<u8>, ReadError> {
        if self.at == self.buffer.len() {
            self.refill(1)?;
        }
        Ok(self.buffer.get(self.at).copied())
    }

    /// The first byte after blanks, which stays unread.
    #[inline]
    pub(super) fn peek(&mut self) -> Result<u8, ReadError> {
        loop {
            match self.next()? {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(byte) => return Ok(byte),
                None => return Err(self.truncated()),
            }
        }
    }

    /// Reads `mark` after blanks.
    #[inline]
    pub(super) fn expect(&mut self, mark: u8) -> Result<(), ReadError> {
        let found = self.peek()?;
        if found != mark {
            return Err(self.malformed(format!(
                "'{}' where '{}' belongs",
                found.escape_ascii(),
                char::from(mark)
            )));
        }
        self.at += 1;
        Ok(())
    }

    /// Goes to the next item of an array whose `[` is read; false after its `]`. `is_first` is true before the first one.
    #[inline]
    pub(super) fn next_item(&mut self, is_first: &mut bool) -> Result<bool, ReadError> {
        self.next_of(b']', is_first)
    }

    /// Reads the next key of an object whose `{` is read into `key`; false after its `}`.
    pub(super) fn next_key(
        &mut self,
        is_first: &mut bool,
        key: &mut Vec<u8>,
    ) -> Result<bool, ReadError> {
        if !self.next_of(b'}', is_first)? {
            return Ok(false);
        }
        key.clear();
        self.string(key)?;
        self.expect(b':')?;
        Ok(true)
    }

    #[inline]
    fn next_of(&mut self, end: u8, is_first: &mut bool) -> Result<bool, ReadError> {
        let found = self.peek()?;
        if found == end {
            self.at += 1;
            return Ok(false);
        }
        if !std::mem::replace(is_first, false) {
            self.expect(b',')?;
        }
        Ok(true)
    }

    /// Reads an unsigned integer that fits 64 bits.
    #[inline]
    pub(super) fn integer(&mut self) -> Result<u64, ReadError> {
        self.peek()?;
        if self.buffer.len() - self.at < NUMBER_BYTES {
            self.refill(NUMBER_BYTES)?;
        }
        let mut value = 0u64;
        let mut length = 0;
        for &byte in &self.buffer[self.at..] {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            length += 1;
            // Nineteen digits always fit.
            if length < 20 {
                value = value * 10 + u64::from(digit);
            } else {
                let next = value.checked_mul(10);
                let Some(next) = next.and_then(|next| next.checked_add(u64::from(digit))) else {
                    return Err(self.malformed("a number above 64 bits"));
                };
                value = next;
            }
        }
        if length == 0 {
            let found = self.buffer.get(self.at).copied().unwrap_or_default();
            return Err(self.malformed(format!(
                "'{}' where an unsigned integer belongs",
                found.escape_ascii()
            )));
        }
        self.at += length;
        Ok(value)
    }

    /// Reads a number of any form.
    pub(super) fn number(&mut self) -> Result<f64, ReadError> {
        self.peek()?;
        let mut text = String::new();
        while let Some(byte @ (b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) = self.next()? {
            // No writer needs more digits, and a longer number only costs memory.
            if text.len() > 64 {
                return Err(self.malformed("a number of more than 64 digits"));
            }
            text.push(char::from(byte));
            self.at += 1;
        }
        text.parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .ok_or_else(|| self.malformed(format!("'{text}' where a number belongs")))
    }

    /// Passes over the mark that some editors put in front of UTF-8.
    pub(super) fn skip_byte_order_mark(&mut self) -> Result<(), ReadError> {
        self.refill(3)?;
        if self.buffer.starts_with(b"\xef\xbb\xbf") {
            self.at = 3;
        }
        Ok(())
    }

    /// Reads a string into `text`, in place of what is there.
    pub(super) fn string_anew(&mut self, text: &mut Vec<u8>) -> Result<(), ReadError> {
        text.clear();
        self.string(text)
    }

    /// Reads a string and adds it to `text` as UTF-8. Halves of surrogate pairs become U+FFFD; bytes that are not
    /// UTF-8 stay as they are.
    pub(super) fn string(&mut self, text: &mut Vec<u8>) -> Result<(), ReadError> {
        self.expect(b'"')?;
        loop {
            let rest = &self.buffer[self.at..];
            match memchr::memchr2(b'"', b'\\', rest) {
                Some(length) => {
                    text.extend_from_slice(&rest[..length]);
                    self.at += length + 1;
                    if self.buffer[self.at - 1] == b'"' {
                        return Ok(());
                    }
                    let character = self.escape()?;
                    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                None => {
                    text.extend_from_slice(rest);
                    self.at = self.buffer.len();
                    self.refill(1)?;
                    if self.buffer.is_empty() {
                        return Err(self.truncated());
                    }
                }
            }
        }
    }

    /// What stands after a backslash.
    fn escape(&mut self) -> Result<char, ReadError> {
        let Some(kind) = self.next()? else {
            return Err(self.truncated());
        };
        self.at += 1;
        Ok(match kind {
            b'"' | b'\\' | b'/' => char::from(kind),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let high = self.four_hex_digits()?;
                if !(0xd800..0xdc00).contains(&high) {
                    return Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                if self.buffer.len() - self.at < 6 {
                    self.refill(6)?;
                }
                if !self.buffer[self.at..].starts_with(b"\\u") {
                    return Ok(char::REPLACEMENT_CHARACTER);
                }
                let before = self.at;
                self.at += 2;
                let low = self.four_hex_digits()?;
                if !(0xdc00..0xe000).contains(&low) {
                    // A half alone; what follows it is a character of its own.
                    self.at = before;
                    return Ok(char::REPLACEMENT_CHARACTER);
                }
                let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            other => {
                return Err(self.malformed(format!("an escape '\\{}'", other.escape_ascii())));
            }
        })
    }

    fn four_hex_digits(&mut self) -> Result<u32, ReadError> {
        if self.buffer.len() - self.at < 4 {
            self.refill(4)?;
        }
        let Some(digits) = self.buffer.get(self.at..self.at + 4) else {
            return Err(self.truncated());
        };
        let mut value = 0;
        for &digit in digits {
            match char::from(digit).to_digit(16) {
                Some(digit) => value = value << 4 | digit,
                None => return Err(self.malformed("an escape without four hexadecimal digits")),
            }
        }
        self.at += 4;
        Ok(value)
    }

    /// Passes over one value of any kind and depth, checking no more than that its brackets and strings end.
    pub(super) fn skip_value(&mut self) -> Result<(), ReadError> {
        self.pass_value(None)
    }

    /// Reads one value of any kind as it stands, up to `limit` bytes; nothing where it is larger.
    pub(super) fn raw_value(&mut self, limit: usize) -> Result<Option<Vec<u8>>, ReadError> {
        self.peek()?;
        let mut raw = Vec::new();
        self.pass_value(Some((&mut raw, limit)))?;
        Ok((raw.len() <= limit).then_some(raw))
    }

    fn pass_value(&mut self, mut keep: Option<(&mut Vec<u8>, usize)>) -> Result<(), ReadError> {
        let mut depth = 0u64;
        let (mut in_string, mut is_escaped, mut has_begun) = (false, false, false);
        self.peek()?;
        loop {
            let Some(byte) = self.next()? else {
                // A number may stand at the very end; every other value has an end of its own.
                return match has_begun && depth == 0 && !in_string {
                    true => Ok(()),
                    false => Err(self.truncated()),
                };
            };
            if in_string {
                match byte {
                    _ if is_escaped => is_escaped = false,
                    b'\\' => is_escaped = true,
                    b'"' => in_string = false,
                    _ => {}
                }
            } else {
                match byte {
                    b'"' => in_string = true,
                    b'{' | b'[' => depth += 1,
                    // The end of what the value stands in.
                    b'}' | b']' | b',' if depth == 0 => return Ok(()),
                    b'}' | b']' => depth -= 1,
                    _ => {}
                }
            }
            has_begun = true;
            self.at += 1;
            if let Some((kept, limit)) = &mut keep
                && kept.len() <= *limit
            {
                kept.push(byte);
            }
        }
    }
}
