//! The heatmap as it became what it is.

use std::sync::Arc;

use serde::Serialize;

use super::heat_entry::{HeatEntry, HeatLevel, Surroundings, interval, shares};
use super::heatmap::{HeatStats, HeatmapQuery, Rank, Sum, keep_first};
use crate::serve::store::{FileActivity, View};
use crate::serve::time::EventTime;

/// More pictures than these are not made.
const MOST_SNAPSHOTS: usize = 200;

/// Of which time, and how finely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelapseQuery {
    /// Which files are wanted in each picture.
    pub heatmap: HeatmapQuery,
    /// From when; the first modification of any file where it is `None`.
    pub start: Option<EventTime>,
    /// Until when; the last modification of any file where it is `None`.
    pub end: Option<EventTime>,
    /// Into so many steps the time is divided, at most 200: there is one picture more.
    pub snapshots: usize,
}

impl Default for TimelapseQuery {
    fn default() -> TimelapseQuery {
        TimelapseQuery {
            heatmap: HeatmapQuery::default(),
            start: None,
            end: None,
            snapshots: 30,
        }
    }
}

/// The heatmap as it became what it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Timelapse {
    /// Time of the first picture.
    pub start_timestamp: EventTime,
    /// Until when.
    pub end_timestamp: EventTime,
    /// Milliseconds between two pictures.
    pub interval: i64,
    /// How many pictures.
    pub total_snapshots: u64,
    /// Oldest first.
    pub snapshots: Vec<TimelapseSnapshot>,
}

/// The heatmap at one time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimelapseSnapshot {
    /// When.
    pub timestamp: EventTime,
    /// The files that are wanted.
    pub entries: Vec<HeatEntry>,
    /// All files together that had been modified by then.
    pub stats: HeatStats,
}

/// The heatmap as it became what it is. Collisions and active workers are those of the view: who was in whose way then is not known.
pub fn timelapse(view: &View, query: &TimelapseQuery) -> Timelapse {
    let around = Surroundings::of(view);
    let firsts = view.files.iter().map(|file| file.first_modified);
    let lasts = view.files.iter().map(|file| file.last_modified);
    let start = query.start.or_else(|| firsts.min());
    let start = start.unwrap_or(query.end.unwrap_or_default());
    let end = query.end.or_else(|| lasts.max()).unwrap_or(start);
    let steps = query.snapshots.clamp(1, MOST_SNAPSHOTS) as i64;
    let step = (end.since(start) / steps).max(1);
    let mut snapshots = Vec::new();
    let mut at = start;
    while at <= end && snapshots.len() as i64 <= steps {
        snapshots.push(snapshot(view, &query.heatmap, at, &around));
        at = EventTime(at.0.saturating_add(step));
    }
    Timelapse {
        start_timestamp: start,
        end_timestamp: end,
        interval: step,
        total_snapshots: snapshots.len() as u64,
        snapshots,
    }
}

fn snapshot(
    view: &View,
    query: &HeatmapQuery,
    at: EventTime,
    around: &Surroundings<'_>,
) -> TimelapseSnapshot {
    let mut sum = Sum::default();
    let mut ranked: Vec<(Rank<'_>, (&FileActivity, u64))> = Vec::new();
    for file in view.files.iter() {
        let modifications = modifications_by(file, at);
        if modifications == 0 {
            continue;
        }
        sum.add(file, modifications, around);
        if query.wants(file, modifications, around) {
            let last = last_by(file, at);
            let rank = query.rank(file, modifications, last, around);
            ranked.push((rank, (file, modifications)));
        }
    }
    keep_first(&mut ranked, query.max_entries);
    let first = ranked.into_iter();
    TimelapseSnapshot {
        timestamp: at,
        entries: first
            .map(|(_, (file, modifications))| entry(file, modifications, at, around))
            .collect(),
        stats: sum.stats(),
    }
}

/// How often a file had been modified by then. The newest 200 times are known; those before are taken as even between the first
/// modification and the oldest of these.
fn modifications_by(file: &FileActivity, at: EventTime) -> u64 {
    if at < file.first_modified {
        return 0;
    }
    let known = file.timestamps.partition_point(|ts| *ts <= at) as u64;
    let before = file
        .modifications
        .saturating_sub(file.timestamps.len() as u64);
    let oldest = file.timestamps.first().copied().unwrap_or(at);
    let span = oldest.since(file.first_modified);
    if known > 0 || span <= 0 {
        return before + known;
    }
    let passed = at.since(file.first_modified) as f64 / span as f64;
    ((before as f64 * passed) as u64).max(1).min(before.max(1))
}

fn last_by(file: &FileActivity, at: EventTime) -> EventTime {
    let known = file.timestamps.partition_point(|ts| *ts <= at);
    let last = known
        .checked_sub(1)
        .and_then(|last| file.timestamps.get(last));
    last.copied().unwrap_or(file.first_modified)
}

fn entry(
    file: &FileActivity,
    modifications: u64,
    at: EventTime,
    around: &Surroundings<'_>,
) -> HeatEntry {
    HeatEntry {
        path: Arc::clone(&file.path),
        modifications,
        heat_level: HeatLevel::of(modifications),
        workers: shares(
            shares_by(file, modifications, at).into_iter(),
            modifications,
        ),
        first_modified: file.first_modified,
        last_modified: last_by(file, at),
        has_collision: around.has_collision(file),
        active_workers: around.active_workers(file),
        avg_modification_interval: interval(file.first_modified, last_by(file, at), modifications),
    }
}

/// What each worker had by then. Whoever was done by then had all of its own; the others share what is left as they share it in the end.
fn shares_by(
    file: &FileActivity,
    modifications: u64,
    at: EventTime,
) -> Vec<(Arc<str>, u64, EventTime)> {
    let (done, going): (Vec<_>, Vec<_>) = file
        .workers
        .iter()
        .partition(|share| share.last_modified <= at);
    let of_done: u64 = done.iter().map(|share| share.modifications).sum();
    let of_going: u64 = going.iter().map(|share| share.modifications).sum();
    let left = modifications.saturating_sub(of_done) as f64 / of_going.max(1) as f64;
    let done = done.into_iter().map(|share| {
        let name = Arc::clone(&share.worker);
        (
            name,
            share.modifications.min(modifications),
            share.last_modified,
        )
    });
    let going = going.into_iter().map(|share| {
        let part = (share.modifications as f64 * left).round() as u64;
        (Arc::clone(&share.worker), part, last_by(file, at))
    });
    done.chain(going).filter(|(_, part, _)| *part > 0).collect()
}
