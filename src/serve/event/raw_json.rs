//! One JSON value as it stands in its source.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::RejectReason;
use crate::serve::bounds::EVENT_DEPTH;

/// The text of a string; `None` for any other value. Borrowed where nothing in it is escaped.
pub(super) fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    let quoted = value.get();
    let inside = quoted.strip_prefix('"')?.strip_suffix('"')?;
    if memchr::memchr(b'\\', inside.as_bytes()).is_none() {
        return Some(Cow::Borrowed(inside));
    }
    serde_json::from_str(quoted).ok().map(Cow::Owned)
}

/// The text of a string that is not empty.
pub(super) fn filled_text(value: &RawValue) -> Option<Cow<'_, str>> {
    text(value).filter(|text| !text.is_empty())
}

/// Whether it is a string.
pub(super) fn is_text(value: &RawValue) -> bool {
    value.get().starts_with('"')
}

/// Whether it is a number.
pub(super) fn is_number(value: &RawValue) -> bool {
    value
        .get()
        .starts_with(|first: char| first == '-' || first.is_ascii_digit())
}

/// Whether it is an object or a list.
pub(super) fn is_nested(value: &RawValue) -> bool {
    value.get().starts_with(['{', '['])
}

/// The number, infinite where it is larger than one can be; `None` for any other value.
pub(super) fn number(value: &RawValue) -> Option<f64> {
    if !is_number(value) {
        return None;
    }
    value.get().parse().ok()
}

/// The number, where it is a whole one that is not negative. What JavaScript takes for whole (`5.0`, `5e0`) is.
pub(super) fn whole_number(value: &RawValue) -> Option<u64> {
    /// Above it not every whole number is one of floating point: 2^53.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if !is_number(value) {
        return None;
    }
    if let Ok(number) = value.get().parse() {
        return Some(number);
    }
    let number = number(value)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole, and between 0 and 2^53"
    )]
    (number.fract() == 0.0 && (0.0..=EXACT).contains(&number)).then_some(number as u64)
}

/// Whether every reader of JSON can read the value. Its grammar is known to be right, but readers differ in how deep and how large they
/// take it, and one event that a client cannot read would take from it the whole answer that the event is part of.
///
/// # Errors
/// It is nested too deep, or a number in it is too large.
pub(super) fn check(value: &RawValue) -> Result<(), RejectReason> {
    if is_number(value) {
        return check_number(value.get());
    }
    if !is_nested(value) {
        return Ok(());
    }
    let bytes = value.get().as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at += string_bytes(bytes.get(at..).unwrap_or_default());
                continue;
            }
            b'{' | b'[' => {
                depth += 1;
                if depth > EVENT_DEPTH {
                    return Err(RejectReason::TooDeep);
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'-' | b'0'..=b'9' => {
                let rest = value.get().get(at..).unwrap_or_default();
                let end = rest
                    .find([',', '}', ']', ' ', '\t', '\r', '\n'])
                    .unwrap_or(rest.len());
                check_number(rest.get(..end).unwrap_or_default())?;
                at += end.max(1);
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    Ok(())
}

/// Length of the string that begins the bytes, with its quotes.
fn string_bytes(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) = bytes
        .get(at..)
        .and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
    {
        at += found;
        if bytes.get(at) == Some(&b'"') {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}

fn check_number(number: &str) -> Result<(), RejectReason> {
    /// Readers that round on the way come out at infinity a little below the largest number there is, 1.797e308.
    const LARGEST: f64 = 1e308;
    /// A number without an exponent and with fewer digits is smaller.
    const SHORT: usize = 300;
    let is_short = number.len() < SHORT && !number.contains(['e', 'E']);
    if is_short
        || number
            .parse::<f64>()
            .is_ok_and(|number| number.abs() <= LARGEST)
    {
        Ok(())
    } else {
        Err(RejectReason::NumberTooLarge)
    }
}
