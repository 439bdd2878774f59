//! Results -> a complete statement for people that knows no output format.
//!
//! [`SnapshotReport`] and [`DiffReport`] hold everything that is to be said about one profile or two; the JSON output is made
//! from them as they are. Their [`Document`] is what a terminal, Markdown and HTML have in common: facts, a verdict, tables,
//! recommendations, notes. Text in it is foreign and unescaped; the renderer escapes it for its destination.

pub mod diff;
pub mod document;
pub mod input;
pub mod snapshot;
pub mod table;

pub use diff::DiffReport;
pub use document::{Document, Fact, Tone, Verdict};
pub use input::Input;
pub use snapshot::SnapshotReport;
pub use table::{Align, Cell, Column, Table};
