//! An event that still borrows from where it was read.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::{Level, LogEvent};
use crate::serve::time::EventTime;

/// An event that still borrows from where it was read. Each source of events (a log line; later OTLP) fills one in.
#[derive(Debug, Default)]
pub struct Draft<'a> {
    /// When it happened.
    pub ts: EventTime,
    /// How grave it is, where the source says so; else it follows from the message.
    pub level: Option<Level>,
    /// Who it is about.
    pub worker: Cow<'a, str>,
    /// The event type, or the text of a flat line.
    pub message: Cow<'a, str>,
    /// The worker's own counter, where it has one.
    pub sequence: Option<u64>,
    /// One lifetime of the worker.
    pub session: Option<Cow<'a, str>>,
    /// The task.
    pub bead: Option<Cow<'a, str>>,
    /// The machine it comes from.
    pub host: Option<Cow<'a, str>>,
    /// How long it took, in milliseconds.
    pub duration_ms: Option<f64>,
    /// What went wrong.
    pub error: Option<Cow<'a, str>>,
    /// The tool that was used.
    pub tool: Option<Cow<'a, str>>,
    /// The file it is about.
    pub path: Option<Cow<'a, str>>,
    /// Everything else, as it stands in the source; the first of a name counts.
    pub rest: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl Draft<'_> {
    /// The event, which owns what it needs.
    pub fn into_event(self) -> LogEvent {
        LogEvent::new(self)
    }
}
