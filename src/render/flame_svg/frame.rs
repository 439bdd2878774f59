//! One frame: its rectangle, its name as far as it fits, and what is known about it as a tooltip.

use std::fmt::Write as _;

use crate::analysis::call_tree::{CallNode, CallTree};
use crate::escape;
use crate::render::flame_colour::{Change, SAME, change, change_colour, module_colour};
use crate::render::flame_layout::Rectangle;
use crate::units::{Amount, Share, SignedAmount, SignedShare};

pub(super) const HEIGHT: f64 = 18.0;

/// Width of a character of the monospaced font at 11 pixels; such fonts are 0.6 em wide, some a little more.
pub(super) const CHARACTER: f64 = 6.7;

/// A name in a tooltip has at most this many characters: nobody reads more, and 20,000 frames may have such a name.
const LONGEST_NAME: usize = 400;

pub(super) fn frame(out: &mut String, tree: &CallTree, rectangle: &Rectangle, y: f64) {
    let node = &tree.nodes[rectangle.node as usize];
    let _ = write!(
        out,
        "<g class=\"flame-frame{}\"><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>",
        // Neighbours are told apart by an edge, where there is room for one.
        if rectangle.width > 3.0 {
            " flame-wide"
        } else {
            ""
        },
        escaped_lines(&tooltip(tree, node)),
        number(rectangle.x),
        number(y),
        number(rectangle.width),
        HEIGHT - 1.0,
        fill(tree, rectangle.node),
    );
    if let Some(label) = label(&node.name, rectangle.width) {
        let _ = write!(
            out,
            "<text x=\"{}\" y=\"{}\">{}</text>",
            number(rectangle.x + 4.0),
            number(y + 12.5),
            escape::html(&label)
        );
    }
    out.push_str("</g>\n");
}

fn fill(tree: &CallTree, position: u32) -> String {
    let node = &tree.nodes[position as usize];
    if !tree.differential {
        // The root is no function.
        return if position == 0 {
            SAME.to_owned()
        } else {
            module_colour(node)
        };
    }
    match change(node) {
        Change::None => SAME.to_owned(),
        Change::Noise { grew: true } => "url(#flame-grew)".to_owned(),
        Change::Noise { grew: false } => "url(#flame-shrank)".to_owned(),
        Change::Real {
            grew,
            confidence,
            share,
        } => change_colour(grew, confidence, share),
    }
}

fn tooltip(tree: &CallTree, node: &CallNode) -> String {
    let total = tree
        .nodes
        .first()
        .map_or((0, 0), |root| (root.before, root.after));
    let amount = |value: u64| Amount::new(value, tree.is_bytes);
    let mut text = cut(&node.name);
    if !node.place.is_empty() {
        text.push('\n');
        text.push_str(&cut(&node.place));
    }
    if !tree.differential {
        let share = Share {
            part: node.after as f64,
            whole: total.1 as f64,
        };
        let _ = write!(text, "\n{} ({share} of all)", amount(node.after));
        return text;
    }
    let delta = (i128::from(node.after) - i128::from(node.before))
        .clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64;
    let signed = SignedAmount::new(delta, tree.is_bytes);
    let _ = write!(
        text,
        "\n{} → {}\n{signed}",
        amount(node.before),
        amount(node.after)
    );
    if let Some(error) = node.standard_error.filter(|&error| error > 0.0) {
        let _ = write!(text, " ± {}", amount(error as u64));
    }
    if node.before > 0 && delta != 0 {
        let share = Share {
            part: delta as f64,
            whole: node.before as f64,
        };
        let _ = write!(text, ", {}", SignedShare(share));
    }
    text.push_str(match change(node) {
        Change::Noise { .. } => ", within noise",
        _ if node.before == 0 && node.after > 0 => ", new",
        _ if node.after == 0 && node.before > 0 => ", gone",
        _ => "",
    });
    let share = Share {
        part: node.after as f64,
        whole: total.1 as f64,
    };
    let _ = write!(text, "\n{share} of all now");
    text
}

/// The lines of a tooltip are ours, what is in them is not.
fn escaped_lines(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(escape::html).collect();
    lines.join("\n")
}

fn cut(text: &str) -> String {
    // A line end of a foreign name must not look like one of ours.
    let text = escape::terminal(text);
    match text.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

/// As much of a name as fits: whole, or without the folders of a Go package, or cut at the end. The script does the same.
fn label(name: &str, width: f64) -> Option<String> {
    let room = ((width - 8.0) / CHARACTER).floor();
    if room < 3.0 {
        return None;
    }
    let room = room as usize;
    let columns = |text: &str| text.chars().map(columns_of).sum::<usize>();
    let start = escape::terminal(beginning(name, 4 * room.max(100)));
    if columns(&start) <= room && start.len() >= name.len() {
        return Some(start.into_owned());
    }
    let head = start.split(['(', '<', ' ']).next().unwrap_or_default();
    let short = head.rfind('/').map_or(&*start, |slash| &start[slash + 1..]);
    if columns(short) <= room && !short.is_empty() {
        return Some(short.to_owned());
    }
    let mut used = 1;
    let fitting: String = short
        .chars()
        .take_while(|&c| {
            used += columns_of(c);
            used <= room
        })
        .collect();
    Some(fitting + "…")
}

fn beginning(text: &str, most: usize) -> &str {
    text.char_indices()
        .nth(most)
        .map_or(text, |(end, _)| &text[..end])
}

/// From Hangul Jamo on, most scripts are as wide as they are high.
fn columns_of(c: char) -> usize {
    if c >= '\u{1100}' { 2 } else { 1 }
}

/// A coordinate: four decimals are enough to zoom in on a frame a tenth of a pixel wide.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::tree;

    #[test]
    fn a_tooltip_says_everything_about_a_frame() {
        let check = |error, before, after, expected: &str| {
            let tree = tree(true, error, &[(0, "main.leak", before, after)]);
            assert_eq!(tooltip(&tree, &tree.nodes[0]), expected);
        };
        check(
            Some(2048.0),
            1024 * 1024,
            3 * 1024 * 1024,
            "main.leak\n1.00 MiB → 3.00 MiB\n+2.00 MiB ± 2.00 KiB, +200 %\n100 % of all now",
        );
        check(
            Some(4096.0),
            4096,
            2048,
            "main.leak\n4.00 KiB → 2.00 KiB\n-2.00 KiB ± 4.00 KiB, -50.0 %, within noise\n100 % of all now",
        );
        check(
            None,
            0,
            10,
            "main.leak\n0 B → 10 B\n+10 B, new\n100 % of all now",
        );
    }

    #[test]
    fn a_label_is_as_much_of_the_name_as_fits() {
        let name = "github.com/acme/session.(*Store).Put";
        assert_eq!(label(name, 400.0).as_deref(), Some(name));
        assert_eq!(label(name, 160.0).as_deref(), Some("session.(*Store).Put"));
        assert_eq!(label(name, 80.0).as_deref(), Some("session.(…"));
        assert_eq!(label(name, 20.0), None);
        assert_eq!(label("缓存管理器", 50.0).as_deref(), Some("缓存…"));
    }

    #[test]
    fn coordinates_are_short() {
        assert_eq!(number(12.0), "12");
        assert_eq!(number(0.125), "0.125");
        assert_eq!(number(1.0 / 3.0), "0.3333");
    }
}
