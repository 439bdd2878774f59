//! Messages that follow each other, made once for all clients.

use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use super::filter::Filter;
use super::frame;
use crate::serve::bounds::LIVE_CHUNK_BYTES;
use crate::serve::event::LogEvent;

/// An event with its sequence number.
pub(super) type Numbered = (u64, Arc<LogEvent>);

/// Messages that follow each other: events, or one notice.
#[derive(Debug)]
pub(super) struct Segment {
    epoch: u64,
    events: Vec<Numbered>,
    /// Each message in a frame of its own.
    singles: Bytes,
    /// All events in one frame, made when the first client asks that can take it.
    batch: OnceLock<Bytes>,
    /// The newest sequence number in it or, for a notice, before it.
    through: u64,
    /// The newest event of the state that a notice tells of.
    told_at: u64,
}

impl Segment {
    /// Segments of at most [`LIVE_CHUNK_BYTES`] where no single event is longer.
    pub(super) fn of_events(
        epoch: u64,
        events: impl IntoIterator<Item = Numbered>,
    ) -> Vec<Segment> {
        let mut segments = Vec::new();
        let mut writer = EventWriter::new(epoch);
        let mut kept: Vec<Numbered> = Vec::new();
        let mut close = |kept: &mut Vec<Numbered>, singles: Vec<u8>| {
            if let Some(&(through, _)) = kept.last() {
                segments.push(Segment {
                    epoch,
                    events: std::mem::take(kept),
                    singles: singles.into(),
                    batch: OnceLock::new(),
                    through,
                    told_at: through,
                });
            }
        };
        for (seq, event) in events {
            if writer.would_exceed(LIVE_CHUNK_BYTES, &event) {
                kept.shrink_to_fit();
                close(&mut kept, writer.take());
            }
            writer.event(seq, &event);
            kept.push((seq, event));
        }
        kept.shrink_to_fit();
        close(&mut kept, writer.take());
        segments
    }

    /// One message that is no event: it tells of the state at event `told_at`, and follows event `through` in the log.
    pub(super) fn notice(epoch: u64, through: u64, told_at: u64, json: &str) -> Segment {
        Segment {
            epoch,
            events: Vec::new(),
            singles: frame::text(json),
            batch: OnceLock::new(),
            through,
            told_at,
        }
    }

    /// The newest sequence number in it or, for a notice, before it.
    pub(super) fn through(&self) -> u64 {
        self.through
    }

    /// The oldest sequence number that a client must have had before it.
    pub(super) fn follows(&self) -> u64 {
        self.events
            .first()
            .map_or(self.through, |&(seq, _)| seq.saturating_sub(1))
    }

    /// Events in it.
    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    /// Bytes of its messages, each in a frame of its own.
    pub(super) fn message_bytes(&self) -> u64 {
        self.singles.len() as u64
    }

    /// The bytes it holds, with the events it shares.
    pub(super) fn bytes(&self) -> u64 {
        let events: usize = self
            .events
            .iter()
            .map(|(_, event)| event.bytes() + size_of::<Numbered>())
            .sum();
        // The frame of all events is counted from the start: it may be made at any time.
        (size_of::<Segment>() + events + 2 * self.singles.len()) as u64
    }

    /// Whether it tells of a state that is older than one that was shown, with event `shown` as its newest.
    pub(super) fn is_outdated(&self, shown: u64) -> bool {
        self.events.is_empty() && self.told_at < shown
    }

    /// What a client gets of it that has had everything up to `after`; `None` where that is nothing.
    pub(super) fn frames(&self, after: u64, filter: &Filter, batch: bool) -> Option<Bytes> {
        if self.events.is_empty() {
            return Some(self.singles.clone());
        }
        if self.through <= after {
            return None;
        }
        if filter.is_empty() && self.follows() >= after {
            return Some(if batch {
                self.batch
                    .get_or_init(|| batch_frame(self.epoch, self.events.iter()))
                    .clone()
            } else {
                self.singles.clone()
            });
        }
        let wanted = self
            .events
            .iter()
            .filter(|(seq, event)| *seq > after && filter.matches(event));
        events_frames(self.epoch, wanted, batch)
    }
}

/// Frames for some events; `None` for none.
pub(super) fn events_frames<'a>(
    epoch: u64,
    events: impl Iterator<Item = &'a Numbered>,
    batch: bool,
) -> Option<Bytes> {
    let mut events = events.peekable();
    events.peek()?;
    if batch {
        return Some(batch_frame(epoch, events));
    }
    let mut writer = EventWriter::new(epoch);
    for (seq, event) in events {
        writer.event(*seq, event);
    }
    Some(writer.take().into())
}

/// One frame with all of the events. Numbers are told one by one where some are missing in between.
fn batch_frame<'a>(epoch: u64, events: impl Iterator<Item = &'a Numbered>) -> Bytes {
    let mut numbers = Vec::new();
    let mut data = String::from("\"data\":[");
    for (seq, event) in events {
        if !numbers.is_empty() {
            data.push(',');
        }
        data.push_str(event.json());
        numbers.push(*seq);
    }
    data.push_str("]}");
    let (first, last) = (
        numbers.first().copied().unwrap_or(0),
        numbers.last().copied().unwrap_or(0),
    );
    let mut head =
        format!("{{\"type\":\"events\",\"epoch\":{epoch},\"first\":{first},\"last\":{last},");
    if last - first + 1 != numbers.len() as u64 {
        // Writing into a text cannot fail.
        let _ = write!(head, "\"seqs\":{numbers:?},");
    }
    let mut out = Vec::with_capacity(head.len() + data.len() + 10);
    frame::append_text(&mut out, &[&head, &data]);
    out.into()
}

/// Writes events, each in a frame of its own.
struct EventWriter {
    epoch: u64,
    head: String,
    out: Vec<u8>,
}

impl EventWriter {
    /// More than a frame's header and what stands around the event.
    const AROUND: usize = 96;

    fn new(epoch: u64) -> EventWriter {
        EventWriter {
            epoch,
            head: String::new(),
            out: Vec::new(),
        }
    }

    fn would_exceed(&self, limit: usize, event: &LogEvent) -> bool {
        self.out.len() + event.json().len() + EventWriter::AROUND > limit
    }

    fn event(&mut self, seq: u64, event: &LogEvent) {
        self.head.clear();
        let _ = write!(
            self.head,
            "{{\"type\":\"event\",\"epoch\":{},\"seq\":{seq},\"data\":",
            self.epoch
        );
        frame::append_text(&mut self.out, &[&self.head, event.json(), "}"]);
    }

    fn take(&mut self) -> Vec<u8> {
        let mut out = std::mem::take(&mut self.out);
        out.shrink_to_fit();
        out
    }
}
