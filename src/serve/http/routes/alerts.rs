//! `GET /api/alerts`: what somebody on call is told, and was.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use crate::serve::http::answer::json;
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::state::HttpState;

pub(super) async fn alerts(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    json(&state, &*state.view().alerts)
}
