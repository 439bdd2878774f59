//! `GET /api/memory/bounds`: every collection of the live half, with its bound and what the bound did.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use serde::Serialize;

use crate::serve::bounds::BoundReport;
use crate::serve::http::answer::json;
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::state::HttpState;
use crate::serve::store::View;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Bounds {
    schema: &'static str,
    total_bytes: u64,
    collections: Vec<BoundReport>,
}

pub(super) async fn bounds(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    let collections = all(&state, &state.view());
    let answer = Bounds {
        schema: "fabric.bounds/1",
        total_bytes: collections.iter().map(|report| report.usage.bytes).sum(),
        collections,
    };
    json(&state, &answer)
}

/// Every collection of all rooms.
pub(in crate::serve::http) fn all(state: &HttpState, view: &View) -> Vec<BoundReport> {
    let mut all = view.bounds.clone();
    all.extend_from_slice(&view.tail.bounds);
    all.extend(state.live.bounds());
    all.extend(state.ingest.counts().bounds());
    all.extend(state.targets.bounds());
    all.push(state.alerts.bound());
    all.push(state.own_heap.bound());
    all.push(state.answers.bound());
    all.push(state.guard.bound());
    all.extend(state.gauges.bounds());
    all
}
