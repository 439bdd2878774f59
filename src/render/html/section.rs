//! A block under its own heading: a suspect with its course and call path, or a list of sentences.

use std::fmt::Write as _;

use super::page::{push_facts, push_list, tone_class};
use crate::escape;
use crate::render::spark;
use crate::report::Section;

pub(super) fn push_section(out: &mut String, section: &Section) {
    let tone = tone_class(section.tone);
    let _ = writeln!(out, "<section class=\"panel section {tone}\">");
    let title = escape::html(&section.title);
    match &section.subject {
        Some(subject) => {
            let _ = writeln!(
                out,
                "<h2><code class=\"leaf\">{}</code> <span class=\"tag {tone}\">{title}</span></h2>",
                escape::html(subject)
            );
        }
        None => {
            let _ = writeln!(out, "<h2>{title}</h2>");
        }
    }
    if !section.course.is_empty() {
        let _ = writeln!(
            out,
            "<div class=\"course\">{}</div>",
            spark::svg(&section.course, tone)
        );
    }
    push_facts(out, &section.facts);
    if !section.path.is_empty() {
        out.push_str("<ol class=\"frames\">\n");
        for (depth, frame) in section.path.iter().enumerate() {
            let _ = writeln!(
                out,
                "<li class=\"deep-{}\">{}</li>",
                depth.min(DEEPEST_INDENT),
                escape::html(frame)
            );
        }
        out.push_str("</ol>\n");
    }
    if !section.points.is_empty() {
        let points = section.points.iter().map(String::as_str);
        push_list(out, "ul", "evidence", points);
    }
    out.push_str("</section>\n");
}

/// Frames farther from the root are not indented more: the line would end before they begin.
const DEEPEST_INDENT: usize = 12;
