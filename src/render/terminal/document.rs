//! A document as lines, in the order in which it is read.

use super::grid::grid;
use super::prose::wrapped;
use super::width::columns;
use super::{Style, path::fit_name};
use crate::escape;
use crate::report::{Document, Fact, Verdict};

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
    for table in &document.tables {
        sections.push(grid(table, style));
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
    out
}

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
