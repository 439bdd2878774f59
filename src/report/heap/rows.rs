//! How tables about heaps are laid out: numbers in front, and what holds a thing behind its name.

use crate::report::{Align, Cell, Column, RowOrder, Table, Tone};

/// A table with numbers in front and a text or path that takes the room that is left.
pub(super) fn table(title: String, numbers: &[&str], text: &str, rows: Vec<Vec<Cell>>) -> Table {
    let mut columns: Vec<Column> = numbers
        .iter()
        .zip(0..)
        .map(|(title, place)| Column::new(title, Align::Right, place))
        .collect();
    columns.push(Column::flexible(text));
    Table {
        title,
        columns,
        rows,
        rest: None,
        order: RowOrder::Rank,
    }
}

/// A thing and its holders, the nearest first.
pub(super) fn held(name: String, holders: &[String]) -> Cell {
    let path = std::iter::once(name).chain(holders.iter().cloned());
    Cell::Path(path.collect(), Tone::Plain)
}
