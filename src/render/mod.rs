//! How it looks: documents and pictures -> text. Foreign text is escaped here, once.
//!
//! * [`terminal()`]: a document for people at a terminal or in a log.
//! * [`markdown()`]: the same for an issue or a pull request.

mod bar;
mod markdown;
mod shorten;
pub mod terminal;

pub use markdown::markdown;
// The function beside the module of the same name: `terminal(&document, terminal::Style { .. })`.
pub use terminal::render as terminal;
