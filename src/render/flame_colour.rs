//! What colour a frame of a flame graph has.
//!
//! For two profiles: the hue tells which way (red grew, blue shrank: a pair that colour-blind people tell apart), the
//! saturation how sure that is, the lightness how much of the frame changed. A hatch marks what may be noise.
//! For one profile: each module has its own warm hue, and what the program's author did not write is faint.

use crate::analysis::call_tree::CallNode;

/// A change within this many standard errors may be noise: 95 % of changes that are none lie there.
const NOISE: f64 = 1.96;

/// From this many standard errors on, more makes no difference to anybody.
const CERTAIN: f64 = 6.0;

/// The saturation of a change whose error is not known: neither certain nor doubtful.
const UNKNOWN_CONFIDENCE: f64 = 0.5;

/// Which way a frame went, and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Change {
    None,
    /// Within noise, growing or shrinking.
    Noise {
        grew: bool,
    },
    /// `confidence` and `share`, the part of the frame that changed, are between 0 and 1.
    Real {
        grew: bool,
        confidence: f64,
        share: f64,
    },
}

pub(super) fn change(node: &CallNode) -> Change {
    let delta = node.after as f64 - node.before as f64;
    let grew = delta > 0.0;
    if node.after == node.before {
        return Change::None;
    }
    let confidence = match node.standard_error {
        // An exact difference is certain.
        Some(error) if error > 0.0 && delta.abs() <= NOISE * error => {
            return Change::Noise { grew };
        }
        Some(error) if error > 0.0 => (delta.abs() / error / CERTAIN).min(1.0),
        Some(_) => 1.0,
        None => UNKNOWN_CONFIDENCE,
    };
    Change::Real {
        grew,
        confidence,
        share: delta.abs() / node.after.max(node.before) as f64,
    }
}

/// The fill of a frame that changed for sure or not at all; noise is hatched instead.
pub(super) fn change_colour(grew: bool, confidence: f64, share: f64) -> String {
    let hue = if grew { 6.0 } else { 212.0 };
    // A tenth of a frame is already worth seeing, hence the root.
    hsl(hue, 0.2 + 0.65 * confidence, 0.86 - 0.2 * share.sqrt())
}

/// The fill of a frame that did not change.
pub(super) const SAME: &str = "#d9d6d1";

/// The fill of a frame of the only profile.
pub(super) fn module_colour(node: &CallNode) -> String {
    if is_plumbing(&node.name) {
        return "#e6e1d8".to_owned();
    }
    let hash = fnv1a(module(node));
    let hue = 8.0 + (hash % 44) as f64;
    let lightness = 0.66 + (hash / 44 % 8) as f64 / 100.0;
    hsl(hue, 0.78, lightness)
}

/// Prefixes of allocators, language runtimes and standard libraries.
const PLUMBING: &[&str] = &[
    "std::",
    "core::",
    "alloc::",
    "hashbrown::",
    "__rust",
    "__gnu_cxx::",
    "operator new",
    "operator delete",
    "malloc",
    "calloc",
    "realloc",
    "free",
    "posix_memalign",
    "aligned_alloc",
    "mmap",
    "je_",
    "_rjem",
    "prof_",
    "jemalloc",
    "tc_",
    "tcmalloc",
    "mi_",
    "__libc_",
    "_start",
    "start_thread",
    "clone",
    "runtime.",
    "runtime/",
    "reflect.",
    "sync.",
    "sync/",
    "bytes.",
    "strings.",
    "strconv.",
    "bufio.",
    "fmt.",
    "io.",
    "io/",
    "os.",
    "sort.",
    "slices.",
    "maps.",
    "encoding/",
    "net.",
    "net/",
    "crypto/",
    "compress/",
    "internal/",
    "regexp.",
    "regexp/",
    "text/",
    "time.",
    "v8::",
    "node:",
    "(root)",
    "(program)",
    "(garbage collector)",
];

fn is_plumbing(name: &str) -> bool {
    // Rust writes `<alloc::vec::Vec<T> as ...>::push`.
    let name = name.trim_start_matches('<');
    PLUMBING.iter().any(|prefix| name.starts_with(prefix))
}

/// What a frame's functions have in common by name: a Go package, a Rust crate, a C++ namespace; else the file.
fn module(node: &CallNode) -> &str {
    let name = node.name.trim_start_matches(['<', '&', '*']);
    let head = name.split(['<', '(', ' ']).next().unwrap_or(name);
    if let Some((module, _)) = head.split_once("::") {
        return module;
    }
    let last_part = head.rfind('/').map_or(0, |slash| slash + 1);
    match head[last_part..].find('.') {
        Some(dot) => &head[..last_part + dot],
        None if !node.place.is_empty() => node.place.split(':').next().unwrap_or(&node.place),
        None => head,
    }
}

/// The same name has the same colour in every run and on every machine, which the standard hasher does not promise.
/// <http://www.isthe.com/chongo/tech/comp/fnv/>
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// <https://www.w3.org/TR/css-color-3/#hsl-color>
fn hsl(hue: f64, saturation: f64, lightness: f64) -> String {
    let channel = |n: f64| {
        let k = (n + hue / 30.0) % 12.0;
        let a = saturation * lightness.min(1.0 - lightness);
        let value = lightness - a * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0);
        (value * 255.0).round() as u8
    };
    format!(
        "#{:02x}{:02x}{:02x}",
        channel(0.0),
        channel(8.0),
        channel(4.0)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::tree;

    fn node(name: &str, before: u64, after: u64, error: Option<f64>) -> CallNode {
        tree(true, error, &[(0, name, before, after)])
            .nodes
            .remove(0)
    }

    #[test]
    fn a_change_within_two_standard_errors_is_noise() {
        assert_eq!(
            change(&node("f", 100, 110, Some(6.0))),
            Change::Noise { grew: true }
        );
        assert_eq!(
            change(&node("f", 100, 90, Some(6.0))),
            Change::Noise { grew: false }
        );
        assert_eq!(
            change(&node("f", 0, 60, Some(10.0))),
            Change::Real {
                grew: true,
                confidence: 1.0,
                share: 1.0
            }
        );
    }

    #[test]
    fn an_exact_change_is_certain_and_an_unknown_error_is_in_between() {
        assert_eq!(
            change(&node("f", 100, 50, Some(0.0))),
            Change::Real {
                grew: false,
                confidence: 1.0,
                share: 0.5
            }
        );
        assert_eq!(
            change(&node("f", 100, 50, None)),
            Change::Real {
                grew: false,
                confidence: 0.5,
                share: 0.5
            }
        );
        assert_eq!(change(&node("f", 7, 7, None)), Change::None);
    }

    #[test]
    fn functions_of_one_module_have_one_colour() {
        let colour = |name: &str| module_colour(&node(name, 0, 1, None));
        assert_eq!(
            colour("github.com/acme/pay/session.(*Store).Put"),
            colour("github.com/acme/pay/session.New")
        );
        assert_eq!(
            colour("acme::lru::Cache<K>::insert"),
            colour("<acme::doc::Id as core::fmt::Debug>::fmt")
        );
        assert_ne!(colour("acme::lru::get"), colour("other::lru::get"));
        assert_eq!(
            colour("runtime.mallocgc"),
            colour("<alloc::vec::Vec<T>>::push")
        );
    }

    #[test]
    fn colours_are_what_style_sheets_say() {
        assert_eq!(hsl(0.0, 1.0, 0.5), "#ff0000");
        assert_eq!(hsl(240.0, 1.0, 0.5), "#0000ff");
        assert_eq!(hsl(212.0, 0.0, 1.0), "#ffffff");
    }
}
