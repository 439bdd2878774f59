//! What errors have in common.

use std::sync::LazyLock;

use regex::{Captures, Regex, RegexBuilder};

use super::error_category::{CATEGORIES, MATCHER_BYTES, category_of};
use super::path_name::clip;
use super::view::Fingerprint;

/// So much of a message is looked at, in bytes: what makes two errors the same stands at their beginning.
const LOOKED_AT: usize = 2048;
/// A signature has so many characters.
const SIGNATURE_CHARS: usize = 200;
/// So much of the first message is shown, in bytes.
const SAMPLE_BYTES: usize = 512;

/// What differs between two cases of one error, whatever its category: each group's name stands in the place of what it matches.
const ALWAYS: &str = r#"(?x)
    (?P<time>\b\d{4}-\d\d-\d\d[T\ ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?|\b\d\d:\d\d:\d\d([.,]\d+)?\b)
  | (?P<uuid>\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b)
  | (?P<url>\b[a-z][a-z0-9+.-]{1,15}://[^\s'"<>)]+)
  | (?P<hex>\b0x[0-9a-fA-F]{8,})
  | (?P<path>(?:[A-Za-z]:\\|\.{0,2}/)[^\s'"<>|:,;)\]]*)
"#;

/// What differs between two cases of one error of a category.
fn of_category(category: &str) -> &'static str {
    match category {
        "network" => {
            r#"| (?P<host>\b\d{1,3}(\.\d{1,3}){3}(:\d{1,5})?|\b[\w-]+(\.[\w-]+)+(:\d{1,5})?\b|\blocalhost(:\d{1,5})?|\[[0-9a-fA-F:]{2,}\](:\d{1,5})?)"#
        }
        "permission" => r#"| \b(?P<user>(user|role|account)\s+['"]?[\w.@-]+['"]?)"#,
        "not_found" => r#"| (?P<str>'[^']{0,200}'|"[^"]{0,200}"|`[^`]{0,200}`)"#,
        "timeout" => {
            r"| (?P<duration>\b\d+(\.\d+)?\s?(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hours?)\b)"
        }
        "resource" => {
            r"| (?P<size>\b\d+(\.\d+)?\s?([KMGT]i?B|bytes?|[kmgt]b)\b) | (?P<num>\b\d+(\.\d+)?%?)"
        }
        "syntax" => r#"| (?P<num>\b\d+\b) | (?P<str>'[^']{0,200}'|"[^"]{0,200}"|`[^`]{0,200}`)"#,
        "validation" => {
            r#"| (?P<str>'[^']{0,200}'|"[^"]{0,200}"|`[^`]{0,200}`) | (?P<num>\b\d+\b) | \b(?P<name>(property|field|type|argument|parameter|key)\s+[\w.$-]+)"#
        }
        "tool" => r#"| (?P<flag>\B--?[A-Za-z][\w-]*(=\S+)?) | (?P<num>\b\d+\b)"#,
        _ => "",
    }
}

/// Numbers of four digits and more, where nothing more exact fits.
const NUMBERS: &str = r"| (?P<n>\b\d{4,}\b)";

const PARTS: [&str; 13] = [
    "time", "uuid", "url", "hex", "path", "host", "user", "str", "duration", "size", "num", "name",
    "flag",
];

static PATTERNS: LazyLock<Vec<(&'static str, Regex)>> = LazyLock::new(|| {
    let categories = CATEGORIES.into_iter();
    let patterns = categories.filter_map(|category| {
        let pattern = format!("{ALWAYS}{}{NUMBERS}", of_category(category));
        let mut pattern = RegexBuilder::new(&pattern);
        let pattern = pattern.dfa_size_limit(MATCHER_BYTES).build();
        Some((category, pattern.ok()?))
    });
    patterns.collect()
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
    let mut patterns = PATTERNS.iter();
    let same = match patterns.find(|(name, _)| *name == category) {
        Some((_, pattern)) => pattern.replace_all(line, |found: &Captures<'_>| {
            let part = PARTS.iter().find(|part| found.name(part).is_some());
            format!("<{}>", part.unwrap_or(&"num"))
        }),
        None => line.into(),
    };
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
        assert_eq!(PATTERNS.len(), CATEGORIES.len());
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
