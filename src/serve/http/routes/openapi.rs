//! `GET /api/openapi.json`: the description of all of this. It is written by hand, and tests hold it against what is answered.

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use bytes::Bytes;

use crate::serve::http::answer::whole;
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::state::HttpState;

const TEXT: &str = include_str!("openapi.json");

pub(super) async fn openapi(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    let text = Bytes::from_static(TEXT.as_bytes());
    whole(&state, StatusCode::OK, "application/json", text)
}
