//! What was made of the lines of one turn of reading, on its way to the hub.

use crate::serve::event::{LogEvent, Rejection};

/// What was made of the lines of one turn of reading.
#[derive(Debug, Default)]
pub(in crate::serve) struct Batch {
    /// Events in the order of their lines.
    pub(in crate::serve) events: Vec<Arrival>,
    /// Lines that are none.
    pub(in crate::serve) rejections: Vec<Rejection>,
}

/// An event, and whether it lay there before reading began.
#[derive(Debug)]
pub(in crate::serve) struct Arrival {
    pub(in crate::serve) event: LogEvent,
    pub(in crate::serve) is_backlog: bool,
}
