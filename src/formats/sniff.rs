//! Which format this is, from content only and never from a name.

use super::{ReadError, ReadErrorKind};
use crate::escape;

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
}

/// Finds out the format from the beginning of the unwrapped input.
///
/// # Errors
/// The input is empty, in no known format, or in one that is known and has no reader.
pub fn sniff(prefix: &[u8]) -> Result<Format, ReadError> {
    if prefix.is_empty() {
        return Err(ReadErrorKind::Empty.nowhere());
    }
    if let Some(format) = text_profile(prefix)? {
        return Ok(format);
    }
    if let Some(what) = known_and_unreadable(prefix) {
        return Err(what.nowhere());
    }
    if is_folded(prefix) {
        return Ok(Format::Folded);
    }
    if is_pprof(prefix) {
        return Ok(Format::Pprof);
    }
    let beginning = String::from_utf8_lossy(&prefix[..prefix.len().min(24)]).into_owned();
    Err(ReadErrorKind::Unrecognized {
        beginning: format!("'{}'", escape::terminal(&beginning)),
    }
    .nowhere())
}

/// The text profiles have a line that names them, behind comments, commands and symbols.
fn text_profile(prefix: &[u8]) -> Result<Option<Format>, ReadError> {
    let mut in_symbols = false;
    for line in prefix.split(|&byte| byte == b'\n') {
        let line = line.trim_ascii();
        if line.starts_with(b"heap_v2/") {
            return Ok(Some(Format::Jemalloc));
        }
        if line.starts_with(b"heap profile:") {
            return Ok(Some(Format::Gperftools));
        }
        if line.starts_with(b"--- contention") || line.starts_with(b"--- profile") {
            return Err(not_heap(if line.starts_with(b"--- c") {
                "lock contention"
            } else {
                "CPU"
            }));
        }
        if line.starts_with(b"format = java") {
            return Err(ReadErrorKind::Unsupported {
                what: "a Java heapz profile",
                advice: "convert it with `pprof -proto` first",
            }
            .nowhere());
        }
        in_symbols = match line {
            [b'-', b'-', b'-', rest @ ..] => rest.starts_with(b" symbol"),
            _ => in_symbols,
        };
        let skipped = in_symbols
            || line.is_empty()
            || line.starts_with(b"#")
            || line.starts_with(b"%")
            || line.starts_with(b"---")
            || line.starts_with(b"binary=");
        if !skipped {
            return Ok(None);
        }
    }
    // Symbols may fill more than the prefix. Which of the two formats follows is seen behind them.
    if in_symbols {
        return Ok(Some(Format::Gperftools));
    }
    Ok(None)
}

fn not_heap(kind: &'static str) -> ReadError {
    ReadErrorKind::NotHeap {
        kind,
        types: "a gperftools profile".to_owned(),
    }
    .nowhere()
}

/// Things that people hand to a heap tool by mistake, or in hope.
fn known_and_unreadable(prefix: &[u8]) -> Option<ReadErrorKind> {
    let text = prefix.trim_ascii_start();
    let has = |needle: &[u8]| memchr::memmem::find(&text[..text.len().min(4096)], needle).is_some();
    let unsupported = |what, advice| Some(ReadErrorKind::Unsupported { what, advice });
    if text.starts_with(b"{") {
        if has(b"\"snapshot\"") && has(b"\"meta\"") {
            return unsupported(
                "a V8 heap snapshot",
                "this version does not; Chrome DevTools and memlab do",
            );
        }
        if has(b"\"head\"") && has(b"\"callFrame\"") {
            return unsupported(
                "a V8 sampling profile (.heapprofile)",
                "this version does not; Chrome DevTools and speedscope do",
            );
        }
        if has(b"\"jemalloc\"") {
            return unsupported(
                "jemalloc's statistics",
                "it holds no stacks; take a heap dump with prof.dump",
            );
        }
        if has(b"\"dhatFileVersion\"") {
            return unsupported("a DHAT profile", "open it in DHAT's viewer");
        }
    }
    if text.len() >= 15 && text[..15].eq_ignore_ascii_case(b"<!doctype html>")
        || text.len() >= 5 && text[..5].eq_ignore_ascii_case(b"<html")
    {
        return unsupported(
            "an HTML page",
            "the URL it was fetched from answered with a page: check path and permissions",
        );
    }
    if prefix.starts_with(b"\x7fELF") {
        return unsupported(
            "a program or core file",
            "take a heap profile of the running program",
        );
    }
    if prefix.starts_with(b"\xff\xfe") || prefix.starts_with(b"\xfe\xff") {
        return unsupported(
            "UTF-16 text",
            "convert it to UTF-8, as with `iconv -f UTF-16 -t UTF-8`",
        );
    }
    if prefix.starts_with(b"PERFILE2") {
        return unsupported("a perf recording", "it is of CPU time, not of memory");
    }
    if prefix.starts_with(b"desc:") {
        return unsupported("a massif profile", "use ms_print");
    }
    if prefix.starts_with(b"JAVA PROFILE") {
        return unsupported("a Java heap dump", "use Eclipse MAT");
    }
    if prefix.starts_with(b"BZh")
        || prefix.starts_with(b"\xfd7zXZ\0")
        || prefix.starts_with(b"PK\x03\x04")
    {
        return unsupported(
            "compressed in a way fabric does not unwrap",
            "inflate it first; gzip and zstd are unwrapped",
        );
    }
    // gperftools' binary CPU profile: machine words 0, 3, 0, period.
    if prefix.starts_with(&[0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0]) {
        return Some(ReadErrorKind::NotHeap {
            kind: "CPU",
            types: "gperftools".to_owned(),
        });
    }
    None
}

/// The first lines with something in them end in a blank and a number, and hold no control characters.
fn is_folded(prefix: &[u8]) -> bool {
    let is_whole = prefix.len() < PREFIX_BYTES;
    let end = match memchr::memrchr(b'\n', prefix) {
        Some(end) if !is_whole => end,
        _ => prefix.len(),
    };
    let mut lines = prefix[..end]
        .split(|&byte| byte == b'\n')
        .map(|line| line.trim_ascii())
        .filter(|line| !line.is_empty() && !line.starts_with(b"#"))
        .take(16)
        .peekable();
    if lines.peek().is_none() {
        return false;
    }
    let mut folded = 0;
    let mut other = 0;
    for line in lines {
        let number = line
            .iter()
            .rposition(|byte| byte.is_ascii_whitespace())
            .map(|blank| &line[blank + 1..]);
        let is_number = number.is_some_and(|number| {
            number.first().is_some_and(u8::is_ascii_digit)
                && number
                    .iter()
                    .all(|byte| byte.is_ascii_digit() || *byte == b'.')
        });
        let is_text = !line
            .iter()
            .any(|&byte| byte < 0x20 && byte != b'\t' && byte != 0x1b);
        if is_number && is_text {
            folded += 1;
        } else {
            other += 1;
        }
    }
    // One line that is none is a mistake of the writer; more are another format.
    folded > other * 3
}

/// The first fields are fields of profile.proto with its wire types. A sample type comes first in what all known writers write,
/// but the order of fields is free.
fn is_pprof(prefix: &[u8]) -> bool {
    let mut rest = prefix;
    let mut fields = 0;
    while fields < 8 {
        let Some((&tag, after)) = rest.split_first() else {
            break;
        };
        let (number, wire_type) = (tag >> 3, tag & 7);
        let expected = match number {
            1..=6 | 11 => wire_type == 2,
            7..=10 | 12 | 14 | 15 => wire_type == 0,
            13 => wire_type == 0 || wire_type == 2,
            _ => false,
        };
        if !expected {
            return false;
        }
        let Some((value, after)) = varint(after) else {
            return fields > 0;
        };
        fields += 1;
        if wire_type == 0 {
            rest = after;
            continue;
        }
        match usize::try_from(value)
            .ok()
            .and_then(|length| after.get(length..))
        {
            Some(after) => rest = after,
            // The prefix ends inside this field, or the field is longer than the file: the reader finds out.
            None => return true,
        }
    }
    fields > 0
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0u64;
    for (index, &byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte < 0x80 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(prefix: &[u8], expected: Result<Format, &str>) {
        let found = sniff(prefix);
        let found = found.as_ref().map_err(|error| error.kind.name());
        assert_eq!(found, expected.as_ref().map_err(|name| *name));
    }

    #[test]
    fn each_format_is_known_by_its_content() {
        check(b"heap_v2/524288\n  t*: 0: 0 [0: 0]\n", Ok(Format::Jemalloc));
        check(
            b"% cmd\n--- symbol\nbinary=x\n0x1 a\n---\n--- heap\nheap_v2/1\n",
            Ok(Format::Jemalloc),
        );
        check(
            b"# comment\nheap profile: 0: 0 [0: 0] @ heap_v2/1\n",
            Ok(Format::Gperftools),
        );
        check(b"main;leak 42\nmain;other 7\n", Ok(Format::Folded));
        check(
            &[0x0a, 4, 8, 1, 16, 2, 0x12, 4, 0x0a, 0, 0x12, 0],
            Ok(Format::Pprof),
        );
    }

    #[test]
    fn what_is_no_heap_profile_is_called_by_its_name() {
        check(b"", Err("empty"));
        check(b"hello there\n", Err("unrecognized"));
        check(b"<!DOCTYPE html><html>", Err("unsupported"));
        check(b"{\"snapshot\":{\"meta\":{}}}", Err("unsupported"));
        check(b"\x7fELF\x02\x01", Err("unsupported"));
        check(b"--- contention:\n", Err("not-heap"));
        check(b"\xff\xfem\0a\0", Err("unsupported"));
    }
}
