//! Which files are modified most.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::heat_entry::{HeatEntry, HeatLevel, Surroundings, interval, one_decimal, shares};
use crate::serve::store::{FileActivity, View};
use crate::serve::time::EventTime;

/// In which order files come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HeatSort {
    /// The one with the most modifications first.
    #[default]
    Modifications,
    /// The one that was modified last first.
    Recent,
    /// The one with the most workers first.
    Workers,
    /// Those with a collision first, then by modifications.
    Collisions,
}

impl HeatSort {
    /// All of them by their names in addresses.
    pub const BY_NAME: [(&str, HeatSort); 4] = [
        ("modifications", HeatSort::Modifications),
        ("recent", HeatSort::Recent),
        ("workers", HeatSort::Workers),
        ("collisions", HeatSort::Collisions),
    ];
}

/// Which files are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeatmapQuery {
    /// Files that were modified at least so often.
    pub min_modifications: u64,
    /// At most so many.
    pub max_entries: usize,
    /// In this order.
    pub sort_by: HeatSort,
    /// Files whose path begins so.
    pub directory_filter: Option<String>,
    /// Only files on which workers are in each other's way.
    pub collisions_only: bool,
}

impl Default for HeatmapQuery {
    fn default() -> HeatmapQuery {
        HeatmapQuery {
            min_modifications: 1,
            max_entries: 50,
            sort_by: HeatSort::Modifications,
            directory_filter: None,
            collisions_only: false,
        }
    }
}

/// The files together.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HeatStats {
    /// How many.
    pub total_files: u64,
    /// How often they were modified.
    pub total_modifications: u64,
    /// On how many workers are in each other's way now.
    pub collision_files: u64,
    /// How many have a worker that works now.
    pub active_files: u64,
    /// How many there are of each level.
    pub heat_distribution: HeatDistribution,
    /// The folder whose files were modified most; foreign text.
    pub most_active_directory: Option<String>,
    /// With one decimal.
    pub avg_modifications_per_file: f64,
}

/// How many files there are of each level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct HeatDistribution {
    /// Once or twice.
    pub cold: u64,
    /// 3 to 5 times.
    pub warm: u64,
    /// 6 to 10 times.
    pub hot: u64,
    /// 11 times and more.
    pub critical: u64,
}

/// The files that are wanted.
pub fn heatmap(view: &View, query: &HeatmapQuery) -> Vec<HeatEntry> {
    let around = Surroundings::of(view);
    let wanted = view
        .files
        .iter()
        .filter(|file| query.wants(file, file.modifications, &around));
    let mut ranked: Vec<(Rank<'_>, &Arc<FileActivity>)> = wanted
        .map(|file| {
            let rank = query.rank(file, file.modifications, file.last_modified, &around);
            (rank, file)
        })
        .collect();
    keep_first(&mut ranked, query.max_entries);
    let first = ranked.into_iter();
    first.map(|(_, file)| entry(file, &around)).collect()
}

/// All files of a view together.
pub fn heatmap_stats(view: &View) -> HeatStats {
    let around = Surroundings::of(view);
    let mut sum = Sum::default();
    for file in view.files.iter() {
        sum.add(file, file.modifications, &around);
    }
    sum.stats()
}

/// What files are ordered by: the lesser comes first. The path comes last, so that the order is always the same.
pub(super) type Rank<'v> = (Reverse<i64>, Reverse<u64>, &'v str);

impl HeatmapQuery {
    pub(super) fn wants(
        &self,
        file: &FileActivity,
        modifications: u64,
        around: &Surroundings<'_>,
    ) -> bool {
        let prefix = self.directory_filter.as_deref().unwrap_or_default();
        modifications >= self.min_modifications.max(1)
            && file.path.starts_with(prefix)
            && (!self.collisions_only || around.has_collision(file))
    }

    pub(super) fn rank<'v>(
        &self,
        file: &'v FileActivity,
        modifications: u64,
        last_modified: EventTime,
        around: &Surroundings<'_>,
    ) -> Rank<'v> {
        let first = match self.sort_by {
            HeatSort::Modifications => 0,
            HeatSort::Recent => last_modified.0,
            HeatSort::Workers => file.workers.len() as i64,
            HeatSort::Collisions => i64::from(around.has_collision(file)),
        };
        (Reverse(first), Reverse(modifications), &file.path)
    }
}

/// The first so many, in order, without ordering the others.
pub(super) fn keep_first<R: Ord + Copy, T>(ranked: &mut Vec<(R, T)>, count: usize) {
    if count < ranked.len() {
        ranked.select_nth_unstable_by_key(count, |(rank, _)| *rank);
        ranked.truncate(count);
    }
    ranked.sort_unstable_by_key(|(rank, _)| *rank);
}

/// Adds files up.
#[derive(Debug, Default)]
pub(super) struct Sum<'v> {
    stats: HeatStats,
    directories: BTreeMap<&'v str, u64>,
}

impl<'v> Sum<'v> {
    pub(super) fn add(
        &mut self,
        file: &'v FileActivity,
        modifications: u64,
        around: &Surroundings<'_>,
    ) {
        let stats = &mut self.stats;
        stats.total_files += 1;
        stats.total_modifications += modifications;
        stats.collision_files += u64::from(around.has_collision(file));
        stats.active_files += u64::from(around.active_workers(file) > 0);
        let distribution = &mut stats.heat_distribution;
        let level = match HeatLevel::of(modifications) {
            HeatLevel::Cold => &mut distribution.cold,
            HeatLevel::Warm => &mut distribution.warm,
            HeatLevel::Hot => &mut distribution.hot,
            HeatLevel::Critical => &mut distribution.critical,
        };
        *level += 1;
        let directory = match file.path.rsplit_once('/') {
            Some(("", _)) => "/",
            Some((directory, _)) => directory,
            None => return,
        };
        *self.directories.entry(directory).or_default() += modifications;
    }

    pub(super) fn stats(self) -> HeatStats {
        let mut stats = self.stats;
        let directories = self.directories.into_iter();
        let most = directories.max_by_key(|(name, modifications)| (*modifications, Reverse(*name)));
        stats.most_active_directory = most.map(|(name, _)| name.to_owned());
        let files = stats.total_files.max(1) as f64;
        stats.avg_modifications_per_file = one_decimal(stats.total_modifications as f64 / files);
        stats
    }
}

fn entry(file: &FileActivity, around: &Surroundings<'_>) -> HeatEntry {
    let workers = file.workers.iter();
    let workers = workers.map(|share| {
        let name = Arc::clone(&share.worker);
        (name, share.modifications, share.last_modified)
    });
    HeatEntry {
        path: Arc::clone(&file.path),
        modifications: file.modifications,
        heat_level: HeatLevel::of(file.modifications),
        workers: shares(workers, file.modifications),
        first_modified: file.first_modified,
        last_modified: file.last_modified,
        has_collision: around.has_collision(file),
        active_workers: around.active_workers(file),
        avg_modification_interval: interval(
            file.first_modified,
            file.last_modified,
            file.modifications,
        ),
    }
}
