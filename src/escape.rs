//! Foreign text made safe for its destination, once, at the last step.
//!
//! Names in a profile come from whoever wrote the profiled program, or from an attacker: they may hold terminal
//! escapes, markup, or direction overrides that make a line read differently from what it says.

use std::borrow::Cow;

/// For a terminal or a plain text file: control characters and direction overrides become visible escapes.
pub fn terminal(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_unsafe) {
        Cow::Owned(
            text.chars()
                .map(|c| {
                    if is_unsafe(c) {
                        visible(c)
                    } else {
                        c.to_string()
                    }
                })
                .collect(),
        )
    } else {
        Cow::Borrowed(text)
    }
}

/// For HTML text and quoted attributes, and for SVG: markup characters become entities, control characters visible escapes.
pub fn html(text: &str) -> Cow<'_, str> {
    escape_with(text, |c| match c {
        '&' => Some("&amp;".to_owned()),
        '<' => Some("&lt;".to_owned()),
        '>' => Some("&gt;".to_owned()),
        '"' => Some("&quot;".to_owned()),
        '\'' => Some("&#39;".to_owned()),
        _ => None,
    })
}

/// For a cell of a Markdown table: what Markdown or HTML would interpret is escaped, so that names appear as they are.
/// Two dollars would be a formula on GitHub.
pub fn markdown(text: &str) -> Cow<'_, str> {
    escape_with(text, |c| match c {
        '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '~' | '#' | '$' => Some(format!("\\{c}")),
        '<' => Some("&lt;".to_owned()),
        '>' => Some("&gt;".to_owned()),
        '&' => Some("&amp;".to_owned()),
        _ => None,
    })
}

/// For a frame of a folded stack: the separator `;` and line ends are replaced, for the format has no escape for them.
pub fn folded(text: &str) -> Cow<'_, str> {
    escape_with(text, |c| (c == ';').then(|| ",".to_owned()))
}

fn escape_with(text: &str, replace: impl Fn(char) -> Option<String>) -> Cow<'_, str> {
    if !text.chars().any(|c| is_unsafe(c) || replace(c).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_unsafe(c) {
            out.push_str(&visible(c));
        } else if let Some(escaped) = replace(c) {
            out.push_str(&escaped);
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        // Direction overrides and isolates, zero-width characters, line and paragraph separators, the byte order mark.
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{061c}')
        // Noncharacters are not allowed in XML.
        || matches!(c, '\u{fffe}' | '\u{ffff}')
}

fn visible(c: char) -> String {
    format!("\\u{{{:x}}}", c as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_escape_in_a_name_is_shown_and_not_obeyed() {
        assert_eq!(terminal("a\x1b[31mred\r\n"), "a\\u{1b}[31mred\\u{d}\\u{a}");
    }

    #[test]
    fn a_direction_override_cannot_reorder_a_line() {
        assert_eq!(terminal("safe\u{202e}live"), "safe\\u{202e}live");
    }

    #[test]
    fn markup_in_a_name_is_text() {
        assert_eq!(
            html("<script>alert(\"1\")</script>\0"),
            "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;\\u{0}"
        );
        assert_eq!(
            markdown("Vec<T>::push_mut|x"),
            "Vec&lt;T&gt;::push\\_mut\\|x"
        );
    }

    #[test]
    fn a_separator_in_a_frame_does_not_split_it() {
        assert_eq!(folded("a;b\nc"), "a,b\\u{a}c");
    }

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(terminal("main.leak"), Cow::Borrowed(_)));
    }
}
