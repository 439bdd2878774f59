//! A text -> lines that fit, broken between words; a number stays beside its unit.

use super::super::shorten;

/// What would be torn from the number before it.
const UNITS: [&str; 14] = [
    "B", "KiB", "MiB", "GiB", "TiB", "PiB", "%", "ms", "s", "min", "h", "d", "times", "±",
];
/// Longer than any command: only a hostile name is.
const LONGEST_WORD: usize = 512;

/// Lines of at most `width` columns; words that are wider are shortened.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    lines(text, width, width)
}

/// Lines of at most `width` columns, but for words that are wider: what can be copied stays whole.
pub(super) fn wrap_whole(text: &str, width: usize) -> Vec<String> {
    lines(text, width, LONGEST_WORD)
}

fn lines(text: &str, width: usize, longest_word: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in words(text) {
        let word = shorten::middle(&word, longest_word);
        let wide = shorten::text_width(&word);
        if used > 0 && used + 1 + wide > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(&word);
        used += wide;
    }
    lines.push(line);
    lines
}

/// Words, where a number with its unit is one.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let bare = word.trim_end_matches([',', '.', ';', ':', ')']);
        match words.last_mut() {
            Some(last) if UNITS.contains(&bare) && last.ends_with(|c: char| c.is_ascii_digit()) => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_not_torn_from_its_unit() {
        assert_eq!(
            wrap("it grew by 13.7 MiB, so", 17),
            ["it grew by", "13.7 MiB, so"]
        );
    }

    #[test]
    fn only_what_is_copied_may_stand_out() {
        assert_eq!(wrap("run abcdefghijklmnop", 10), ["run", "abc…klmnop"]);
        assert_eq!(
            wrap_whole("run abcdefghijklmnop", 10),
            ["run", "abcdefghijklmnop"]
        );
    }
}
