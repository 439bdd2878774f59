//! `GET /api/collisions`: workers in each other's way.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;

use super::workers::named;
use crate::serve::http::answer::json;
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::state::HttpState;

pub(super) async fn files(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    json(&state, &state.view().collisions.files)
}

pub(super) async fn of_worker(
    State(state): State<HttpState>,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    let view = state.view();
    named(&view, &id)?;
    let mut found = view.collisions.files.clone();
    found.retain(|collision| collision.workers.iter().any(|worker| **worker == *id));
    json(&state, &found)
}
