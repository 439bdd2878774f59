//! How it looks: documents, charts and call trees -> text. Foreign text is escaped here, once.
//!
//! A [`Document`](crate::report::Document) is drawn by [`terminal()`], [`markdown()`] and [`html()`]; a
//! [`CallTree`](crate::analysis::call_tree::CallTree) by [`flame_svg()`], a [`Chart`](crate::report::Chart) by [`chart_svg()`]; [`json`]
//! writes the reports themselves. Every function is pure and deterministic: the same statement gives the same bytes, whatever the
//! environment says about width or colour. This room does not know where a statement came from, and computes nothing that two outputs
//! would have to agree on.

mod chart_scale;
pub mod chart_svg;
mod chart_text;
mod flame_colour;
pub mod flame_layout;
pub mod flame_svg;
pub mod html;
pub mod json;
pub mod markdown;
mod spark;
pub mod terminal;

pub use chart_svg::chart_svg;
pub use flame_svg::flame_svg;
pub use html::html;
pub use markdown::markdown;
pub use terminal::{Style, terminal};

#[cfg(test)]
mod sample;
#[cfg(test)]
pub(crate) mod trend_sample;
