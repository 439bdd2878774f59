//! Sentences broken into lines.

use super::width::columns;

/// Longer lines are hard to read, however wide the terminal is.
const LONGEST_LINE: usize = 110;

/// `text` in lines of at most `width` columns that begin with `first`, then with as many spaces as `first` is wide. A
/// word that is wider than a line, such as a file name, is not broken: it must stay something to copy.
pub(super) fn wrapped(first: &str, text: &str, width: usize) -> Vec<String> {
    let indent = columns(first);
    let limit = width.min(LONGEST_LINE + indent);
    let mut lines = Vec::new();
    let mut line = first.to_owned();
    let mut used = indent;
    let mut empty = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let width = columns(word);
        if !empty && used + 1 + width > limit {
            lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
            used = indent;
            empty = true;
        }
        if !empty {
            line.push(' ');
            used += 1;
        }
        line.push_str(word);
        used += width;
        empty = false;
    }
    lines.push(line.trim_end().to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn following_lines_are_indented_under_the_first() {
        assert_eq!(
            wrapped("next: ", "take a profile a day later", 20),
            ["next: take a profile", "      a day later"]
        );
    }

    #[test]
    fn a_word_that_is_too_long_is_not_broken() {
        assert_eq!(
            wrapped("  ", "see /var/lib/fabric/heap.pb.gz", 12),
            ["  see", "  /var/lib/fabric/heap.pb.gz"]
        );
    }
}
