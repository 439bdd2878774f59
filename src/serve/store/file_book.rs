//! The files that were modified.

use std::collections::VecDeque;
use std::sync::Arc;

use super::collision_book::Other;
use super::meter::Meter;
use super::shelf::Shelf;
use super::view::{FileActivity, WorkerShare};
use crate::serve::bounds;
use crate::serve::lru::{Handle, Lru};
use crate::serve::time::{EventTime, WallTime};

/// A file is forgotten so long after it was last heard to be modified.
const KEPT_MS: i64 = 3_600_000;
/// Modifications of one file within so long, on the clocks of the workers, are a collision.
const COLLISION_MS: i64 = 5_000;
/// A single modification is remembered so long on the clock of this machine: longer than the window, for what arrives late.
const RECENT_MS: i64 = 30_000;

/// So many modifications that are not old are looked at for older ones behind them.
const PASSED: usize = 256;

/// The files that were modified: how often and by whom, and the latest single modifications of each.
#[derive(Debug)]
pub(super) struct FileBook {
    rows: Lru<Arc<str>, Row>,
    /// What is shown of each, in the place of its row.
    shown: Shelf<FileActivity>,
    /// One token for each recent modification, oldest first; it names the file whose oldest modification it stands for.
    tokens: VecDeque<Handle>,
    meter: Meter,
    recent: Meter,
}

#[derive(Debug)]
struct Row {
    recent: VecDeque<Recent>,
    heard: WallTime,
    /// Bytes the meter knows of.
    bytes: usize,
}

#[derive(Debug, Clone, Copy)]
struct Recent {
    ts: EventTime,
    heard: WallTime,
    seq: u64,
    worker: Handle,
}

/// A modification of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Modification<'a> {
    pub(super) path: &'a str,
    pub(super) worker: Handle,
    pub(super) name: &'a Arc<str>,
    pub(super) ts: EventTime,
    pub(super) heard: WallTime,
    pub(super) seq: u64,
}

impl FileBook {
    pub(super) fn new() -> FileBook {
        let cap = bounds::FILE_MODIFICATIONS.cap_entries.unwrap_or(0) as usize;
        FileBook {
            rows: Lru::new(cap),
            shown: Shelf::default(),
            tokens: VecDeque::new(),
            meter: Meter::new(bounds::FILE_MODIFICATIONS),
            recent: Meter::new(bounds::RECENT_MODIFICATIONS),
        }
    }

    /// Takes a modification; the answer is who else modified the file within five seconds of it, each once.
    pub(super) fn modify(&mut self, it: Modification<'_>) -> Vec<Other> {
        let handle = match self.rows.find(it.path) {
            Some(handle) => {
                self.rows.touch(handle);
                handle
            }
            None => self.arrive(it),
        };
        if let Some(file) = self.shown.get_mut(handle.slot) {
            let cut = add(file, it);
            self.meter.evicted(cut);
            if let Some(row) = self.rows.get_mut(handle) {
                row.heard = row.heard.max(it.heard);
                let bytes = counted(file);
                self.meter.resize(row.bytes, bytes);
                row.bytes = bytes;
            }
        }
        while self.meter.is_over() && self.rows.len() > 1 {
            let Some(oldest) = self.rows.oldest() else {
                break;
            };
            self.meter.evicted(1);
            self.remove(oldest);
        }
        let others = self.others(handle, it);
        self.remember(handle, it);
        others
    }

    /// Forgets what was modified long ago.
    pub(super) fn tidy(&mut self, now: WallTime) {
        let mut stale = Vec::new();
        for (handle, _, row) in self.rows.iter_mut() {
            // Nothing was heard later than now: the clock may have been set back.
            row.heard = row.heard.min(now);
            if now.since(row.heard) > KEPT_MS {
                stale.push(handle);
            }
        }
        for handle in stale {
            self.remove(handle);
        }
        let is_kept = |recent: &Recent| now.since(recent.heard).saturating_abs() <= RECENT_MS;
        let mut kept = 0;
        // The tokens are in order but for those of files that are modified without end: these go to the end, and a few of them are passed.
        while kept < PASSED
            && kept < self.tokens.len()
            && let Some(token) = self.tokens.pop_front()
        {
            match self.rows.get_mut(token) {
                None => {}
                Some(row) if row.recent.front().is_some_and(is_kept) => {
                    self.tokens.push_back(token);
                    kept += 1;
                }
                Some(row) => pop_recent(row, &mut self.recent),
            }
        }
        if self.tokens.len() * 4 <= self.tokens.capacity() {
            self.tokens.shrink_to(self.tokens.len() * 2);
        }
        self.count_room();
    }

    /// What is shown of them.
    pub(super) fn shown(&self) -> &Shelf<FileActivity> {
        &self.shown
    }

    pub(super) fn meters(&self) -> [&Meter; 2] {
        [&self.meter, &self.recent]
    }

    fn arrive(&mut self, it: Modification<'_>) -> Handle {
        let path: Arc<str> = Arc::from(it.path);
        let handle = self.rows.insert(
            Arc::clone(&path),
            Row {
                recent: VecDeque::new(),
                heard: it.heard,
                bytes: 0,
            },
        );
        let file = FileActivity {
            path,
            modifications: 0,
            workers: Vec::with_capacity(1),
            first_modified: it.ts,
            last_modified: it.ts,
            timestamps: Vec::with_capacity(1),
        };
        self.shown.put(handle.slot, Some(Arc::new(file)));
        self.meter.add(0);
        self.count_room();
        handle
    }

    fn others(&self, handle: Handle, it: Modification<'_>) -> Vec<Other> {
        let mut others: Vec<Other> = Vec::new();
        let recent = self.rows.get(handle).map(|row| row.recent.iter());
        for recent in recent.into_iter().flatten().rev() {
            let is_near = it.ts.since(recent.ts).saturating_abs() <= COLLISION_MS;
            if is_near
                && recent.worker != it.worker
                && !others.iter().any(|other| other.worker == recent.worker)
            {
                others.push(Other {
                    worker: recent.worker,
                    heard: recent.heard,
                    seq: Some(recent.seq),
                });
            }
        }
        others
    }

    fn remember(&mut self, handle: Handle, it: Modification<'_>) {
        let Some(row) = self.rows.get_mut(handle) else {
            return;
        };
        if row.recent.len() >= bounds::RECENT_PER_FILE {
            // Its token stays, and stands for the new one.
            row.recent.pop_front();
            self.recent.remove(0);
            self.recent.evicted(1);
        } else {
            self.tokens.push_back(handle);
        }
        let room = recent_room(row);
        if row.recent.capacity() == row.recent.len() {
            row.recent.reserve_exact(row.recent.len().clamp(1, 64));
        }
        row.recent.push_back(Recent {
            ts: it.ts,
            heard: it.heard,
            seq: it.seq,
            worker: it.worker,
        });
        self.recent.add(0);
        self.recent.resize(room, recent_room(row));
        self.recent
            .set_room(self.tokens.capacity() * size_of::<Handle>());
        while self.recent.is_over() || self.tokens.len() as u64 > most_tokens() {
            let Some(token) = self.tokens.pop_front() else {
                break;
            };
            if let Some(row) = self.rows.get_mut(token) {
                pop_recent(row, &mut self.recent);
                self.recent.evicted(1);
            }
        }
    }

    fn remove(&mut self, handle: Handle) {
        let Some((_, mut row)) = self.rows.remove(handle) else {
            return;
        };
        while !row.recent.is_empty() {
            pop_recent(&mut row, &mut self.recent);
        }
        self.shown.put(handle.slot, None);
        self.meter.remove(row.bytes);
    }

    fn count_room(&mut self) {
        self.meter.set_room(self.rows.room() + self.shown.room());
        self.recent
            .set_room(self.tokens.capacity() * size_of::<Handle>());
    }

    /// What the meters ought to say, counted anew.
    #[cfg(test)]
    pub(super) fn walk(&self) -> [(u64, u64); 2] {
        let files = self.shown.iter().map(|file| counted(file));
        let bytes = files.sum::<usize>() + self.rows.room() + self.shown.room();
        let rows = self.rows.iter();
        let recent = rows.map(|(_, _, row)| (row.recent.len(), recent_room(row)));
        let recent = recent.fold((0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
        let tokens = self.tokens.capacity() * size_of::<Handle>();
        [
            (self.shown.iter().count() as u64, bytes as u64),
            (recent.0 as u64, (recent.1 + tokens) as u64),
        ]
    }
}

fn most_tokens() -> u64 {
    bounds::RECENT_MODIFICATIONS.cap_entries.unwrap_or(u64::MAX)
}

fn recent_room(row: &Row) -> usize {
    row.recent.capacity() * size_of::<Recent>()
}

fn pop_recent(row: &mut Row, meter: &mut Meter) {
    let room = recent_room(row);
    if row.recent.pop_front().is_some() {
        meter.remove(0);
    }
    if row.recent.len() * 4 <= row.recent.capacity() {
        row.recent.shrink_to(row.recent.len() * 2);
    }
    meter.resize(room, recent_room(row));
}

/// Adds a modification; the answer is how many times and workers left for it.
fn add(file: &mut FileActivity, it: Modification<'_>) -> u64 {
    let mut cut = 0;
    file.modifications += 1;
    file.first_modified = file.first_modified.min(it.ts);
    file.last_modified = file.last_modified.max(it.ts);
    let mut workers = file.workers.iter_mut();
    if let Some(share) = workers.find(|share| share.worker == *it.name) {
        share.modifications += 1;
        share.last_modified = share.last_modified.max(it.ts);
    } else {
        if file.workers.len() >= bounds::WORKERS_PER_FILE {
            let ages = file.workers.iter().enumerate();
            let oldest = ages.min_by_key(|(_, share)| share.last_modified);
            if let Some((oldest, _)) = oldest {
                file.workers.remove(oldest);
                cut += 1;
            }
        }
        file.workers.push(WorkerShare {
            worker: Arc::clone(it.name),
            modifications: 1,
            last_modified: it.ts,
        });
    }
    // Nearly always the end: logs are in order but for a little.
    let place = file.timestamps.partition_point(|ts| *ts <= it.ts);
    if file.timestamps.len() < bounds::TIMES_PER_FILE {
        file.timestamps.insert(place, it.ts);
    } else {
        cut += 1;
        if let Some(before) = place.checked_sub(1) {
            file.timestamps.remove(0);
            file.timestamps.insert(before, it.ts);
        }
    }
    cut
}

/// Bytes of a file that are not in the room for rows. A worker's name may be held by nothing else.
fn counted(file: &FileActivity) -> usize {
    let names = file.workers.iter().map(|share| share.worker.len() + 16);
    16 + size_of::<FileActivity>()
        + file.path.len()
        + 16
        + names.sum::<usize>()
        + file.workers.capacity() * size_of::<WorkerShare>()
        + file.timestamps.capacity() * size_of::<EventTime>()
}
