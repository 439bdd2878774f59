//! What Go adds to the old format: names behind each record, and the runtime's counters at the end.
//!
//! ```text
//! 0: 0 [1: 81920] @ 0x47f2da 0x482d07 0x55a50d 0x55ac74
//! #   0x55a50c   main.sawtooth+0xcc   /srv/main.go:67
//! #   0x55ac73   main.main+0x273      /srv/main.go:124
//! ...
//! # runtime.MemStats
//! # HeapAlloc = 46579144
//! ```
//!
//! Written by `printStackRecord` in Go's `runtime/pprof/pprof.go`. A named address is one less than the return address in the record.
//! Frames of the allocator at the leaf are not named: Go hides them, and so does its protobuf form.

use crate::formats::scanner::Scanner;
use crate::model::AllocatorStat;

/// One named frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Symbol<'t> {
    pub(super) address: u64,
    pub(super) function: &'t [u8],
    pub(super) file: &'t [u8],
    pub(super) line: u32,
}

/// Reads `#\t0x55a50c\tmain.sawtooth+0xcc\t/srv/main.go:67`.
pub(super) fn symbol(line: &[u8]) -> Option<Symbol<'_>> {
    let mut fields = line
        .strip_prefix(b"#\t")?
        .split(|&byte| byte == b'\t')
        .filter(|field| !field.is_empty());
    let address = Scanner::new(fields.next()?).address()?;
    let function = fields.next()?;
    let place = fields.next().unwrap_or_default();
    // The offset behind the name is the last `+0x`: names of operators have no plus in Go.
    let end = memchr::memmem::rfind(function, b"+0x").unwrap_or(function.len());
    let (file, line) = match place.iter().rposition(|&byte| byte == b':') {
        Some(colon) => (
            &place[..colon],
            Scanner::new(&place[colon + 1..]).decimal().unwrap_or(0),
        ),
        None => (place, 0),
    };
    Some(Symbol {
        address,
        function: &function[..end],
        file,
        line: u32::try_from(line).unwrap_or(0),
    })
}

/// Reads `# HeapAlloc = 46579144`; nothing for counters that are not one whole number.
pub(super) fn counter(line: &[u8]) -> Option<AllocatorStat> {
    let text = std::str::from_utf8(line.strip_prefix(b"# ")?).ok()?;
    let (name, value) = text.split_once(" = ")?;
    Some(AllocatorStat {
        name: name.to_owned(),
        value: value.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_line_gives_name_file_and_line() {
        let found =
            symbol(b"#\t0x47f404\treflect.unsafe_New+0x24\t\t\t\t/go/src/runtime/malloc.go:2162");
        assert_eq!(
            found,
            Some(Symbol {
                address: 0x47_f404,
                function: b"reflect.unsafe_New",
                file: b"/go/src/runtime/malloc.go",
                line: 2162
            })
        );
        assert_eq!(symbol(b"# runtime.MemStats"), None);
    }

    #[test]
    fn only_whole_numbers_are_counters() {
        assert_eq!(
            counter(b"# HeapAlloc = 42").map(|stat| stat.value),
            Some(42)
        );
        assert_eq!(counter(b"# Stack = 360448 / 360448"), None);
        assert_eq!(counter(b"# DebugGC = false"), None);
    }
}
