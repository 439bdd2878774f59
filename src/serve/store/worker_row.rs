//! A worker, with what is not shown of it.

use std::sync::Arc;

use super::active_paths::ActivePaths;
use super::event_log::{EventLog, held_bytes};
use super::meter::Meter;
use super::path_name::{clip, followed_bead};
use super::view::{Needle, Worker, WorkerStatus};
use super::window::{Standing, Window};
use super::worker_rules::Effect;
use crate::serve::bounds;
use crate::serve::event::LogEvent;
use crate::serve::time::{EventTime, WallTime};

/// A worker, with what is not shown of it.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) shown: Arc<Worker>,
    /// Time of the event that arrived last, which need not be the latest one.
    pub(super) last_ts: EventTime,
    pub(super) first_heard: WallTime,
    pub(super) files: ActivePaths,
    pub(super) directories: ActivePaths,
    pub(super) window: Window,
    /// Active collisions it is part of: on a file, on a task, in a folder.
    pub(super) collisions: [u32; 3],
    /// Bytes the meter knows of.
    pub(super) bytes: usize,
    /// Something happened since it was last looked at whether it gets nowhere.
    pub(super) is_fresh: bool,
    pub(super) silence: u8,
}

impl Row {
    pub(super) fn new(event: &LogEvent, heard: WallTime) -> Row {
        Row {
            shown: Arc::new(Worker {
                id: event.worker().to_owned(),
                status: WorkerStatus::Active,
                needle_state: None,
                last_state_transition: None,
                last_event: None,
                beads_completed: 0,
                beads_released: 0,
                first_seen: event.ts(),
                last_activity: event.ts(),
                last_heard: heard,
                active_files: Arc::default(),
                active_directories: Arc::default(),
                active_bead: None,
                current_bead: None,
                has_collision: false,
                collision_types: Vec::new(),
                event_count: 0,
                stuck: false,
                stuck_reason: None,
                pid: None,
                host: None,
            }),
            last_ts: event.ts(),
            first_heard: heard,
            files: ActivePaths::default(),
            directories: ActivePaths::default(),
            window: Window::new(),
            collisions: [0; 3],
            bytes: 0,
            is_fresh: true,
            silence: 0,
        }
    }

    pub(super) fn is_active(&self) -> bool {
        self.shown.status == WorkerStatus::Active
    }

    pub(super) fn works_on_file(&self, hash: u64) -> bool {
        self.files.contains(hash)
    }

    pub(super) fn works_in_directory(&self, hash: u64) -> bool {
        self.directories.contains(hash)
    }

    pub(super) fn apply(&mut self, event: &Arc<LogEvent>, effect: Effect, heard: WallTime) {
        let worker = Arc::make_mut(&mut self.shown);
        worker.event_count += 1;
        worker.first_seen = worker.first_seen.min(event.ts());
        worker.last_activity = worker.last_activity.max(event.ts());
        worker.last_heard = worker.last_heard.max(heard);
        worker.last_event = (event.bytes() <= bounds::LAST_EVENT_BYTES).then(|| Arc::clone(event));
        worker.status = effect.status.unwrap_or(worker.status);
        worker.beads_completed += u64::from(effect.completed);
        worker.beads_released += u64::from(effect.released);
        let bead = followed_bead(event);
        if effect.clears_bead {
            worker.current_bead = None;
            worker.active_bead = None;
        } else if let Some(bead) = bead {
            set(&mut worker.active_bead, bead);
        }
        if let (true, Some(bead)) = (effect.claims, bead) {
            set(&mut worker.current_bead, bead);
        }
        if let Some(host) = event.host() {
            set(&mut worker.host, host);
        }
        worker.pid = event.pid().or(worker.pid);
        if event.message() == "worker.state_transition"
            && let Some((from, to)) = event.transition()
        {
            let (from, to) = (clip(from, 64).to_owned(), clip(to, 64).to_owned());
            worker.needle_state = Some(to.clone());
            let at = event.ts();
            worker.last_state_transition = Some(Needle { from, to, at });
        }
        self.last_ts = event.ts();
        self.is_fresh = true;
    }

    /// Sees whether it gets nowhere; whether that is something new. A worker that waits for work is not stuck.
    pub(super) fn look(&mut self, now: WallTime, log: &EventLog) -> bool {
        let standing = Standing {
            silent_ms: now.since(self.shown.last_heard),
            known_ms: self.shown.last_heard.since(self.first_heard),
        };
        if !self.is_fresh && standing.silence() == self.silence {
            return false;
        }
        self.is_fresh = false;
        self.silence = standing.silence();
        let is_idle = self.shown.status == WorkerStatus::Idle;
        let stuck = if is_idle {
            None
        } else {
            self.window.stuck(standing, log)
        };
        if stuck == self.shown.stuck_reason {
            return false;
        }
        let worker = Arc::make_mut(&mut self.shown);
        worker.stuck = stuck.is_some();
        worker.stuck_reason = stuck;
        true
    }

    /// Tells the meter of the bytes it has now.
    pub(super) fn count(&mut self, meter: &mut Meter) {
        let bytes = self.counted();
        meter.resize(self.bytes, bytes);
        self.bytes = bytes;
    }

    /// Bytes of it that are not in the room for rows: those of the worker, of its name as the key, and of its last event.
    pub(super) fn counted(&self) -> usize {
        let worker = &*self.shown;
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::capacity);
        let transition = worker.last_state_transition.as_ref();
        let stuck = worker.stuck_reason.as_ref().map_or(0, |stuck| {
            let evidence = stuck.evidence.iter().map(|text| text.capacity() + 24);
            stuck.reason.capacity() + evidence.sum::<usize>()
        });
        16 + size_of::<Worker>()
            + worker.id.capacity()
            + 16
            + worker.id.len()
            + text(&worker.needle_state)
            + text(&worker.active_bead)
            + text(&worker.current_bead)
            + text(&worker.host)
            // Room for all three kinds of collisions, whether or not it is part of one.
            + 4 * 16
            + transition.map_or(0, |t| t.from.capacity() + t.to.capacity())
            + worker
                .last_event
                .as_ref()
                .map_or(0, |event| held_bytes(event))
            + stuck
    }
}

/// Keeps the text it has when it is the same.
fn set(place: &mut Option<String>, text: &str) {
    if place.as_deref() != Some(text) {
        *place = Some(text.to_owned());
    }
}
