//! A pattern with `*` and `?`.

/// A pattern with `*` for any text and `?` for any one character; everything else stands for itself, and the whole text has to fit.
///
/// No recursion and no going back behind a `*`: matching takes at most as many steps as the text has bytes, times the longest piece between
/// two `*` that has a `?` in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    text: String,
    /// What stands between the `*`: one piece more than there are `*`.
    pieces: Vec<String>,
}

impl Glob {
    /// The pattern of that text.
    pub fn new(pattern: &str) -> Glob {
        let mut pieces: Vec<String> = pattern.split('*').map(str::to_owned).collect();
        // Several `*` in a row are one.
        let last = pieces.len() - 1;
        let mut place = 0;
        pieces.retain(|piece| {
            place += 1;
            !piece.is_empty() || place == 1 || place == last + 1
        });
        Glob {
            text: pattern.to_owned(),
            pieces,
        }
    }

    /// The pattern as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the whole text fits.
    pub fn matches(&self, text: &str) -> bool {
        let [first, middle @ .., last] = &*self.pieces else {
            // No `*`: one piece, which is the whole.
            let only = self.pieces.first().map_or("", String::as_str);
            return begin(only, text) == Some("");
        };
        let Some(mut rest) = begin(first, text) else {
            return false;
        };
        // The first place where a piece fits leaves the most for those behind it.
        for piece in middle {
            match find(piece, rest) {
                Some(behind) => rest = behind,
                None => return false,
            }
        }
        let characters = last.chars().count();
        let from = match characters {
            0 => Some(rest.len()),
            _ => rest
                .char_indices()
                .rev()
                .nth(characters - 1)
                .map(|(at, _)| at),
        };
        let end = from.and_then(|from| rest.get(from..));
        end.is_some_and(|end| begin(last, end) == Some(""))
    }
}

/// What is left of a text behind a piece that it begins with.
fn begin<'t>(piece: &str, text: &'t str) -> Option<&'t str> {
    if !piece.contains('?') {
        return text.strip_prefix(piece);
    }
    let mut rest = text.chars();
    for wanted in piece.chars() {
        let found = rest.next()?;
        if wanted != '?' && wanted != found {
            return None;
        }
    }
    Some(rest.as_str())
}

/// What is left of a text behind the first place where a piece fits.
fn find<'t>(piece: &str, text: &'t str) -> Option<&'t str> {
    if !piece.contains('?') {
        let at = memchr::memmem::find(text.as_bytes(), piece.as_bytes())?;
        return text.get(at + piece.len()..);
    }
    let mut places = text.char_indices();
    places.find_map(|(at, _)| begin(piece, text.get(at..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_what_they_say() {
        for (pattern, fits, does_not) in [
            (
                "bead.completed",
                &["bead.completed"][..],
                &["bead.complete", "xbead.completed", ""][..],
            ),
            (
                "bead.*",
                &["bead.", "bead.x", "bead.a.b"],
                &["bead", "a.bead.x"],
            ),
            (
                "*.failed",
                &["a.failed", ".failed"],
                &["failed", "a.failed.x"],
            ),
            ("*", &["", "anything", "ñ"], &[]),
            ("**", &["", "anything"], &[]),
            ("a**b", &["ab", "axb"], &["a", "axc"]),
            ("", &[""], &["x"]),
            ("?", &["x", "ñ", "漢"], &["", "xy"]),
            ("a?c", &["abc", "añc"], &["ac", "abbc"]),
            ("*a?c*", &["abc", "xxaxcxx", "aac", "aabc"], &["ac", "abbc"]),
            ("*ab", &["ab", "abab", "xab"], &["aba", "b"]),
            ("a*a", &["aa", "aba"], &["a"]),
            ("*a*b*c", &["abc", "xaxbxc", "aabbcc"], &["acb", "ab"]),
            ("[a]*", &["[a]b"], &["ab"]),
            ("*?", &["x", "ñ"], &[""]),
            ("?*?", &["xy", "xyz"], &["x"]),
        ] {
            let glob = Glob::new(pattern);
            for text in fits {
                assert!(glob.matches(text), "{pattern} {text}");
            }
            for text in does_not {
                assert!(!glob.matches(text), "{pattern} {text}");
            }
        }
    }

    /// By definition, with recursion.
    fn slow(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', pattern @ ..], _) => (0..=text.len()).any(|from| slow(pattern, &text[from..])),
            (['?', pattern @ ..], [_, text @ ..]) => slow(pattern, text),
            ([p, pattern @ ..], [t, text @ ..]) => p == t && slow(pattern, text),
            _ => false,
        }
    }

    #[test]
    fn it_does_what_the_definition_says() {
        let mut state = 1_u32;
        let mut draw = |alphabet: &str| -> Vec<char> {
            let alphabet: Vec<char> = alphabet.chars().collect();
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let length = (state >> 20) % 7;
            (0..length)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    alphabet[(state >> 16) as usize % alphabet.len()]
                })
                .collect()
        };
        let mut fit = 0;
        for _ in 0..50_000 {
            let (pattern, text) = (draw("aañ*?"), draw("aañ"));
            let expected = slow(&pattern, &text);
            fit += u32::from(expected);
            let (pattern, text) = (String::from_iter(pattern), String::from_iter(text));
            assert_eq!(
                Glob::new(&pattern).matches(&text),
                expected,
                "{pattern:?} {text:?}"
            );
        }
        assert!(fit > 5_000);
    }

    #[test]
    fn a_pattern_made_to_be_slow_is_not() {
        let glob = Glob::new(&format!("{}b", "*a".repeat(100)));
        assert!(!glob.matches(&"a".repeat(1_000_000)));
    }
}
