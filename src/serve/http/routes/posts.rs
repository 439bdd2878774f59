//! `POST /api/events` and `/api/events/batch`: events that are in the log folder before they are acknowledged.

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::serve::bounds::INGEST_BATCH;
use crate::serve::event::{self, LogEvent, RejectReason};
use crate::serve::http::answer::whole;
use crate::serve::http::ingest::{IngestError, PostedLine};
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::request_body::json_body;
use crate::serve::http::state::HttpState;

/// After which a client may try again, in seconds.
const RETRY_SECONDS: u32 = 1;

#[derive(Debug, Serialize)]
struct Kept<'a> {
    success: bool,
    event: &'a LogEvent,
}

#[derive(Debug, Serialize)]
struct KeptBatch {
    success: bool,
    ingested: usize,
    total: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Refused>,
}

#[derive(Debug, Serialize)]
struct Refused {
    index: usize,
    error: String,
}

pub(super) async fn post_event(
    State(state): State<HttpState>,
    request: Request,
) -> Result<Response, Problem> {
    Parameters::none(request.uri())?;
    let body = json_body(request).await?;
    let posted: &RawValue = parse(&body)?;
    let (line, event) = understand(posted, &state.host)
        .map_err(|reason| Problem::bad_request(reason.name(), reason.words()))?;
    keep(&state, vec![line]).await?;
    created(
        &state,
        &Kept {
            success: true,
            event: &event,
        },
    )
}

pub(super) async fn post_batch(
    State(state): State<HttpState>,
    request: Request,
) -> Result<Response, Problem> {
    Parameters::none(request.uri())?;
    let body = json_body(request).await?;
    let posted: &RawValue = parse(&body)?;
    let events: Vec<&RawValue> = serde_json::from_str(posted.get())
        .map_err(|_| Problem::bad_request("not-an-array", "the body must be an array of events"))?;
    if events.is_empty() || events.len() > INGEST_BATCH {
        return Err(Problem::bad_request(
            "batch-size",
            format!(
                "a batch has 1 to {INGEST_BATCH} events, and this one has {}",
                events.len()
            ),
        ));
    }
    let mut lines = Vec::new();
    let mut errors = Vec::new();
    for (index, posted) in events.iter().enumerate() {
        match understand(posted, &state.host) {
            Ok((line, _)) => lines.push(line),
            Err(reason) => errors.push(Refused {
                index,
                error: format!("{}: {}", reason.name(), reason.words()),
            }),
        }
    }
    let ingested = lines.len();
    if ingested > 0 {
        keep(&state, lines).await?;
    }
    created(
        &state,
        &KeptBatch {
            success: true,
            ingested,
            total: events.len(),
            errors,
        },
    )
}

fn parse(body: &Bytes) -> Result<&RawValue, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        Problem::bad_request("malformed-json", format!("the body is not JSON: {error}"))
    })
}

/// The line that is written for a posted event, and the event itself.
fn understand(posted: &RawValue, host: &str) -> Result<(PostedLine, LogEvent), RejectReason> {
    let text = posted.get();
    if !text.starts_with('{') {
        return Err(RejectReason::NotAnObject);
    }
    // Within strings JSON has no raw newlines, so these stand between tokens, where white space is white space.
    let text: Bytes = if text.contains(['\n', '\r']) {
        text.replace(['\n', '\r'], " ").into()
    } else {
        Bytes::copy_from_slice(text.as_bytes())
    };
    let event = event::parse(&text, host)?.ok_or(RejectReason::NotAnObject)?;
    let key = event.dedup_key();
    Ok((PostedLine { text, key }, event))
}

async fn keep(state: &HttpState, lines: Vec<PostedLine>) -> Result<(), Problem> {
    state.ingest.append(lines).await.map_err(|error| {
        let message = error.to_string();
        match error {
            IngestError::Busy => Problem::busy("busy", message, RETRY_SECONDS),
            IngestError::Stopped => Problem::busy("stopping", message, RETRY_SECONDS),
            IngestError::Disk { full: true, .. } => {
                Problem::new(StatusCode::INSUFFICIENT_STORAGE, "disk-full", message)
            }
            IngestError::Disk { full: false, .. } => {
                Problem::busy("disk-error", message, RETRY_SECONDS)
            }
        }
    })
}

fn created(state: &HttpState, answer: &impl Serialize) -> Result<Response, Problem> {
    let text = serde_json::to_vec(answer).unwrap_or_default();
    whole(state, StatusCode::CREATED, "application/json", text.into())
}
