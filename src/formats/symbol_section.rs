//! The symbolized form that jeprof and pprof write: names first, then the profile as it was.
//!
//! ```text
//! --- symbol
//! binary=bin/server
//! 0x000055b342811c1f outer<0000000000036bf0>--inlined--innermost
//! ---
//! --- heap
//! heap_v2/524288
//! ...
//! ```
//!
//! Names are keyed by the address jeprof looked up: one less than the return address in the stack, except for leaf frames,
//! which jeprof leaves as they are. Where a name is that of a symbol table, jeprof puts the symbol's address behind it.

use hashbrown::HashMap;

use crate::model::{Frame, ProfileBuilder};

use super::numbered_lines::Lines;
use super::scanner::Scanner;

/// Names by address.
#[derive(Debug, Default)]
pub(crate) struct Symbols<'t> {
    names: HashMap<u64, &'t [u8]>,
    /// Path of the program, where the section has it.
    pub(crate) binary: Option<String>,
}

impl<'t> Symbols<'t> {
    /// Splits the section off the front of `text`, if there is one. Line numbers of the rest go on from `lines`.
    pub(crate) fn split(lines: &mut Lines<'t>) -> Symbols<'t> {
        let mut symbols = Symbols::default();
        let mut ahead = lines.clone();
        if !ahead
            .next()
            .is_some_and(|line| line.starts_with(b"--- symbol"))
        {
            skip_marker(lines);
            return symbols;
        }
        for line in ahead.by_ref() {
            if line.starts_with(b"---") {
                break;
            }
            if let Some(path) = line.strip_prefix(b"binary=") {
                symbols.binary = Some(String::from_utf8_lossy(path).into_owned());
                continue;
            }
            let mut scanner = Scanner::new(line);
            if let Some(address) = scanner.address() {
                let names = scanner.blanks().rest();
                if !names.is_empty() {
                    symbols.names.insert(address, names);
                }
            }
        }
        *lines = ahead;
        skip_marker(lines);
        symbols
    }

    /// The frames of a return address, innermost first; none where it has no name.
    pub(crate) fn frames(&self, return_address: u64, builder: &mut ProfileBuilder) -> Vec<Frame> {
        let names = self
            .names
            .get(&return_address.wrapping_sub(1))
            .or_else(|| self.names.get(&return_address));
        let Some(names) = names else {
            return Vec::new();
        };
        let text = String::from_utf8_lossy(names);
        // jeprof prints an address it knows nothing of as its own name.
        if text.starts_with("0x") {
            return Vec::new();
        }
        let mut frames: Vec<Frame> = text
            .split("--")
            .map(|name| name.trim())
            .filter(|name| !name.is_empty() && *name != "??")
            .map(|name| Frame {
                function: builder.named_function(without_symbol_address(name), ""),
                line: 0,
                column: 0,
            })
            .collect();
        frames.reverse();
        frames
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

/// Skips `--- heap`, `--- growth`, `--- heapz 1 ---` and empty lines before the profile itself.
fn skip_marker(lines: &mut Lines<'_>) {
    loop {
        let mut ahead = lines.clone();
        match ahead.next() {
            Some(line) if line.starts_with(b"---") || line.trim_ascii().is_empty() => {
                *lines = ahead
            }
            _ => return,
        }
    }
}

/// `name<0000000000036bf0>` -> `name`.
fn without_symbol_address(name: &str) -> &str {
    let Some((plain, address)) = name
        .strip_suffix('>')
        .and_then(|name| name.rsplit_once('<'))
    else {
        return name;
    };
    if address.len() == 16 && address.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        plain
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_behind_a_name_is_not_part_of_it() {
        assert_eq!(
            without_symbol_address("je_malloc<000000000003db9d>"),
            "je_malloc"
        );
        assert_eq!(without_symbol_address("Vec<u8>"), "Vec<u8>");
    }
}
