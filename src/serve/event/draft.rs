//! An event that still borrows from where it was read.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::raw_json::{self, filled_text, number};
use super::{Entries, Level, LogEvent, RejectReason};
use crate::serve::time::EventTime;

/// An event that still borrows from where it was read. Whoever reads events fills one in: first what its envelope
/// says, then with [`Draft::add`] or [`Draft::add_all`] what stands in its data.
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
    /// Everything else, as it stands in the source. Filled by [`Draft::add`] and [`Draft::add_all`], which let no name occur twice.
    pub rest: Entries<'a>,
}

impl<'a> Draft<'a> {
    /// Adds a value under its name, unless the name is taken: those of time, worker, level and message always are. A value of a field that
    /// the event has becomes that field where it is of the right type; everything else is kept as it is.
    pub fn add(&mut self, name: Cow<'a, str>, value: &'a RawValue) {
        if self.is_rest(&name, value) {
            self.rest.add(name, value);
        }
    }

    /// Adds each of the values.
    pub fn add_all(&mut self, mut entries: Entries<'a>) {
        if self.rest.is_empty() {
            entries.retain(|name, value| self.is_rest(name, value));
            self.rest = entries;
        } else {
            for (name, value) in entries {
                self.add(name, value);
            }
        }
    }

    /// Whether the value belongs to the rest. If not, it has become a field, or its name is taken.
    fn is_rest(&mut self, name: &str, value: &'a RawValue) -> bool {
        let field = match name {
            "ts" | "worker" | "level" | "msg" => return false,
            "sequence" => return self.sequence.is_none(),
            "duration_ms" => {
                if self.duration_ms.is_none() && self.rest.get(name).is_none() {
                    self.duration_ms = number(value).filter(|duration| duration.is_finite());
                    return self.duration_ms.is_none();
                }
                return false;
            }
            "session" => &mut self.session,
            "bead" => &mut self.bead,
            "host" => &mut self.host,
            "error" => &mut self.error,
            "tool" => &mut self.tool,
            "path" => &mut self.path,
            _ => return true,
        };
        // The name may be among the rest, with a value of another type.
        if field.is_some() || self.rest.get(name).is_some() {
            return false;
        }
        *field = filled_text(value);
        field.is_none()
    }

    /// Whether every reader of JSON can read the event. A client that cannot would lose the whole answer that the event is part of.
    ///
    /// # Errors
    /// A value in the rest is nested too deep, or a number in it is too large.
    pub fn check(&self) -> Result<(), RejectReason> {
        self.rest
            .iter()
            .try_for_each(|(_, value)| raw_json::check(value))
    }

    /// The event, which owns what it needs.
    pub fn into_event(self) -> LogEvent {
        LogEvent::new(self)
    }
}
