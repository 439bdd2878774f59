//! From the logs to the hub: one thread reads, makes events of lines, and hands over a batch after each turn of reading.
//!
//! What comes in: lines from [`tail`](super::tail), with the place they stand at. What goes out: a `Batch` of events and of
//! [`Rejection`](super::event::Rejection)s, and now and then what the reader says of itself. What was there at start comes out in the order of
//! its times (`Backlog`), and everything else as it is written. The channel to the hub is bounded: while the hub is behind, reading waits, and the
//! files keep what is not read.
//!
//! It knows neither what is done with an event nor who is told of it: that begins in the hub, with the [`store`](super::store).

mod backlog;
mod batch;
mod line_intake;
mod problem_log;
mod reader;

pub(super) use batch::Batch;
pub(super) use line_intake::Intake;
pub(super) use reader::{LogReader, line_time, open};
