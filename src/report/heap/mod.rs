//! Statements about heaps whose every object is known.

mod growth;
mod retainers;
mod survey;

pub(super) use growth::{growth_facts, growth_tables};
pub use retainers::RetainersReport;
pub(super) use survey::tables;

use super::snapshot::{amount, column};
use super::{Align, Cell, Column, RowOrder, Table, Tone};

/// How precise heaps are whose every object is known.
pub(super) const COUNTED: &str =
    "every object is counted: no sampling error, but what no collection has taken yet is noise";

/// A table with numbers in front and a text or path that takes the room that is left.
fn table(title: String, numbers: &[&str], text: &str, rows: Vec<Vec<Cell>>) -> Table {
    let mut columns: Vec<Column> = numbers
        .iter()
        .zip(0..)
        .map(|(title, place)| column(title, Align::Right, place))
        .collect();
    columns.push(Column {
        flexible: true,
        ..column(text, Align::Left, 0)
    });
    Table {
        title,
        columns,
        rows,
        rest: None,
        order: RowOrder::Rank,
    }
}

fn bytes(value: u64) -> Cell {
    Cell::Number(amount(value, true), value as f64, Tone::Plain)
}

fn count(value: u64) -> Cell {
    Cell::Number(amount(value, false), value as f64, Tone::Plain)
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned(), Tone::Plain)
}

/// A thing and its holders, the nearest first.
fn held(name: String, holders: &[String]) -> Cell {
    let path = std::iter::once(name).chain(holders.iter().cloned());
    Cell::Path(path.collect(), Tone::Plain)
}

/// What the rows that are not shown are, if any are not.
fn rest(shown: usize, all: usize) -> Option<String> {
    (all > shown).then(|| {
        format!(
            "{} (--top 0 shows all)",
            super::snapshot::more_rows(all - shown)
        )
    })
}
