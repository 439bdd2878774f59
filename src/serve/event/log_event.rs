//! One event, in as few allocations as it can be kept in.

use std::borrow::Cow;

use super::json_text::{
    JsonText, Span, before, field_bytes, number_bytes, string_bytes, time_bytes, whole_bytes,
};
use super::verbatim::verbatim;
use super::{DedupKey, Draft, Level, raw_json};
use crate::serve::bounds::{EVENT_KEY_BYTES, EVENT_PATH_BYTES};
use crate::serve::time::EventTime;

/// One event. Its JSON is made once, when it is read, and is what every answer and every client gets.
///
/// Texts are parts of the JSON, or, where they are escaped there, of a second buffer: one allocation for most events, two for others.
/// Texts that others use as keys have a greatest length ([`EVENT_KEY_BYTES`], [`EVENT_PATH_BYTES`]); one that is longer is in the JSON, but
/// not given by its accessor.
#[derive(Debug)]
pub struct LogEvent {
    ts: EventTime,
    sequence: Option<u64>,
    duration_ms: Option<f64>,
    json: Box<str>,
    decoded: Box<str>,
    worker: Option<Span>,
    message: Option<Span>,
    session: Option<Span>,
    bead: Option<Span>,
    host: Option<Span>,
    error: Option<Span>,
    tool: Option<Span>,
    path: Option<Span>,
    from: Option<Span>,
    to: Option<Span>,
    reason: Option<Span>,
    pid: Option<u32>,
    level: Level,
}

/// What stands first among the rest, in this order.
pub(super) const FIRST: [&str; 6] = [
    "provider",
    "model",
    "span_id",
    "parent_span_id",
    "trace_id",
    "span_name",
];

impl LogEvent {
    pub(super) fn new(draft: Draft<'_>) -> LogEvent {
        let level = draft
            .level
            .unwrap_or_else(|| Level::of_event_type(&draft.message));
        let mut json = JsonText::with_time(json_bytes(&draft, level), draft.ts.0);
        let worker = json.text(before!("worker"), &draft.worker);
        json.text(before!("level"), level.name());
        let message = json.text(before!("msg"), &draft.message);
        if let Some(sequence) = draft.sequence {
            json.whole(before!("sequence"), sequence);
        }
        let session = json.optional_text(before!("session"), draft.session.as_deref());
        let bead = json.optional_text(before!("bead"), draft.bead.as_deref());
        let host = json.optional_text(before!("host"), draft.host.as_deref());
        if let Some(duration) = draft.duration_ms {
            json.number(before!("duration_ms"), duration);
        }
        let error = json.optional_text(before!("error"), draft.error.as_deref());
        let tool = json.optional_text(before!("tool"), draft.tool.as_deref());
        let path = json.optional_text(before!("path"), draft.path.as_deref());
        let mut first = [None; FIRST.len()];
        let (mut from, mut to, mut reason, mut pid) = (None, None, None, None);
        let is_first = |name: &str| FIRST.iter().position(|first| *first == name);
        for (name, value) in draft.rest.iter() {
            if let Some(place) = is_first(name).and_then(|place| first.get_mut(place)) {
                *place = Some(value);
            }
        }
        for (name, value) in FIRST.iter().zip(first) {
            if let Some(value) = value {
                json.raw(name, value);
            }
        }
        for (name, value) in draft.rest.iter() {
            match name {
                "from" => from = json.raw_text(name, value),
                "to" => to = json.raw_text(name, value),
                "reason" => reason = json.raw_text(name, value),
                "pid" => {
                    pid = raw_json::whole_number(value).and_then(|pid| u32::try_from(pid).ok());
                    json.raw(name, value);
                }
                name if is_first(name).is_some() => {}
                name => json.raw(name, value),
            }
        }
        let (json, decoded) = json.finish();
        LogEvent {
            ts: draft.ts,
            sequence: draft.sequence,
            duration_ms: draft.duration_ms,
            json,
            decoded,
            worker,
            message,
            session,
            bead,
            host,
            error,
            tool,
            path,
            from,
            to,
            reason,
            pid,
            level,
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

    /// Who it is about. From a line it is never empty and has at most [`EVENT_KEY_BYTES`].
    pub fn worker(&self) -> &str {
        self.text(self.worker).unwrap_or_default()
    }

    /// The event type, or the text of a flat line; of any length.
    pub fn message(&self) -> &str {
        self.text(self.message).unwrap_or_default()
    }

    /// The worker's own counter, where it has one.
    pub fn sequence(&self) -> Option<u64> {
        self.sequence
    }

    /// One lifetime of the worker.
    pub fn session(&self) -> Option<&str> {
        self.key(self.session)
    }

    /// The task.
    pub fn bead(&self) -> Option<&str> {
        self.key(self.bead)
    }

    /// The machine it comes from.
    pub fn host(&self) -> Option<&str> {
        self.key(self.host)
    }

    /// How long it took, in milliseconds; a finite number, negative if the source says so.
    pub fn duration_ms(&self) -> Option<f64> {
        self.duration_ms
    }

    /// What went wrong; of any length.
    pub fn error(&self) -> Option<&str> {
        self.text(self.error)
    }

    /// The tool that was used.
    pub fn tool(&self) -> Option<&str> {
        self.key(self.tool)
    }

    /// The file it is about.
    pub fn path(&self) -> Option<&str> {
        self.text(self.path)
            .filter(|path| path.len() <= EVENT_PATH_BYTES)
    }

    /// `from` and `to` of a state transition.
    pub fn transition(&self) -> Option<(&str, &str)> {
        Some((self.key(self.from)?, self.key(self.to)?))
    }

    /// The `reason` among its data.
    pub fn reason(&self) -> Option<&str> {
        self.key(self.reason)
    }

    /// The worker's process, where its data has a numeric `pid`.
    pub fn pid(&self) -> Option<u32> {
        self.pid
    }

    /// Whether a file was changed: by one of the tools that do that, with a path.
    pub fn is_modification(&self) -> bool {
        matches!(self.tool(), Some("Edit" | "Write" | "NotebookEdit")) && self.path().is_some()
    }

    /// What tells it from every other event, where it has a sequence number: its session, worker and number.
    pub fn dedup_key(&self) -> Option<DedupKey> {
        let session = self.text(self.session).unwrap_or_default();
        Some(DedupKey::new(session, self.worker(), self.sequence?))
    }

    /// The event as a JSON object, on one line.
    pub fn json(&self) -> &str {
        &self.json
    }

    /// The bytes it holds, itself included.
    pub fn bytes(&self) -> usize {
        size_of::<LogEvent>() + self.json.len() + self.decoded.len()
    }

    fn text(&self, span: Option<Span>) -> Option<&str> {
        span.map(|span| span.of(&self.json, &self.decoded))
    }

    fn key(&self, span: Option<Span>) -> Option<&str> {
        self.text(span).filter(|key| key.len() <= EVENT_KEY_BYTES)
    }
}

impl serde::Serialize for LogEvent {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        verbatim(&self.json)
            .map_err(serde::ser::Error::custom)?
            .serialize(serializer)
    }
}

/// The bytes of the JSON, where nothing in its texts is escaped: then its buffer is made once and never moved.
fn json_bytes(draft: &Draft<'_>, level: Level) -> usize {
    let text = |before: &str, text: &str| before.len() + string_bytes(text);
    let optional = |before, value: &Option<Cow<'_, str>>| {
        value.as_ref().map_or(0, |value| text(before, value))
    };
    let sequence = draft.sequence.map_or(0, |sequence| {
        before!("sequence").len() + whole_bytes(sequence)
    });
    let duration = draft.duration_ms.map_or(0, |duration| {
        before!("duration_ms").len() + number_bytes(duration)
    });
    let rest: usize = draft
        .rest
        .iter()
        .map(|(name, value)| field_bytes(name, value.get().len()))
        .sum();
    time_bytes(draft.ts.0)
        + text(before!("worker"), &draft.worker)
        + text(before!("level"), level.name())
        + text(before!("msg"), &draft.message)
        + sequence
        + optional(before!("session"), &draft.session)
        + optional(before!("bead"), &draft.bead)
        + optional(before!("host"), &draft.host)
        + duration
        + optional(before!("error"), &draft.error)
        + optional(before!("tool"), &draft.tool)
        + optional(before!("path"), &draft.path)
        + rest
}

#[cfg(test)]
mod tests {
    use super::super::shape;
    use super::*;

    #[test]
    fn the_buffer_of_an_event_without_escapes_is_made_in_its_size() {
        for line in [
            r#"{"ts":-1,"worker":"w","level":"warn","msg":"m"}"#,
            r#"{"ts":1777368070123,"worker":"w","level":"info","msg":"m","session":"s","bead":"b","host":"h","duration_ms":5120,"error":"e","tool":"t","path":"p","model":"m","x":[1,{}],"reason":"r","pid":7}"#,
            r#"{"timestamp":"2026-04-28T09:15:41.900Z","event_type":"t","worker_id":"w","session_id":"s","sequence":120,"data":{"level":"debug","duration_ms":-3}}"#,
        ] {
            let draft = shape::draft(line, "here").unwrap_or_else(|reason| panic!("{reason:?}"));
            let level = draft
                .level
                .unwrap_or_else(|| Level::of_event_type(&draft.message));
            let bytes = json_bytes(&draft, level);
            assert_eq!(draft.into_event().json().len(), bytes, "{line}");
        }
    }
}
