//! What the colour of a frame says.

use crate::analysis::call_tree::CallNode;

/// A change of this many standard errors is beyond doubt, and fully coloured.
const CERTAIN: f64 = 3.0;
/// How coloured a change is about whose noise nothing is known.
const UNKNOWN: f64 = 0.5;

const SAME: [f64; 3] = [222.0, 224.0, 227.0];
const GREW: [f64; 3] = [240.0, 98.0, 82.0];
const SHRANK: [f64; 3] = [92.0, 153.0, 240.0];

/// The direction is the hue, the confidence is the saturation.
pub(super) fn of_change(node: &CallNode) -> String {
    blend(
        if node.after >= node.before {
            GREW
        } else {
            SHRANK
        },
        confidence(node),
    )
}

/// The colour of growth (or of shrinking) of some confidence, for the legend.
pub(super) fn sample(grew: bool, confidence: f64) -> String {
    blend(if grew { GREW } else { SHRANK }, confidence)
}

/// Between 0, noise, and 1, beyond doubt.
fn confidence(node: &CallNode) -> f64 {
    let delta = node.after.abs_diff(node.before) as f64;
    match node.standard_error {
        _ if delta == 0.0 => 0.0,
        None => UNKNOWN,
        Some(error) if error > 0.0 => (delta / error / CERTAIN).min(1.0),
        Some(_) => 1.0,
    }
}

/// A warm hue that is the same for all functions of a package, in every picture.
pub(super) fn of_package(name: &str) -> String {
    // FNV-1a: stable for ever, unlike the hashes of the standard library.
    let hash = package(name)
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3_u64)
        });
    let hue = 8 + (hash >> 7) % 46;
    let saturation = 78 + (hash >> 23) % 14;
    let lightness = 66 + (hash >> 37) % 10;
    format!("hsl({hue},{saturation}%,{lightness}%)")
}

/// What comes before the function: `net/http` of `net/http.(*conn).serve`, `alloc` of `alloc::vec::push`.
fn package(name: &str) -> &str {
    let name = name.trim_start_matches(['<', '&', ' ']);
    if let Some(colons) = name.find("::") {
        return &name[..colons];
    }
    let after_slash = name.rfind('/').map_or(0, |slash| slash + 1);
    match name[after_slash..].find('.') {
        Some(dot) => &name[..after_slash + dot],
        None => name,
    }
}

fn blend(full: [f64; 3], share: f64) -> String {
    let channel = |index: usize| (SAME[index] + (full[index] - SAME[index]) * share).round() as u8;
    format!("#{:02x}{:02x}{:02x}", channel(0), channel(1), channel(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(before: u64, after: u64, standard_error: Option<f64>) -> String {
        of_change(&CallNode {
            name: String::new(),
            place: String::new(),
            parent: 0,
            before,
            after,
            standard_error,
        })
    }

    #[test]
    fn the_hue_is_the_direction_and_the_saturation_the_confidence() {
        assert_eq!(changed(10, 10, None), "#dee0e3");
        assert_eq!(changed(0, 30, Some(10.0)), sample(true, 1.0));
        assert_eq!(changed(30, 0, Some(10.0)), sample(false, 1.0));
        assert_eq!(changed(0, 15, Some(10.0)), sample(true, 0.5));
        assert_eq!(changed(0, 15, None), sample(true, 0.5));
        assert_eq!(changed(0, 15, Some(0.0)), sample(true, 1.0));
        assert_eq!(changed(0, 15, Some(1e300)), sample(true, 0.0));
    }

    #[test]
    fn functions_of_one_package_have_one_colour() {
        assert_eq!(package("github.com/a/b.(*T).M"), "github.com/a/b");
        assert_eq!(package("alloc::vec::Vec<T>::push"), "alloc");
        assert_eq!(package("malloc"), "malloc");
        assert_eq!(
            of_package("net/http.Get"),
            of_package("net/http.(*c).serve")
        );
    }
}
