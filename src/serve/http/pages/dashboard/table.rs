//! What the tables of the page are made of.

use super::markup::LINE_CHARS;
use crate::report::{Align, Column};

/// A column that is always there; one that is `flexible` takes the width that is left.
pub(super) fn column(title: &str, align: Align, flexible: bool) -> Column {
    Column {
        title: title.to_owned(),
        align,
        dispensable: 0,
        flexible,
    }
}

/// The beginning of foreign text; the table escapes it.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(LINE_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
