//! `GET /api/workers` and one of them.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use super::worker_id::WorkerId;
use crate::serve::http::answer::json;
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::state::HttpState;
use crate::serve::store::{View, Worker};

pub(super) async fn workers(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    json(&state, &state.view().workers)
}

pub(super) async fn worker(
    State(state): State<HttpState>,
    WorkerId(id): WorkerId,
    uri: Uri,
) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    json(&state, &named(&state.view(), &id)?)
}

/// The worker of that name.
pub(super) fn named<'a>(view: &'a View, id: &str) -> Result<&'a Arc<Worker>, Problem> {
    view.workers
        .binary_search_by(|worker| worker.id.as_str().cmp(id))
        .ok()
        .and_then(|at| view.workers.get(at))
        .ok_or_else(|| Problem::not_found("no worker of this name is known"))
}
