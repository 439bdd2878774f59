//! Escapes of half a character, made whole.
//!
//! JavaScript counts text in UTF-16, so a program that cuts a text at 200 units may cut an emoji in two and log `"\ud83d"`. That is JSON by
//! its grammar and most readers take it, but no Unicode text, and strict readers (serde_json among them) would refuse the whole answer that
//! such an event is part of. Losing the event for it would be worse than losing the half that is there.

use std::borrow::Cow;

/// The text with each escape of a lone surrogate replaced by that of U+FFFD, which is as long.
pub(super) fn whole_characters(text: &str) -> Cow<'_, str> {
    let mut whole: Option<String> = None;
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = text
        .as_bytes()
        .get(at..)
        .and_then(|rest| memchr::memchr(b'\\', rest))
    {
        at += found;
        let Some(unit) = escaped_unit(text, at) else {
            // Any other escape is a backslash and the byte that it escapes.
            at += 2;
            continue;
        };
        let next = escaped_unit(text, at + ESCAPE_BYTES);
        let is_pair = is_high(unit) && next.is_some_and(is_low);
        if is_pair {
            at += 2 * ESCAPE_BYTES;
            continue;
        }
        if is_high(unit) || is_low(unit) {
            let whole = whole.get_or_insert_with(|| String::with_capacity(text.len()));
            whole.push_str(text.get(copied..at).unwrap_or_default());
            whole.push_str("\\ufffd");
            copied = at + ESCAPE_BYTES;
        }
        at += ESCAPE_BYTES;
    }
    match whole {
        None => Cow::Borrowed(text),
        Some(mut whole) => {
            whole.push_str(text.get(copied..).unwrap_or_default());
            Cow::Owned(whole)
        }
    }
}

/// Length of `\ud83d`.
const ESCAPE_BYTES: usize = 6;

/// The UTF-16 unit that is escaped at `at`.
fn escaped_unit(text: &str, at: usize) -> Option<u16> {
    let digits = text
        .get(at..at.checked_add(ESCAPE_BYTES)?)?
        .strip_prefix("\\u")?;
    // `from_str_radix` would take a sign.
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u16::from_str_radix(digits, 16).ok()
}

fn is_high(unit: u16) -> bool {
    (0xd800..0xdc00).contains(&unit)
}

fn is_low(unit: u16) -> bool {
    (0xdc00..0xe000).contains(&unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_stay_and_halves_are_replaced() {
        let cases = [
            (r#""plain""#, r#""plain""#),
            (r#""\ud83d\ude00""#, r#""\ud83d\ude00""#),
            (r#""\ud83d""#, r#""\ufffd""#),
            (r#""\uDE00 after""#, r#""\ufffd after""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\ude00\ud83d""#, r#""\ufffd\ufffd""#),
            // The backslash is escaped, so what follows it is no escape.
            (r#""\\ud83d""#, r#""\\ud83d""#),
            (r#""\\\ud83d""#, r#""\\\ufffd""#),
            (r#""\ud83"#, r#""\ud83"#),
            (r#""\u+83d""#, r#""\u+83d""#),
            (r#""\ud83ä""#, r#""\ud83ä""#),
            ("\"\\", "\"\\"),
        ];
        for (text, expected) in cases {
            assert_eq!(whole_characters(text), expected, "{text}");
        }
    }

    #[test]
    fn text_without_halves_is_not_copied() {
        assert!(matches!(
            whole_characters(r#"{"a":"\n\ud83d\ude00"}"#),
            Cow::Borrowed(_)
        ));
    }
}
