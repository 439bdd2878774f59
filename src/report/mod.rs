//! Results -> a complete statement for people that knows no output format.
//!
//! A [`Document`] is what a terminal, Markdown and HTML have in common: facts, a verdict, tables, recommendations, notes.
//! Text in it is foreign and unescaped; the renderer escapes it for its destination.

pub mod document;
pub mod table;

pub use document::{Document, Fact, Tone, Verdict};
pub use table::{Align, Cell, Column, Table};
