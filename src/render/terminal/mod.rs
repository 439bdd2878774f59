//! A document -> lines for a terminal, a pipe or a text file.
//!
//! In comes a [`crate::report::Document`] and a [`Style`]; out comes text that fits the width, without trailing spaces.
//! Only this room knows comfy-table, which lays out and measures; colour is put on afterwards, so that the
//! environment (`NO_COLOR`, a detected terminal) has no say in what a pure function returns.

mod bar;
mod document;
mod grid;
mod path;
mod prose;
mod style;
mod width;

pub use document::terminal;
pub use style::Style;
