//! Foreign text in Markdown: sentences and names.

use std::borrow::Cow;

use super::budget::shortened;
use crate::escape;

/// A sentence, in which words that GitHub would make something else of become code.
pub(super) fn prose(text: &str, most: usize) -> String {
    let text = &*shortened(text, most);
    let words: Vec<Cow<'_, str>> = text
        .split(' ')
        .map(|word| {
            let core = word.trim_end_matches([',', ';', ':', '.']);
            let special = ["@", "::", "://", "www.", "$"];
            if special.iter().any(|mark| core.contains(mark)) {
                Cow::Owned(code(core, most) + &word[core.len()..])
            } else {
                escape::markdown(word)
            }
        })
        .collect();
    words.join(" ")
}

/// A code span. Inside of it nothing is interpreted but its own fence, and in a table the pipe.
pub(super) fn code(name: &str, most: usize) -> String {
    let name = shortened(name, most);
    let name = escape::terminal(&name);
    if name.trim().is_empty() {
        return String::new();
    }
    // A table reads `\|` as a pipe even in code, and there is no way to write a backslash before one.
    if name.contains('|') && name.contains('\\') {
        return escape::markdown(&name).into_owned();
    }
    let name = name.replace('|', "\\|");
    let longest_run = name.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest_run + 1);
    // One space on both sides is taken off again; without it, a backtick at the end would be part of the fence.
    let space = if name.starts_with(['`', ' ']) || name.ends_with(['`', ' ']) {
        " "
    } else {
        ""
    };
    format!("{fence}{space}{name}{space}{fence}")
}
