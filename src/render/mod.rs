//! How it looks: documents and pictures -> text. Foreign text is escaped here, once.
//!
//! * [`terminal()`]: a document for people at a terminal or in a log.
//! * [`markdown()`]: the same for an issue or a pull request.
//! * [`html()`]: the same as one page that needs no network.
//! * [`flame_svg()`]: a call tree as a picture; [`flame_layout`] says where its frames go.
//! * [`json`]: reports for programs.

mod bar;
pub mod flame_layout;
mod flame_svg;
mod html;
pub mod json;
mod markdown;
mod shorten;
pub mod terminal;

pub use flame_svg::flame_svg;
pub use html::html;
pub use markdown::markdown;
// The function beside the module of the same name: `terminal(&document, terminal::Style { .. })`.
pub use terminal::render as terminal;
