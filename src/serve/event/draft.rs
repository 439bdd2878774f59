//! An event that still borrows from where it was read.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::raw_json::{filled_text, is_number, number};
use super::{Entries, Level, LogEvent};
use crate::serve::time::EventTime;

/// An event that still borrows from where it was read. Each source of events (a log line; later OTLP) fills one in: first what its envelope
/// says, then with [`Draft::add`] what stands in its data.
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
    /// The worker's own counter, where it has one. An event with one is told from its copies by it ([`LogEvent::dedup_key`]).
    pub sequence: Option<u64>,
    /// One lifetime of the worker.
    pub session: Option<Cow<'a, str>>,
    /// The task.
    pub bead: Option<Cow<'a, str>>,
    /// The machine it comes from.
    pub host: Option<Cow<'a, str>>,
    /// How long it took, in milliseconds; a finite number.
    pub duration_ms: Option<f64>,
    /// What went wrong.
    pub error: Option<Cow<'a, str>>,
    /// The tool that was used.
    pub tool: Option<Cow<'a, str>>,
    /// The file it is about.
    pub path: Option<Cow<'a, str>>,
    /// Everything else, as it stands in the source.
    pub rest: Entries<'a>,
}

impl<'a> Draft<'a> {
    /// Adds a value under its name, unless the name is taken: those of time, worker, level and message always are. A value of a field that
    /// the event has becomes that field where it is of the right type; everything else is kept as it is.
    pub fn add(&mut self, name: Cow<'a, str>, value: &'a RawValue) {
        let field = match &*name {
            "ts" | "worker" | "level" | "msg" => return,
            "sequence" if self.sequence.is_some() => return,
            "duration_ms" => {
                if self.duration_ms.is_none() {
                    self.add_duration(name, value);
                }
                return;
            }
            "session" => &mut self.session,
            "bead" => &mut self.bead,
            "host" => &mut self.host,
            "error" => &mut self.error,
            "tool" => &mut self.tool,
            "path" => &mut self.path,
            _ => {
                self.rest.add(name, value);
                return;
            }
        };
        if field.is_some() {
            return;
        }
        match filled_text(value) {
            // The name may be among the rest already, with a value of another type: first come, first kept.
            Some(text) if self.rest.get(&name).is_none() => *field = Some(text),
            _ => self.rest.add(name, value),
        }
    }

    fn add_duration(&mut self, name: Cow<'a, str>, value: &'a RawValue) {
        let duration = number(value).filter(|duration| is_number(value) && duration.is_finite());
        match duration {
            Some(duration) if self.rest.get(&name).is_none() => self.duration_ms = Some(duration),
            _ => self.rest.add(name, value),
        }
    }

    /// The event, which owns what it needs.
    pub fn into_event(self) -> LogEvent {
        LogEvent::new(self)
    }
}
