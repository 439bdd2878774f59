//! How many columns a text takes on a terminal.

use comfy_table::Table;

/// Columns that `text` takes. CJK characters take two.
pub(super) fn columns(text: &str) -> usize {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text.len();
    }
    if text.is_empty() {
        return 0;
    }
    // comfy-table lays the columns out, so its measure is the one that counts.
    let mut table = Table::new();
    table.add_row([text]);
    table
        .column_max_content_widths()
        .first()
        .map_or(0, |&width| usize::from(width))
}

/// The longest beginning of `text` that takes at most `limit` columns.
pub(super) fn beginning(text: &str, limit: usize) -> &str {
    let mut used = 0;
    for (place, c) in text.char_indices() {
        used += columns_of(c);
        if used > limit {
            return &text[..place];
        }
    }
    text
}

/// The longest end of `text` that takes at most `limit` columns.
pub(super) fn end(text: &str, limit: usize) -> &str {
    let mut used = 0;
    for (place, c) in text.char_indices().rev() {
        used += columns_of(c);
        if used > limit {
            return &text[place + c.len_utf8()..];
        }
    }
    text
}

fn columns_of(c: char) -> usize {
    if c.is_ascii() {
        1
    } else {
        columns(c.encode_utf8(&mut [0; 4]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chinese_character_takes_two_columns() {
        assert_eq!(columns("缓存.put"), 8);
        assert_eq!(beginning("缓存.put", 3), "缓");
        assert_eq!(end("缓存.put", 5), ".put");
        assert_eq!(end("缓存.put", 6), "存.put");
    }
}
