//! A line of a worker log, understood.
//!
//! What comes in: the bytes of one line, from [`tail`](super::tail). What goes out: a [`LogEvent`], or a [`RejectReason`], of which whoever knows
//! the file makes a [`Rejection`]; both go on to the [`store`](super::store). It does not know what file a line stands in, nor what other lines there
//! were. The shapes of lines are in `fabric-events(5)`. A [`Draft`] is an event that still borrows from its line.
//!
//! No line panics, and none stops the others. What is made of a line is never out of proportion to it.

mod dedup_key;
mod draft;
mod entries;
mod envelope;
mod half_characters;
mod json_text;
mod level;
mod line;
mod log_event;
mod raw_json;
mod rejection;
mod shape;
mod timestamp;
mod verbatim;

pub use dedup_key::DedupKey;
pub use draft::Draft;
pub use entries::Entries;
pub use level::Level;
pub use line::parse;
pub use log_event::LogEvent;
pub use rejection::{RejectReason, Rejection};

#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod shape_tests;
#[cfg(test)]
mod tests;
