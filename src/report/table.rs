//! A titled table with typed columns: what terminal, Markdown and HTML share.

use super::Tone;
use crate::analysis::call_path::PathFrame;
use crate::model::NO_STACK;
use crate::units::{Amount, Count, Share, SignedAmount};

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

/// The header of a column of call paths.
pub(super) const CALL_PATH: &str = "call path, blamed frame first";

impl Column {
    /// A column that takes no more width than it needs.
    pub fn new(title: &str, align: Align, dispensable: u8) -> Column {
        Column {
            title: title.to_owned(),
            align,
            dispensable,
            flexible: false,
        }
    }

    /// The column that takes the width that is left.
    pub fn flexible(title: &str) -> Column {
        Column {
            flexible: true,
            ..Column::new(title, Align::Left, 0)
        }
    }
}

impl Cell {
    /// Text that is nothing special.
    pub fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned(), Tone::Plain)
    }

    /// So many things.
    pub fn count(value: u64) -> Cell {
        Cell::amount(value, false, Tone::Plain)
    }

    /// So many bytes.
    pub fn bytes(value: u64) -> Cell {
        Cell::amount(value, true, Tone::Plain)
    }

    /// So much of what is counted.
    pub fn amount(value: u64, is_bytes: bool, tone: Tone) -> Cell {
        Cell::Number(Amount::new(value, is_bytes).to_string(), value as f64, tone)
    }

    /// A change of what is counted.
    pub fn change(value: i64, is_bytes: bool, tone: Tone) -> Cell {
        let text = SignedAmount::new(value, is_bytes).to_string();
        Cell::Number(text, value as f64, tone)
    }

    /// A part of a whole, as a percentage.
    pub fn share(part: u64, whole: u64) -> Cell {
        let (part, whole) = (part as f64, whole as f64);
        let value = if whole == 0.0 { 0.0 } else { part / whole };
        Cell::Number(Share { part, whole }.to_string(), value, Tone::Plain)
    }

    /// A call path, given from the frame to blame on.
    pub fn path(frames: &[PathFrame], tone: Tone) -> Cell {
        if frames.is_empty() {
            return Cell::Text(NO_STACK.to_owned(), tone);
        }
        let names = frames.iter().map(|frame| frame.name.clone());
        Cell::Path(names.collect(), tone)
    }
}

/// What a table says of rows that it leaves out, if it leaves some out.
pub(super) fn left_out(rows: usize) -> Option<String> {
    (rows > 0).then(|| format!("{} (--top 0 shows all)", more_rows(rows)))
}

/// How many rows are left out.
pub(super) fn more_rows(rows: usize) -> String {
    match rows {
        1 => "1 more row".to_owned(),
        rows => format!("{} more rows", Count(rows as u64)),
    }
}
