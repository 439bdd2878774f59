//! A chart -> an SVG picture: a file of its own, or a part of a page. Light or dark as the reader has it, without scripts.
//!
//! What comes in is a [`crate::report::Chart`], of any series over time; the same code draws the file, the page and the dashboard.

mod lines;
mod picture;

pub use picture::chart_svg;
pub(super) use picture::{STYLE, Size, picture};
