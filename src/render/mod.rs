//! How it looks: documents and call trees -> text. Foreign text is escaped here, once.
//!
//! A [`crate::report::Document`] is drawn by [`terminal()`], [`markdown()`] and [`html()`]; a
//! [`crate::analysis::call_tree::CallTree`] by [`flame_svg()`]. Every function is pure and deterministic: the same
//! statement gives the same bytes, whatever the environment says about width or colour. This room does not know where
//! a statement came from, and computes nothing that two outputs would have to agree on.

mod flame_colour;
pub mod flame_layout;
pub mod flame_svg;
pub mod html;
pub mod json;
pub mod markdown;
pub mod terminal;

pub use flame_svg::flame_svg;
pub use html::html;
pub use markdown::markdown;
pub use terminal::{Style, terminal};

#[cfg(test)]
mod sample;
