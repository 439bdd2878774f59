//! `GET /api/errors/…`: errors that are the same but for numbers and names.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use crate::serve::http::answer::json;
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::state::HttpState;
use crate::serve::query;
use crate::serve::time::WallTime;

pub(super) async fn groups(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    let active_only = Parameters::of(&uri, &["activeOnly"])?.flag("activeOnly")?;
    let groups = query::error_groups(&state.view(), WallTime::now(), active_only);
    json(&state, &groups)
}

pub(super) async fn stats(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    json(&state, &query::error_stats(&state.view(), WallTime::now()))
}
