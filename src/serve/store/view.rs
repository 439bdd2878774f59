//! The immutable picture that readers get.

use std::sync::Arc;

use serde::Serialize;

use super::alerting::{Alerts, Severity};
use super::assessment::Assessment;
use super::event_log::EventLog;
use super::memory::{MemoryHistory, Pressure, WorkerMemory};
use super::shelf::Shelf;
use crate::serve::bounds::BoundReport;
use crate::serve::event::{Level, LogEvent, RejectReason};
use crate::serve::tail::TailReport;
use crate::serve::time::{EventTime, WallTime};

/// The state at one moment. Parts that did not change are shared with the view before.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// Names this lifetime of the process.
    pub epoch: u64,
    /// The sequence number of the newest event in it; 0 before the first.
    pub seq: u64,
    /// When it was taken.
    pub taken_at: WallTime,
    /// When the store began.
    pub started_at: WallTime,
    /// Oldest first, sequence numbers without gaps.
    pub events: EventLog,
    /// In the order of their ids.
    pub workers: Vec<Arc<Worker>>,
    /// Those that are active.
    pub collisions: Arc<Collisions>,
    /// In no order.
    pub files: Shelf<FileActivity>,
    /// In no order.
    pub error_groups: Vec<Arc<ErrorGroup>>,
    /// Lines that are no events, by reason.
    pub rejected: Vec<RejectedLines>,
    /// What was counted since start.
    pub counters: Counters,
    /// What the tailer says of itself.
    pub tail: Arc<TailReport>,
    /// The memory of this process.
    pub memory: Arc<MemoryHistory>,
    /// The memory of workers on this machine, of the last sample.
    pub worker_memory: Arc<Vec<WorkerMemory>>,
    /// Whether the memory of this process runs short now.
    pub pressure: Option<Pressure>,
    /// The newest verdict on each target, this server first.
    pub assessments: Arc<Vec<Arc<Assessment>>>,
    /// What somebody on call is told, and was.
    pub alerts: Arc<Alerts>,
    /// Every collection of the store, with what its bound did.
    pub bounds: Vec<BoundReport>,
}

/// An event with its place in the order of arrival.
#[derive(Debug, Clone)]
pub struct SequencedEvent {
    /// Rises by one from event to event within an epoch, from 1.
    pub seq: u64,
    /// The event.
    pub event: Arc<LogEvent>,
}

/// What was counted since start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counters {
    /// Events that were remembered.
    pub events: u64,
    /// Events of each level: debug, info, warn, error.
    pub by_level: [u64; 4],
    /// Events that were here before.
    pub duplicates: u64,
    /// Lines that are no events.
    pub rejected: u64,
    /// Events per second over the last minute.
    pub rate_per_second: f64,
    /// Tasks that ended and whose beginning was seen.
    pub tasks_finished: u64,
    /// Milliseconds from beginning to end of those, on the clocks of their workers.
    pub task_ms: u64,
}

/// Lines that are no events, for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RejectedLines {
    /// Why.
    pub reason: RejectReason,
    /// How many.
    pub count: u64,
    /// File of the first; foreign text.
    pub file: String,
    /// Where the first begins in its file, in bytes.
    pub offset: u64,
    /// How the first begins; foreign text.
    pub example: String,
}

/// What a worker does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum WorkerStatus {
    /// It works.
    Active,
    /// It waits or has stopped.
    Idle,
    /// Its last event that matters was an error.
    Error,
}

/// The state a worker says it is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Needle {
    /// The state it left.
    pub from: String,
    /// The state it entered.
    pub to: String,
    /// When.
    pub at: EventTime,
}

/// A worker as it was last heard of.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Worker {
    /// Its name.
    pub id: String,
    /// What it does.
    pub status: WorkerStatus,
    /// The state it says it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needle_state: Option<String>,
    /// How it came there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_state_transition: Option<Needle>,
    /// The newest event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_event: Option<Arc<LogEvent>>,
    /// Tasks it has completed.
    pub beads_completed: u64,
    /// Tasks it has released with success.
    pub beads_released: u64,
    /// Time of its first event that is known.
    pub first_seen: EventTime,
    /// Time of its newest event.
    pub last_activity: EventTime,
    /// When this machine last heard of it.
    pub last_heard: WallTime,
    /// Files it has touched since its last completion, newest last.
    pub active_files: Arc<Vec<Arc<str>>>,
    /// Folders of the active files, newest last.
    pub active_directories: Arc<Vec<Arc<str>>>,
    /// The task of its newest event that has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_bead: Option<String>,
    /// The task it has claimed.
    pub current_bead: Option<String>,
    /// Whether it is part of a collision now.
    pub has_collision: bool,
    /// The kinds of its collisions: `file`, `bead`, `task`.
    pub collision_types: Vec<&'static str>,
    /// Its events since it became known.
    pub event_count: u64,
    /// Whether it seems to get nowhere.
    pub stuck: bool,
    /// Why it seems so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stuck_reason: Option<Stuck>,
    /// Its process.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// The machine it runs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
}

/// Why a worker seems to get nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stuck {
    /// `repeated_tool`, `no_progress`, `circular_edit` or `long_running`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// In a sentence.
    pub reason: String,
    /// `warning` or `critical`.
    pub severity: &'static str,
    /// What it rests on.
    pub evidence: Vec<String>,
    /// What to do.
    pub suggestion: &'static str,
}

/// Workers in each other's way.
#[derive(Debug, Clone, Default)]
pub struct Collisions {
    /// On one file.
    pub files: Vec<Arc<FileCollision>>,
    /// On one task.
    pub beads: Vec<Arc<BeadCollision>>,
    /// In one folder.
    pub directories: Vec<Arc<DirectoryCollision>>,
    /// Those that ended in the last five minutes: on a file, on a task, in a folder.
    pub ended: [usize; 3],
}

/// Several workers modify one file.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileCollision {
    /// The file; foreign text.
    pub path: Arc<str>,
    /// Who.
    pub workers: Vec<Arc<str>>,
    /// Time of the event that made it one.
    pub detected_at: EventTime,
    /// The modifications, at most 50.
    pub events: Vec<Arc<LogEvent>>,
    /// Whether they still do.
    pub is_active: bool,
}

/// Several workers on one task.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BeadCollision {
    /// The task; foreign text.
    pub bead_id: Arc<str>,
    /// Who.
    pub workers: Vec<Arc<str>>,
    /// Time of the event that made it one.
    pub detected_at: EventTime,
    /// Events of it, at most 50.
    pub events: Vec<Arc<LogEvent>>,
    /// Whether they still are.
    pub is_active: bool,
    /// How much it matters.
    pub severity: Severity,
}

/// Several workers in one folder.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DirectoryCollision {
    /// Always `directory`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// In a sentence; foreign text.
    pub description: String,
    /// Who.
    pub workers: Vec<Arc<str>>,
    /// The folder; foreign text.
    pub affected_resources: Vec<Arc<str>>,
    /// Time of the event that made it one.
    pub detected_at: EventTime,
    /// Whether they still are.
    pub is_active: bool,
    /// How likely it is that they meet.
    pub risk_level: Risk,
}

/// How likely it is that workers in one folder get into each other's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Risk {
    /// All but one have left.
    Low,
    /// Two work there.
    Medium,
    /// More than two do.
    High,
}

/// How often a file was modified, and by whom.
#[derive(Debug, Clone)]
pub struct FileActivity {
    /// The file; foreign text.
    pub path: Arc<str>,
    /// How often.
    pub modifications: u64,
    /// Who, at most as many as the bound says.
    pub workers: Vec<WorkerShare>,
    /// Time of the first modification.
    pub first_modified: EventTime,
    /// Time of the newest modification.
    pub last_modified: EventTime,
    /// Times of the newest modifications, oldest first, at most 200.
    pub timestamps: Vec<EventTime>,
}

/// What one worker did to a file.
#[derive(Debug, Clone)]
pub struct WorkerShare {
    /// The worker.
    pub worker: Arc<str>,
    /// How often it modified the file.
    pub modifications: u64,
    /// Time of its newest modification.
    pub last_modified: EventTime,
}

/// What errors have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fingerprint {
    /// The message without what differs from case to case; foreign text.
    pub signature: String,
    /// The kind of error.
    pub category: &'static str,
    /// The message of the first; foreign text.
    pub sample_message: String,
    /// Of signature and category.
    pub hash: String,
}

/// Errors that are the same but for numbers and names.
#[derive(Debug, Clone)]
pub struct ErrorGroup {
    /// Its name.
    pub id: String,
    /// What they have in common.
    pub fingerprint: Fingerprint,
    /// The newest, oldest first.
    pub recent_events: Vec<Arc<LogEvent>>,
    /// Time of the first.
    pub first_seen: EventTime,
    /// Time of the newest.
    pub last_seen: EventTime,
    /// When this machine last heard of one.
    pub last_heard: WallTime,
    /// How many.
    pub count: u64,
    /// Who had them, at most as many as the bound says.
    pub affected_workers: Vec<Arc<str>>,
}

impl Level {
    /// Its place in [`Counters::by_level`].
    pub(super) fn index(self) -> usize {
        self as usize
    }
}
