//! Every collection with its bound, as bars: what is full, and what was lost because of it.

use std::fmt::Write as _;

use super::scene::Scene;
use crate::serve::bounds::BoundReport;
use crate::units::{Bytes, Count};

/// From this share on, a bar says that it is nearly full.
const NEARLY_FULL: f64 = 0.9;

pub(super) fn draw(out: &mut String, scene: &Scene) {
    let total: u64 = scene.bounds.iter().map(|it| it.usage.bytes).sum();
    out.push_str("<ul class=\"bounds\">\n");
    for report in &scene.bounds {
        push_bound(out, report);
    }
    let _ = writeln!(
        out,
        "</ul>\n<p class=\"rest\">All collections together hold {}. What is full lets go of something by the rule under its name.</p>",
        Bytes(total)
    );
}

fn push_bound(out: &mut String, report: &BoundReport) {
    let (bound, usage) = (&report.bound, &report.usage);
    let _ = write!(
        out,
        "<li data-key=\"{}\"><details><summary>{}</summary><p>{}.</p></details>",
        bound.collection,
        in_words(bound.collection),
        bound.policy
    );
    let of = |now: String, cap: Option<String>| match cap {
        Some(cap) => format!("{now} of {cap}"),
        None => now,
    };
    if bound.cap_entries.is_some() || usage.length > 0 {
        let text = of(
            Count(usage.length).to_string(),
            bound.cap_entries.map(|cap| Count(cap).to_string()),
        );
        push_bar(out, &text, usage.length, bound.cap_entries);
    }
    if bound.cap_bytes.is_some() || usage.bytes > 0 {
        let text = of(
            Bytes(usage.bytes).to_string(),
            bound.cap_bytes.map(|cap| Bytes(cap).to_string()),
        );
        push_bar(out, &text, usage.bytes, bound.cap_bytes);
    }
    match usage.evictions {
        0 => out.push_str("<p class=\"lost\">nothing let go</p>"),
        lost => {
            let _ = write!(out, "<p class=\"lost some\">{} let go</p>", Count(lost));
        }
    }
    out.push_str("</li>\n");
}

fn push_bar(out: &mut String, text: &str, now: u64, cap: Option<u64>) {
    let _ = write!(out, "<p class=\"gauge\">{text}");
    if let Some(cap) = cap.filter(|cap| *cap > 0) {
        let share = (now as f64 / cap as f64).clamp(0.0, 1.0);
        let class = if share >= NEARLY_FULL {
            " class=\"full\""
        } else {
            ""
        };
        let _ = write!(
            out,
            "<svg{class} viewBox=\"0 0 100 6\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect width=\"{:.1}\" height=\"6\"/></svg>",
            share * 100.0
        );
    }
    out.push_str("</p>");
}

/// `recentModifications` as people write it.
fn in_words(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            out.push(' ');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}
