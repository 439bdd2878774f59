//! The part of a function's name that lasts from build to build.

use std::borrow::Cow;

use super::frame_class;

/// A function name without what compilers add and change between builds: Rust hashes, closure numbers, C++ clones,
/// Go shapes and closure numbers.
pub(super) fn lasting_name(name: &str) -> Cow<'_, str> {
    if frame_class::go_package(name, "").is_some() {
        return normalized_go(name);
    }
    // V8: `(anonymous:L#1:C#1)` in one profile is `(anonymous)` in the next of the same process.
    if let Some(function) = name.strip_prefix("(anonymous:")
        && function.ends_with(')')
    {
        return "(anonymous)".into();
    }
    let mut text = Cow::Borrowed(name);
    // Rust: `path::function::h0123456789abcdef`.
    if let Some((path, hash)) = text.rsplit_once("::h")
        && hash.len() == 16
        && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        text = path.to_owned().into();
    }
    // Rust: `{{closure}}` and `{closure#0}`; inside, only the number changes.
    // Looking for one byte is many times faster than for a word, and most names have neither.
    while memchr::memchr(b'#', text.as_bytes()).is_some()
        && let Some(start) = text.find("{closure#")
    {
        let Some(length) = text[start..].find('}') else {
            break;
        };
        text = format!(
            "{}{{{{closure}}}}{}",
            &text[..start],
            &text[start + length + 1..]
        )
        .into();
    }
    // GCC and LLVM clones: `function.constprop.0`, `.part.3`, `.isra.0`, `.cold`, `.llvm.123`.
    if memchr::memchr(b'.', text.as_bytes()).is_none() {
        return text;
    }
    for clone in [
        ".constprop.",
        ".part.",
        ".isra.",
        ".cold",
        ".llvm.",
        ".lto_priv.",
    ] {
        if let Some(at) = text.find(clone)
            && at > 0
        {
            text = text[..at].to_owned().into();
        }
    }
    text
}

/// Go: `pkg.Map[...]`, `pkg.Map[go.shape.int]`; `pkg.F.func1.2`, `pkg.F.gowrap1`.
fn normalized_go(name: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(name);
    if let Some((before, rest)) = text.split_once('[') {
        let after = rest.rsplit_once(']').map_or("", |(_, after)| after);
        text = format!("{before}[...]{after}").into();
    }
    while let Some((before, last)) = text.rsplit_once('.') {
        let number = last
            .strip_prefix("func")
            .or_else(|| last.strip_prefix("gowrap"))
            .unwrap_or(last);
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            break;
        }
        // One closure mark stands for any number of levels.
        text = before.to_owned().into();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_compilers_add_to_names_is_taken_off() {
        let check = |name: &str, expected: &str| assert_eq!(lasting_name(name), expected);
        check("app::run::h0123456789abcdef", "app::run");
        check(
            "app::run::{closure#3}::{closure#0}",
            "app::run::{{closure}}::{{closure}}",
        );
        check("(anonymous:L#1:C#1)", "(anonymous)");
        check("worker.constprop.0", "worker");
        check("worker.part.3.isra.0", "worker");
        check("main.serve.func1.2", "main.serve");
        check("maps.Keys[go.shape.string,int]", "maps.Keys[...]");
        check("github.com/a/b.(*T).M", "github.com/a/b.(*T).M");
        check(
            "std::map<int, int>::operator[](int const&)",
            "std::map<int, int>::operator[](int const&)",
        );
    }
}
