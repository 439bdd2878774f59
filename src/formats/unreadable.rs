//! Formats that are known and have no reader: what they are, and what to do.

use super::ReadErrorKind;
use super::numbered_lines::Lines;
use super::preamble::{Kind, without_byte_order_mark};

/// What the beginning of an input is, if it is something known that cannot be read.
pub(super) fn recognize(prefix: &[u8]) -> Option<ReadErrorKind> {
    by_magic(prefix)
        .or_else(|| by_json_keys(prefix))
        .or_else(|| by_markup(prefix))
        .or_else(|| by_lines(prefix))
}

fn unsupported(what: &'static str, advice: &'static str) -> Option<ReadErrorKind> {
    Some(ReadErrorKind::Unsupported { what, advice })
}

fn not_heap(kind: &'static str, types: &str) -> Option<ReadErrorKind> {
    Some(ReadErrorKind::NotHeap {
        kind,
        types: types.to_owned(),
    })
}

/// Binary files with a mark at the front.
fn by_magic(prefix: &[u8]) -> Option<ReadErrorKind> {
    if prefix.starts_with(b"\x7fELF") {
        // e_type, in the byte order that e_ident names: 4 is a core file.
        let is_core = match prefix.get(5..18) {
            Some([2, .., high, low]) => [*high, *low] == [0, 4],
            Some([.., low, high]) => [*low, *high] == [4, 0],
            _ => false,
        };
        return match is_core {
            true => unsupported(
                "a core dump",
                "open it in a debugger; a heap profile must be taken while the program runs",
            ),
            false => unsupported(
                "a program or a library (an ELF file)",
                "give fabric a heap profile that the program wrote",
            ),
        };
    }
    if prefix.starts_with(b"PERFILE2") {
        return not_heap("CPU", "perf.data");
    }
    // gperftools' CPU profile is words of the profiled machine: 0, 3, 0, period, 0.
    let word = |bytes: [u8; 4]| [bytes, [0; 4]].concat();
    let little = [word([0; 4]), word([3, 0, 0, 0]), word([0; 4])].concat();
    let narrow = [[0u8; 4], [3, 0, 0, 0], [0; 4]].concat();
    if prefix.starts_with(&little) || prefix.starts_with(&narrow) {
        return not_heap("CPU", "gperftools CPU profile");
    }
    if prefix.starts_with(b"JAVA PROFILE 1.0") {
        return unsupported(
            "a Java heap dump (HPROF)",
            "open it in Eclipse MAT or VisualVM",
        );
    }
    // PowerShell's `>` wrote UTF-16 up to version 5; without a byte order mark every other byte of ASCII is 0.
    let is_wide = |text: &[u8], zero: usize| {
        text.len() >= 8
            && text.chunks_exact(2).take(32).all(|pair| {
                let (low, high) = (pair[1 - zero], pair[zero]);
                high == 0 && (low.is_ascii_graphic() || low.is_ascii_whitespace())
            })
    };
    if prefix.starts_with(b"\xff\xfe")
        || prefix.starts_with(b"\xfe\xff")
        || is_wide(prefix, 0)
        || is_wide(prefix, 1)
    {
        return unsupported(
            "text in UTF-16",
            "write it as UTF-8, or convert it: iconv -f utf-16 -t utf-8",
        );
    }
    None
}

/// Which JSON this is, by the keys it begins with. No parser: the documents are cut at the prefix.
fn by_json_keys(prefix: &[u8]) -> Option<ReadErrorKind> {
    let text = without_byte_order_mark(prefix).trim_ascii();
    if !text.starts_with(b"{") && !text.starts_with(b"[") {
        return None;
    }
    let has = |key: &str| memchr::memmem::find(text, key.as_bytes()).is_some();
    if has("\"callFrame\"") && has("\"nodes\"") {
        return not_heap("CPU", "V8 .cpuprofile");
    }
    if has("\"traceEvents\"") {
        return not_heap("trace", "Chrome trace events");
    }
    if text[1..].trim_ascii_start().starts_with(b"\"jemalloc\"") {
        return jemalloc_statistics();
    }
    if has("\"dhatFileVersion\"") {
        return unsupported("a DHAT profile", "open it in Valgrind's dh_view.html");
    }
    None
}

fn jemalloc_statistics() -> Option<ReadErrorKind> {
    unsupported(
        "jemalloc's statistics",
        "they have no call stacks; run the program with MALLOC_CONF=prof:true and dump a heap profile",
    )
}

/// What a web server answers instead of a profile.
fn by_markup(prefix: &[u8]) -> Option<ReadErrorKind> {
    let text = without_byte_order_mark(prefix).trim_ascii_start();
    let start = text[..text.len().min(16)].to_ascii_lowercase();
    let is_page = [&b"<!doctype html"[..], b"<html", b"<head", b"<?xml"]
        .iter()
        .any(|mark| start.starts_with(mark));
    is_page
        .then(|| {
            unsupported(
                "an HTML page",
                "the address it was fetched from was probably wrong, or asked for a login",
            )
        })
        .flatten()
}

/// Text formats, by their first lines.
fn by_lines(prefix: &[u8]) -> Option<ReadErrorKind> {
    // Before a header there are a few lines; symbols may be many, and then the page's name comes late.
    const LINES: usize = 4096;
    let lines = Lines::new(without_byte_order_mark(prefix)).map(<[u8]>::trim_ascii);
    let mut in_symbols = false;
    for line in lines.take(LINES) {
        if let Some(known) = by_line(line) {
            return Some(known);
        }
        match Kind::of(line) {
            Kind::Symbols => in_symbols = true,
            Kind::PageName => in_symbols = false,
            Kind::Header if !in_symbols => return by_first_line(line, prefix),
            Kind::Header | Kind::Blank | Kind::Comment => {}
        }
    }
    None
}

/// Lines that tell wherever they stand before the header.
fn by_line(line: &[u8]) -> Option<ReadErrorKind> {
    let page = line.strip_prefix(b"---").map(<[u8]>::trim_ascii_start);
    let java = || {
        unsupported(
            "a Java profile in pprof's legacy text",
            "fetch it in pprof's protobuf form",
        )
    };
    match page {
        Some([b'c', b'o', b'n', b't', b'e', b'n', b't', ..]) => not_heap("contention", "delays"),
        Some([b'm', b'u', b't', b'e', b'x', ..]) => not_heap("mutex", "delays"),
        Some([b'p', b'r', b'o', b'f', b'i', b'l', b'e', ..]) => not_heap("CPU", "samples"),
        Some([b't', b'h', b'r', b'e', b'a', b'd', ..]) => not_heap("threads", "stacks"),
        _ if line.starts_with(b"format = java") => java(),
        _ if line.starts_with(b"# callgrind format") => not_heap("callgrind", "events"),
        _ => None,
    }
}

/// The first line that is not part of a preamble.
fn by_first_line(line: &[u8], prefix: &[u8]) -> Option<ReadErrorKind> {
    let starts = |mark: &str| line.starts_with(mark.as_bytes());
    if starts("goroutine profile:") || (starts("goroutine ") && line.ends_with(b"]:")) {
        return not_heap("goroutine", "stacks");
    }
    if starts("threadcreate profile:") {
        return not_heap("thread creation", "stacks");
    }
    if starts("___ Begin jemalloc statistics ___") {
        return jemalloc_statistics();
    }
    if starts("desc:") && memchr::memmem::find(prefix, b"\ntime_unit:").is_some() {
        return unsupported("a massif profile", "print it with ms_print");
    }
    // `v 10500 3`: two hexadecimal numbers, the version of heaptrack and that of the format.
    if let Some(versions) = line.strip_prefix(b"v ") {
        let mut words = versions.split(|&byte| byte == b' ');
        let are_hex = words
            .by_ref()
            .all(|word| !word.is_empty() && word.iter().all(u8::is_ascii_hexdigit));
        if are_hex {
            return unsupported(
                "a heaptrack recording",
                "convert it with: heaptrack_print --print-flamegraph out.folded",
            );
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(prefix: impl AsRef<[u8]>, expected: Option<&str>) {
        let found = recognize(prefix.as_ref()).map(|known| known.to_string());
        match expected {
            Some(part) => assert!(
                found.as_ref().is_some_and(|m| m.contains(part)),
                "{found:?}"
            ),
            None => assert_eq!(found, None),
        }
    }

    #[test]
    fn v8_profiles_that_are_not_of_memory_are_named() {
        check(r#"{"nodes":[{"id":1,"callFrame":{"#, Some("CPU"));
    }

    #[test]
    fn other_json_is_told_apart() {
        check(
            r#"{"jemalloc":{"version":"5.3.0"#,
            Some("jemalloc's statistics"),
        );
        check(
            "___ Begin jemalloc statistics ___\n",
            Some("jemalloc's statistics"),
        );
        check(r#"{"dhatFileVersion":2"#, Some("DHAT"));
        check(r#"{"level":"info","msg":"jemalloc"}"#, None);
    }

    #[test]
    fn what_is_not_a_profile_at_all_is_named() {
        check(
            b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x04\0",
            Some("core dump"),
        );
        check(
            b"\x7fELF\x02\x02\x01\0\0\0\0\0\0\0\0\0\0\x04",
            Some("core dump"),
        );
        check(
            b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0",
            Some("a program or a library"),
        );
        check("\n<!DOCTYPE HTML><title>404", Some("an HTML page"));
        check(b"\xff\xfea\0;\0b\0", Some("UTF-16"));
        check("m\0a\0i\0n\0 \x001\0\n\0", Some("UTF-16"));
    }

    #[test]
    fn profiles_of_other_things_are_not_heap_profiles() {
        check(
            "--- contention\ncycles/second=1\n",
            Some("contention profile"),
        );
        check("--- symbol\n0x1 a\n---\n--- profile\n", Some("CPU profile"));
        check("goroutine profile: total 5\n", Some("goroutine profile"));
        check(
            b"\0\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\x27",
            Some("CPU profile (gperftools CPU profile)"),
        );
    }

    #[test]
    fn other_heap_profilers_are_named_with_advice() {
        check(
            "--- heapz 1 ---\nformat = java\nresolution = bytes\n",
            Some("Java"),
        );
        check("v 10500 3\nX ./a.out\n", Some("heaptrack"));
        check("desc: (none)\ncmd: ls\ntime_unit: i\n", Some("massif"));
        check("JAVA PROFILE 1.0.2\0", Some("HPROF"));
    }

    #[test]
    fn folded_stacks_are_none_of_these() {
        check("goroutine;main 1\nv 10 20\n", None);
        check("main;serve 42\n", None);
    }
}
