//! One event, in as few allocations as it can be kept in.

use serde_json::value::RawValue;

use super::{Draft, Level};
use crate::serve::time::EventTime;

/// One event. Its JSON is made once, when it is read, and is what every answer and every client gets.
#[derive(Debug)]
pub struct LogEvent {
    ts: EventTime,
    level: Level,
    worker: String,
    message: String,
    sequence: Option<u64>,
    session: Option<String>,
    bead: Option<String>,
    host: Option<String>,
    error: Option<String>,
    tool: Option<String>,
    path: Option<String>,
    from: Option<String>,
    to: Option<String>,
    reason: Option<String>,
    pid: Option<u32>,
    json: Box<str>,
}

/// Names an event of a worker with a counter of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DedupKey(u128);

impl LogEvent {
    pub(super) fn new(draft: Draft<'_>) -> LogEvent {
        let json = format!(
            "{{\"ts\":{},\"worker\":{},\"msg\":{}}}",
            draft.ts.0,
            serde_json::Value::from(&*draft.worker),
            serde_json::Value::from(&*draft.message)
        );
        let rest = |name: &str| -> Option<&RawValue> {
            draft.rest.iter().find(|(n, _)| n == name).map(|(_, v)| *v)
        };
        let text = |name: &str| rest(name).and_then(|v| serde_json::from_str(v.get()).ok());
        LogEvent {
            ts: draft.ts,
            level: draft.level.unwrap_or(Level::Info),
            from: text("from"),
            to: text("to"),
            reason: text("reason"),
            pid: rest("pid").and_then(|v| serde_json::from_str(v.get()).ok()),
            worker: draft.worker.into_owned(),
            message: draft.message.into_owned(),
            sequence: draft.sequence,
            session: draft.session.map(|s| s.into_owned()),
            bead: draft.bead.map(|s| s.into_owned()),
            host: draft.host.map(|s| s.into_owned()),
            error: draft.error.map(|s| s.into_owned()),
            tool: draft.tool.map(|s| s.into_owned()),
            path: draft.path.map(|s| s.into_owned()),
            json: json.into(),
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
        Some((self.from.as_deref()?, self.to.as_deref()?))
    }

    /// The `reason` among its data.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// The worker's process, where its data has a numeric `pid`.
    pub fn pid(&self) -> Option<u32> {
        self.pid
    }

    /// Whether it says that a file was modified.
    pub fn is_modification(&self) -> bool {
        self.path.is_some() && matches!(self.tool(), Some("Edit" | "Write" | "NotebookEdit"))
    }

    /// What makes it the same event as one that was here before, where the worker counts its events.
    pub fn dedup_key(&self) -> Option<DedupKey> {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let sequence = self.sequence?;
        let half = |salt: u8| {
            let mut hasher = DefaultHasher::new();
            (salt, &self.session, &self.worker, sequence).hash(&mut hasher);
            u128::from(hasher.finish())
        };
        Some(DedupKey(half(0) << 64 | half(1)))
    }

    /// The event as a JSON object, on one line.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// The bytes it holds, itself included.
    pub fn bytes(&self) -> usize {
        let optional = [
            &self.session,
            &self.bead,
            &self.host,
            &self.error,
            &self.tool,
            &self.path,
            &self.from,
            &self.to,
            &self.reason,
        ];
        size_of::<LogEvent>()
            + self.json.len()
            + self.worker.capacity()
            + self.message.capacity()
            + optional
                .iter()
                .map(|text| text.as_ref().map_or(0, String::capacity))
                .sum::<usize>()
    }
}

impl serde::Serialize for LogEvent {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json: &RawValue =
            serde_json::from_str(&self.json).map_err(serde::ser::Error::custom)?;
        json.serialize(serializer)
    }
}
