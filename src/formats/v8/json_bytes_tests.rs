//! What the reader of JSON understands.

use super::json_bytes::JsonBytes;
use std::io::Read;

/// Gives one byte at a time.
struct Drops<'t>(&'t [u8]);

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.0.len().min(1).min(buffer.len());
        buffer[..length].copy_from_slice(&self.0[..length]);
        self.0 = &self.0[length..];
        Ok(length)
    }
}

fn check_string(json: &str, expected: Result<&str, &str>) {
    let mut drops = Drops(json.as_bytes());
    let mut text = Vec::new();
    let read = JsonBytes::new(&mut drops, "test").string(&mut text);
    let found = read.map_err(|error| error.to_string());
    match (found, expected) {
        (Ok(()), Ok(expected)) => assert_eq!(String::from_utf8_lossy(&text), expected),
        (Err(message), Err(part)) => assert!(message.contains(part), "{message}"),
        (found, _) => panic!("{json}: {found:?}"),
    }
}

#[test]
fn strings_are_decoded() {
    check_string(r#" "a\n\"\u00fc\\" "#, Ok("a\n\"ü\\"));
    check_string(
        r#""\ud83d\ude00 \ud83dx \ud83d\u0041""#,
        Ok("😀 \u{fffd}x \u{fffd}A"),
    );
    check_string(r#""a"#, Err("ends inside test"));
    check_string(r#""\u12"#, Err("ends inside test"));
    check_string(r#""\q""#, Err("an escape '\\q'"));
}

#[test]
fn integers_are_checked() {
    let read = |json: &str| {
        let mut input = json.as_bytes();
        let read = JsonBytes::new(&mut input, "test").integer();
        read.map_err(|error| error.to_string())
    };
    assert_eq!(read("\n18446744073709551615,"), Ok(u64::MAX));
    assert!(read("18446744073709551616").is_err_and(|e| e.contains("above 64 bits")));
    assert!(read("-1").is_err_and(|e| e.contains("'-' where an unsigned")));
}

#[test]
fn values_of_any_depth_are_passed_over() {
    let deep = format!("{}1{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    for json in [deep.as_str(), r#"{"a":["}\"]",{}]}"#, "\"]\"", "12", "null"] {
        let json = format!("{json},7");
        let mut input = json.as_bytes();
        let mut reader = JsonBytes::new(&mut input, "test");
        assert!(reader.skip_value().is_ok());
        assert!(reader.expect(b',').is_ok());
        assert_eq!(reader.integer().ok(), Some(7));
    }
}
