//! The newest events, in the order they arrived.

use std::collections::VecDeque;
use std::sync::Arc;

use super::meter::Meter;
use super::view::SequencedEvent;
use crate::serve::bounds;
use crate::serve::event::LogEvent;

/// Events that are shared, and let go of, together.
const CHUNK_EVENTS: usize = 128;
/// A chunk with so many bytes takes no more events, so that what is let go of late is little.
const CHUNK_BYTES: usize = 128 * 1024;

/// The newest events, in the order they arrived, with sequence numbers that rise by one. A copy shares the events and costs a pointer for
/// each 128 of them.
#[derive(Debug, Clone, Default)]
pub struct EventLog {
    chunks: VecDeque<Arc<Chunk>>,
    /// Events at the beginning of the first chunk that have left already.
    left: usize,
    length: usize,
}

#[derive(Debug)]
struct Chunk {
    events: Vec<SequencedEvent>,
    bytes: usize,
}

impl EventLog {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Sequence number of the oldest.
    pub fn first_seq(&self) -> Option<u64> {
        self.iter().next().map(|event| event.seq)
    }

    /// Sequence number of the newest.
    pub fn last_seq(&self) -> Option<u64> {
        let chunk = self.chunks.back()?;
        chunk.events.last().map(|event| event.seq)
    }

    /// Oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &SequencedEvent> + Clone {
        self.from(0, self.left)
    }

    /// Those with a sequence number above `seq`, oldest first.
    pub fn after(&self, seq: u64) -> impl DoubleEndedIterator<Item = &SequencedEvent> + Clone {
        let is_before = |chunk: &Arc<Chunk>| chunk.events.last().is_none_or(|last| last.seq <= seq);
        let chunk = self.chunks.partition_point(is_before);
        let within = self
            .chunks
            .get(chunk)
            .map_or(0, |c| c.events.partition_point(|event| event.seq <= seq));
        let left = if chunk == 0 { self.left } else { 0 };
        self.from(chunk, within.max(left))
    }

    /// The newest `count`, oldest first.
    pub fn last(&self, count: usize) -> impl DoubleEndedIterator<Item = &SequencedEvent> + Clone {
        let before = match self.last_seq() {
            Some(last) if count < self.length => last.saturating_sub(count as u64),
            _ => 0,
        };
        self.after(before)
    }

    /// The event with that sequence number, unless it has left.
    pub fn get(&self, seq: u64) -> Option<&Arc<LogEvent>> {
        let found = self.after(seq.checked_sub(1)?).next()?;
        (found.seq == seq).then_some(&found.event)
    }

    fn from(
        &self,
        chunk: usize,
        within: usize,
    ) -> impl DoubleEndedIterator<Item = &SequencedEvent> + Clone {
        self.chunks
            .range(chunk.min(self.chunks.len())..)
            .enumerate()
            .flat_map(move |(index, chunk)| {
                let from = if index == 0 { within } else { 0 };
                chunk.events.get(from..).unwrap_or_default()
            })
    }
}

/// A log of events whose sequence numbers rise by one, for whoever makes a view by hand.
impl FromIterator<SequencedEvent> for EventLog {
    fn from_iter<I: IntoIterator<Item = SequencedEvent>>(events: I) -> EventLog {
        let mut log = EventLog::default();
        let mut events = events.into_iter().peekable();
        while events.peek().is_some() {
            let events: Vec<SequencedEvent> = events.by_ref().take(CHUNK_EVENTS).collect();
            log.length += events.len();
            let bytes = events.iter().map(|event| held_bytes(&event.event)).sum();
            log.chunks.push_back(Arc::new(Chunk { events, bytes }));
        }
        log
    }
}

/// The event log with its bound: the oldest leave.
#[derive(Debug)]
pub(super) struct EventRing {
    log: EventLog,
    seq: u64,
    meter: Meter,
    /// Of the index by sequence number, which is the list of chunks.
    index: Meter,
}

impl EventRing {
    pub(super) fn new() -> EventRing {
        EventRing {
            log: EventLog::default(),
            seq: 0,
            meter: Meter::new(bounds::EVENTS),
            index: Meter::new(bounds::SEQUENCE_INDEX),
        }
    }

    pub(super) fn log(&self) -> &EventLog {
        &self.log
    }

    /// Sequence number of the newest event that ever was; 0 before the first.
    pub(super) fn seq(&self) -> u64 {
        self.seq
    }

    /// Adds an event; the answer is its sequence number.
    pub(super) fn push(&mut self, event: Arc<LogEvent>) -> u64 {
        self.seq += 1;
        let bytes = held_bytes(&event);
        let event = SequencedEvent {
            seq: self.seq,
            event,
        };
        match self.log.chunks.back_mut() {
            Some(chunk) if chunk.events.len() < CHUNK_EVENTS && chunk.bytes < CHUNK_BYTES => {
                if Arc::get_mut(chunk).is_none() {
                    *chunk = Arc::new(chunk.with_room());
                }
                if let Some(chunk) = Arc::get_mut(chunk) {
                    chunk.events.push(event);
                    chunk.bytes += bytes;
                }
            }
            _ => {
                let mut events = Vec::with_capacity(CHUNK_EVENTS);
                events.push(event);
                self.log.chunks.push_back(Arc::new(Chunk { events, bytes }));
                self.meter.grow(CHUNK_ROOM);
            }
        }
        self.log.length += 1;
        self.meter.add(bytes);
        self.index.add(0);
        while self.meter.is_over() && self.log.length > 1 {
            self.pop_oldest();
        }
        self.index.set_room(self.log.chunks.capacity() * 8);
        self.seq
    }

    pub(super) fn meters(&self) -> [&Meter; 2] {
        [&self.meter, &self.index]
    }

    /// The bytes of an event are free, and no longer counted, when its whole chunk has left.
    fn pop_oldest(&mut self) {
        self.log.left += 1;
        self.log.length -= 1;
        self.meter.remove(0);
        self.meter.evicted(1);
        self.index.remove(0);
        self.index.evicted(1);
        let Some(first) = self.log.chunks.front() else {
            return;
        };
        if self.log.left >= first.events.len() {
            self.meter.shrink(first.bytes + CHUNK_ROOM);
            self.log.chunks.pop_front();
            self.log.left = 0;
        }
    }

    /// What the meter ought to say, counted anew.
    #[cfg(test)]
    pub(super) fn walk(&self) -> (u64, u64) {
        let chunks = self.log.chunks.iter();
        let bytes = chunks.map(|chunk| {
            let events = chunk.events.iter().map(|event| held_bytes(&event.event));
            events.sum::<usize>() + CHUNK_ROOM
        });
        (self.log.iter().count() as u64, bytes.sum::<usize>() as u64)
    }
}

/// Bytes of a chunk without what its events hold.
const CHUNK_ROOM: usize = CHUNK_EVENTS * size_of::<SequencedEvent>() + size_of::<Chunk>() + 16;

/// Bytes that whoever keeps an event keeps: the event, and the counts of its `Arc`.
pub(super) fn held_bytes(event: &LogEvent) -> usize {
    event.bytes() + 16
}

impl Chunk {
    fn with_room(&self) -> Chunk {
        let mut events = Vec::with_capacity(CHUNK_EVENTS);
        events.extend(self.events.iter().cloned());
        Chunk {
            events,
            bytes: self.bytes,
        }
    }
}
