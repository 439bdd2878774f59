//! The protobuf wire format: fields one after another, without recursion.

use std::io::Read;

use crate::formats::{ReadError, ReadErrorKind};
use crate::limits;

/// The value of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'b> {
    /// A varint.
    Number(u64),
    /// A length-delimited field: a message, a string or packed numbers.
    Bytes(&'b [u8]),
    /// A fixed-width field, which profile.proto does not use.
    Fixed,
}

impl<'b> Value<'b> {
    /// The number, if it is one.
    pub(super) fn number(self) -> Option<u64> {
        match self {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The bytes, if it is length-delimited.
    pub(super) fn bytes(self) -> Option<&'b [u8]> {
        match self {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

/// Something is wrong with the wire format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WireError {
    /// The bytes end inside a field.
    Cut,
    /// A varint is longer than ten bytes.
    LongVarint,
    /// A wire type that profile.proto never uses (groups).
    WireType(u8),
    /// Field number 0.
    FieldZero,
}

impl WireError {
    pub(super) fn into_read_error(self, offset: u64) -> ReadError {
        let what = match self {
            WireError::Cut => {
                return ReadErrorKind::Truncated {
                    inside: "a pprof message".to_owned(),
                }
                .at_offset(offset);
            }
            WireError::LongVarint => "a number of more than ten bytes".to_owned(),
            WireError::WireType(kind) => {
                format!("wire type {kind}, which profile.proto never uses")
            }
            WireError::FieldZero => "field number 0".to_owned(),
        };
        malformed(what).at_offset(offset)
    }
}

/// An error of the pprof format.
pub(super) fn malformed(what: impl Into<String>) -> ReadErrorKind {
    ReadErrorKind::Malformed {
        format: "pprof profile",
        what: what.into(),
    }
}

/// Takes a varint off the front of `bytes`.
// Inlined by force: this is the innermost loop of reading, and the compiler finds it too large by itself.
#[inline(always)]
pub(super) fn varint(bytes: &mut &[u8]) -> Result<u64, WireError> {
    match *bytes {
        [first, rest @ ..] if *first < 0x80 => {
            *bytes = rest;
            Ok(u64::from(*first))
        }
        [first, second, rest @ ..] if *second < 0x80 => {
            *bytes = rest;
            Ok(u64::from(first & 0x7f) | u64::from(*second) << 7)
        }
        [first, second, third, rest @ ..] if *third < 0x80 => {
            *bytes = rest;
            Ok(u64::from(first & 0x7f) | u64::from(second & 0x7f) << 7 | u64::from(*third) << 14)
        }
        _ => long_varint(bytes),
    }
}

/// A varint of more than three bytes.
fn long_varint(bytes: &mut &[u8]) -> Result<u64, WireError> {
    let mut value = 0u64;
    let mut shift = 0;
    for (index, &byte) in bytes.iter().enumerate() {
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            *bytes = &bytes[index + 1..];
            return Ok(value);
        }
        shift += 7;
        if shift > 63 {
            return Err(WireError::LongVarint);
        }
    }
    Err(WireError::Cut)
}

/// Takes a field off the front of `bytes`.
#[inline(always)]
pub(super) fn field<'b>(bytes: &mut &'b [u8]) -> Result<(u64, Value<'b>), WireError> {
    let tag = varint(bytes)?;
    let number = tag >> 3;
    if number == 0 {
        return Err(WireError::FieldZero);
    }
    let fixed = |bytes: &mut &'b [u8], width: usize| {
        *bytes = bytes.get(width..).ok_or(WireError::Cut)?;
        Ok(Value::Fixed)
    };
    let value = match tag & 7 {
        0 => Value::Number(varint(bytes)?),
        1 => fixed(bytes, 8)?,
        2 => {
            let length = varint(bytes)?;
            let length = usize::try_from(length).map_err(|_| WireError::Cut)?;
            let (head, rest) = bytes.split_at_checked(length).ok_or(WireError::Cut)?;
            *bytes = rest;
            Value::Bytes(head)
        }
        5 => fixed(bytes, 4)?,
        kind => return Err(WireError::WireType(kind as u8)),
    };
    Ok((number, value))
}

/// The fields of one message.
pub(super) fn fields(
    mut message: &[u8],
) -> impl Iterator<Item = Result<(u64, Value<'_>), WireError>> {
    std::iter::from_fn(move || {
        if message.is_empty() {
            return None;
        }
        let next = field(&mut message);
        if next.is_err() {
            message = &[];
        }
        Some(next)
    })
}

/// Calls `each` for the numbers of a repeated field, packed or not.
#[inline(always)]
pub(super) fn repeated(value: Value<'_>, mut each: impl FnMut(u64)) -> Result<(), WireError> {
    match value {
        Value::Number(number) => each(number),
        Value::Bytes(mut packed) => {
            while !packed.is_empty() {
                each(varint(&mut packed)?);
            }
        }
        Value::Fixed => {}
    }
    Ok(())
}

/// The top-level fields of a message that streams in.
pub(super) struct FieldStream<R> {
    input: R,
    buffer: Vec<u8>,
    /// The part of `buffer` not yet handed out.
    start: usize,
    end: usize,
    /// Where `start` lies in the input.
    offset: u64,
    at_end: bool,
}

/// A field by its size.
enum Found {
    Number(u64),
    Bytes(usize),
    Fixed,
}

/// Large enough that inflating runs at full speed, small enough to stay in the cache.
const BUFFER_BYTES: usize = 256 * 1024;

impl<R: Read> FieldStream<R> {
    pub(super) fn new(input: R) -> FieldStream<R> {
        FieldStream {
            input,
            buffer: vec![0; BUFFER_BYTES],
            start: 0,
            end: 0,
            offset: 0,
            at_end: false,
        }
    }

    /// Where the next field begins.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next field, or nothing at the end.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<(u64, Value<'_>)>, ReadError> {
        // The field is found as positions first: a borrow of the buffer cannot live through a refill.
        let (number, found, used) = loop {
            let available = &self.buffer[self.start..self.end];
            if available.is_empty() && self.at_end {
                return Ok(None);
            }
            let mut rest = available;
            match field(&mut rest) {
                Ok((number, value)) => {
                    let found = match value {
                        Value::Number(value) => Found::Number(value),
                        Value::Bytes(bytes) => Found::Bytes(bytes.len()),
                        Value::Fixed => Found::Fixed,
                    };
                    break (number, found, available.len() - rest.len());
                }
                Err(WireError::Cut) if !self.at_end => self.fill()?,
                Err(error) => return Err(error.into_read_error(self.offset)),
            }
        };
        self.start += used;
        self.offset += used as u64;
        let value = match found {
            Found::Number(value) => Value::Number(value),
            // A length-delimited field ends where its bytes end.
            Found::Bytes(length) => Value::Bytes(&self.buffer[self.start - length..self.start]),
            Found::Fixed => Value::Fixed,
        };
        Ok(Some((number, value)))
    }

    /// Reads on. Only when a single field fills the whole buffer does the buffer grow.
    fn fill(&mut self) -> Result<(), ReadError> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end == self.buffer.len() {
            if self.buffer.len() >= limits::PPROF_FIELD_BYTES {
                return Err(ReadErrorKind::TooLarge {
                    what: "one field of this pprof profile",
                    limit: limits::PPROF_FIELD_BYTES as u64,
                }
                .at_offset(self.offset));
            }
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        let read = loop {
            match self.input.read(&mut self.buffer[self.end..]) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.end += read;
        self.at_end = read == 0;
        Ok(())
    }
}
