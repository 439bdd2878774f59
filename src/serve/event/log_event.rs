//! One event, in as few allocations as it can be kept in.

use super::{Draft, Level};
use crate::serve::time::EventTime;

/// One event. Its JSON is made once, when it is read, and is what every answer and every client gets.
#[derive(Debug)]
pub struct LogEvent {
    ts: EventTime,
    level: Level,
    worker: Box<str>,
    message: Box<str>,
    sequence: Option<u64>,
    session: Option<Box<str>>,
    bead: Option<Box<str>>,
    host: Option<Box<str>>,
    error: Option<Box<str>>,
    tool: Option<Box<str>>,
    path: Option<Box<str>>,
    json: Box<str>,
}

impl LogEvent {
    pub(super) fn new(draft: Draft<'_>) -> LogEvent {
        let level = draft.level.unwrap_or(Level::Info);
        let mut json = serde_json::Map::new();
        json.insert("ts".to_owned(), draft.ts.0.into());
        json.insert("worker".to_owned(), (*draft.worker).into());
        json.insert("level".to_owned(), level.name().into());
        json.insert("msg".to_owned(), (*draft.message).into());
        for (name, value) in [
            ("session", &draft.session),
            ("bead", &draft.bead),
            ("host", &draft.host),
            ("error", &draft.error),
            ("tool", &draft.tool),
            ("path", &draft.path),
        ] {
            if let Some(value) = value {
                json.insert(name.to_owned(), (**value).into());
            }
        }
        if let Some(sequence) = draft.sequence {
            json.insert("sequence".to_owned(), sequence.into());
        }
        let owned = |text: Option<std::borrow::Cow<'_, str>>| text.map(|text| text.into());
        LogEvent {
            ts: draft.ts,
            level,
            worker: draft.worker.into(),
            message: draft.message.into(),
            sequence: draft.sequence,
            session: owned(draft.session),
            bead: owned(draft.bead),
            host: owned(draft.host),
            error: owned(draft.error),
            tool: owned(draft.tool),
            path: owned(draft.path),
            json: serde_json::Value::Object(json).to_string().into(),
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
        &self.worker
    }

    /// The event type, or the text of a flat line.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The worker's own counter, where it has one.
    pub fn sequence(&self) -> Option<u64> {
        self.sequence
    }

    /// One lifetime of the worker.
    pub fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// The task.
    pub fn bead(&self) -> Option<&str> {
        self.bead.as_deref()
    }

    /// The machine it comes from.
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// What went wrong.
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// The tool that was used.
    pub fn tool(&self) -> Option<&str> {
        self.tool.as_deref()
    }

    /// The file it is about.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
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

    /// The event as a JSON object, on one line.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// The bytes it holds, itself included.
    pub fn bytes(&self) -> usize {
        size_of::<LogEvent>() + self.json.len() + self.worker.len() + self.message.len()
    }
}

impl serde::Serialize for LogEvent {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json: &serde_json::value::RawValue =
            serde_json::from_str(&self.json).map_err(serde::ser::Error::custom)?;
        json.serialize(serializer)
    }
}
