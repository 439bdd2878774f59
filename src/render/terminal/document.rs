//! A document as lines, in the order in which it is read.

use super::grid::{SPARK_COLUMNS, grid};
use super::prose::wrapped;
use super::width::columns;
use super::{Style, path::fit_name};
use crate::escape;
use crate::render::chart_text::chart_text;
use crate::render::spark::blocks;
use crate::report::{Chart, Document, Fact, Part, Section, Verdict};

/// Below this many columns nothing useful can be laid out, and lines are left to the terminal to break.
const LEAST_WIDTH: usize = 40;

/// `document` as text for a terminal, a pipe or a file. Lines have no trailing spaces, and names no control characters.
pub fn terminal(document: &Document, style: Style) -> String {
    let style = Style {
        width: style.width.max(LEAST_WIDTH),
        ..style
    };
    let mut sections: Vec<Vec<String>> = Vec::new();
    let title = fit_name(&escape::terminal(&document.title), style.width, style);
    sections.push(vec![style.bold(&title)]);
    if let Some(verdict) = &document.verdict {
        sections.push(verdict_lines(verdict, style));
    }
    sections.push(fact_lines(&document.facts, style));
    for part in &document.body {
        match part {
            Part::Table(table) => sections.push(grid(table, style)),
            Part::Chart(chart) => sections.push(chart_lines(chart, style)),
            Part::Section(section) => sections.push(section_lines(section, style)),
            // A flame graph needs more room than characters have.
            Part::FlameGraph(_) => {}
        }
    }
    sections.push(
        document
            .recommendations
            .iter()
            .flat_map(|text| labelled("next:", text, style))
            .collect(),
    );
    sections.push(
        document
            .notes
            .iter()
            .flat_map(|note| labelled("note:", &note.to_string(), style))
            .collect(),
    );
    let mut out = String::new();
    for section in sections.iter().filter(|section| !section.is_empty()) {
        if !out.is_empty() {
            out.push('\n');
        }
        for line in section {
            out.push_str(line);
            out.push('\n');
        }
    }
    if style.unicode {
        return out;
    }
    // What sentences have of more than ASCII.
    out.replace('→', "->").replace('←', "<-").replace('±', "+-")
}

/// A higher chart would push the tables off the screen.
const CHART_ROWS: usize = 8;

/// A wider one says no more.
const WIDEST_CHART: usize = 80;

fn chart_lines(chart: &Chart, style: Style) -> Vec<String> {
    // The labels left of the chart take up to ten columns, and a line between.
    let columns = style.width.saturating_sub(12).min(WIDEST_CHART);
    let drawn = chart_text(chart, columns, CHART_ROWS, style.unicode);
    if drawn.is_empty() {
        return drawn;
    }
    let mut lines = vec![style.bold(&escape::terminal(&chart.title))];
    lines.extend(drawn);
    lines
}

fn section_lines(section: &Section, style: Style) -> Vec<String> {
    let title = escape::terminal(&section.title);
    let mut lines = match &section.subject {
        Some(subject) => {
            let room = style.width.saturating_sub(columns(&title) + 2);
            let subject = fit_name(&escape::terminal(subject), room.max(SUBJECT_LEAST), style);
            vec![format!(
                "{}: {}",
                style.bold(&subject),
                style.tone(section.tone, &title)
            )]
        }
        None => vec![style.bold(&title)],
    };
    if !section.course.is_empty() {
        let drawn = blocks(&section.course, SPARK_COLUMNS, style.unicode);
        lines.push(style.tone(section.tone, &drawn));
    }
    lines.extend(fact_lines(&section.facts, style));
    for (depth, frame) in section.path.iter().enumerate() {
        let indent = " ".repeat(2 + depth.min(DEEPEST_INDENT));
        let room = style.width.saturating_sub(indent.len());
        lines.push(format!(
            "{indent}{}",
            fit_name(&escape::terminal(frame), room, style)
        ));
    }
    let bullet = if style.unicode { "  • " } else { "  - " };
    for point in &section.points {
        lines.extend(wrapped(bullet, &escape::terminal(point), style.width));
    }
    lines
}

/// Less of a function's name says nothing, even if the line becomes wider than the terminal.
const SUBJECT_LEAST: usize = 16;

/// Frames farther from the root are not indented more.
const DEEPEST_INDENT: usize = 12;

fn verdict_lines(verdict: &Verdict, style: Style) -> Vec<String> {
    let word = escape::terminal(&verdict.word);
    let mut lines = wrapped(
        &format!("{word}: "),
        &escape::terminal(&verdict.sentence),
        style.width,
    );
    // Painted after breaking, so that escape sequences do not count as columns.
    if let Some(line) = lines.first_mut() {
        let rest = line[word.len()..].to_owned();
        *line = style.bold_tone(verdict.tone, &word) + &style.bold(rest.trim_end());
    }
    for line in lines.iter_mut().skip(1) {
        *line = style.bold(line);
    }
    let bullet = if style.unicode { "  • " } else { "  - " };
    for reason in &verdict.evidence {
        lines.extend(wrapped(bullet, &escape::terminal(reason), style.width));
    }
    lines
}

fn fact_lines(facts: &[Fact], style: Style) -> Vec<String> {
    let label = |fact: &Fact| escape::terminal(&fact.label).into_owned();
    let widest = facts.iter().map(|f| columns(&label(f))).max().unwrap_or(0);
    let mut lines = Vec::new();
    for fact in facts {
        let label = label(fact);
        let first = format!("{label}{}", " ".repeat(widest + 2 - columns(&label)));
        let text = escape::terminal(&fact.text);
        for (place, line) in wrapped(&first, &text, style.width).into_iter().enumerate() {
            lines.push(match line.strip_prefix(label.as_str()) {
                Some(rest) if place == 0 => style.faint(&label) + rest,
                _ => line,
            });
        }
    }
    lines
}

fn labelled(label: &str, text: &str, style: Style) -> Vec<String> {
    let mut lines = wrapped(&format!("{label} "), &escape::terminal(text), style.width);
    if let Some(line) = lines.first_mut() {
        *line = style.bold(label) + &line[label.len()..];
    }
    lines
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
