//! A folder of logs that grow, read line by line.
//!
//! What comes in: a folder, and where reading stopped last time. What goes out: each whole line once, into a [`LineSink`], with the file and
//! the offset it stands at. This room does not know what is in a line: that is for the sink to find out, with [`event`](super::event).
//!
//! `cursor` decides what to do with a file from what is known and what is seen; `line_splitter` makes lines of bytes: both are pure. `look`
//! goes through the folder, `names` says what became of a name in it, `read_turn` reads one file for a while, `followed` opens and closes
//! them, and the [`Tailer`] says whose turn it is. It is synchronous and looks at no clock; [`run`] gives it a thread, the time, and a
//! [`Wake`] that hears of changes. Nothing depends on hearing of them: a slow regular look finds everything.

mod cursor;
mod followed;
mod history_start;
mod known_file;
mod line_sink;
mod line_splitter;
mod look;
mod names;
mod places;
mod problems;
mod read_turn;
mod roster;
mod run;
mod state_file;
mod tail_options;
mod tail_report;
mod tailer;
#[cfg(test)]
mod tests;
mod wake;

pub use line_sink::{LineSink, Place};
pub use run::run;
pub use tail_options::TailOptions;
pub use tail_report::{TailProblem, TailReport};
pub use tailer::{Tailer, Turn};
pub use wake::{Wake, WakeHandle, Woken};
