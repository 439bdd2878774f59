//! Foreign text as a line of a chat.

use crate::escape;

/// `text` as chats take it that read `&`, `<` and `>` as the beginning of something (Slack and what is like it): those are entities, as they
/// ask. Nobody is mentioned by an `@`, whatever a function is called. Control characters, ends of lines among them, are escaped.
pub(super) fn chat_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escape::terminal(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // A space of no width: what follows is no name any more.
            '@' => out.push_str("@\u{200b}"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_mentions_nobody_and_links_nowhere() {
        assert_eq!(
            chat_text("<!channel> a::<T>::b & @here\u{1b}[31m\nnext"),
            "&lt;!channel&gt; a::&lt;T&gt;::b &amp; @\u{200b}here\\u{1b}[31m\\u{a}next"
        );
    }
}
