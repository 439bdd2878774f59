//! Who was last seen with something.

use std::sync::Arc;

use super::meter::Meter;
use crate::serve::bounds::{Bound, HOLDERS_PER_KEY};
use crate::serve::lru::{Handle, Lru};

/// Who was last seen with a task, or in a folder: where to look for workers that are in each other's way. Whether one is still there is for
/// the worker to say.
#[derive(Debug)]
pub(super) struct Holders {
    rows: Lru<Arc<str>, Vec<Handle>>,
    meter: Meter,
}

impl Holders {
    pub(super) fn new(bound: Bound) -> Holders {
        Holders {
            rows: Lru::new(bound.cap_entries.unwrap_or(0) as usize),
            meter: Meter::new(bound),
        }
    }

    /// A worker was seen; the answer is everyone who was, newest last.
    pub(super) fn see(&mut self, key: &str, worker: Handle) -> &[Handle] {
        let row = if let Some(row) = self.rows.find(key) {
            self.rows.touch(row);
            row
        } else {
            self.arrive(key)
        };
        let Some(workers) = self.rows.get_mut(row) else {
            return &[];
        };
        match workers.iter().position(|known| *known == worker) {
            Some(place) => {
                if let Some(later) = workers.get_mut(place..) {
                    later.rotate_left(1);
                }
            }
            None => {
                if workers.len() >= HOLDERS_PER_KEY {
                    workers.remove(0);
                    self.meter.evicted(1);
                }
                let before = workers.capacity() * size_of::<Handle>();
                workers.push(worker);
                self.meter
                    .resize(before, workers.capacity() * size_of::<Handle>());
            }
        }
        workers
    }

    pub(super) fn meter(&self) -> &Meter {
        &self.meter
    }

    fn arrive(&mut self, key: &str) -> Handle {
        // Before it comes and not after: what is asked for must not be what leaves.
        while self.meter.is_over_with(1, owned(key, 1)) {
            let Some((key, workers)) = self.rows.oldest().and_then(|row| self.rows.remove(row))
            else {
                break;
            };
            self.meter.remove(owned(&key, workers.capacity()));
            self.meter.evicted(1);
        }
        let row = self.rows.insert(Arc::from(key), Vec::with_capacity(1));
        self.meter.add(owned(key, 1));
        self.meter.set_room(self.rows.room());
        row
    }

    /// What the meter ought to say, counted anew.
    #[cfg(test)]
    pub(super) fn walk(&self) -> (u64, u64) {
        let rows = self.rows.iter();
        let owned = rows.map(|(_, key, workers)| owned(key, workers.capacity()));
        let bytes = owned.sum::<usize>() + self.rows.room();
        (self.rows.len() as u64, bytes as u64)
    }
}

fn owned(key: &str, workers: usize) -> usize {
    16 + key.len() + workers * size_of::<Handle>()
}
