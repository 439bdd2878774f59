//! `POST /api/memory/purge`: gives back memory that the allocator keeps for later.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use serde::Serialize;

use super::own_heap_refusal::refusal;
use crate::serve::http::answer::json;
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::state::HttpState;
use crate::serve::own_heap::Purged;
use crate::units::Bytes;

#[derive(Debug, Serialize)]
struct Answer {
    success: bool,
    #[serde(flatten)]
    purged: Purged,
    formatted: String,
}

pub(super) async fn purge(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    let purged = state.own_heap.purge().await;
    let purged = purged.map_err(|failure| refusal(&failure))?;
    json(
        &state,
        &Answer {
            success: true,
            purged,
            formatted: format!(
                "{} given back; resident set {}, before {}",
                Bytes(purged.given_back_bytes),
                Bytes(purged.after.rss_bytes),
                Bytes(purged.before.rss_bytes)
            ),
        },
    )
}
