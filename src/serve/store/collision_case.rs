//! Workers that are, or were, in each other's way.

use std::sync::Arc;

use super::alerting::Severity;
use super::event_log::held_bytes;
use super::meter::Meter;
use super::view::{BeadCollision, DirectoryCollision, FileCollision, Risk};
use super::worker_book::WorkerBook;
use crate::serve::bounds;
use crate::serve::event::LogEvent;
use crate::serve::lru::Handle;
use crate::serve::time::{EventTime, WallTime};

/// What workers are in each other's way about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// They modify one file.
    File,
    /// They have one task.
    Bead,
    /// They work in one folder.
    Directory,
}

impl Kind {
    /// Its place where there is something for each kind.
    pub(super) fn index(self) -> usize {
        self as usize
    }

    /// A worker that has done nothing about it for longer is out of it.
    fn quiet_ms(self) -> i64 {
        match self {
            Kind::File => 30_000,
            Kind::Bead => 120_000,
            Kind::Directory => 60_000,
        }
    }

    /// So many have to be in it for it to go on. What is left in a file by two workers goes on being of interest to the one that remains.
    pub(super) fn least(self) -> usize {
        match self {
            Kind::File => 1,
            Kind::Bead | Kind::Directory => 2,
        }
    }
}

/// A collision of any kind.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) kind: Kind,
    pub(super) members: Vec<Member>,
    pub(super) detected_at: EventTime,
    pub(super) events: Vec<Arc<LogEvent>>,
    /// Of `events`.
    pub(super) event_bytes: usize,
    /// A file was modified in it.
    pub(super) is_grave: bool,
    /// When it ended.
    pub(super) ended: Option<WallTime>,
    /// As it is shown; made when it is asked for.
    pub(super) shown: Option<Shown>,
    /// Bytes the meter knows of.
    pub(super) bytes: usize,
}

/// One of the workers.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) worker: Handle,
    pub(super) name: Arc<str>,
    /// When it was last heard to do something about it.
    pub(super) heard: WallTime,
}

/// A collision as readers get it.
#[derive(Debug, Clone)]
pub(super) enum Shown {
    File(Arc<FileCollision>),
    Bead(Arc<BeadCollision>),
    Directory(Arc<DirectoryCollision>),
}

impl Case {
    pub(super) fn new(kind: Kind, detected_at: EventTime) -> Case {
        Case {
            kind,
            members: Vec::new(),
            detected_at,
            events: Vec::new(),
            event_bytes: 0,
            is_grave: false,
            ended: None,
            shown: None,
            bytes: 0,
        }
    }

    /// Adds an event; the answer is how many others left for it.
    pub(super) fn add(&mut self, event: &Arc<LogEvent>) -> u64 {
        if self.events.iter().any(|known| Arc::ptr_eq(known, event)) {
            return 0;
        }
        self.shown = None;
        self.is_grave |= event.is_modification();
        self.event_bytes += held_bytes(event);
        if self.events.capacity() == self.events.len() {
            self.events.reserve_exact(self.events.len().clamp(2, 16));
        }
        self.events.push(Arc::clone(event));
        let mut left = 0;
        while self.events.len() > bounds::EVENTS_PER_COLLISION
            || self.event_bytes > bounds::EVENT_BYTES_PER_COLLISION
        {
            let oldest = self.events.remove(0);
            self.event_bytes -= held_bytes(&oldest);
            left += 1;
        }
        left
    }

    /// Whether a worker is still in it.
    pub(super) fn is_in(
        &self,
        member: &Member,
        key: &str,
        workers: &WorkerBook,
        now: WallTime,
    ) -> bool {
        let Some(row) = workers.get(member.worker) else {
            return false;
        };
        now.since(member.heard) <= self.kind.quiet_ms()
            && match self.kind {
                Kind::File => row.works_on_file(workers.hash(key)),
                Kind::Bead => row.shown.active_bead.as_deref() == Some(key),
                Kind::Directory => row.is_active() && row.works_in_directory(workers.hash(key)),
            }
    }

    pub(super) fn count(&mut self, key: &str, meter: &mut Meter) {
        let bytes = self.counted(key);
        meter.resize(self.bytes, bytes);
        self.bytes = bytes;
    }

    /// Bytes of it that are not in the room for rows, and of how it is shown, whether or not that is made yet.
    pub(super) fn counted(&self, key: &str) -> usize {
        let names = self.members.iter().map(|member| member.name.len() + 16);
        let shown = size_of::<BeadCollision>() + 16 + key.len() + 120;
        16 + key.len()
            + names.sum::<usize>()
            + self.members.capacity() * size_of::<Member>()
            + self.events.capacity() * 8
            + self.event_bytes
            + shown
            + (self.members.len() * 16 + self.events.len() * 8)
    }

    /// As readers get it.
    pub(super) fn show(&mut self, key: &Arc<str>) -> Shown {
        let shown = self.shown.take().unwrap_or_else(|| self.make(key));
        self.shown = Some(shown.clone());
        shown
    }

    fn make(&self, key: &Arc<str>) -> Shown {
        let names = self.members.iter().map(|member| Arc::clone(&member.name));
        let workers: Vec<Arc<str>> = names.collect();
        let detected_at = self.detected_at;
        let is_active = self.ended.is_none();
        match self.kind {
            Kind::File => Shown::File(Arc::new(FileCollision {
                path: Arc::clone(key),
                workers,
                detected_at,
                events: self.events.clone(),
                is_active,
            })),
            Kind::Bead => Shown::Bead(Arc::new(BeadCollision {
                bead_id: Arc::clone(key),
                workers,
                detected_at,
                events: self.events.clone(),
                is_active,
                severity: match self.is_grave {
                    true => Severity::Critical,
                    false => Severity::Warning,
                },
            })),
            Kind::Directory => Shown::Directory(Arc::new(DirectoryCollision {
                kind: "directory",
                description: format!("{} workers work in {key}", workers.len()),
                risk_level: match workers.len() {
                    0 | 1 => Risk::Low,
                    2 => Risk::Medium,
                    _ => Risk::High,
                },
                workers,
                affected_resources: vec![Arc::clone(key)],
                detected_at,
                is_active,
            })),
        }
    }
}
