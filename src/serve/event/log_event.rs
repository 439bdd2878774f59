//! One event, in as few allocations as it can be kept in.

use super::{DedupKey, Draft, Level};
use crate::serve::time::EventTime;

/// One event. Its JSON is made once, when it is read, and is what every answer and every client gets.
#[derive(Debug)]
pub struct LogEvent {
    ts: EventTime,
    level: Level,
    json: Box<str>,
}

impl LogEvent {
    pub(super) fn new(draft: Draft<'_>) -> LogEvent {
        LogEvent {
            ts: draft.ts,
            level: draft.level.unwrap_or(Level::Info),
            json: "{}".into(),
        }
    }

    /// When it happened.
    pub fn ts(&self) -> EventTime {
        self.ts
    }

    /// How grave it is.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Who it is about.
    pub fn worker(&self) -> &str {
        ""
    }

    /// The event type, or the text of a flat line.
    pub fn message(&self) -> &str {
        ""
    }

    /// The worker's own counter, where it has one.
    pub fn sequence(&self) -> Option<u64> {
        None
    }

    /// One lifetime of the worker.
    pub fn session(&self) -> Option<&str> {
        None
    }

    /// The task.
    pub fn bead(&self) -> Option<&str> {
        None
    }

    /// The machine it comes from.
    pub fn host(&self) -> Option<&str> {
        None
    }

    /// What went wrong.
    pub fn error(&self) -> Option<&str> {
        None
    }

    /// The tool that was used.
    pub fn tool(&self) -> Option<&str> {
        None
    }

    /// The file it is about.
    pub fn path(&self) -> Option<&str> {
        None
    }

    /// `from` and `to` of a state transition.
    pub fn transition(&self) -> Option<(&str, &str)> {
        None
    }

    /// The `reason` among its data.
    pub fn reason(&self) -> Option<&str> {
        None
    }

    /// The worker's process, where its data has a numeric `pid`.
    pub fn pid(&self) -> Option<u32> {
        None
    }

    /// What tells it from every other.
    pub fn dedup_key(&self) -> Option<DedupKey> {
        let (session, sequence) = (self.session()?, self.sequence()?);
        Some(DedupKey::new(session, self.worker(), sequence))
    }

    /// The event as a JSON object, on one line.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// The bytes it holds, itself included.
    pub fn bytes(&self) -> usize {
        size_of::<LogEvent>() + self.json.len()
    }
}

impl serde::Serialize for LogEvent {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json: &serde_json::value::RawValue =
            serde_json::from_str(&self.json).map_err(serde::ser::Error::custom)?;
        json.serialize(serializer)
    }
}
