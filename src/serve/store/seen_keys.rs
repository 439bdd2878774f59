//! Which events were here before.

use super::meter::Meter;
use crate::serve::bounds::DEDUP_KEYS;
use crate::serve::event::DedupKey;
use crate::serve::lru::Lru;

/// The keys of the newest events. A key that comes again is as new as one that comes for the first time.
#[derive(Debug)]
pub(super) struct SeenKeys {
    keys: Lru<DedupKey, ()>,
    meter: Meter,
}

impl SeenKeys {
    pub(super) fn new() -> SeenKeys {
        SeenKeys {
            keys: Lru::new(DEDUP_KEYS.cap_entries.unwrap_or(0) as usize),
            meter: Meter::new(DEDUP_KEYS),
        }
    }

    /// Whether the key was here before. It is now.
    pub(super) fn was_here(&mut self, key: DedupKey) -> bool {
        if let Some(known) = self.keys.find(&key) {
            self.keys.touch(known);
            return true;
        }
        self.keys.insert(key, ());
        self.meter.add(0);
        while self.meter.is_over() && self.keys.len() > 1 {
            let oldest = self.keys.oldest();
            oldest.map(|oldest| self.keys.remove(oldest));
            self.meter.remove(0);
            self.meter.evicted(1);
        }
        self.meter.set_room(self.keys.room());
        false
    }

    pub(super) fn meter(&self) -> &Meter {
        &self.meter
    }
}
