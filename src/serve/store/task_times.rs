//! When tasks began that have not ended.

use std::sync::Arc;

use super::meter::Meter;
use super::path_name::followed_bead;
use crate::serve::bounds::TASK_START_TIMES;
use crate::serve::event::LogEvent;
use crate::serve::lru::Lru;
use crate::serve::time::{EventTime, WallTime};

/// A task that nobody ended is forgotten so long after it was last heard of.
const KEPT_MS: i64 = 24 * 3_600_000;

/// When tasks began that have not ended.
#[derive(Debug)]
pub(super) struct TaskTimes {
    rows: Lru<Arc<str>, Row>,
    meter: Meter,
}

#[derive(Debug)]
struct Row {
    began: EventTime,
    heard: WallTime,
}

impl TaskTimes {
    pub(super) fn new() -> TaskTimes {
        TaskTimes {
            rows: Lru::new(TASK_START_TIMES.cap_entries.unwrap_or(0) as usize),
            meter: Meter::new(TASK_START_TIMES),
        }
    }

    /// A task begins with the first event that names it. Where this event ends it: how many milliseconds it took.
    pub(super) fn observe(&mut self, event: &LogEvent, heard: WallTime) -> Option<u64> {
        let bead = followed_bead(event)?;
        let known = self.rows.find(bead);
        if matches!(event.message(), "bead.completed" | "bead.failed") {
            let (key, row) = self.rows.remove(known?)?;
            self.meter.remove(owned(&key));
            return Some(event.ts().since(row.began).max(0).unsigned_abs());
        }
        if event.message() == "bead.released" {
            return None;
        }
        if let Some(row) = known {
            self.rows.touch(row);
            if let Some(row) = self.rows.get_mut(row) {
                row.heard = row.heard.max(heard);
                row.began = row.began.min(event.ts());
            }
            return None;
        }
        let began = event.ts();
        self.rows.insert(Arc::from(bead), Row { began, heard });
        self.meter.add(owned(bead));
        self.meter.set_room(self.rows.room());
        while self.meter.is_over() && self.rows.len() > 1 {
            self.remove_oldest();
            self.meter.evicted(1);
        }
        None
    }

    /// Forgets tasks that nobody ended.
    pub(super) fn tidy(&mut self, now: WallTime) {
        let mut stale = Vec::new();
        for (handle, _, row) in self.rows.iter_mut() {
            row.heard = row.heard.min(now);
            if now.since(row.heard) > KEPT_MS {
                stale.push(handle);
            }
        }
        for handle in stale {
            if let Some((key, _)) = self.rows.remove(handle) {
                self.meter.remove(owned(&key));
            }
        }
    }

    pub(super) fn meter(&self) -> &Meter {
        &self.meter
    }

    fn remove_oldest(&mut self) {
        if let Some((key, _)) = self.rows.oldest().and_then(|row| self.rows.remove(row)) {
            self.meter.remove(owned(&key));
        }
    }

    /// What the meter ought to say, counted anew.
    #[cfg(test)]
    pub(super) fn walk(&self) -> (u64, u64) {
        let keys = self.rows.iter().map(|(_, key, _)| owned(key));
        let bytes = keys.sum::<usize>() + self.rows.room();
        (self.rows.len() as u64, bytes as u64)
    }
}

fn owned(key: &str) -> usize {
    16 + key.len()
}
