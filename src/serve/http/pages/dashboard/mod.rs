//! `GET /`: one page for whoever is on call. Is it leaking, where, how fast, how long is left; then everything else.
//!
//! What comes in: the latest view, and what is known of the heaps that are watched. What goes out: a page that is whole without scripts,
//! fragments of it (`/panels/{name}`) for the script that keeps it fresh, and its style and scripts (`/assets/{name}`), which are part of
//! the program. Nothing is loaded from elsewhere, nothing runs but those scripts, and foreign text is escaped here, once: the script
//! puts fragments in their places as they are and writes live text as text.
//!
//! Verdicts, rates, alerts and figures are those that the routes answer with, printed with the same [units](crate::units). What depends on the
//! moment at which somebody looks, as whether a snapshot is late, is worked out in `outlook`.

mod alerts;
mod assets;
mod bounds;
mod collisions;
mod course;
mod errors;
mod events;
mod files;
mod flame;
mod intake;
mod markup;
mod memory;
mod outlook;
mod page;
mod panel;
mod scene;
mod sign;
mod snapshots;
mod table;
mod verdict;
mod workers;

pub(in crate::serve::http) use assets::{
    STYLE_PATH, THEME_PATH, asset, style_address, theme_address,
};
pub(in crate::serve::http) use page::{dashboard, panel};
