//! A folder of logs that grow, read line by line.
//!
//! What comes in: a folder, and where reading stopped last time. What goes out: each whole line once, into a [`LineSink`], with the file and
//! the offset it stands at. This room does not know what is in a line.

mod line_sink;
mod tail_report;

pub use line_sink::{LineSink, Place};
pub use tail_report::{TailProblem, TailReport};
