//! `GET /api/tail` and `GET /api/rejected`: how far the logs are read, and what in them is no event.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use crate::serve::http::answer::json;
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::state::HttpState;

pub(super) async fn tail(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    json(&state, &state.view().tail)
}

pub(super) async fn rejected(
    State(state): State<HttpState>,
    uri: Uri,
) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    json(&state, &state.view().rejected)
}
