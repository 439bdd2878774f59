//! Which strings of a heap snapshot are names of code, and what stands in the place of the others.

/// What a string is used for; it may be several things at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Use(u8);

impl Use {
    /// The name of a constructor, function, script, variable or part of V8.
    pub(super) const CODE: Use = Use(1);
    /// The text of a string, pattern, number or symbol.
    pub(super) const CONTENT: Use = Use(2);
    /// The name of a native object: in a page it has addresses and attributes in it.
    pub(super) const NATIVE: Use = Use(4);
    /// A property of any object.
    pub(super) const KEY: Use = Use(8);
    /// A property of an object that has few, or of a layout of objects.
    pub(super) const PROPERTY: Use = Use(16);

    pub(super) fn add(&mut self, other: Use) {
        self.0 |= other.0;
    }

    fn has(self, other: Use) -> bool {
        self.0 & other.0 != 0
    }
}

/// An object with more properties than this is taken for a dictionary, whose keys are data.
pub(super) const DICTIONARY_PROPERTIES: usize = 32;

/// A name of code that is longer than this is none.
const NAME_BYTES: usize = 64;

/// What V8 says of a number in the place of its value.
const NUMBERS: [&str; 4] = ["heap number", "smi number", "number", "bigint"];

/// What stands in the place of a string; nothing where it stays.
///
/// Names of code stay, whatever else they are: a property `id` is also a string of V8's own. A property stays where an object with few of
/// them has it and it looks like a name; so does a symbol that looks like one, which is no data.
pub(super) fn replacement(text: &str, how: Use, hash: &dyn Fn(&[u8]) -> u64) -> Option<String> {
    if text.is_empty() || NUMBERS.contains(&text) {
        return None;
    }
    if let Some(pair) = weak_pair(text, hash) {
        return Some(pair);
    }
    let is_symbol = how.has(Use::KEY) && text.starts_with("<symbol ");
    if how.has(Use::CODE) || ((how.has(Use::PROPERTY) || is_symbol) && is_name(text)) {
        return None;
    }
    if how.has(Use::NATIVE) {
        return native(text, hash);
    }
    Some(redacted(text, hash))
}

fn redacted(text: &str, hash: &dyn Fn(&[u8]) -> u64) -> String {
    format!(
        "(redacted: {} characters, {:016x})",
        text.chars().count(),
        hash(text.as_bytes())
    )
}

/// `session`, `_private`, `$el`, `<symbol kEvents>`, `<symbol nodejs.util.inspect.custom>`.
fn is_name(text: &str) -> bool {
    let name = text
        .strip_prefix("<symbol ")
        .and_then(|text| text.strip_suffix('>'));
    let is_symbol = name.is_some();
    let name = name.unwrap_or(text);
    let is_part = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(c, '_' | '$' | '#')
            || (is_symbol && matches!(c, '.' | ':'))
    };
    !name.is_empty()
        && name.len() <= NAME_BYTES
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(is_part)
}

/// `<div class="a">` keeps its tag, `Window / https://a.example` what stands before the address; what has neither attributes nor an address stays.
fn native(text: &str, hash: &dyn Fn(&[u8]) -> u64) -> Option<String> {
    let tag = text.strip_prefix("Detached ").unwrap_or(text);
    if tag.starts_with('<') {
        let blank = tag.find(' ')?;
        let before = text.len() - tag.len() + blank;
        return Some(format!(
            "{} {}>",
            &text[..before],
            redacted(&text[before + 1..], hash)
        ));
    }
    let (before, after) = text.split_once(" / ")?;
    let is_code = after.split(" / ").all(|part| {
        part.len() <= NAME_BYTES
            && part.chars().all(|c| {
                c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '<' | '>' | '-' | ' ')
            })
    });
    (!is_code || after.contains("://")).then(|| format!("{before} / {}", redacted(after, hash)))
}

/// The name of an edge of a WeakMap's pair has the names of key and value in it, which may be strings. Both edges of a pair keep what they have
/// in common, and the numbers that tell which pair it is.
fn weak_pair(text: &str, hash: &dyn Fn(&[u8]) -> u64) -> Option<String> {
    let (number, rest) = text.split_once(" / part of key (")?;
    let (rest, table) = rest.rsplit_once(" pair in WeakMap (table @")?;
    let (key, value) = rest.rsplit_once(") -> value (")?;
    let mask = |part: &str| {
        let (name, id) = part.rsplit_once(" @")?;
        // Whether it names a constructor or is the text of a string cannot be told here.
        Some(match name.starts_with("system / ") {
            true => format!("{name} @{id}"),
            false => format!("{} @{id}", redacted(name, hash)),
        })
    };
    let (key, value) = (mask(key)?, mask(value.strip_suffix(')')?)?);
    Some(format!(
        "{number} / part of key ({key}) -> value ({value}) pair in WeakMap (table @{table}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, uses: &[Use], expected: Option<&str>) {
        let mut how = Use::default();
        uses.iter().for_each(|&other| how.add(other));
        let found = replacement(text, how, &|_| 0xabc);
        let expected = expected.map(|text| text.replace('#', "0000000000000abc"));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn names_of_code_stay_and_contents_go() {
        check("Session", &[Use::CODE], None);
        check("session", &[Use::CONTENT, Use::KEY, Use::PROPERTY], None);
        check("<symbol node:kEvents>", &[Use::KEY], None);
        check("", &[Use::CONTENT], None);
        check("heap number", &[Use::CONTENT], None);
        check(
            "geheim é",
            &[Use::CONTENT],
            Some("(redacted: 8 characters, #)"),
        );
        // A key of a dictionary, however much it looks like a name.
        check(
            "alice",
            &[Use::CONTENT, Use::KEY],
            Some("(redacted: 5 characters, #)"),
        );
        check(
            "alice@example.com",
            &[Use::KEY, Use::PROPERTY],
            Some("(redacted: 17 characters, #)"),
        );
        check("never used", &[], Some("(redacted: 10 characters, #)"));
    }

    #[test]
    fn native_objects_keep_what_they_are() {
        check("Node / Environment", &[Use::NATIVE], None);
        check("<p>", &[Use::NATIVE], None);
        check(
            "Detached <a href=\"x\">",
            &[Use::NATIVE],
            Some("Detached <a (redacted: 9 characters, #)>"),
        );
        check(
            "Window / https://a.example/?token=1",
            &[Use::NATIVE],
            Some("Window / (redacted: 26 characters, #)"),
        );
    }

    #[test]
    fn pairs_of_weak_maps_stay_pairs() {
        check(
            "3 / part of key (system / Oddball @31667) -> value (my secret @68375) pair in WeakMap (table @128863)",
            &[Use::CODE],
            Some(
                "3 / part of key (system / Oddball @31667) -> value ((redacted: 9 characters, #) @68375) pair in WeakMap (table @128863)",
            ),
        );
    }
}
