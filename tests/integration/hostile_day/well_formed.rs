//! Whether an output is what it says it is: JSON that parses, markup that is balanced, and no character that a terminal would obey.

/// Elements that have no end.
const VOID: [&str; 13] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];

/// Characters that are obeyed and not shown, or make a line read differently from what it says.
fn obeyed(text: &str) -> Option<char> {
    text.chars().find(|&c| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    })
}

/// A text for people, without colours.
pub(super) fn plain(what: &str, text: &str) {
    assert!(!text.is_empty(), "{what} is empty");
    if let Some(found) = obeyed(text) {
        panic!("{what} holds {found:?}");
    }
}

/// A text for terminals, in which colours are the only thing that is obeyed.
pub(super) fn coloured(what: &str, text: &str) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain_part(what, before);
        let end = after
            .find('m')
            .unwrap_or_else(|| panic!("{what} holds an escape without an end"));
        let numbers = &after[..end];
        assert!(
            numbers
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b';'),
            "{what} holds the escape {numbers:?}"
        );
        rest = &after[end + 1..];
    }
    plain_part(what, rest);
}

fn plain_part(what: &str, text: &str) {
    if let Some(found) = obeyed(text) {
        panic!("{what} holds {found:?}");
    }
}

/// JSON for programs.
pub(super) fn json(what: &str, text: &str) -> serde_json::Value {
    // What is in a text is escaped by JSON itself; a byte below 32 would end a line of a log.
    if let Some(found) = text.chars().find(|&c| c < ' ' && c != '\n') {
        panic!("{what} holds {found:?}");
    }
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{what}: {error}"))
}

/// HTML or SVG.
pub(super) fn markup(what: &str, text: &str) {
    plain(what, text);
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let outside = &rest[..at];
        assert!(
            !outside.contains('>'),
            "{what}: a loose > in {:?}",
            tail(outside)
        );
        entities(what, outside);
        rest = &rest[at + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment
                .split_once("-->")
                .unwrap_or_else(|| panic!("{what}: an endless comment"))
                .1;
            continue;
        }
        if rest.starts_with('!') || rest.starts_with('?') {
            rest = rest
                .split_once('>')
                .unwrap_or_else(|| panic!("{what}: an endless declaration"))
                .1;
            continue;
        }
        if let Some(end) = rest.strip_prefix('/') {
            let (name, after) = end
                .split_once('>')
                .unwrap_or_else(|| panic!("{what}: an endless tag"));
            assert_eq!(open.pop(), Some(name.trim()), "{what}: {:?}", tail(outside));
            rest = after;
            continue;
        }
        let (name, closed, after) = tag(what, rest);
        rest = after;
        if !closed && !VOID.contains(&name) {
            open.push(name);
        }
        if !closed && ["script", "style"].contains(&name) {
            // What is in there is ours, and no markup.
            let end = format!("</{name}>");
            rest = &rest[rest
                .find(&end)
                .unwrap_or_else(|| panic!("{what}: an endless {name}"))..];
        }
    }
    assert!(open.is_empty(), "{what}: {open:?} are not closed");
}

/// A tag behind its `<`: its name, whether it closes itself, and what follows it.
fn tag<'t>(what: &str, text: &'t str) -> (&'t str, bool, &'t str) {
    let length = text
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        .count();
    assert!(
        length > 0,
        "{what}: a loose < before {:?}",
        &text.chars().take(40).collect::<String>()
    );
    let (name, mut rest) = text.split_at(length);
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("/>") {
            return (name, true, after);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (name, false, after);
        }
        let length = rest
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"-:_".contains(byte))
            .count();
        assert!(
            length > 0,
            "{what}: no attribute: {:?}",
            rest.chars().take(40).collect::<String>()
        );
        rest = rest[length..].trim_start();
        let Some(value) = rest.strip_prefix('=') else {
            continue;
        };
        let value = value.trim_start();
        let quote = value.chars().next().filter(|c| ['"', '\''].contains(c));
        let quote = quote.unwrap_or_else(|| panic!("{what}: a value without quotes"));
        let (inside, after) = value[1..]
            .split_once(quote)
            .unwrap_or_else(|| panic!("{what}: an endless value"));
        assert!(!inside.contains('<'), "{what}: a < in the value {inside:?}");
        entities(what, inside);
        rest = after;
    }
}

/// Every `&` begins an entity.
fn entities(what: &str, text: &str) {
    for (at, _) in text.match_indices('&') {
        let name = text[at + 1..].split(';').next().unwrap_or_default();
        let fits = !name.is_empty()
            && name.len() < 12
            && name.len() + 1 < text.len() - at
            && name
                .trim_start_matches('#')
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric());
        assert!(
            fits,
            "{what}: a loose & in {:?}",
            text[at..].chars().take(40).collect::<String>()
        );
    }
}

fn tail(text: &str) -> String {
    let from = text.chars().count().saturating_sub(80);
    text.chars().skip(from).collect()
}

#[test]
fn what_is_not_well_formed_is_found() {
    markup(
        "a",
        "<!doctype html><p class=\"a\">x &amp; y<br></p><svg><rect x='1'/></svg>",
    );
    let bad = [
        "<p>",
        "<p></b>",
        "</p>",
        "<p title=\"<\"></p>",
        "a < b",
        "<p>a & b</p>",
        "<p a=b></p>",
        "<script>",
        "x\u{202e}",
        "<p>></p>",
    ];
    for text in bad {
        assert!(
            std::panic::catch_unwind(|| markup("b", text)).is_err(),
            "{text}"
        );
    }
    coloured("c", "\u{1b}[1;31mred\u{1b}[0m\n");
    for text in ["\u{1b}[2J", "\u{1b}]0;title\u{7}", "a\rb", "\u{9b}31m"] {
        assert!(
            std::panic::catch_unwind(|| coloured("d", text)).is_err(),
            "{text}"
        );
    }
}
