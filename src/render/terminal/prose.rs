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
    for word in words(text) {
        let width = columns(&word);
        if !empty && used + 1 + width > limit {
            lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
            used = indent;
            empty = true;
        }
        if !empty {
            line.push(' ');
            used += 1;
        }
        line.push_str(&word);
        used += width;
        empty = false;
    }
    lines.push(line.trim_end().to_owned());
    lines
}

/// The words of a text; a number and its unit are one, and so are an amount and its error.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match words.last_mut() {
            Some(last) if belong_together(last, word) => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

fn belong_together(before: &str, word: &str) -> bool {
    const UNITS: [&str; 14] = [
        "%", "B", "KiB", "MiB", "GiB", "TiB", "PiB", "ms", "s", "min", "h", "d", "/h", "UTC",
    ];
    let end = |c: char| !c.is_ascii_alphabetic() && c != '%';
    let unit = word.split(end).next().unwrap_or_default();
    let is_amount = before.ends_with(|c: char| c.is_ascii_digit());
    (is_amount && UNITS.contains(&unit)) || word == "±" || before.ends_with('±')
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
    fn a_number_stays_with_its_unit() {
        let text = "grows by +3.14 GiB/h (95 %: 2.04 to 4.24) in 1 min 25 s ± 5.02 MiB";
        assert_eq!(
            wrapped("", text, 20),
            [
                "grows by +3.14 GiB/h",
                "(95 %: 2.04 to 4.24)",
                "in 1 min",
                "25 s ± 5.02 MiB"
            ]
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
