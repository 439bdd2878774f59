//! The page: verdict first, then what to do, the facts, the body in its order, the flame graph and the notes.

use std::fmt::Write as _;

use super::grid::grid;
use super::section::push_section;
use crate::escape;
use crate::render::chart_svg::{self, Size, picture};
use crate::report::{Chart, Document, Fact, Part, Tone, Verdict};

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// SHA-256 of the two scripts, so that no other script runs on the page. A test holds them against the files.
const REPORT_SCRIPT_HASH: &str = "sha256-xezBMBNjEhYU1AcREsqtWE3tu3tEArZcl/qHRnDOpsE=";
const FLAME_SCRIPT_HASH: &str = "sha256-ry6ShK5BCJmqWfXO1wSC26FgoioS6R/lDQKDFYyJxS8=";

/// `document` as one page that loads nothing, with `flame`, a picture from [`crate::render::flame_svg()`], in it.
pub fn html(document: &Document, flame: Option<&str>) -> String {
    let title = escape::html(&document.title);
    let mut out = String::with_capacity(32 * 1024 + flame.map_or(0, str::len));
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src '{REPORT_SCRIPT_HASH}' '{FLAME_SCRIPT_HASH}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>{}{title}</title>\n<style>\n{STYLE}{}</style>\n</head>\n<body>\n\
         <header class=\"masthead\">{MARK}<span class=\"brand\">fabric</span></header>\n<main>\n<h1>{title}</h1>\n",
        document
            .verdict
            .as_ref()
            .map_or(String::new(), |verdict| format!(
                "{}: ",
                escape::html(&verdict.word)
            )),
        chart_svg::STYLE,
    );
    if document.verdict.is_some() || !document.recommendations.is_empty() {
        out.push_str("<div class=\"summary\">\n");
        if let Some(verdict) = &document.verdict {
            push_verdict(&mut out, verdict);
        }
        if !document.recommendations.is_empty() {
            out.push_str("<section class=\"next\">\n<h2>Next</h2>\n");
            push_list(
                &mut out,
                "ol",
                "",
                document.recommendations.iter().map(String::as_str),
            );
            out.push_str("</section>\n");
        }
        out.push_str("</div>\n");
    }
    push_facts(&mut out, &document.facts);
    let mut flame = flame;
    for part in &document.body {
        match part {
            Part::FlameGraph(title) => push_flame(&mut out, title, flame.take()),
            part => push_part(&mut out, part),
        }
    }
    push_flame(&mut out, "", flame);
    if !document.notes.is_empty() {
        out.push_str("<section class=\"notes\">\n<h2>Notes</h2>\n");
        let notes: Vec<String> = document.notes.iter().map(ToString::to_string).collect();
        push_list(&mut out, "ul", "", notes.iter().map(String::as_str));
        out.push_str("</section>\n");
    }
    let _ = write!(
        out,
        "</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
    );
    out
}

/// How pages look: for one that is put together of fragments and is not to have styles within it.
pub fn style_sheet() -> String {
    format!("{STYLE}{}", chart_svg::STYLE)
}

/// The three threads woven through three others that stand before the name.
pub fn mark() -> &'static str {
    MARK
}

/// One part of a document as a fragment of a page that has the [`style_sheet`]: without styles and scripts in it. The place of a flame
/// graph is empty.
pub fn fragment(part: &Part) -> String {
    let mut out = String::new();
    push_part(&mut out, part);
    out
}

fn push_part(out: &mut String, part: &Part) {
    match part {
        Part::Table(table) => grid(out, table),
        Part::Chart(chart) => push_chart(out, chart),
        Part::Section(section) => push_section(out, section),
        Part::FlameGraph(_) => {}
    }
}

/// The flame graph under its heading, if there is one. Most documents have no place for it, and it stands at their end.
fn push_flame(out: &mut String, title: &str, flame: Option<&str>) {
    let Some(svg) = flame else { return };
    // The XML declaration before the picture belongs to a file of its own.
    let svg = &svg[svg.find("<svg").unwrap_or(0)..];
    out.push_str("<section class=\"panel flame-panel\" aria-label=\"Flame graph\">\n");
    if !title.is_empty() {
        let _ = writeln!(out, "<h2>{}</h2>", escape::html(title));
    }
    let _ = write!(out, "<div class=\"flame-room\">{svg}</div>\n</section>\n");
}

/// Two pictures, of which the style sheet shows the one that fits: text in a picture that is made smaller cannot be read.
fn push_chart(out: &mut String, chart: &Chart) {
    let _ = write!(
        out,
        "<section class=\"panel chart-panel\">\n<h2>{}</h2>\n<div class=\"chart-wide\">{}</div>\n\
         <div class=\"chart-narrow\">{}</div>\n</section>\n",
        escape::html(&chart.title),
        picture(chart, None, Size::Wide),
        picture(chart, None, Size::Narrow)
    );
}

/// Three threads woven through three others.
const MARK: &str = "<svg class=\"mark\" viewBox=\"0 0 24 24\" width=\"22\" height=\"22\" aria-hidden=\"true\">\
<path d=\"M5 2v8M5 14v8M12 2v3M12 9v6M12 19v3M19 2v8M19 14v8\"/>\
<path d=\"M2 5h1M7 5h10M21 5h1M2 12h8M14 12h8M2 19h1M7 19h10M21 19h1\"/></svg>";

fn push_verdict(out: &mut String, verdict: &Verdict) {
    let _ = write!(
        out,
        "<section class=\"verdict {}\">\n<p class=\"word\">{}</p>\n<p class=\"sentence\">{}</p>\n",
        tone_class(verdict.tone),
        // In a heading it is read, and not compared.
        escape::html(&verdict.word.replace('-', " ")),
        escape::html(&verdict.sentence)
    );
    if !verdict.evidence.is_empty() {
        push_list(
            out,
            "ul",
            "evidence",
            verdict.evidence.iter().map(String::as_str),
        );
    }
    out.push_str("</section>\n");
}

pub(super) fn push_facts(out: &mut String, facts: &[Fact]) {
    if facts.is_empty() {
        return;
    }
    out.push_str("<dl class=\"facts\">\n");
    for fact in facts {
        let _ = writeln!(
            out,
            "<div><dt>{}</dt><dd>{}</dd></div>",
            escape::html(&fact.label),
            escape::html(&fact.text)
        );
    }
    out.push_str("</dl>\n");
}

pub(super) fn push_list<'a>(
    out: &mut String,
    tag: &str,
    class: &str,
    items: impl Iterator<Item = &'a str>,
) {
    if class.is_empty() {
        let _ = writeln!(out, "<{tag}>");
    } else {
        let _ = writeln!(out, "<{tag} class=\"{class}\">");
    }
    for item in items {
        let _ = writeln!(out, "<li>{}</li>", escape::html(item));
    }
    let _ = writeln!(out, "</{tag}>");
}

pub(super) fn tone_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "plain",
        Tone::Good => "good",
        Tone::Warning => "warning",
        Tone::Bad => "bad",
        Tone::Faint => "faint",
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
