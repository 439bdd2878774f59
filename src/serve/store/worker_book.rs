//! The workers that are known.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::DefaultHashBuilder;

use super::active_paths::Share;
use super::event_log::EventLog;
use super::meter::Meter;
use super::path_name::{folder_of, followed_path};
use super::view::Worker;
use super::worker_row::Row;
use super::worker_rules::Effect;
use crate::serve::bounds;
use crate::serve::event::LogEvent;
use crate::serve::lru::{Handle, Lru};
use crate::serve::time::WallTime;

/// A worker that has been silent for longer is forgotten, whatever it did last.
const STALE_MS: i64 = 3_600_000;

/// The workers that are known.
#[derive(Debug)]
pub(super) struct WorkerBook {
    rows: Lru<Arc<str>, Row>,
    /// One entry per worker, by when it was heard of, perhaps long before it was last heard of: put right when it is looked at. So hearing of
    /// a worker costs nothing, and finding the longest silent is paid for by those who spoke since.
    silent: BinaryHeap<Reverse<(WallTime, Handle)>>,
    /// In the order of their names; made anew when workers came or went.
    sorted: Vec<Handle>,
    is_sorted: bool,
    hasher: DefaultHashBuilder,
    meter: Meter,
    files: Meter,
    directories: Meter,
    windows: Meter,
}

impl WorkerBook {
    pub(super) fn new() -> WorkerBook {
        let cap = bounds::WORKERS.cap_entries.unwrap_or(0) as usize;
        WorkerBook {
            rows: Lru::new(cap),
            silent: BinaryHeap::new(),
            sorted: Vec::new(),
            is_sorted: true,
            hasher: DefaultHashBuilder::default(),
            meter: Meter::new(bounds::WORKERS),
            files: Meter::new(bounds::ACTIVE_FILES),
            directories: Meter::new(bounds::ACTIVE_DIRECTORIES),
            windows: Meter::new(bounds::WORKER_WINDOWS),
        }
    }

    /// Takes what an event says of its worker; `None` when its name is too long to be followed.
    pub(super) fn observe(
        &mut self,
        event: &Arc<LogEvent>,
        seq: u64,
        heard: WallTime,
    ) -> Option<Handle> {
        if event.worker().len() > bounds::EVENT_KEY_BYTES {
            self.meter.evicted(1);
            return None;
        }
        let handle = match self.rows.find(event.worker()) {
            Some(handle) => handle,
            None => self.arrive(event, heard),
        };
        let hasher = &self.hasher;
        let hash = |text: &str| hasher.hash_one(text);
        let row = self.rows.get_mut(handle)?;
        let effect = Effect::of(event);
        row.apply(event, effect, heard);
        if effect.clears_files {
            let worker = Arc::make_mut(&mut row.shown);
            row.files.clear(&mut worker.active_files, &mut self.files);
            row.directories
                .clear(&mut worker.active_directories, &mut self.directories);
        } else if let Some(path) = followed_path(event) {
            let worker = Arc::make_mut(&mut row.shown);
            let share = share(bounds::ACTIVE_FILES);
            let list = &mut worker.active_files;
            row.files
                .add(list, path, hash(path), &mut self.files, share);
            if let Some(folder) = folder_of(path) {
                let share = share_of_directories();
                let list = &mut worker.active_directories;
                row.directories
                    .add(list, folder, hash(folder), &mut self.directories, share);
            }
        }
        let room = row.window.room();
        if row.window.push(event, seq, hash) {
            self.windows.evicted(1);
        } else {
            self.windows.add(0);
        }
        self.windows.resize(room, row.window.room());
        row.count(&mut self.meter);
        if self.meter.is_over() {
            self.make_room();
        }
        Some(handle)
    }

    pub(super) fn get(&self, handle: Handle) -> Option<&Row> {
        self.rows.get(handle)
    }

    pub(super) fn name(&self, handle: Handle) -> Option<&Arc<str>> {
        self.rows.key(handle)
    }

    pub(super) fn hash(&self, text: &str) -> u64 {
        self.hasher.hash_one(text)
    }

    /// The worker became part of a collision of that kind, or left one.
    pub(super) fn mark(&mut self, handle: Handle, kind: usize, is_in: bool) {
        let Some(row) = self.rows.get_mut(handle) else {
            return;
        };
        if let Some(count) = row.collisions.get_mut(kind) {
            *count = if is_in {
                *count + 1
            } else {
                count.saturating_sub(1)
            };
        }
        let names = ["file", "bead", "task"].into_iter().zip(row.collisions);
        let of_those = names.filter(|(_, count)| *count > 0);
        let types: Vec<&'static str> = of_those.map(|(name, _)| name).collect();
        if types != row.shown.collision_types {
            let worker = Arc::make_mut(&mut row.shown);
            worker.has_collision = !types.is_empty();
            worker.collision_types = types;
        }
    }

    /// Forgets who has been silent for too long, and sees who gets nowhere.
    pub(super) fn tidy(&mut self, now: WallTime, log: &EventLog) {
        let mut stale = Vec::new();
        for (handle, _, row) in self.rows.iter_mut() {
            if row.shown.last_heard > now {
                // The clock of this machine was set back: nothing was heard later than now.
                Arc::make_mut(&mut row.shown).last_heard = now;
            }
            if now.since(row.shown.last_heard) > STALE_MS {
                stale.push(handle);
            } else if row.look(now, log) {
                row.count(&mut self.meter);
            }
        }
        for handle in stale {
            self.remove(handle);
        }
        let rows = self.rows.iter();
        let heard = rows.map(|(handle, _, row)| Reverse((row.shown.last_heard, handle)));
        self.silent = heard.collect();
        self.count_room();
        self.make_room();
    }

    /// In the order of their names.
    pub(super) fn shown(&mut self) -> Vec<Arc<Worker>> {
        if !self.is_sorted {
            self.sorted.clear();
            self.sorted
                .extend(self.rows.iter().map(|(handle, ..)| handle));
            let rows = &self.rows;
            self.sorted.sort_unstable_by_key(|handle| rows.key(*handle));
            self.is_sorted = true;
        }
        let rows = self
            .sorted
            .iter()
            .filter_map(|handle| self.rows.get(*handle));
        rows.map(|row| Arc::clone(&row.shown)).collect()
    }

    pub(super) fn meters(&self) -> [&Meter; 4] {
        [&self.meter, &self.files, &self.directories, &self.windows]
    }

    fn arrive(&mut self, event: &LogEvent, heard: WallTime) -> Handle {
        let row = Row::new(event, heard);
        let handle = self.rows.insert(Arc::from(event.worker()), row);
        self.silent.push(Reverse((heard, handle)));
        self.is_sorted = false;
        if self.sorted.capacity() < self.rows.len() {
            // Now, and not when it is wanted: so the bytes are known before something has to leave for them.
            self.sorted.reserve(self.rows.len() - self.sorted.len());
        }
        self.meter.add(0);
        self.count_room();
        handle
    }

    /// The longest silent leaves until there is room.
    fn make_room(&mut self) {
        while self.meter.is_over() && self.rows.len() > 1 {
            let Some(Reverse((heard, handle))) = self.silent.pop() else {
                return;
            };
            let Some(row) = self.rows.get(handle) else {
                continue;
            };
            if row.shown.last_heard > heard {
                self.silent.push(Reverse((row.shown.last_heard, handle)));
            } else {
                self.remove(handle);
                self.meter.evicted(1);
            }
        }
    }

    fn remove(&mut self, handle: Handle) {
        let Some((_, mut row)) = self.rows.remove(handle) else {
            return;
        };
        let worker = Arc::make_mut(&mut row.shown);
        row.files.clear(&mut worker.active_files, &mut self.files);
        row.directories
            .clear(&mut worker.active_directories, &mut self.directories);
        for _ in 0..row.window.len() {
            self.windows.remove(0);
        }
        self.windows.shrink(row.window.room());
        self.meter.remove(row.bytes);
        self.is_sorted = false;
    }

    fn count_room(&mut self) {
        self.meter.set_room(self.room());
    }

    fn room(&self) -> usize {
        let silent = self.silent.capacity() * size_of::<Reverse<(WallTime, Handle)>>();
        self.rows.room() + silent + self.sorted.capacity() * size_of::<Handle>()
    }

    /// What the meters ought to say, counted anew.
    #[cfg(test)]
    pub(super) fn walk(&self) -> [(u64, u64); 4] {
        let mut sums = [(0, self.room() as u64), (0, 0), (0, 0), (0, 0)];
        for (_, _, row) in self.rows.iter() {
            let parts = [
                (1, row.counted() as u64),
                row.files.walk(&row.shown.active_files),
                row.directories.walk(&row.shown.active_directories),
                (row.window.len() as u64, row.window.room() as u64),
            ];
            for (sum, part) in sums.iter_mut().zip(parts) {
                *sum = (sum.0 + part.0, sum.1 + part.1);
            }
        }
        sums
    }
}

fn share(bound: bounds::Bound) -> Share {
    Share {
        all: bound.cap_bytes.unwrap_or(u64::MAX),
        workers: bounds::WORKERS.cap_entries.unwrap_or(1),
    }
}

fn share_of_directories() -> Share {
    share(bounds::ACTIVE_DIRECTORIES)
}
