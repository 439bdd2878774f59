//! The whole picture: heading, legend, frames, and what was left out.

use std::fmt::Write as _;

use super::frame::{HEIGHT, frame, number};
use crate::analysis::call_tree::CallTree;
use crate::escape;
use crate::render::flame_colour::{Change, SAME, change, change_colour};
use crate::render::flame_layout::{FlameLayout, flame_layout};
use crate::units::{Amount, Count};

/// The script of the picture, exactly as it is embedded.
pub(in crate::render) const SCRIPT: &str = include_str!("flame.js");

/// Width of the picture in pixels. In a narrower window it scrolls or is scaled.
const WIDTH: f64 = 1200.0;

/// Frames narrower than this are not drawn, in pixels: ten of them are hardly a line.
const NARROWEST: f64 = 0.1;

/// At most so many frames are drawn: 20,000 make about 6 MB, which browsers still zoom without delay.
const MOST_FRAMES: usize = 20_000;

/// Where the frames begin.
const TOP: f64 = 92.0;

/// Free space left and right of the frames; the script knows it too.
const MARGIN: f64 = 12.0;

/// `tree` as a flame graph under `title`, root at the top: a complete SVG document that loads nothing.
pub fn flame_svg(tree: &CallTree, title: &str) -> String {
    let layout = flame_layout(tree, WIDTH - 2.0 * MARGIN, NARROWEST, MOST_FRAMES);
    let foot = TOP + f64::from(layout.rows) * HEIGHT;
    let height = number(foot + 30.0);
    let mut out = String::with_capacity(8 * 1024 + layout.rectangles.len() * 300);
    let _ = write!(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <svg xmlns=\"http://www.w3.org/2000/svg\" class=\"flame\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" role=\"img\" aria-label=\"{title}\">\n<style>{}</style>\n",
        include_str!("flame.css"),
        title = escape::html(title),
    );
    if tree.differential {
        out.push_str(&hatch("flame-grew", change_colour(true, 0.2, 0.1)));
        out.push_str(&hatch("flame-shrank", change_colour(false, 0.2, 0.1)));
    }
    let _ = write!(
        out,
        "<rect class=\"flame-ground\" width=\"{WIDTH}\" height=\"{height}\"/>\n\
         <text class=\"flame-title\" x=\"12\" y=\"26\">{}</text>\n\
         <text class=\"flame-quiet\" x=\"12\" y=\"46\">{}</text>\n",
        escape::html(&heading(title)),
        escape::html(&totals(tree)),
    );
    legend(&mut out, tree);
    let _ = writeln!(out, "<g transform=\"translate({MARGIN} 0)\">");
    for rectangle in &layout.rectangles {
        frame(
            &mut out,
            tree,
            rectangle,
            TOP + f64::from(rectangle.row) * HEIGHT,
        );
    }
    out.push_str("</g>\n");
    // Empty without the script, which says here what the mouse is over.
    let _ = write!(
        out,
        "<text class=\"flame-detail\" x=\"12\" y=\"84\"></text>\n\
         <text class=\"flame-quiet\" x=\"12\" y=\"{}\">{}</text>\n\
         <script><![CDATA[{SCRIPT}]]></script>\n</svg>\n",
        number(foot + 18.0),
        escape::html(&left_out(&layout)),
    );
    out
}

/// The title as far as it does not reach the search field: where paths are too long, their names.
fn heading(title: &str) -> String {
    let most = ((WIDTH - 320.0) / 9.0) as usize;
    let fits = |text: &str| text.chars().count() <= most;
    if fits(title) {
        return title.to_owned();
    }
    let names: Vec<&str> = title
        .split(" → ")
        .map(|path| path.rsplit('/').next().unwrap_or(path))
        .collect();
    let named = names.join(" → ");
    match named.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &named[..end]),
        None => named,
    }
}

fn totals(tree: &CallTree) -> String {
    let amount = |value: u64| Amount::new(value, tree.is_bytes);
    let name = &tree.value_name;
    match tree.nodes.first() {
        None => format!("{name}: no samples"),
        Some(root) if tree.differential => format!(
            "{name}: {} → {}; a frame is as wide as the larger of the two",
            amount(root.before),
            amount(root.after)
        ),
        Some(root) => format!("{name}: {}", amount(root.after)),
    }
}

fn left_out(layout: &FlameLayout) -> String {
    if layout.rectangles.is_empty() {
        return "Nothing to draw: all values are zero.".to_owned();
    }
    match layout.left_out {
        0 => String::new(),
        count => format!(
            "{} {} narrower than {} pixels {} not drawn.",
            Count(count as u64),
            if count == 1 { "frame" } else { "frames" },
            number(layout.narrowest.max(NARROWEST)),
            if count == 1 { "is" } else { "are" },
        ),
    }
}

fn hatch(id: &str, colour: String) -> String {
    format!(
        "<pattern id=\"{id}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
         <rect width=\"6\" height=\"6\" fill=\"#eeece8\"/><rect width=\"2.4\" height=\"6\" fill=\"{colour}\"/></pattern>\n"
    )
}

fn legend(out: &mut String, tree: &CallTree) {
    let mut x = 12.0;
    let mut entry = |fill: Option<String>, text: &str| {
        if let Some(fill) = fill {
            let _ = write!(
                out,
                "<rect x=\"{}\" y=\"56\" width=\"14\" height=\"11\" rx=\"2\" fill=\"{fill}\"/>",
                number(x)
            );
            x += 20.0;
        }
        let _ = writeln!(
            out,
            "<text class=\"flame-quiet\" x=\"{}\" y=\"66\">{text}</text>",
            number(x)
        );
        x += text.chars().count() as f64 * 6.3 + 18.0;
    };
    if !tree.differential {
        entry(
            None,
            "one hue for each module; pale: allocator, runtime and standard library",
        );
        return;
    }
    let errors = tree.nodes.iter().any(|node| node.standard_error.is_some());
    let noise = tree
        .nodes
        .iter()
        .any(|node| matches!(change(node), Change::Noise { .. }));
    entry(Some(change_colour(true, 1.0, 1.0)), "grew");
    entry(Some(change_colour(false, 1.0, 1.0)), "shrank");
    entry(Some(SAME.to_owned()), "same");
    if noise {
        entry(Some("url(#flame-grew)".to_owned()), "within noise");
    }
    entry(
        None,
        if errors {
            "more colourful: more certain; darker: more of the frame changed"
        } else {
            "errors are not known: colours say which way, not how certain; darker: more of the frame changed"
        },
    );
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
