//! A call tree -> a flame graph as one SVG file that needs nothing else.
//!
//! The root is at the top: depth then grows the way pages scroll. Without its script, as in an `<img>` or in a viewer
//! that runs none, it is a complete picture with tooltips; with it, a click zooms and a field searches.

mod frame;
mod picture;

#[cfg(test)]
pub(super) use picture::SCRIPT;
pub use picture::flame_svg;
