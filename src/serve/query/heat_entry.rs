//! How hot a file is.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;

use crate::serve::store::{FileActivity, View, WorkerStatus};
use crate::serve::time::EventTime;

/// How often a file was modified, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HeatLevel {
    /// Once or twice.
    Cold,
    /// 3 to 5 times.
    Warm,
    /// 6 to 10 times.
    Hot,
    /// 11 times and more.
    Critical,
}

impl HeatLevel {
    /// The level of so many modifications, the same in the heatmap and in its timelapse.
    pub fn of(modifications: u64) -> HeatLevel {
        match modifications {
            0..=2 => HeatLevel::Cold,
            3..=5 => HeatLevel::Warm,
            6..=10 => HeatLevel::Hot,
            _ => HeatLevel::Critical,
        }
    }
}

/// A file in the heatmap.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HeatEntry {
    /// The file; foreign text.
    pub path: Arc<str>,
    /// How often it was modified.
    pub modifications: u64,
    /// That in words.
    pub heat_level: HeatLevel,
    /// By whom, the one with the most first.
    pub workers: Vec<HeatShare>,
    /// Time of the first modification.
    pub first_modified: EventTime,
    /// Time of the newest modification.
    pub last_modified: EventTime,
    /// Whether workers are in each other's way on it now.
    pub has_collision: bool,
    /// How many of the workers work now.
    pub active_workers: u64,
    /// Mean time between two modifications in milliseconds, rounded down; 0 where there was one.
    pub avg_modification_interval: i64,
}

/// What one worker has of a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HeatShare {
    /// The worker; foreign text.
    pub worker_id: Arc<str>,
    /// How often it modified the file.
    pub modifications: u64,
    /// Time of its newest modification.
    pub last_modified: EventTime,
    /// Of all modifications of the file, with one decimal.
    pub percentage: f64,
}

/// What of a view is looked up for each file.
pub(super) struct Surroundings<'v> {
    colliding: HashSet<&'v str>,
    is_active: HashMap<&'v str, bool>,
}

impl<'v> Surroundings<'v> {
    pub(super) fn of(view: &'v View) -> Surroundings<'v> {
        let workers = view.workers.iter();
        let is_active = |status| status == WorkerStatus::Active;
        Surroundings {
            colliding: view.collisions.files.iter().map(|it| &*it.path).collect(),
            is_active: workers
                .map(|worker| (&*worker.id, is_active(worker.status)))
                .collect(),
        }
    }

    pub(super) fn has_collision(&self, file: &FileActivity) -> bool {
        self.colliding.contains(&*file.path)
    }

    pub(super) fn active_workers(&self, file: &FileActivity) -> u64 {
        let workers = file.workers.iter();
        let active = workers.filter(|share| self.is_active.get(&*share.worker) == Some(&true));
        active.count() as u64
    }
}

/// Mean time between `modifications` from `first` to `last`.
pub(super) fn interval(first: EventTime, last: EventTime, modifications: u64) -> i64 {
    let gaps = i64::try_from(modifications.saturating_sub(1)).unwrap_or(i64::MAX);
    last.since(first).checked_div(gaps).unwrap_or(0)
}

/// The shares of workers, the largest first.
pub(super) fn shares(
    of_workers: impl Iterator<Item = (Arc<str>, u64, EventTime)>,
    all: u64,
) -> Vec<HeatShare> {
    let mut shares: Vec<HeatShare> = of_workers
        .map(|(worker_id, modifications, last_modified)| HeatShare {
            worker_id,
            modifications,
            last_modified,
            percentage: one_decimal(modifications as f64 * 100.0 / all.max(1) as f64),
        })
        .collect();
    shares.sort_by(|a, b| {
        let by_number = b.modifications.cmp(&a.modifications);
        by_number.then_with(|| a.worker_id.cmp(&b.worker_id))
    });
    shares
}

pub(super) fn one_decimal(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
