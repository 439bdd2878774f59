//! `GET /api/memory/diff-analysis` and `/api/memory/flame.svg`: what changed between two snapshots of a target.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::memory_trend::SVG;
use super::target_question::{problem_of, target_of};
use crate::serve::http::answer::whole;
use crate::serve::http::document_policy::{FLAME, framed};
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::state::HttpState;
use crate::serve::store::SELF;
use crate::serve::targets::Compared;

pub(super) async fn diff(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    let compared = compared(&state, &uri).await?;
    whole(
        &state,
        StatusCode::OK,
        "application/json",
        compared.json.clone(),
    )
}

pub(super) async fn flame(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    let compared = compared(&state, &uri).await?;
    let picture = whole(&state, StatusCode::OK, SVG, compared.flame.clone())?;
    Ok(framed(picture, FLAME))
}

async fn compared(state: &HttpState, uri: &Uri) -> Result<Arc<Compared>, Problem> {
    let parameters = Parameters::of(uri, &["target", "baseline", "current"])?;
    let target = target_of(&parameters)?.unwrap_or(SELF);
    let (baseline, current) = (parameters.text("baseline")?, parameters.text("current")?);
    let pair = state.targets.pair(target, baseline, current);
    pair.await.map_err(problem_of)
}
