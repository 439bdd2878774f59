//! A block under its own heading, and a chart out of characters.

use super::budget::{Budget, shortened};
use super::list;
use super::table::SPARK_COLUMNS;
use super::text::{code, prose};
use crate::escape;
use crate::render::chart_text::chart_text;
use crate::render::spark::blocks;
use crate::report::{Chart, Section};

/// A suspect or a list of sentences.
pub(super) fn section_parts(section: &Section, budget: &Budget) -> Vec<String> {
    let title = prose(&section.title, budget.sentence);
    let mut parts = vec![match &section.subject {
        Some(subject) => format!("### {}: {title}", code(subject, budget.name)),
        None => format!("### {title}"),
    }];
    let mut facts: Vec<String> = section
        .facts
        .iter()
        .map(|fact| {
            format!(
                "* **{}**: {}",
                escape::markdown(&fact.label),
                prose(&fact.text, budget.sentence)
            )
        })
        .collect();
    if !section.course.is_empty() {
        let drawn = blocks(&section.course, SPARK_COLUMNS, true);
        facts.push(format!("* **course**: {drawn}"));
    }
    parts.push(facts.join("\n"));
    if !section.path.is_empty() {
        parts.push(fenced(&path_lines(&section.path, budget)));
    }
    parts.push(list(&section.points, budget));
    parts
}

/// The chart in a code block, where all characters are as wide as each other.
pub(super) fn chart_section(chart: &Chart, budget: &Budget) -> Option<String> {
    const COLUMNS: usize = 60;
    const ROWS: usize = 9;
    let lines = chart_text(chart, COLUMNS, ROWS, true);
    (!lines.is_empty()).then(|| {
        format!(
            "### {}\n\n{}",
            prose(&chart.title, budget.sentence),
            fenced(&lines)
        )
    })
}

/// The frames, each a little more indented; what is left out lies between the root and the frame to blame.
fn path_lines(path: &[String], budget: &Budget) -> Vec<String> {
    let kept = budget.frames.max(2);
    let from_root = if path.len() > kept {
        kept / 2
    } else {
        path.len()
    };
    let from_leaf = path.len().min(kept) - from_root;
    let frame = |(depth, name): (usize, &String)| {
        let name = shortened(name, budget.name);
        format!(
            "{}{}",
            " ".repeat(depth.min(DEEPEST_INDENT)),
            escape::terminal(&name)
        )
    };
    let mut lines: Vec<String> = path.iter().enumerate().take(from_root).map(frame).collect();
    if path.len() > kept {
        lines.push(format!("... {} more frames", path.len() - kept));
    }
    let rest = path.iter().enumerate().skip(path.len() - from_leaf);
    lines.extend(rest.map(frame));
    lines
}

/// Frames farther from the root are not indented more.
const DEEPEST_INDENT: usize = 24;

/// A code block whose fence no line of it can end.
fn fenced(lines: &[String]) -> String {
    let runs = lines.iter().flat_map(|line| line.split(|c| c != '`'));
    let longest = runs.map(str::len).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}text\n{}\n{fence}", lines.join("\n"))
}
