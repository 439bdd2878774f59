//! What messages say of the state, as JSON text: workers, collisions, memory, verdicts, alerts.

use std::sync::Arc;

use serde::Serialize;

use super::segment::Numbered;
use crate::serve::bounds::{COLLISION_EVENTS_SHOWN, PICTURE_BYTES};
use crate::serve::event::LogEvent;
use crate::serve::store::{
    AlertChange, BeadCollision, DirectoryCollision, FileCollision, Severity, View, Worker,
};
use crate::serve::time::EventTime;

/// Events of a view above `after`, oldest first. This and the two below are all that this room knows of how a view keeps its events.
pub(super) fn events_after(view: &View, after: u64) -> impl Iterator<Item = Numbered> + '_ {
    view.events
        .after(after)
        .map(|event| (event.seq, Arc::clone(&event.event)))
}

/// Events of a view up to `through`, newest first.
pub(super) fn events_back_from(view: &View, through: u64) -> impl Iterator<Item = &LogEvent> + '_ {
    view.events
        .iter()
        .rev()
        .skip_while(move |event| event.seq > through)
        .map(|event| &*event.event)
}

/// Whether a view has all events above `seq`.
pub(super) fn has_all_after(view: &View, seq: u64) -> bool {
    match view.events.first_seq() {
        Some(oldest) => oldest <= seq.saturating_add(1) && seq <= view.seq,
        None => seq == view.seq,
    }
}

/// `"workers":[...],"collisions":[...]` and more, without braces: the part of a first message that is the same for all clients.
pub(super) fn state(view: &View) -> String {
    let mut out = String::new();
    workers(&mut out, view.workers.iter());
    out.push(',');
    collisions(&mut out, view);
    out.push_str(",\"alerts\":");
    out.push_str(&json(&view.alerts.active));
    out
}

/// The message that collisions began, ended or changed. Its workers are those in a collision, and those that were in one before.
pub(super) fn collision_message(view: &View, before: &[String]) -> String {
    let mut out = format!(
        "{{\"type\":\"collision\",\"epoch\":{},\"seq\":{},\"data\":{{",
        view.epoch, view.seq
    );
    collisions(&mut out, view);
    out.push(',');
    let concerned = view
        .workers
        .iter()
        .filter(|worker| worker.has_collision || before.binary_search(&worker.id).is_ok());
    workers(&mut out, concerned);
    out.push_str("}}");
    out
}

/// Names of the workers in a collision, in order.
pub(super) fn colliding(view: &View) -> Vec<String> {
    let mut names: Vec<String> = view
        .workers
        .iter()
        .filter(|worker| worker.has_collision)
        .map(|worker| worker.id.clone())
        .collect();
    names.sort_unstable();
    names
}

/// The message that there is a new sample of memory.
pub(super) fn memory_message(view: &View) -> String {
    let process = view.memory.samples.last();
    format!(
        "{{\"type\":\"memory\",\"epoch\":{},\"seq\":{},\"data\":{{\"process\":{},\"trend\":{},\"workers\":{}}}}}",
        view.epoch,
        view.seq,
        json(&process),
        json(&view.memory.trend),
        json(&*view.worker_memory),
    )
}

/// The message that a target was judged: the newest verdict on every target.
pub(super) fn assessment_message(view: &View) -> String {
    format!(
        "{{\"type\":\"assessment\",\"epoch\":{},\"seq\":{},\"data\":{{\"targets\":{}}}}}",
        view.epoch,
        view.seq,
        json(&*view.assessments),
    )
}

/// The message that something happened to an alert.
pub(super) fn alert_message(view: &View, change: &AlertChange) -> String {
    format!(
        "{{\"type\":\"alert\",\"epoch\":{},\"seq\":{},\"data\":{}}}",
        view.epoch,
        view.seq,
        json(change),
    )
}

fn workers<'a>(out: &mut String, workers: impl Iterator<Item = &'a Arc<Worker>>) {
    let texts: Vec<(EventTime, String)> = workers
        .map(|worker| (worker.last_activity, json(worker)))
        .collect();
    array(out, "workers", "omittedWorkers", texts);
}

fn collisions(out: &mut String, view: &View) {
    let files = view.collisions.files.iter();
    let beads = view.collisions.beads.iter();
    let folders = view.collisions.directories.iter();
    array(
        out,
        "collisions",
        "omittedCollisions",
        files
            .map(|one| (one.detected_at, json(&ShownFile::of(one))))
            .collect(),
    );
    out.push(',');
    array(
        out,
        "beadCollisions",
        "omittedBeadCollisions",
        beads
            .map(|one| (one.detected_at, json(&ShownBead::of(one))))
            .collect(),
    );
    out.push(',');
    array(
        out,
        "taskCollisions",
        "omittedTaskCollisions",
        folders
            .map(|one| (one.detected_at, json::<DirectoryCollision>(one)))
            .collect(),
    );
}

/// A list in the order it comes in; over [`PICTURE_BYTES`] those with the oldest times are left out, and their number is told.
fn array(out: &mut String, name: &str, omitted_name: &str, mut texts: Vec<(EventTime, String)>) {
    let mut left_out = 0;
    let total: usize = texts.iter().map(|(_, text)| text.len() + 1).sum();
    if total > PICTURE_BYTES {
        texts.sort_by_key(|&(time, _)| std::cmp::Reverse(time));
        let before = texts.len();
        let mut bytes = 0;
        texts.retain(|(_, text)| {
            bytes += text.len() + 1;
            bytes <= PICTURE_BYTES
        });
        left_out = before - texts.len();
    }
    out.push('"');
    out.push_str(name);
    out.push_str("\":[");
    for (index, (_, text)) in texts.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(text);
    }
    out.push(']');
    if left_out > 0 {
        out.push_str(&format!(",\"{omitted_name}\":{left_out}"));
    }
}

/// A collision on a file with its newest events.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownFile<'a> {
    path: &'a str,
    workers: &'a [Arc<str>],
    detected_at: EventTime,
    events: &'a [Arc<LogEvent>],
    is_active: bool,
}

impl ShownFile<'_> {
    fn of(collision: &FileCollision) -> ShownFile<'_> {
        ShownFile {
            path: &collision.path,
            workers: &collision.workers,
            detected_at: collision.detected_at,
            events: newest(&collision.events),
            is_active: collision.is_active,
        }
    }
}

/// A collision on a task with its newest events.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownBead<'a> {
    bead_id: &'a str,
    workers: &'a [Arc<str>],
    detected_at: EventTime,
    events: &'a [Arc<LogEvent>],
    is_active: bool,
    severity: Severity,
}

impl ShownBead<'_> {
    fn of(collision: &BeadCollision) -> ShownBead<'_> {
        ShownBead {
            bead_id: &collision.bead_id,
            workers: &collision.workers,
            detected_at: collision.detected_at,
            events: newest(&collision.events),
            is_active: collision.is_active,
            severity: collision.severity,
        }
    }
}

fn newest(events: &[Arc<LogEvent>]) -> &[Arc<LogEvent>] {
    let skipped = events.len().saturating_sub(COLLISION_EVENTS_SHOWN);
    events.get(skipped..).unwrap_or_default()
}

/// What is in a view always has a JSON form; were one of its parts to lose it, that part would read `null`.
fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}
