//! Who is in whose way.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::collision_alerts::{CollisionSeverity, severities};
use crate::serve::store::{Collisions, View};

/// How many collisions there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CollisionStats {
    /// On a file, with those that ended in the last five minutes.
    pub total_file_collisions: u64,
    /// On a file, now.
    pub active_file_collisions: u64,
    /// On a task, with those that ended in the last five minutes.
    pub total_bead_collisions: u64,
    /// On a task, now.
    pub active_bead_collisions: u64,
    /// In a folder, with those that ended in the last five minutes.
    pub total_task_collisions: u64,
    /// In a folder, now.
    pub active_task_collisions: u64,
    /// Workers that are part of one now.
    pub workers_with_collisions: u64,
    /// Alerts of severity error, the gravest there is.
    pub critical_alerts: u64,
}

/// How many collisions there are.
pub fn collision_stats(view: &View) -> CollisionStats {
    let all = &*view.collisions;
    let files = all.files.iter().flat_map(|it| &it.workers);
    let beads = all.beads.iter().flat_map(|it| &it.workers);
    let directories = all.directories.iter().flat_map(|it| &it.workers);
    let workers: BTreeSet<&Arc<str>> = files.chain(beads).chain(directories).collect();
    let [files, beads, directories] = all.ended;
    let grave = severities(all).filter(|it| *it == CollisionSeverity::Error);
    CollisionStats {
        total_file_collisions: (all.files.len() + files) as u64,
        active_file_collisions: all.files.len() as u64,
        total_bead_collisions: (all.beads.len() + beads) as u64,
        active_bead_collisions: all.beads.len() as u64,
        total_task_collisions: (all.directories.len() + directories) as u64,
        active_task_collisions: all.directories.len() as u64,
        workers_with_collisions: workers.len() as u64,
        critical_alerts: grave.count() as u64,
    }
}

/// The collisions that a worker is part of now.
pub fn collisions_of(view: &View, worker: &str) -> Collisions {
    let has_it = |workers: &[Arc<str>]| workers.iter().any(|name| **name == *worker);
    let all = &*view.collisions;
    let files = all.files.iter().filter(|it| has_it(&it.workers));
    let beads = all.beads.iter().filter(|it| has_it(&it.workers));
    let directories = all.directories.iter().filter(|it| has_it(&it.workers));
    Collisions {
        files: files.cloned().collect(),
        beads: beads.cloned().collect(),
        directories: directories.cloned().collect(),
        ended: [0; 3],
    }
}
