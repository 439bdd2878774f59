//! A call tree as a picture that works by itself in any browser: roots on top, click to zoom, search, tooltips.

mod colour;

use std::fmt::Write;

use crate::analysis::call_tree::{CallNode, CallTree};
use crate::escape;
use crate::units::{Bytes, Count, Share, SignedBytes, SignedCount};

use super::flame_layout::{self, FlameFrame};
use super::shorten;

const WIDTH: f64 = 1200.0;
const ROW: f64 = 18.0;
/// Height of title, legend and the line about the frame under the pointer.
const HEAD: f64 = 84.0;
/// Width of a character of a label, a little generous: fonts differ.
const CHAR: f64 = 6.7;
/// Space on each side of a label; the script has the same numbers.
const PAD: f64 = 4.0;
const LEAST_LABELLED: f64 = 26.0;
/// Longer names say no more, and a picture has thousands of them.
const LONGEST_NAME: usize = 300;

const CSS: &str = include_str!("flame_svg/flame.css");
const SCRIPT: &str = include_str!("flame_svg/flame.js");

/// A call tree as an SVG document.
pub fn flame_svg(tree: &CallTree, title: &str) -> String {
    let layout = flame_layout::layout(tree, WIDTH);
    let height = HEAD + f64::from(layout.rows) * ROW + 8.0;
    let mut out = String::with_capacity(8192 + layout.frames.len() * 320);
    out.push_str(&format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"flame\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" role=\"img\" aria-label=\"Call tree\">\n<style>\n{CSS}</style>\n\
         <defs><pattern id=\"flame-hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" \
         patternTransform=\"rotate(45)\"><rect width=\"2.4\" height=\"6\" fill=\"#16191d\" fill-opacity=\".28\"/></pattern></defs>\n"
    ));
    head(&mut out, tree, title, layout.hidden);
    for frame in &layout.frames {
        push_frame(&mut out, tree, frame);
    }
    out.push_str("<script><![CDATA[\n");
    out.push_str(SCRIPT);
    out.push_str("]]></script>\n</svg>\n");
    out
}

fn head(out: &mut String, tree: &CallTree, title: &str, hidden: usize) {
    let title = shorten::middle(&escape::terminal(title), 96);
    out.push_str(&format!(
        "<text class=\"head\" x=\"4\" y=\"21\">{}</text>\n\
         <text class=\"act reset off\" x=\"1000\" y=\"21\">Reset zoom</text>\n\
         <text class=\"act find off\" x=\"1196\" y=\"21\" text-anchor=\"end\">Search…</text>\n\
         <text class=\"info found\" x=\"1196\" y=\"70\" text-anchor=\"end\"></text>\n",
        escape::html(&title)
    ));
    if tree.differential {
        legend(out, tree);
    } else {
        out.push_str(
            "<text class=\"info soft\" x=\"4\" y=\"46\">Width is the value with everything called below. \
             One colour for each package.</text>\n",
        );
    }
    let hidden = match hidden {
        0 => String::new(),
        1 => " 1 frame is too narrow to be shown.".to_owned(),
        many => format!(" {} frames are too narrow to be shown.", Count(many as u64)),
    };
    out.push_str(&format!(
        "<text class=\"info soft over\" x=\"4\" y=\"70\">{}: callers above, callees below.{hidden}</text>\n",
        escape::html(&shorten::middle(&tree.value_name, 40))
    ));
}

fn legend(out: &mut String, tree: &CallTree) {
    let unknown = tree.nodes.iter().all(|node| node.standard_error.is_none());
    let mut x = 4.0;
    let text = |out: &mut String, x: &mut f64, text: &str| {
        let _ = writeln!(
            out,
            "<text class=\"info\" x=\"{}\" y=\"46\">{text}</text>",
            number(*x)
        );
        *x += text.chars().count() as f64 * 6.3 + 18.0;
    };
    let swatch = |out: &mut String, x: &mut f64, fill: &str, hatched: bool| {
        for fill in [fill, "url(#flame-hatch)"]
            .iter()
            .take(1 + usize::from(hatched))
        {
            let _ = writeln!(
                out,
                "<rect x=\"{}\" y=\"36\" width=\"14\" height=\"12\" rx=\"2\" fill=\"{fill}\"/>",
                number(*x)
            );
        }
        *x += 17.0;
    };
    for (grew, word) in [(true, "grew"), (false, "shrank")] {
        let shades: &[f64] = if unknown { &[0.5] } else { &[0.15, 0.5, 1.0] };
        for &shade in shades {
            swatch(out, &mut x, &colour::sample(grew, shade), false);
        }
        x += 3.0;
        text(out, &mut x, word);
    }
    swatch(out, &mut x, &colour::sample(true, 0.0), false);
    x += 3.0;
    text(out, &mut x, "same");
    swatch(out, &mut x, &colour::sample(false, 1.0), true);
    x += 3.0;
    text(out, &mut x, "vanished");
    text(
        out,
        &mut x,
        if unknown {
            "The standard error is not known: every change is half coloured."
        } else {
            "Pale: within the noise of sampling. Full: three standard errors or more."
        },
    );
}

fn push_frame(out: &mut String, tree: &CallTree, frame: &FlameFrame) {
    let node = &tree.nodes[frame.node as usize];
    let (x, y) = (number(frame.x), number(HEAD + f64::from(frame.row) * ROW));
    // Half a pixel between neighbours, so that frames of one colour can be told apart.
    let width = number((frame.width - 0.5).max(0.1));
    let exact = if frame.width < 0.6 {
        format!(" data-w=\"{:.3}\"", frame.width)
    } else {
        String::new()
    };
    let fill = if tree.differential {
        colour::of_change(node)
    } else {
        colour::of_package(&node.name)
    };
    let name = shorten::middle(&escape::terminal(&node.name), LONGEST_NAME);
    let _ = write!(
        out,
        "<g class=\"f\" tabindex=\"0\"><title>{}</title>\
         <rect class=\"b\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"17\"{exact} fill=\"{fill}\"/>",
        escape_lines(&tooltip(tree, node, &name))
    );
    if tree.differential && node.after == 0 && node.before > 0 {
        let _ = write!(
            out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"17\" fill=\"url(#flame-hatch)\"/>"
        );
    }
    let room = ((frame.width - 2.0 * PAD) / CHAR).max(0.0) as usize;
    if frame.width >= LEAST_LABELLED && room >= 3 {
        let _ = write!(
            out,
            "<text x=\"{}\" y=\"{}\">{}</text>",
            number(frame.x + PAD),
            number(HEAD + f64::from(frame.row) * ROW + 13.0),
            escape::html(&clip(&name, room))
        );
    }
    out.push_str("</g>\n");
}

/// Name, place, values and what they mean, each in a line of its own.
fn tooltip(tree: &CallTree, node: &CallNode, name: &str) -> Vec<String> {
    let mut lines = vec![name.to_owned()];
    if !node.place.is_empty() {
        lines.push(shorten::middle(
            &escape::terminal(&node.place),
            LONGEST_NAME,
        ));
    }
    let amount = |value: u64| {
        if tree.is_bytes {
            Bytes(value).to_string()
        } else {
            Count(value).to_string()
        }
    };
    let root = &tree.nodes[0];
    let share = |part: u64, whole: u64| Share {
        part: part as f64,
        whole: whole as f64,
    };
    if !tree.differential {
        lines.push(format!(
            "{} ({} of {})",
            amount(node.after),
            share(node.after, root.after),
            amount(root.after)
        ));
        return lines;
    }
    lines.push(format!("{} → {}", amount(node.before), amount(node.after)));
    // The model keeps all sums within i64.
    let delta = node.after as i64 - node.before as i64;
    let mut change = if tree.is_bytes {
        SignedBytes(delta).to_string()
    } else {
        SignedCount(delta).to_string()
    };
    match node.standard_error {
        Some(error) => change.push_str(&format!(" ± {}", amount(error as u64))),
        None => change.push_str(", standard error not known"),
    }
    lines.push(change);
    lines.push(if node.after == 0 && node.before > 0 {
        format!(
            "vanished, was {} of {}",
            share(node.before, root.before),
            amount(root.before)
        )
    } else {
        let new = if node.before == 0 && node.after > 0 {
            "new, "
        } else {
            ""
        };
        format!(
            "{new}{} of {}",
            share(node.after, root.after),
            amount(root.after)
        )
    });
    lines
}

/// The start of a name: the package says more than the middle here, for the function is in the tooltip.
fn clip(name: &str, room: usize) -> String {
    if shorten::text_width(name) <= room {
        return name.to_owned();
    }
    let mut used = 0;
    let mut out: String = name
        .chars()
        .take_while(|&c| {
            used += shorten::char_width(c);
            used < room
        })
        .collect();
    out.push('…');
    out
}

/// Lines in one text: only the line ends that are ours are line ends.
fn escape_lines(lines: &[String]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| escape::html(line)).collect();
    lines.join("\n")
}

/// A coordinate to a hundredth of a pixel, without zeros at the end.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str, parent: u32, before: u64, after: u64) -> CallNode {
        CallNode {
            name: name.to_owned(),
            place: String::new(),
            parent,
            before,
            after,
            standard_error: Some(1024.0),
        }
    }

    fn pair(nodes: Vec<CallNode>) -> CallTree {
        CallTree {
            value_name: "inuse_space".to_owned(),
            is_bytes: true,
            differential: true,
            nodes,
        }
    }

    #[test]
    fn a_frame_tells_its_values_and_how_sure_they_are() {
        let svg = flame_svg(
            &pair(vec![
                node("all", 0, 8192, 4096),
                node("main.leak", 0, 0, 4096),
                node("main.gone", 0, 8192, 0),
            ]),
            "a -> b",
        );
        assert!(svg.contains(
            "<g class=\"f\" tabindex=\"0\"><title>main.leak\n0 B → 4.00 KiB\n+4.00 KiB ± 1.00 KiB\nnew, 100 % of 4.00 KiB</title>\
             <rect class=\"b\" x=\"800\" y=\"102\" width=\"399.5\" height=\"17\" fill=\"#f06252\"/>\
             <text x=\"804\" y=\"115\">main.leak</text></g>"
        ));
        assert!(svg.contains("vanished, was 100 % of 8.00 KiB"));
        assert!(svg.contains(
            "<rect x=\"0\" y=\"102\" width=\"799.5\" height=\"17\" fill=\"url(#flame-hatch)\"/>"
        ));
    }

    #[test]
    fn a_hostile_name_stays_a_name() {
        let hostile = "</script><script>alert(1)</script>]]>\u{202e}\0\n\"'";
        let mut tree = pair(vec![node("all", 0, 1, 9), node(hostile, 0, 1, 9)]);
        tree.nodes[1].place = hostile.to_owned();
        tree.value_name = hostile.to_owned();
        tree.nodes.push(node(&"\u{1b}<".repeat(8192), 1, 1, 9));
        let svg = flame_svg(&tree, hostile);
        assert_eq!(svg.matches("<script").count(), 1);
        assert_eq!(svg.matches("</script").count(), 1);
        assert_eq!(svg.matches("]]>").count(), 1);
        assert!(!svg.contains(['\u{202e}', '\0', '\u{1b}']));
        assert!(svg.len() < 30_000, "{}", svg.len());
    }

    #[test]
    fn two_hundred_thousand_frames_are_drawn_within_a_second() {
        let mut nodes = vec![node("all", 0, 0, 200_000_000)];
        for index in 1..200_000u32 {
            nodes.push(node(
                "pkg.function",
                (index - 1) / 3,
                0,
                u64::from(900_000_000 / index),
            ));
        }
        let tree = pair(nodes);
        let start = std::time::Instant::now();
        let svg = flame_svg(&tree, "large");
        assert!(start.elapsed().as_secs_f64() < 1.0, "{:?}", start.elapsed());
        assert_eq!(svg, flame_svg(&tree, "large"));
    }

    #[test]
    fn a_stack_of_five_thousand_frames_is_a_tall_picture() {
        let nodes = (0..5000u32)
            .map(|i| node("f", i.saturating_sub(1), 0, 7))
            .collect();
        let svg = flame_svg(&pair(nodes), "deep");
        assert!(svg.contains("viewBox=\"0 0 1200 90092\""));
    }
}
