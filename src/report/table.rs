//! A titled table with typed columns: what terminal, Markdown and HTML share.

use super::Tone;

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What the rows are.
    pub title: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows; each has one cell for each column.
    pub rows: Vec<Vec<Cell>>,
    /// What the rows that are not shown amount to, in a sentence fragment.
    pub rest: Option<String>,
    /// What the order of the rows means, and so which of them a destination without room leaves out.
    pub order: RowOrder,
}

/// What the order of rows means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowOrder {
    /// The most important first: the last ones can be left out.
    Rank,
    /// Time: what lies between the beginning and the end can be left out.
    Time,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Header.
    pub title: String,
    /// Alignment.
    pub align: Align,
    /// How narrow a destination may be before this column is left out: 0 is never left out, higher numbers go first.
    pub dispensable: u8,
    /// Whether this column takes the width that is left, and is shortened in the middle or wrapped when there is too little.
    pub flexible: bool,
}

/// Alignment of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing is known: empty, never zero.
    Missing,
    /// Text, with its tone.
    Text(String, Tone),
    /// A formatted number with the value it stands for, by which a destination that can sort sorts: `+13.7 MiB` and
    /// `+900 KiB` do not sort as text.
    Number(String, f64, Tone),
    /// Call path, first the frame to blame, then its callers: joined by ` <- ` and shortened from the far end.
    Path(Vec<String>, Tone),
    /// A signed bar between -1 (full, to the left) and 1 (full, to the right).
    Bar(f64, Tone),
    /// Values over time, as a small picture of their course.
    Spark(Vec<f64>, Tone),
}
