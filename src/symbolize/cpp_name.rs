//! C++ names of the Itanium ABI (every compiler but Microsoft's).

use cpp_demangle::{BorrowedSymbol, DemangleOptions, ParseOptions};

use super::demangle::bounded;

/// Levels of nesting in parsing and in printing. The longest names of Boost and of standard library internals have some sixty;
/// cpp_demangle recurses, and a level takes up to a kilobyte of stack.
const DEPTH: u32 = 160;

/// The readable form, with the types of the arguments and without that of the result.
pub(super) fn demangle(linker_name: &str) -> Option<String> {
    let parse = ParseOptions::default().recursion_limit(DEPTH);
    let print = DemangleOptions::new()
        .no_return_type()
        .recursion_limit(DEPTH);
    let (symbol, rest) =
        BorrowedSymbol::with_tail_and_options(linker_name.as_bytes(), &parse).ok()?;
    // Behind the name, only what compilers add to clones and linkers to versions.
    if !matches!(rest.first(), None | Some(b'.' | b'@' | b'$')) {
        return None;
    }
    let mut readable = bounded(|out| symbol.structured_demangle(out, &print))?;
    if readable.is_empty() {
        return None;
    }
    if let [b'.', ..] = rest {
        use std::fmt::Write;
        let _ = write!(readable, " [clone {}]", String::from_utf8_lossy(rest));
    }
    Some(readable)
}
