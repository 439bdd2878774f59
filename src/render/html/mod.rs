//! A document -> one HTML page that needs nothing else: no network, no script to be read, no font.
//!
//! Everything on it can be read without its script; with it, tables can be sorted and filtered. The page forbids itself
//! to load anything and to run any script but the two that fabric wrote, whatever a name in a profile says.

mod grid;
mod page;
mod section;

#[cfg(test)]
mod sha256;

pub use grid::table;
pub use page::{fragment, html, mark, style_sheet};
