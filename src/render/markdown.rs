//! A document -> GitHub-flavoured Markdown, for a pull request, an issue or a job summary.
//!
//! Besides what Markdown gives a meaning to, GitHub turns `@name` into a mention, `::word::` into an emoji, `$x$` into a
//! formula and a web address into a link. Only inside a code span does none of that happen, so functions are code.

mod budget;
mod section;
mod table;
mod text;

use budget::{BUDGETS, Budget};
use section::{chart_section, section_parts};
use table::table_sections;
use text::prose;

use crate::escape;
use crate::report::{Document, Part};

/// GitHub takes 65,536 characters for a comment; what a workflow writes around the document has room beside it.
const MOST_CHARACTERS: usize = 60_000;

/// `document` as GitHub-flavoured Markdown of at most 60,000 characters: what is too long for a comment is shortened, and says so.
/// Bars are left out: the number beside them says the same.
pub fn markdown(document: &Document) -> String {
    let mut text = String::new();
    for budget in &BUDGETS {
        text = within(document, budget);
        if text.chars().count() <= MOST_CHARACTERS {
            return text;
        }
    }
    cut(&text)
}

/// Nothing that fabric says is that long; a document made of other things ends at the last line that fits.
fn cut(text: &str) -> String {
    const LAST: &str = "The rest is left out: GitHub takes no longer text.\n";
    let end = text
        .char_indices()
        .nth(MOST_CHARACTERS - LAST.len() - 2)
        .map_or(text.len(), |(end, _)| end);
    let kept = &text[..end];
    let kept = &kept[..kept.rfind('\n').unwrap_or(0)];
    format!("{}\n\n{LAST}", kept.trim_end())
}

fn within(document: &Document, budget: &Budget) -> String {
    let prose = |text: &str| prose(text, budget.sentence);
    let mut sections = vec![format!("## {}", prose(&document.title))];
    if let Some(verdict) = &document.verdict {
        sections.push(format!(
            "**{}**: {}",
            escape::markdown(&verdict.word),
            prose(&verdict.sentence)
        ));
        sections.push(list(&verdict.evidence, budget));
    }
    // Another marker than that of the evidence: the same one would make both a single list.
    let facts = document.facts.iter().map(|fact| {
        format!(
            "* **{}**: {}",
            escape::markdown(&fact.label),
            prose(&fact.text)
        )
    });
    sections.push(facts.collect::<Vec<_>>().join("\n"));
    if !document.recommendations.is_empty() {
        sections.push("### Next".to_owned());
        sections.push(list(&document.recommendations, budget));
    }
    for part in &document.body {
        match part {
            Part::Table(table) => sections.extend(table_sections(table, budget)),
            Part::Chart(chart) => sections.extend(chart_section(chart, budget)),
            Part::Section(section) => sections.extend(section_parts(section, budget)),
            // GitHub shows no picture that is not a file.
            Part::FlameGraph(_) => {}
        }
    }
    if !document.notes.is_empty() {
        sections.push("### Notes".to_owned());
        let notes: Vec<String> = document.notes.iter().map(ToString::to_string).collect();
        sections.push(list(&notes, budget));
    }
    sections.retain(|section| !section.is_empty());
    sections.join("\n\n") + "\n"
}

fn list(items: &[String], budget: &Budget) -> String {
    let mut lines: Vec<String> = items
        .iter()
        .take(budget.items)
        .map(|item| format!("- {}", prose(item, budget.sentence)))
        .collect();
    if items.len() > budget.items {
        lines.push(format!("- and {} more", items.len() - budget.items));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests;
