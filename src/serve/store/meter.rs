//! What a bounded collection holds, counted as it changes.

use std::cell::Cell;

use crate::serve::bounds::{Bound, BoundReport, Usage};

/// What a bounded collection holds, counted as it changes. Each collection of the store has one, tells it of everything that comes and goes,
/// and asks it whether something must leave.
#[derive(Debug)]
pub(super) struct Meter {
    bound: Bound,
    usage: Usage,
    /// Of the container itself: part of `usage.bytes`.
    room: u64,
    /// The most entries and bytes there were when everything that had to leave had left.
    high_water: Cell<(u64, u64)>,
}

impl Meter {
    pub(super) fn new(bound: Bound) -> Meter {
        Meter {
            bound,
            usage: Usage::default(),
            room: 0,
            high_water: Cell::default(),
        }
    }

    /// The bound has acted on what came: now is the time to see how much there is.
    pub(super) fn settle(&self) {
        let (entries, bytes) = self.high_water.get();
        let now = (entries.max(self.usage.length), bytes.max(self.usage.bytes));
        self.high_water.set(now);
    }

    /// An entry came that owns so many bytes.
    pub(super) fn add(&mut self, bytes: usize) {
        self.usage.length += 1;
        self.grow(bytes);
    }

    /// An entry went, and with it so many bytes.
    pub(super) fn remove(&mut self, bytes: usize) {
        self.usage.length = self.usage.length.saturating_sub(1);
        self.shrink(bytes);
    }

    /// All entries went; they owned nothing.
    pub(super) fn empty(&mut self) {
        self.usage.length = 0;
    }

    /// An entry became larger.
    pub(super) fn grow(&mut self, bytes: usize) {
        self.usage.bytes += bytes as u64;
    }

    /// An entry became smaller.
    pub(super) fn shrink(&mut self, bytes: usize) {
        self.usage.bytes = self.usage.bytes.saturating_sub(bytes as u64);
    }

    /// An entry that owned `before` bytes owns `after` now.
    pub(super) fn resize(&mut self, before: usize, after: usize) {
        self.shrink(before);
        self.grow(after);
    }

    /// The container itself takes so many bytes now.
    pub(super) fn set_room(&mut self, room: usize) {
        let room = room as u64;
        if room != self.room {
            self.usage.bytes = self.usage.bytes.saturating_sub(self.room) + room;
            self.room = room;
        }
    }

    /// So many entries left, were refused or were cut because of the bound.
    pub(super) fn evicted(&mut self, entries: u64) {
        self.usage.evictions += entries;
    }

    /// Whether there is more than the bound allows.
    pub(super) fn is_over(&self) -> bool {
        self.is_over_with(0, 0)
    }

    /// Whether there would be more than the bound allows with so much more.
    pub(super) fn is_over_with(&self, entries: u64, bytes: usize) -> bool {
        let too_many = |cap: u64| self.usage.length + entries > cap;
        let too_large = |cap: u64| self.usage.bytes + bytes as u64 > cap;
        self.bound.cap_entries.is_some_and(too_many) || self.bound.cap_bytes.is_some_and(too_large)
    }

    pub(super) fn bytes(&self) -> u64 {
        self.usage.bytes
    }

    pub(super) fn report(&self) -> BoundReport {
        self.settle();
        let (high_water_length, high_water_bytes) = self.high_water.get();
        BoundReport {
            bound: self.bound,
            usage: Usage {
                high_water_length,
                high_water_bytes,
                ..self.usage
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_bytes_and_the_container_are_counted_with_their_highest_values() {
        let mut meter = Meter::new(Bound {
            collection: "test",
            cap_entries: Some(2),
            cap_bytes: Some(100),
            policy: "",
        });
        meter.set_room(10);
        meter.add(30);
        meter.add(40);
        meter.settle();
        assert!(!meter.is_over());
        assert!(meter.is_over_with(1, 0));
        assert!(meter.is_over_with(0, 21));
        meter.resize(40, 61);
        assert!(meter.is_over());
        meter.remove(61);
        meter.evicted(1);
        meter.set_room(5);
        let usage = meter.report().usage;
        assert_eq!((usage.length, usage.bytes, usage.evictions), (1, 35, 1));
        assert_eq!((usage.high_water_length, usage.high_water_bytes), (2, 80));
    }
}
