//! `/debug/pprof/`: profiles of this process, where every pprof tool looks for them.

use std::time::Duration;

use axum::extract::State;
use axum::http::header::CONTENT_DISPOSITION;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::Response;
use bytes::Bytes;

use super::own_heap_refusal::refusal;
use crate::serve::bounds::{PROCESSOR_PROFILE_SECONDS, PROCESSOR_PROFILE_SECONDS_USUAL};
use crate::serve::http::answer::whole;
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::state::HttpState;

/// The longest difference of two heap profiles that tools ask for with `seconds`. What they get is the heap as it is now.
const A_DAY_SECONDS: u64 = 86_400;

const INDEX: &str = "\
profiles of this server, for pprof tools (gzipped profile.proto):

/debug/pprof/heap                what it holds, by who asked for it
/debug/pprof/profile?seconds=30  what its processor time goes to (1 to 60 seconds)

fabric snapshot URL --dir DIR and go tool pprof URL read the first, go tool pprof URL the second.
";

pub(super) async fn index(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    let text = Bytes::from_static(INDEX.as_bytes());
    whole(&state, StatusCode::OK, "text/plain; charset=utf-8", text)
}

pub(super) async fn heap(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    seconds(&uri, 0, A_DAY_SECONDS)?;
    let profile = state.own_heap.profile().await;
    let profile = profile.map_err(|failure| refusal(&failure))?;
    file(
        &state,
        profile,
        HeaderValue::from_static("attachment; filename=\"heap.pb.gz\""),
    )
}

pub(super) async fn processor(
    State(state): State<HttpState>,
    uri: Uri,
) -> Result<Response, Problem> {
    let seconds = seconds(&uri, 1, PROCESSOR_PROFILE_SECONDS)?;
    let length = Duration::from_secs(seconds.unwrap_or(PROCESSOR_PROFILE_SECONDS_USUAL));
    let profile = state.own_heap.processor_profile(length).await;
    let profile = profile.map_err(|failure| refusal(&failure))?;
    file(
        &state,
        profile,
        HeaderValue::from_static("attachment; filename=\"profile.pb.gz\""),
    )
}

/// Reads what pprof tools send with any profile: over how long to take it, as what to write it, whether to collect garbage first. There
/// is no garbage here, and it is always written as profile.proto.
fn seconds(uri: &Uri, least: u64, most: u64) -> Result<Option<u64>, Problem> {
    let parameters = Parameters::of(uri, &["debug", "gc", "seconds"])?;
    parameters.number("debug", 0..=2)?;
    parameters.number("gc", 0..=1)?;
    let bound = |seconds| i64::try_from(seconds).unwrap_or(i64::MAX);
    let seconds = parameters.number("seconds", bound(least)..=bound(most))?;
    Ok(seconds.and_then(|seconds| u64::try_from(seconds).ok()))
}

fn file(state: &HttpState, bytes: Bytes, disposition: HeaderValue) -> Result<Response, Problem> {
    let mut response = whole(state, StatusCode::OK, "application/octet-stream", bytes)?;
    response
        .headers_mut()
        .insert(CONTENT_DISPOSITION, disposition);
    Ok(response)
}
