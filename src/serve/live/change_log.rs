//! The newest changes, ready to be sent.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::watch;

use super::filter::Filter;
use super::picture;
use super::segment::Segment;
use crate::serve::bounds::{BoundReport, LIVE_CHANGES, Usage};
use crate::serve::store::{Change, View};

/// The newest changes, ready to be sent. The hub writes it, sessions read it, each at its own place: nothing is queued for a client.
#[derive(Debug)]
pub struct ChangeLog {
    /// Held by the hub to move pointers in and out, and by a session to copy a few pointers: never while a message is made or sent, and
    /// never across an await. A lock and not a task because a thousand sessions read what one task writes.
    ring: RwLock<Ring>,
    head: watch::Sender<Position>,
}

/// A place between two segments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Position {
    /// Segments before it since start.
    pub(super) segments: u64,
    /// Bytes of messages before it since start.
    pub(super) bytes: u64,
}

/// A segment and the place after it.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) segment: Arc<Segment>,
    pub(super) end: Position,
}

/// What was asked for has left the log.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lagged;

#[derive(Debug, Default)]
struct Ring {
    placed: VecDeque<Placed>,
    end: Position,
    /// The newest event that was ever in it.
    through: u64,
    usage: Usage,
    /// Who was in a collision when that was last told.
    colliding: Vec<String>,
}

impl Default for ChangeLog {
    fn default() -> ChangeLog {
        ChangeLog::new()
    }
}

impl ChangeLog {
    /// An empty one.
    pub fn new() -> ChangeLog {
        ChangeLog {
            ring: RwLock::default(),
            head: watch::Sender::new(Position::default()),
        }
    }

    /// Adds what happened up to `view`, which those who join can see already: a client takes its place in the log first and the view
    /// second, so nothing falls in between. Events of one call that follow each other may travel together.
    pub fn publish(&self, changes: &[Change], view: &Arc<View>) {
        let mut new = Segment::of_events(
            view.epoch,
            changes.iter().filter_map(|change| match change {
                Change::Event(seq, event) => Some((*seq, Arc::clone(event))),
                Change::Collisions | Change::Memory | Change::Assessments | Change::Alert(_) => {
                    None
                }
            }),
        );
        let through = new
            .last()
            .map_or_else(|| self.read_ring().through, Segment::through);
        let told = |wanted: fn(&Change) -> bool| changes.iter().any(wanted);
        let colliding = told(|change| matches!(change, Change::Collisions)).then(|| {
            let before = self.read_ring().colliding.clone();
            new.push(Segment::notice(
                view.epoch,
                through,
                view.seq,
                &picture::collision_message(view, &before),
            ));
            picture::colliding(view)
        });
        if told(|change| matches!(change, Change::Memory)) {
            new.push(Segment::notice(
                view.epoch,
                through,
                view.seq,
                &picture::memory_message(view),
            ));
        }
        if told(|change| matches!(change, Change::Assessments)) {
            new.push(Segment::notice(
                view.epoch,
                through,
                view.seq,
                &picture::assessment_message(view),
            ));
        }
        for change in changes {
            if let Change::Alert(change) = change {
                new.push(Segment::notice(
                    view.epoch,
                    through,
                    view.seq,
                    &picture::alert_message(view, change),
                ));
            }
        }
        if new.is_empty() {
            return;
        }
        let end = {
            let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
            for segment in new {
                ring.push(segment);
            }
            if let Some(colliding) = colliding {
                ring.colliding = colliding;
            }
            ring.end
        };
        self.head.send_replace(end);
    }

    /// Told whenever the end moves on.
    pub(super) fn subscribe(&self) -> watch::Receiver<Position> {
        self.head.subscribe()
    }

    /// The place after everything.
    pub(super) fn end(&self) -> Position {
        *self.head.borrow()
    }

    /// Copies pointers to what follows `from` into `found`, until they are `budget` bytes of messages.
    pub(super) fn read(
        &self,
        from: Position,
        budget: usize,
        found: &mut Vec<Placed>,
    ) -> Result<(), Lagged> {
        let ring = self.read_ring();
        let mut bytes = 0;
        for index in ring.index_of(from).ok_or(Lagged)?.. {
            let Some(placed) = ring.placed.get(index) else {
                break;
            };
            bytes += placed.segment.message_bytes();
            if bytes > budget as u64 && !found.is_empty() {
                break;
            }
            found.push(placed.clone());
        }
        Ok(())
    }

    /// Bytes of the messages after a place for a client with this filter that has had everything up to event `had`; the most there can be
    /// where some of them are gone.
    pub(super) fn bytes_after(&self, from: Position, had: u64, filter: &Filter) -> u64 {
        let mut placed = Vec::new();
        if self.read(from, usize::MAX, &mut placed) == Err(Lagged) {
            return u64::MAX;
        }
        let frames = placed
            .iter()
            .filter_map(|placed| placed.segment.frames(had, filter, false));
        frames.map(|frames| frames.len() as u64).sum()
    }

    /// Whether everything after that place is still there.
    pub(super) fn has(&self, position: Position) -> bool {
        self.read_ring().index_of(position).is_some()
    }

    /// Where to go on for a client that has had everything up to event `seq`; `None` if the log does not have all that follows, up to
    /// event `through` at least.
    pub(super) fn place_after(&self, seq: u64, through: u64) -> Option<Position> {
        let ring = self.read_ring();
        if ring.through < through {
            return None;
        }
        let index = ring
            .placed
            .partition_point(|placed| placed.segment.through() <= seq);
        match ring.placed.get(index) {
            Some(placed) if placed.segment.follows() <= seq => Some(Position {
                segments: placed.end.segments - 1,
                bytes: placed.end.bytes - placed.segment.message_bytes(),
            }),
            Some(_) => None,
            None => (ring.through == seq).then_some(ring.end),
        }
    }

    /// Its bound, and what that did.
    pub fn report(&self) -> BoundReport {
        BoundReport {
            bound: LIVE_CHANGES,
            usage: self.read_ring().usage,
        }
    }

    fn read_ring(&self) -> std::sync::RwLockReadGuard<'_, Ring> {
        // Nothing that is done under the lock leaves it half done.
        self.ring.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ring {
    fn push(&mut self, segment: Segment) {
        self.end.segments += 1;
        self.end.bytes += segment.message_bytes();
        self.through = self.through.max(segment.through());
        self.usage.length += entries(&segment);
        self.usage.bytes += segment.bytes();
        self.placed.push_back(Placed {
            segment: Arc::new(segment),
            end: self.end,
        });
        while self.placed.len() > 1 && self.is_over() {
            let Some(oldest) = self.placed.pop_front() else {
                break;
            };
            let left = entries(&oldest.segment);
            self.usage.length -= left;
            self.usage.bytes -= oldest.segment.bytes();
            self.usage.evictions += left;
        }
        self.usage.high_water_length = self.usage.high_water_length.max(self.usage.length);
        self.usage.high_water_bytes = self.usage.high_water_bytes.max(self.usage.bytes);
    }

    fn is_over(&self) -> bool {
        let over = |value: u64, cap: Option<u64>| cap.is_some_and(|cap| value > cap);
        over(self.usage.length, LIVE_CHANGES.cap_entries)
            || over(self.usage.bytes, LIVE_CHANGES.cap_bytes)
    }

    /// Where the segment after `position` stands; the length for the end.
    fn index_of(&self, position: Position) -> Option<usize> {
        let first = self.end.segments - self.placed.len() as u64;
        usize::try_from(position.segments.checked_sub(first)?).ok()
    }
}

/// What a segment counts for in the bound.
fn entries(segment: &Segment) -> u64 {
    segment.len().max(1) as u64
}
