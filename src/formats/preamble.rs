//! What may stand before the header of a text profile.
//!
//! ```text
//! %warn heap profiling was enabled late      a command to the tools, from the server that wrote the file
//! # fetched 2026-11-24                       a comment
//! --- symbol                                 names, see symbol_section
//! ---
//! --- heapz 1 ---                            the name of the page that follows
//! heap profile: ...                          the header: here the preamble ends
//! ```

use super::numbered_lines::Lines;
use super::symbol_section::SymbolSection;
use super::{ReadError, ReadErrorKind};

/// The lines up to and with the header.
#[derive(Debug)]
pub(super) struct Preamble<'t> {
    pub(super) symbols: SymbolSection<'t>,
    pub(super) header: &'t [u8],
    /// Line number of the header.
    pub(super) header_line: u64,
    /// `%` commands and comments, as they are.
    pub(super) comments: Vec<String>,
}

/// What goes into a profile's comments from one file: a server writes one or two.
const COMMENTS: usize = 64;

impl<'t> Preamble<'t> {
    /// Reads up to the header, which is the first line that is nothing else.
    ///
    /// # Errors
    /// There is no header.
    pub(super) fn read(lines: &mut Lines<'t>) -> Result<Preamble<'t>, ReadError> {
        let mut symbols = SymbolSection::default();
        let mut comments = Vec::new();
        while let Some(line) = lines.next() {
            let line = without_byte_order_mark(line).trim_ascii();
            match Kind::of(line) {
                Kind::Symbols => symbols.read(lines),
                Kind::Comment if comments.len() < COMMENTS => {
                    let cut = &line[..line.len().min(crate::limits::NAME_BYTES)];
                    comments.push(String::from_utf8_lossy(cut).into_owned());
                }
                Kind::Comment | Kind::Blank | Kind::PageName => {}
                Kind::Header => {
                    return Ok(Preamble {
                        symbols,
                        header: line,
                        header_line: lines.number(),
                        comments,
                    });
                }
            }
        }
        Err(ReadErrorKind::Truncated {
            inside: "the part before its header".to_owned(),
        }
        .at_line(lines.number()))
    }
}

/// What a line before the header is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Blank,
    Comment,
    Symbols,
    PageName,
    Header,
}

impl Kind {
    /// The kind of a line without blanks around it.
    pub(super) fn of(line: &[u8]) -> Kind {
        match line {
            [] => Kind::Blank,
            [b'#' | b'%', ..] => Kind::Comment,
            [b'-', b'-', b'-', name @ ..] if name.trim_ascii().starts_with(b"symbol") => {
                Kind::Symbols
            }
            [b'-', b'-', b'-', ..] => Kind::PageName,
            _ => Kind::Header,
        }
    }
}

/// Editors on Windows put a byte order mark before UTF-8 text.
pub(super) fn without_byte_order_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}
