//! A table in Markdown, padded so that its source can be read too.

use super::budget::Budget;
use super::text::{code, prose};
use crate::render::spark::blocks;
use crate::report::{Align, Cell, Column, RowOrder, Table, Tone};
use crate::units::Count;

/// Cells are padded to the widest of their column, but not beyond this: one long name would pad all rows.
pub(super) const WIDEST_PADDING: usize = 48;

/// Characters of a course of values.
pub(super) const SPARK_COLUMNS: usize = 24;

/// The table under its heading, and what is left out of it.
pub(super) fn table_sections(table: &Table, budget: &Budget) -> Vec<String> {
    let (from_start, from_end) = shown(table, budget);
    let left_out = table.rows.len() - from_start - from_end;
    let rows_shown = || {
        let end = table.rows.len() - from_end;
        table.rows[..from_start].iter().chain(&table.rows[end..])
    };
    let is_bar = |place: usize| {
        let mut cells = table.rows.iter().filter_map(|row| row.get(place));
        !table.rows.is_empty() && cells.all(|cell| matches!(cell, Cell::Bar(..)))
    };
    let kept: Vec<usize> = (0..table.columns.len())
        .filter(|&place| !is_bar(place))
        .collect();
    let header = kept
        .iter()
        .map(|&place| prose(&table.columns[place].title, budget.sentence))
        .collect();
    let body = rows_shown().map(|row| {
        kept.iter()
            .map(|&place| {
                row.get(place)
                    .map_or_else(String::new, |it| cell(it, budget))
            })
            .collect()
    });
    let rows: Vec<Vec<String>> = std::iter::once(header).chain(body).collect();
    let columns: Vec<&Column> = kept.iter().map(|&place| &table.columns[place]).collect();

    let mut sections = Vec::new();
    if !table.title.is_empty() {
        sections.push(format!("### {}", prose(&table.title, budget.sentence)));
    }
    if !columns.is_empty() {
        sections.push(lines(&columns, &rows));
    }
    if left_out > 0 {
        sections.push(left_out_text(table, left_out, from_start));
    }
    if let Some(rest) = &table.rest {
        sections.push(prose(rest, budget.sentence));
    }
    sections
}

/// How many rows are shown from the beginning and from the end.
fn shown(table: &Table, budget: &Budget) -> (usize, usize) {
    let rows = table.rows.len();
    match table.order {
        _ if rows <= budget.rows => (rows, 0),
        RowOrder::Rank => (budget.rows, 0),
        // The end of a series says more than its beginning.
        RowOrder::Time => (budget.rows / 3, budget.rows - budget.rows / 3),
    }
}

fn left_out_text(table: &Table, left_out: usize, from_start: usize) -> String {
    let count = match left_out {
        1 => "1 row".to_owned(),
        count => format!("{} rows", Count(count as u64)),
    };
    let place = match table.order {
        RowOrder::Rank => "more".to_owned(),
        RowOrder::Time => format!("after the first {from_start}"),
    };
    format!("{count} {place} left out: GitHub takes no longer text.")
}

fn lines(columns: &[&Column], rows: &[Vec<String>]) -> String {
    // Three dashes are the least that a column rule may have.
    let widths: Vec<usize> = (0..columns.len())
        .map(|place| {
            let widest = rows.iter().map(|row| row[place].chars().count()).max();
            widest.unwrap_or(0).clamp(3, WIDEST_PADDING)
        })
        .collect();
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells = row.iter().zip(columns).zip(&widths);
            join(cells.map(|((cell, column), &width)| match column.align {
                Align::Left => format!("{cell:<width$}"),
                Align::Right => format!("{cell:>width$}"),
            }))
        })
        .collect();
    let rule = join(
        columns
            .iter()
            .zip(&widths)
            .map(|(column, &width)| match column.align {
                Align::Left => "-".repeat(width),
                Align::Right => "-".repeat(width - 1) + ":",
            }),
    );
    lines.insert(1, rule);
    lines.join("\n")
}

fn join(cells: impl Iterator<Item = String>) -> String {
    format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
}

fn cell(cell: &Cell, budget: &Budget) -> String {
    match cell {
        Cell::Missing => String::new(),
        Cell::Text(text, tone) | Cell::Number(text, _, tone) => {
            match (tone, &*prose(text, budget.name)) {
                (_, "") => String::new(),
                // Markdown has no colour; what matters most is bold instead.
                (Tone::Bad, text) => format!("**{text}**"),
                (_, text) => text.to_owned(),
            }
        }
        Cell::Path(names, _) => {
            let shown = names.iter().take(budget.frames);
            let mut parts: Vec<String> = shown.map(|name| code(name, budget.name)).collect();
            if names.len() > budget.frames {
                parts.push(format!("{} more", names.len() - budget.frames));
            }
            parts.join(" ← ")
        }
        Cell::Bar(value, _) => format!("{:+.0} %", value * 100.0),
        Cell::Spark(values, _) => blocks(values, SPARK_COLUMNS, true),
    }
}
