//! What kind of error a message tells of.

use std::sync::LazyLock;

use regex::bytes::{RegexSet, RegexSetBuilder};

/// What kind of error a message tells of, in the order in which they are tried: the first that fits.
pub(super) const CATEGORIES: [&str; 9] = [
    "network",
    "permission",
    "not_found",
    "timeout",
    "resource",
    "syntax",
    "validation",
    "tool",
    "unknown",
];

const PATTERNS: [&str; 8] = [
    r"ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|connect(ion)? (attempt )?timed? ?out|connect ETIMEDOUT|socket hang ?up|(network|host|server) (is )?unreachable|connection (was |is )?(refused|reset|closed|aborted)|getaddrinfo|\bdns\b|broken pipe",
    r"EACCES|EPERM|permission denied|access (is |was )?denied|\bdenied\b|unauthori[sz]ed|forbidden|authentication (has )?failed|(bad|invalid) credentials|insufficient permissions?|\b401\b|\b403\b|operation not permitted",
    r"ENOENT|no such (file|directory|object|key|command)|(not|n't) (be )?found|does(n't| not) exist|\b404\b|no matching",
    r"ETIMEDOUT|time[sd]?[ -]?out|\bexpired\b|deadline exceeded",
    r"ENOMEM|EMFILE|ENOSPC|out of memory|cannot allocate memory|disk (is )?full|no space|(quota|limit) (was |is )?(exceeded|reached)|exceed\w* .{0,40}\b(quota|limit)|rate.?limit|too many requests|\b429\b|exhausted",
    r"SyntaxError|syntax error|pars(e|ing) (error|failed|failure)|(failed|unable|cannot|could not) to? ?parse|invalid (json|yaml|toml|xml|format|syntax)|malformed (json|yaml|toml|xml)|unexpected end of|unterminated",
    r"\binvalid\b|malformed|unexpected token|expected .{0,80}\b(but )?(got|found|received)\b|TypeError|type ?error|mismatched types|\b(undefined|null)\b.{0,10}\bis not\b|cannot read propert(y|ies) of|is not (a function|defined|iterable|assignable)|validation (error|failed)|is required",
    r"tool .{0,40}\b(failed|error)|(execution|command) failed|exit(ed)? (with )?(code|status)|\bspawn\b|child process|non-zero exit|process exited",
];

/// What a matcher may keep of what it has worked out, in bytes; with less it is slower, never wrong.
pub(super) const MATCHER_BYTES: usize = 512 * 1024;

static SET: LazyLock<Option<RegexSet>> = LazyLock::new(|| {
    RegexSetBuilder::new(PATTERNS)
        .case_insensitive(true)
        .unicode(false)
        .dfa_size_limit(MATCHER_BYTES)
        .build()
        .ok()
});

/// The category of a message.
pub(super) fn category_of(message: &str) -> &'static str {
    let matches = SET.as_ref().map(|set| set.matches(message.as_bytes()));
    let first = matches.and_then(|matches| matches.iter().next());
    first
        .and_then(|first| CATEGORIES.get(first).copied())
        .unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_category_that_fits_counts() {
        assert!(SET.is_some());
        for (message, category) in [
            ("connect ECONNREFUSED 127.0.0.1:5432", "network"),
            ("getaddrinfo ENOTFOUND api.test", "network"),
            ("Connection reset by peer: connection reset", "network"),
            (
                "EACCES: permission denied, open '/etc/shadow'",
                "permission",
            ),
            ("HTTP 403 from registry", "permission"),
            (
                "ENOENT: no such file or directory, open '/srv/app/.env'",
                "not_found",
            ),
            ("package could not be found", "not_found"),
            ("deadline exceeded after 30s", "timeout"),
            ("request Timed Out", "timeout"),
            ("JavaScript heap out of memory", "resource"),
            ("429 Too Many Requests", "resource"),
            ("disk full", "resource"),
            ("SyntaxError: missing ) after argument list", "syntax"),
            ("invalid format in line 3", "syntax"),
            ("Unexpected token < in JSON at position 0", "validation"),
            ("expected string but got number", "validation"),
            ("foo is not a function", "validation"),
            ("command failed", "tool"),
            ("exit code 2", "tool"),
            ("something odd", "unknown"),
            ("", "unknown"),
        ] {
            assert_eq!(category_of(message), category, "{message}");
        }
    }
}
