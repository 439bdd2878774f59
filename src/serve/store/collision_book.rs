//! The collisions of one kind.

use std::sync::Arc;

use super::collision_case::{Case, Kind, Member, Shown};
use super::event_log::EventLog;
use super::meter::Meter;
use super::worker_book::WorkerBook;
use crate::serve::bounds::{Bound, HOLDERS_PER_KEY};
use crate::serve::event::LogEvent;
use crate::serve::lru::{Handle, Lru};
use crate::serve::time::WallTime;

/// A collision is forgotten so long after it ended.
const KEPT_MS: i64 = 5 * 60_000;

/// The collisions of one kind: those that go on, and those that ended a while ago.
#[derive(Debug)]
pub(super) struct CollisionBook {
    kind: Kind,
    cases: Lru<Arc<str>, Case>,
    meter: Meter,
    active: usize,
    /// One began, ended or got other workers since this was last asked.
    has_changed: bool,
    /// What is shown is not as it was when it was last asked for.
    is_stale: bool,
}

/// What a worker did, as far as a collision is concerned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Act<'a> {
    pub(super) worker: Handle,
    pub(super) event: &'a Arc<LogEvent>,
    pub(super) heard: WallTime,
}

/// Another worker in whose way it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Other {
    pub(super) worker: Handle,
    /// When it was heard to do something about it.
    pub(super) heard: WallTime,
    /// Its event, where that is one of the collision's.
    pub(super) seq: Option<u64>,
}

impl CollisionBook {
    pub(super) fn new(kind: Kind, bound: Bound) -> CollisionBook {
        CollisionBook {
            kind,
            cases: Lru::new(bound.cap_entries.unwrap_or(0) as usize),
            meter: Meter::new(bound),
            active: 0,
            has_changed: false,
            is_stale: true,
        }
    }

    /// A worker does something about `key` again, if it is in a collision about it; whether it is.
    pub(super) fn go_on(&mut self, key: &str, act: Act<'_>, workers: &mut WorkerBook) -> bool {
        let Some(handle) = self.cases.find(key) else {
            return false;
        };
        let Some(case) = self.cases.get_mut(handle) else {
            return false;
        };
        let mut members = case.members.iter_mut();
        let member = members.find(|member| member.worker == act.worker);
        let (Some(member), None) = (member, case.ended) else {
            return false;
        };
        member.heard = member.heard.max(act.heard);
        if self.kind != Kind::Directory {
            let left = case.add(act.event);
            self.meter.evicted(left);
            case.count(key, &mut self.meter);
            self.is_stale = true;
        }
        self.cases.touch(handle);
        self.make_room(workers);
        true
    }

    /// Workers are in each other's way: the one that acts, and `others`. Begins a collision, or adds to it.
    pub(super) fn collide(
        &mut self,
        key: &str,
        act: Act<'_>,
        others: &[Other],
        log: &EventLog,
        workers: &mut WorkerBook,
    ) {
        let handle = match self.cases.find(key) {
            Some(handle) => handle,
            None => {
                let handle = self
                    .cases
                    .insert(Arc::from(key), Case::new(self.kind, act.event.ts()));
                self.meter.add(0);
                self.meter.set_room(self.cases.room());
                self.active += 1;
                self.has_changed = true;
                handle
            }
        };
        self.cases.touch(handle);
        let Some(case) = self.cases.get_mut(handle) else {
            return;
        };
        if case.ended.is_some() {
            // What was before is another collision.
            let bytes = case.bytes;
            *case = Case::new(self.kind, act.event.ts());
            case.bytes = bytes;
            self.active += 1;
            self.has_changed = true;
        }
        let mut left = 0;
        for other in others {
            if join(case, other.worker, other.heard, workers) {
                self.has_changed = true;
                let event = other.seq.and_then(|seq| log.get(seq));
                left += event.map_or(0, |event| case.add(event));
            }
        }
        self.has_changed |= join(case, act.worker, act.heard, workers);
        if self.kind != Kind::Directory {
            left += case.add(act.event);
        }
        self.meter.evicted(left);
        case.count(key, &mut self.meter);
        self.is_stale = true;
        self.make_room(workers);
    }

    /// Ends what does not go on, and forgets what ended long ago.
    pub(super) fn tidy(&mut self, now: WallTime, workers: &mut WorkerBook) {
        let mut gone = Vec::new();
        for (handle, key, case) in self.cases.iter_mut() {
            if let Some(ended) = case.ended {
                // Neither a clock that was set back nor a backlog keeps it.
                if now.since(ended) > KEPT_MS || ended > now {
                    gone.push(handle);
                }
                continue;
            }
            let is_in: Vec<bool> = case
                .members
                .iter()
                .map(|member| case.is_in(member, key, workers, now))
                .collect();
            let remain = is_in.iter().filter(|is_in| **is_in).count();
            if remain < self.kind.least() {
                for member in &case.members {
                    workers.mark(member.worker, self.kind.index(), false);
                }
                case.ended = Some(now);
                self.active -= 1;
            } else if self.kind != Kind::File && remain < is_in.len() {
                let mut is_in = is_in.iter();
                case.members.retain(|member| {
                    let stays = is_in.next() == Some(&true);
                    if !stays {
                        workers.mark(member.worker, self.kind.index(), false);
                    }
                    stays
                });
                case.count(key, &mut self.meter);
            } else {
                continue;
            }
            case.shown = None;
            self.has_changed = true;
            self.is_stale = true;
        }
        for handle in gone {
            self.remove(handle, workers);
        }
    }

    /// Whether one began, ended or got other workers since this was last asked.
    pub(super) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.has_changed)
    }

    /// Whether what is shown is not as it was when it was last asked for.
    pub(super) fn is_stale(&self) -> bool {
        self.is_stale
    }

    /// Those that go on.
    pub(super) fn shown(&mut self) -> impl Iterator<Item = Shown> {
        self.is_stale = false;
        let cases = self.cases.iter_mut();
        let active = cases.filter(|(_, _, case)| case.ended.is_none());
        active.map(|(_, key, case)| case.show(key))
    }

    /// How many that ended are still known.
    pub(super) fn ended(&self) -> usize {
        self.cases.len() - self.active
    }

    pub(super) fn meter(&self) -> &Meter {
        &self.meter
    }

    fn make_room(&mut self, workers: &mut WorkerBook) {
        while self.meter.is_over() && self.cases.len() > 1 {
            let Some(oldest) = self.cases.oldest() else {
                return;
            };
            self.meter.evicted(1);
            self.remove(oldest, workers);
        }
    }

    fn remove(&mut self, handle: Handle, workers: &mut WorkerBook) {
        let Some((_, case)) = self.cases.remove(handle) else {
            return;
        };
        if case.ended.is_none() {
            for member in &case.members {
                workers.mark(member.worker, self.kind.index(), false);
            }
            self.active -= 1;
            self.has_changed = true;
        }
        self.is_stale = true;
        self.meter.remove(case.bytes);
    }

    /// What the meter ought to say, counted anew.
    #[cfg(test)]
    pub(super) fn walk(&self) -> (u64, u64) {
        let cases = self.cases.iter().map(|(_, key, case)| case.counted(key));
        let bytes = cases.sum::<usize>() + self.cases.room();
        (self.cases.len() as u64, bytes as u64)
    }
}

/// Makes a worker a member; whether it was none.
fn join(case: &mut Case, worker: Handle, heard: WallTime, workers: &mut WorkerBook) -> bool {
    let mut members = case.members.iter_mut();
    if let Some(member) = members.find(|member| member.worker == worker) {
        member.heard = member.heard.max(heard);
        return false;
    }
    let Some(name) = workers.name(worker).map(Arc::clone) else {
        return false;
    };
    if case.members.len() >= HOLDERS_PER_KEY {
        let left = case.members.remove(0);
        workers.mark(left.worker, case.kind.index(), false);
    }
    if case.members.capacity() == case.members.len() {
        case.members.reserve_exact(2);
    }
    case.members.push(Member {
        worker,
        name,
        heard,
    });
    case.shown = None;
    workers.mark(worker, case.kind.index(), true);
    true
}
