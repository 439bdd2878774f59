//! Which format this is, from content only and never from a name.

use super::numbered_lines::Lines;
use super::preamble::{Kind, without_byte_order_mark};
use super::unreadable;
use super::{ReadError, ReadErrorKind};

/// How much of the beginning of an input is looked at.
pub const PREFIX_BYTES: usize = 64 * 1024;

/// A format that has a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// pprof's profile.proto, not compressed.
    Pprof,
    /// jemalloc's `heap_v2` text, also in jeprof's symbolized form.
    Jemalloc,
    /// gperftools' `heap profile:` text and Go's `debug=1` text, also in the symbolized form.
    Gperftools,
    /// Folded stacks.
    Folded,
    /// V8's `.heapprofile`.
    V8HeapProfile,
    /// V8's `.heapsnapshot` or `.heaptimeline`.
    V8HeapSnapshot,
}

impl Format {
    /// Its short name.
    pub fn name(self) -> &'static str {
        match self {
            Format::Pprof => "pprof",
            Format::Jemalloc => "jemalloc",
            Format::Gperftools => "gperftools",
            Format::Folded => "folded",
            Format::V8HeapProfile => "v8-heapprofile",
            Format::V8HeapSnapshot => "v8-heapsnapshot",
        }
    }
}

/// Finds out the format from the beginning of the unwrapped input, of which [`PREFIX_BYTES`] are enough.
///
/// # Errors
/// The input is empty, in a format that is known and has no reader, not of memory, or in no known format.
pub fn sniff(prefix: &[u8]) -> Result<Format, ReadError> {
    if prefix.trim_ascii().is_empty() {
        return Err(ReadErrorKind::Empty.nowhere());
    }
    // What has a mark of its own is decided by it, before the formats that are known by their shape alone.
    if let Some(format) = by_header(prefix) {
        return Ok(format);
    }
    if looks_like_heap_profile(prefix) {
        return Ok(Format::V8HeapProfile);
    }
    if looks_like_heap_snapshot(prefix) {
        return Ok(Format::V8HeapSnapshot);
    }
    if let Some(known) = unreadable::recognize(prefix) {
        return Err(known.nowhere());
    }
    if looks_folded(prefix) {
        return Ok(Format::Folded);
    }
    if looks_like_pprof(prefix) {
        return Ok(Format::Pprof);
    }
    Err(ReadErrorKind::Unrecognized {
        beginning: beginning(prefix),
    }
    .nowhere())
}

/// The text formats have a header line, after whatever may stand before it.
fn by_header(prefix: &[u8]) -> Option<Format> {
    let mut in_symbols = false;
    let mut seen_symbols = false;
    for line in Lines::new(without_byte_order_mark(prefix)) {
        let line = line.trim_ascii();
        let kind = Kind::of(line);
        if in_symbols {
            in_symbols = kind != Kind::PageName;
            continue;
        }
        match kind {
            Kind::Symbols => {
                in_symbols = true;
                seen_symbols = true;
            }
            Kind::Header if line.starts_with(b"heap_v2/") => return Some(Format::Jemalloc),
            Kind::Header if line.starts_with(b"heap profile:") => return Some(Format::Gperftools),
            // The name of a page that is not a heap's is for `unreadable` to tell.
            Kind::Header => return None,
            Kind::Blank | Kind::Comment | Kind::PageName => {}
        }
    }
    // The names of a large program fill the prefix. Text is read as a whole, and then it is found out which of the two it is.
    (seen_symbols && in_symbols).then_some(Format::Gperftools)
}

/// Every complete line is a stack and a number. One line is enough; binary data has none.
fn looks_folded(prefix: &[u8]) -> bool {
    let mut found = false;
    let mut lines = Lines::new(without_byte_order_mark(prefix));
    while let Some(line) = lines.next() {
        // A last line without an end is cut by the prefix or by whoever wrote it.
        let is_last = lines.rest().is_empty();
        let line = line.trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        if memchr::memchr(0, line).is_some() {
            return false;
        }
        if super::folded::ends_in_number(line) {
            found = true;
        } else if !found || !is_last || prefix.ends_with(b"\n") {
            return false;
        }
    }
    found
}

/// Whether an input that begins like this is a `.heapprofile`: an object whose first key is `head`, with a call frame in it.
fn looks_like_heap_profile(prefix: &[u8]) -> bool {
    after_first_key(prefix, b"\"head\"")
        .is_some_and(|rest| memchr::memmem::find(rest, b"\"callFrame\"").is_some())
}

/// Whether an input that begins like this is a `.heapsnapshot` or `.heaptimeline`: an object whose first key is `snapshot`, with columns
/// named in it.
fn looks_like_heap_snapshot(prefix: &[u8]) -> bool {
    after_first_key(prefix, b"\"snapshot\"")
        .is_some_and(|rest| memchr::memmem::find(rest, b"\"node_fields\"").is_some())
}

/// What follows `{"key":` at the beginning, blanks allowed.
fn after_first_key<'t>(prefix: &'t [u8], key: &[u8]) -> Option<&'t [u8]> {
    let rest = without_byte_order_mark(prefix).trim_ascii_start();
    let rest = rest.strip_prefix(b"{")?.trim_ascii_start();
    let rest = rest.strip_prefix(key)?.trim_ascii_start();
    rest.strip_prefix(b":")
}

/// The fields of a pprof message carry no mark, but their numbers and kinds follow each other in a way that text does not.
fn looks_like_pprof(prefix: &[u8]) -> bool {
    let mut rest = prefix;
    let mut complete_fields = 0;
    while !rest.is_empty() {
        let Some((tag, after)) = varint(rest) else {
            return complete_fields > 0 && rest.len() < 10;
        };
        let (number, wire_type) = (tag >> 3, tag & 7);
        let is_message_or_packed = matches!(number, 1..=6 | 11 | 13);
        match (number, wire_type) {
            (1..=6 | 11 | 13, 2) => {
                let Some((length, body)) = varint(after) else {
                    return complete_fields > 0;
                };
                if length > crate::limits::PPROF_FIELD_BYTES as u64 {
                    return complete_fields >= 2;
                }
                let end = (length as usize).min(body.len());
                if matches!(number, 1 | 11) && !has_only_small_fields(&body[..end]) {
                    return false;
                }
                // A field that the prefix cuts is taken on trust after others, or if nothing else could be there.
                if length as usize > body.len() {
                    return complete_fields > 0 || prefix.len() >= PREFIX_BYTES;
                }
                rest = &body[end..];
            }
            // Comments, a list of string numbers, also come one by one.
            (7..=10 | 12..=15, 0) if !is_message_or_packed || number == 13 => {
                let Some((_, after)) = varint(after) else {
                    return complete_fields > 0;
                };
                rest = after;
            }
            // Two fields are no accident: what follows is a field of a newer version, or broken, and the reader tells which.
            _ => return complete_fields >= 2,
        }
        complete_fields += 1;
    }
    complete_fields > 0
}

/// Whether this is a value type: two numbers of strings.
fn has_only_small_fields(mut message: &[u8]) -> bool {
    while let Some((tag, after)) = varint(message) {
        let Some((_, after)) = varint(after).filter(|_| matches!(tag, 0x08 | 0x10)) else {
            return false;
        };
        message = after;
    }
    message.is_empty()
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0u64;
    for (index, &byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte < 0x80 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
}

/// The first bytes as text if they are text, of that the first line; else as numbers.
fn beginning(prefix: &[u8]) -> String {
    // As much as fits in a sentence and still tells a file from another.
    const SHOWN: usize = 24;
    let start = &prefix[..prefix.len().min(SHOWN)];
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        // A cut character at the end does not make text binary.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or("")
        }
        Err(_) => "",
    };
    let text = text.trim_start().lines().next().unwrap_or_default();
    if text.is_empty() {
        let bytes: Vec<String> = start.iter().take(8).map(|b| format!("{b:02x}")).collect();
        return format!("bytes {}", bytes.join(" "));
    }
    format!("'{}'", crate::escape::terminal(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(prefix: impl AsRef<[u8]>, expected: Result<Format, &str>) {
        let prefix = prefix.as_ref();
        let found = sniff(prefix).map_err(|error| error.to_string());
        match (&found, expected) {
            (Err(message), Err(part)) => assert!(message.contains(part), "{message}"),
            _ => assert_eq!(found.as_ref().ok(), expected.as_ref().ok(), "{found:?}"),
        }
    }

    #[test]
    fn text_formats_are_known_by_their_header() {
        check("heap_v2/524288\n  t*: 1", Ok(Format::Jemalloc));
        check(
            "heap profile: 1: 2 [1: 2] @ heap/2\n",
            Ok(Format::Gperftools),
        );
        check("heap profile: 1: 2 ", Ok(Format::Gperftools));
    }

    #[test]
    fn a_header_may_come_after_commands_comments_and_symbols() {
        check(
            "--- symbol\nbinary=x\n0x1 main\n---\n--- heap\nheap_v2/1\n",
            Ok(Format::Jemalloc),
        );
        check(
            "%warn late\r\n# c\r\n--- heapz 1 ---\r\nheap profile: 1: 2 [1: 2] @ heapz_v2/2\r\n",
            Ok(Format::Gperftools),
        );
        let symbols = format!("--- symbol\n{}", "0x1 main\n".repeat(8000));
        check(&symbols.as_bytes()[..PREFIX_BYTES], Ok(Format::Gperftools));
    }

    #[test]
    fn folded_stacks_are_known_by_the_number_at_each_end() {
        check("a;b 1\r\n\r\n# c\r\nc;d e 2", Ok(Format::Folded));
        check("main 1", Ok(Format::Folded));
        check("a;b 1\nc;d", Ok(Format::Folded));
        check("a;b 1\nc;d\na 1\n", Err("begins with 'a;b 1'"));
    }

    #[test]
    fn pprof_is_known_by_its_fields() {
        // sample_type {type: 1, unit: 2}, time_nanos 1000, string_table "".
        check(
            b"\x0a\x04\x08\x01\x10\x02\x48\xe8\x07\x32\x00",
            Ok(Format::Pprof),
        );
        // The same, cut inside a long string.
        check(b"\x0a\x04\x08\x01\x10\x02\x32\x20main", Ok(Format::Pprof));
        check(b"\nabc def", Err("not a heap profile"));
        check(b"\x1f\x8b\x08\x00", Err("begins with bytes 1f 8b 08 00"));
    }

    #[test]
    fn v8_files_are_known_by_their_first_keys() {
        check(
            r#"{"head":{"callFrame":{"functionName":"(root)"},"selfSize":0"#,
            Ok(Format::V8HeapProfile),
        );
        check(
            r#"{"snapshot":{"meta":{"node_fields":["type"]"#,
            Ok(Format::V8HeapSnapshot),
        );
        check(r#"{"head": {"title": 1}}"#, Err("not a heap profile"));
        check(r#"{"nodes":[{"id":1,"callFrame":{"#, Err("CPU"));
    }

    #[test]
    fn nothing_is_told_from_something_unknown() {
        check("", Err("empty"));
        check(" \r\n", Err("empty"));
        check("hello\x1b[31m world", Err("'hello\\u{1b}[31m world'"));
        check("{\"a\": 1}", Err("not a heap profile fabric knows"));
        check("Grüße", Err("'Grüße'"));
    }
}
