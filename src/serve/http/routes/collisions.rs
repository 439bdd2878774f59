//! `GET /api/collisions`: workers in each other's way.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use serde::Serialize;

use super::worker_id::WorkerId;
use super::workers::named;
use crate::serve::http::answer::json;
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::state::HttpState;
use crate::serve::query::{self, CollisionAlert, CollisionStats};
use crate::serve::store::{BeadCollision, DirectoryCollision, FileCollision};

#[derive(Debug, Serialize)]
struct All<'a> {
    files: &'a [Arc<FileCollision>],
    beads: &'a [Arc<BeadCollision>],
    directories: &'a [Arc<DirectoryCollision>],
    stats: CollisionStats,
    alerts: Vec<CollisionAlert>,
}

pub(super) async fn files(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    json(&state, &state.view().collisions.files)
}

pub(super) async fn all(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    let view = state.view();
    let answer = All {
        files: &view.collisions.files,
        beads: &view.collisions.beads,
        directories: &view.collisions.directories,
        stats: query::collision_stats(&view),
        alerts: query::collision_alerts(&view),
    };
    json(&state, &answer)
}

pub(super) async fn of_worker(
    State(state): State<HttpState>,
    WorkerId(id): WorkerId,
    uri: Uri,
) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    let view = state.view();
    named(&view, &id)?;
    json(&state, &query::collisions_of(&view, &id).files)
}
