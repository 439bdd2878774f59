//! What errors have in common.

use std::sync::LazyLock;

use regex_automata::meta::{Config, Regex};

use super::error_category::{CATEGORIES, MATCHER_BYTES, category_of};
use super::path_name::clip;
use super::view::Fingerprint;

/// So much of a message is looked at, in bytes: what makes two errors the same stands at their beginning.
const LOOKED_AT: usize = 2048;
/// A signature has so many characters.
const SIGNATURE_CHARS: usize = 200;
/// So much of the first message is shown, in bytes.
const SAMPLE_BYTES: usize = 512;

/// A part of a message that differs between two cases of one error: the name that stands in its place, and what it looks like.
type Part = (&'static str, &'static str);

/// What differs whatever the category. The first that fits at a place counts.
const ALWAYS: [Part; 6] = [
    (
        "time",
        r"(?-u:\b)[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?",
    ),
    (
        "time",
        r"(?-u:\b)[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?(?-u:\b)",
    ),
    (
        "uuid",
        r"(?-u:\b)[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}(?-u:\b)",
    ),
    ("url", r#"(?-u:\b)[a-z][a-z0-9+.-]{1,15}://[^\s'"<>)]+"#),
    ("hex", r"(?-u:\b)0x[0-9a-fA-F]{8,}"),
    ("path", r#"(?:[A-Za-z]:\\|\.{0,2}/)[^\s'"<>|:,;)\]]*"#),
];

const TEXT: Part = ("str", r#"'[^']{0,200}'|"[^"]{0,200}"|`[^`]{0,200}`"#);
const NUMBER: Part = ("num", r"(?-u:\b)[0-9]+(?-u:\b)");

/// What differs between two cases of one error of a category.
fn of_category(category: &str) -> &'static [Part] {
    match category {
        "network" => &[(
            "host",
            r"(?-u:\b)[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?::[0-9]{1,5})?|(?-u:\b)[\w-]+(?:\.[\w-]+)+(?::[0-9]{1,5})?(?-u:\b)|(?-u:\b)localhost(?::[0-9]{1,5})?|\[[0-9a-fA-F:]{2,}\](?::[0-9]{1,5})?",
        )],
        "permission" => &[(
            "user",
            r#"(?-u:\b)(?:user|role|account)\s+['"]?[\w.@-]+['"]?"#,
        )],
        "not_found" => &[TEXT],
        "timeout" => &[(
            "duration",
            r"(?-u:\b)[0-9]+(?:\.[0-9]+)?\s?(?:ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hours?)(?-u:\b)",
        )],
        "resource" => &[
            (
                "size",
                r"(?-u:\b)[0-9]+(?:\.[0-9]+)?\s?(?:[KMGT]i?B|bytes?|[kmgt]b)(?-u:\b)",
            ),
            ("num", r"(?-u:\b)[0-9]+(?:\.[0-9]+)?%?"),
        ],
        "syntax" => &[NUMBER, TEXT],
        "validation" => &[
            TEXT,
            NUMBER,
            (
                "name",
                r"(?-u:\b)(?:property|field|type|argument|parameter|key)\s+[\w.$-]+",
            ),
        ],
        "tool" => &[("flag", r"(?-u:\B)--?[A-Za-z][\w-]*(?:=\S+)?"), NUMBER],
        _ => &[],
    }
}

/// Numbers of four digits and more, where nothing more exact fits.
const LONG_NUMBER: Part = ("num", r"(?-u:\b)[0-9]{4,}(?-u:\b)");

/// The patterns of a category, as one matcher that tells which of them fitted, and the names of its parts.
struct Matcher {
    category: &'static str,
    names: Vec<&'static str>,
    pattern: Regex,
}

static MATCHERS: LazyLock<Vec<Matcher>> = LazyLock::new(|| {
    let categories = CATEGORIES.into_iter();
    let matchers = categories.filter_map(|category| {
        let parts = ALWAYS.iter().chain(of_category(category));
        let (names, patterns): (Vec<_>, Vec<_>) = parts.chain([&LONG_NUMBER]).copied().unzip();
        let bounded = Config::new().hybrid_cache_capacity(MATCHER_BYTES);
        let pattern = Regex::builder().configure(bounded).build_many(&patterns);
        let pattern = pattern.ok()?;
        Some(Matcher {
            category,
            names,
            pattern,
        })
    });
    matchers.collect()
});

impl Fingerprint {
    /// The fingerprint of an error with that message.
    pub(super) fn of(message: &str) -> Fingerprint {
        let message = clip(message, LOOKED_AT);
        let category = category_of(message);
        let signature = signature_of(message, category);
        let hash = hash_of(&signature, category);
        Fingerprint {
            signature,
            category,
            sample_message: clip(message, SAMPLE_BYTES).to_owned(),
            hash: format!("{hash:016x}"),
        }
    }
}

/// The first line of a message without what differs from case to case.
fn signature_of(message: &str, category: &str) -> String {
    let line = message.trim_start().lines().next().unwrap_or_default();
    let mut same = String::with_capacity(line.len());
    let mut rest = 0;
    if let Some(matcher) = MATCHERS.iter().find(|it| it.category == category) {
        for found in matcher.pattern.find_iter(line) {
            let name = matcher.names.get(found.pattern().as_usize());
            same.extend([&line[rest..found.start()], "<", name.unwrap_or(&"num"), ">"]);
            rest = found.end();
        }
    }
    same.push_str(&line[rest..]);
    same.trim_end().chars().take(SIGNATURE_CHARS).collect()
}

/// FNV-1a in 64 bits: the same in every process, so that a group keeps its name over a restart.
/// <http://www.isthe.com/chongo/tech/comp/fnv/>
fn hash_of(signature: &str, category: &str) -> u64 {
    let bytes = signature.bytes().chain([0]).chain(category.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_category_has_its_pattern() {
        assert_eq!(MATCHERS.len(), CATEGORIES.len());
    }

    #[test]
    fn what_differs_from_case_to_case_is_taken_out() {
        for (message, signature) in [
            (
                "connect ECONNREFUSED 127.0.0.1:5432",
                "connect ECONNREFUSED <host>",
            ),
            (
                "getaddrinfo ENOTFOUND api.test.internal",
                "getaddrinfo ENOTFOUND <host>",
            ),
            (
                "ENOENT: no such file or directory, open '/srv/app/.env'",
                "ENOENT: no such file or directory, open <str>",
            ),
            (
                "permission denied: /etc/shadow",
                "permission denied: <path>",
            ),
            (
                "permission denied for user bob",
                "permission denied for <user>",
            ),
            (
                "deadline exceeded after 30s",
                "deadline exceeded after <duration>",
            ),
            (
                "limit exceeded: 512 MiB of 256 MiB",
                "limit exceeded: <size> of <size>",
            ),
            (
                "SyntaxError: line 3, column 14",
                "SyntaxError: line <num>, column <num>",
            ),
            ("property foo is required", "<name> is required"),
            ("exit code 2", "exit code <num>"),
            (
                "command failed: git push --force",
                "command failed: git push <flag>",
            ),
            (
                "odd 550e8400-e29b-41d4-a716-446655440000 at 2026-04-28T09:16:12Z",
                "odd <uuid> at <time>",
            ),
            (
                "odd 0xdeadbeef99 and 12345 and 123",
                "odd <hex> and <num> and 123",
            ),
            ("see https://a.test/x?y=1 now", "see <url> now"),
            ("first line\nsecond line", "first line"),
            ("", ""),
        ] {
            assert_eq!(Fingerprint::of(message).signature, signature, "{message}");
        }
    }

    #[test]
    fn a_signature_is_cut_at_200_characters_and_a_sample_at_512_bytes() {
        let fingerprint = Fingerprint::of(&"ñ".repeat(40_000));
        assert_eq!(fingerprint.signature.chars().count(), 200);
        assert_eq!(fingerprint.sample_message.len(), 512);
    }

    #[test]
    fn category_and_signature_make_the_hash() {
        let a = Fingerprint::of("exit code 1");
        let b = Fingerprint::of("exit code 77");
        let c = Fingerprint::of("exit status 1");
        assert_eq!(a.hash, b.hash);
        assert_ne!(a.hash, c.hash);
        assert_eq!(a.hash.len(), 16);
    }
}
