//! `GET /api/memory/targets` and `/api/memory/files`: which services are judged, and the snapshots of one.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use serde::Serialize;

use super::target_question::{problem_of, target_of};
use crate::archive::{self, Snapshot};
use crate::serve::bounds::TARGET_FILES;
use crate::serve::http::answer::{compute_any, json};
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::state::HttpState;
use crate::serve::store::Assessment;
use crate::serve::store::SELF;

#[derive(Debug, Serialize)]
struct TargetList {
    targets: Vec<Arc<Assessment>>,
}

#[derive(Debug, Serialize)]
struct FileList {
    target: Arc<str>,
    folder: Option<String>,
    /// All that there are; `files` has the newest of them.
    total: usize,
    files: Vec<FileRow>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct FileRow {
    filename: String,
    filepath: String,
    timestamp: i64,
    size_bytes: u64,
    size_mb: f64,
    trigger: &'static str,
    pinned: bool,
}

pub(super) async fn targets(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    let targets = state.targets.assessments();
    json(&state, &TargetList { targets })
}

pub(super) async fn files(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    let parameters = Parameters::of(&uri, &["target"])?;
    let name = target_of(&parameters)?.unwrap_or(SELF);
    let target = Arc::clone(state.targets.target(name).map_err(problem_of)?);
    let list = compute_any(&state, move || {
        let folder = target.folder.as_deref();
        // A folder that is not there yet has no snapshots.
        let snapshots = folder.and_then(|folder| archive::snapshots(folder).ok());
        let snapshots = snapshots.unwrap_or_default();
        let older = snapshots.len().saturating_sub(TARGET_FILES);
        FileList {
            target: Arc::clone(&target.name),
            folder: folder.map(|_| target.folder_text()),
            total: snapshots.len(),
            files: snapshots.iter().skip(older).map(FileRow::new).collect(),
        }
    });
    json(&state, &list.await?)
}

impl FileRow {
    fn new(snapshot: &Snapshot) -> FileRow {
        FileRow {
            filename: snapshot.name.to_string(),
            filepath: snapshot.path.to_string_lossy().into_owned(),
            timestamp: snapshot.name.time_ms,
            size_bytes: snapshot.bytes,
            size_mb: snapshot.bytes as f64 / (1024.0 * 1024.0),
            trigger: snapshot.name.trigger.name(),
            pinned: snapshot.is_pinned,
        }
    }
}
