//! Errors that are the same but for numbers and names.

use std::sync::Arc;

use super::event_log::held_bytes;
use super::meter::Meter;
use super::view::{ErrorGroup, Fingerprint};
use crate::serve::bounds;
use crate::serve::event::{Level, LogEvent};
use crate::serve::lru::{Handle, Lru};
use crate::serve::time::WallTime;

/// A group of which nothing was heard for longer is not active, in milliseconds.
pub(crate) const ACTIVE_MS: i64 = 5 * 60_000;

/// The groups of errors.
#[derive(Debug)]
pub(super) struct ErrorBook {
    /// By signature and category, and not by their hash: two errors with one hash are two.
    rows: Lru<(String, &'static str), Row>,
    meter: Meter,
}

#[derive(Debug)]
struct Row {
    shown: Arc<ErrorGroup>,
    /// Bytes the meter knows of.
    bytes: usize,
}

impl ErrorBook {
    pub(super) fn new() -> ErrorBook {
        ErrorBook {
            rows: Lru::new(bounds::ERROR_GROUPS.cap_entries.unwrap_or(0) as usize),
            meter: Meter::new(bounds::ERROR_GROUPS),
        }
    }

    /// Takes an event, which counts only if it is an error.
    pub(super) fn observe(
        &mut self,
        event: &Arc<LogEvent>,
        worker: Option<&Arc<str>>,
        heard: WallTime,
    ) {
        if event.level() != Level::Error {
            return;
        }
        let fingerprint = Fingerprint::of(event.error().unwrap_or(event.message()));
        let key = (fingerprint.signature.clone(), fingerprint.category);
        let handle = match self.rows.find(&key) {
            Some(handle) => {
                self.rows.touch(handle);
                handle
            }
            None => self.arrive(key, fingerprint, event, heard),
        };
        if let Some(row) = self.rows.get_mut(handle) {
            let cut = add(Arc::make_mut(&mut row.shown), event, worker, heard);
            self.meter.evicted(cut);
            let bytes = counted(&row.shown);
            self.meter.resize(row.bytes, bytes);
            row.bytes = bytes;
        }
        self.make_room(handle);
    }

    /// In no order.
    pub(super) fn shown(&self) -> Vec<Arc<ErrorGroup>> {
        let rows = self.rows.iter();
        rows.map(|(_, _, row)| Arc::clone(&row.shown)).collect()
    }

    pub(super) fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Nothing was heard later than now: the clock may have been set back.
    pub(super) fn tidy(&mut self, now: WallTime) {
        for (_, _, row) in self.rows.iter_mut() {
            if row.shown.last_heard > now {
                Arc::make_mut(&mut row.shown).last_heard = now;
            }
        }
    }

    fn arrive(
        &mut self,
        key: (String, &'static str),
        fingerprint: Fingerprint,
        event: &LogEvent,
        heard: WallTime,
    ) -> Handle {
        if self.meter.is_over_with(1, 0) {
            self.drop_oldest(heard);
        }
        let group = ErrorGroup {
            id: format!("error:{}", fingerprint.hash),
            fingerprint,
            recent_events: Vec::new(),
            first_seen: event.ts(),
            last_seen: event.ts(),
            last_heard: heard,
            count: 0,
            affected_workers: Vec::new(),
        };
        let row = Row {
            shown: Arc::new(group),
            bytes: 0,
        };
        let handle = self.rows.insert(key, row);
        self.meter.add(0);
        self.meter.set_room(self.rows.room());
        handle
    }

    /// The oldest inactive leave until so many are left as the bound says; if none is inactive, the oldest leaves.
    fn drop_oldest(&mut self, now: WallTime) {
        let rows = self.rows.iter();
        let heard = rows.map(|(handle, _, row)| (row.shown.last_heard, handle));
        let mut heard: Vec<(WallTime, Handle)> = heard.collect();
        heard.sort_unstable();
        let spare = (heard.len() + 1).saturating_sub(bounds::ERROR_GROUPS_AFTER_CLEANUP);
        for (place, (heard, handle)) in heard.into_iter().enumerate() {
            let is_active = now.since(heard) < ACTIVE_MS;
            if place >= spare || (is_active && !self.meter.is_over_with(1, 0)) {
                return;
            }
            self.remove(handle);
        }
    }

    /// The group that was not heard of for longest gives up its oldest events; the last one that came gives up its own only when no other
    /// has any.
    fn make_room(&mut self, last: Handle) {
        while self.meter.is_over() {
            let rows = self.rows.iter();
            let with_events = rows.filter(|(_, _, row)| !row.shown.recent_events.is_empty());
            let oldest =
                with_events.min_by_key(|(handle, _, row)| (*handle == last, row.shown.last_heard));
            let Some((handle, ..)) = oldest else {
                return;
            };
            let Some(row) = self.rows.get_mut(handle) else {
                return;
            };
            Arc::make_mut(&mut row.shown).recent_events.remove(0);
            self.meter.evicted(1);
            let bytes = counted(&row.shown);
            self.meter.resize(row.bytes, bytes);
            row.bytes = bytes;
        }
    }

    fn remove(&mut self, handle: Handle) {
        if let Some((_, row)) = self.rows.remove(handle) {
            self.meter.remove(row.bytes);
            self.meter.evicted(1);
        }
    }

    /// What the meter ought to say, counted anew.
    #[cfg(test)]
    pub(super) fn walk(&self) -> (u64, u64) {
        let rows = self.rows.iter().map(|(_, _, row)| counted(&row.shown));
        let bytes = rows.sum::<usize>() + self.rows.room();
        (self.rows.len() as u64, bytes as u64)
    }
}

/// Adds an error; the answer is how many events and workers left for it.
fn add(
    group: &mut ErrorGroup,
    event: &Arc<LogEvent>,
    worker: Option<&Arc<str>>,
    heard: WallTime,
) -> u64 {
    let mut cut = 0;
    group.count += 1;
    group.first_seen = group.first_seen.min(event.ts());
    group.last_seen = group.last_seen.max(event.ts());
    group.last_heard = group.last_heard.max(heard);
    if group.recent_events.len() >= bounds::EVENTS_PER_GROUP {
        group.recent_events.remove(0);
        cut += 1;
    }
    group.recent_events.push(Arc::clone(event));
    if let Some(worker) = worker
        && !group.affected_workers.contains(worker)
    {
        if group.affected_workers.len() >= bounds::WORKERS_PER_GROUP {
            group.affected_workers.remove(0);
            cut += 1;
        }
        group.affected_workers.push(Arc::clone(worker));
    }
    cut
}

/// Bytes of a group that are not in the room for rows, and of its signature as the key.
fn counted(group: &ErrorGroup) -> usize {
    let events = group.recent_events.iter().map(|event| held_bytes(event));
    let workers = group.affected_workers.iter().map(|name| name.len() + 16);
    let fingerprint = &group.fingerprint;
    16 + size_of::<ErrorGroup>()
        + group.id.capacity()
        + fingerprint.signature.capacity()
        + fingerprint.signature.len()
        + fingerprint.sample_message.capacity()
        + fingerprint.hash.capacity()
        + events.sum::<usize>()
        + group.recent_events.capacity() * 8
        + workers.sum::<usize>()
        + group.affected_workers.capacity() * 16
}
