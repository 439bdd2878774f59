//! Services whose heap snapshots lie in a folder and are judged: this server itself, and those that it watches.
//!
//! ```text
//! notify, poll, requests -> desk (one for each target) -> Judged, an answer for all who wait -> Assessment -> hub
//! ```
//!
//! Of a service that is watched, snapshots are taken on an interval into a folder of its own, as `fabric snapshot URL` takes them.
//!
//! What comes in: folders, and questions about them. What goes out: a [`Targets`] that answers from the judgement of exactly what lies in a
//! folder now, and an [`Assessment`](super::store::Assessment) for the hub whenever that changes. The judgement is the one of
//! [`judge`](crate::judge), which `fabric trend` prints. At most one analysis or comparison runs at a time, over all targets and on one core, so
//! that the other is left to the hub.
//!
//! It knows nothing of HTTP, nor what follows from a verdict: the [`store`](super::store) says of which [alerts](super::alerts) somebody is told.

mod bounded_modules;
mod compared;
mod comparing;
mod counters;
mod desk;
mod folder_look;
mod folder_watch;
mod handle;
mod judged;
mod last_try;
mod saved_reports;
mod scrape;
mod scrape_clock;
mod target;
mod target_error;
mod trouble;
mod watched;

#[cfg(test)]
mod scrape_tests;
#[cfg(test)]
mod tests;

pub use compared::Compared;
pub use folder_look::Fingerprint;
pub use handle::{Scrapes, Targets};
pub use judged::Judged;
pub(in crate::serve) use last_try::LastTry;
pub use saved_reports::save_report;
pub use target::Target;
pub use target_error::TargetError;
pub(in crate::serve) use trouble::Trouble;
pub use watched::{WatchOptions, Watched};
