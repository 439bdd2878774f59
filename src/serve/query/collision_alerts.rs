//! Collisions as alerts of a page: nobody is told of them, and nothing is remembered of who has seen one.

use std::sync::Arc;

use serde::Serialize;

use crate::serve::store::{
    BeadCollision, Collisions, DirectoryCollision, FileCollision, Risk, Severity, View,
};
use crate::serve::time::EventTime;

/// How grave an alert is; the gravest is the least, and comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CollisionSeverity {
    /// Work may be lost.
    Error,
    /// Someone should look.
    Warning,
    /// Good to know.
    Info,
}

impl CollisionSeverity {
    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            CollisionSeverity::Error => "error",
            CollisionSeverity::Warning => "warning",
            CollisionSeverity::Info => "info",
        }
    }
}

/// A collision that someone should look at.
#[derive(Debug, Clone, Serialize)]
pub struct CollisionAlert {
    /// Its name, the same as long as the collision lasts; foreign text.
    pub id: String,
    /// `file`, `bead` or `task`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// How grave it is.
    pub severity: CollisionSeverity,
    /// In a few words.
    pub title: &'static str,
    /// In a sentence; foreign text.
    pub description: String,
    /// Who.
    pub workers: Vec<Arc<str>>,
    /// When it began.
    pub timestamp: EventTime,
    /// Always false: nothing is kept of who has seen it.
    pub acknowledged: bool,
    /// The collision.
    pub collision: Collided,
    /// What to do.
    pub suggestion: &'static str,
}

/// A collision of any kind.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Collided {
    /// On a file.
    File(Arc<FileCollision>),
    /// On a task.
    Bead(Arc<BeadCollision>),
    /// In a folder.
    Directory(Arc<DirectoryCollision>),
}

/// The collisions of a view as alerts: the gravest first, then the newest.
pub fn collision_alerts(view: &View) -> Vec<CollisionAlert> {
    let all = &*view.collisions;
    let files = all.files.iter().map(of_file);
    let beads = all.beads.iter().map(of_bead);
    let directories = all.directories.iter().map(of_directory);
    let mut alerts: Vec<CollisionAlert> = files.chain(beads).chain(directories).collect();
    alerts.sort_by(|a, b| {
        let by_severity = a.severity.cmp(&b.severity);
        let by_age = b.timestamp.cmp(&a.timestamp);
        by_severity.then(by_age).then_with(|| a.id.cmp(&b.id))
    });
    alerts
}

/// How grave each collision is.
pub(super) fn severities(all: &Collisions) -> impl Iterator<Item = CollisionSeverity> {
    let files = all.files.iter().map(|it| file_severity(it));
    let beads = all.beads.iter().map(|it| bead_severity(it));
    let directories = all.directories.iter().map(|it| directory_severity(it));
    files.chain(beads).chain(directories)
}

fn file_severity(it: &FileCollision) -> CollisionSeverity {
    match it.workers.len() {
        0..=2 => CollisionSeverity::Warning,
        _ => CollisionSeverity::Error,
    }
}

fn bead_severity(it: &BeadCollision) -> CollisionSeverity {
    match it.severity {
        Severity::Critical => CollisionSeverity::Error,
        Severity::Warning => CollisionSeverity::Warning,
    }
}

fn directory_severity(it: &DirectoryCollision) -> CollisionSeverity {
    match it.risk_level {
        Risk::High => CollisionSeverity::Error,
        Risk::Medium => CollisionSeverity::Warning,
        Risk::Low => CollisionSeverity::Info,
    }
}

fn of_file(it: &Arc<FileCollision>) -> CollisionAlert {
    CollisionAlert {
        id: format!("alert:file:{}:{}", it.path, it.detected_at.0),
        kind: "file",
        severity: file_severity(it),
        title: "several workers modify one file",
        description: format!("{} modify {}", names(&it.workers), it.path),
        workers: it.workers.clone(),
        timestamp: it.detected_at,
        acknowledged: false,
        collision: Collided::File(Arc::clone(it)),
        suggestion: "let one of them finish with the file before the others go on",
    }
}

fn of_bead(it: &Arc<BeadCollision>) -> CollisionAlert {
    CollisionAlert {
        id: format!("alert:bead:{}:{}", it.bead_id, it.detected_at.0),
        kind: "bead",
        severity: bead_severity(it),
        title: "several workers have one task",
        description: format!("{} work on {}", names(&it.workers), it.bead_id),
        workers: it.workers.clone(),
        timestamp: it.detected_at,
        acknowledged: false,
        collision: Collided::Bead(Arc::clone(it)),
        suggestion: "release the task from all but one of them",
    }
}

fn of_directory(it: &Arc<DirectoryCollision>) -> CollisionAlert {
    let folder = it.affected_resources.first().map_or("", |folder| folder);
    CollisionAlert {
        // The folder is part of it: two that begin within one millisecond are two.
        id: format!("alert:task:directory:{folder}:{}", it.detected_at.0),
        kind: "task",
        severity: directory_severity(it),
        title: "several workers work in one folder",
        description: format!("{} work in {folder}", names(&it.workers)),
        workers: it.workers.clone(),
        timestamp: it.detected_at,
        acknowledged: false,
        collision: Collided::Directory(Arc::clone(it)),
        suggestion: "see whether their tasks depend on each other",
    }
}

fn names(workers: &[Arc<str>]) -> String {
    workers.join(", ")
}
