//! `POST /api/memory/heap-snapshot`: a heap snapshot of this process, into its folder.

use axum::extract::{Request, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::own_heap_refusal::refusal;
use crate::archive::Trigger;
use crate::serve::http::answer::json;
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::request_body::{json_body, read};
use crate::serve::http::state::HttpState;

#[derive(Debug, Deserialize)]
struct Wanted {
    trigger: Option<String>,
}

#[derive(Debug, Serialize)]
struct Kept {
    success: bool,
    filepath: String,
    message: String,
    trigger: &'static str,
}

pub(super) async fn take(
    State(state): State<HttpState>,
    request: Request,
) -> Result<Response, Problem> {
    Parameters::none(request.uri())?;
    let trigger = trigger(request).await?;
    let stored = state.own_heap.snapshot(trigger).await;
    let stored = stored.map_err(|failure| refusal(&failure))?;
    json(
        &state,
        &Kept {
            success: true,
            filepath: stored.path.to_string_lossy().into_owned(),
            message: format!("heap snapshot {} is kept", stored.name),
            trigger: trigger.name(),
        },
    )
}

/// The body may be absent: nobody has to say why.
async fn trigger(request: Request) -> Result<Trigger, Problem> {
    let (parts, body) = request.into_parts();
    let body = read(Request::from_parts(parts.clone(), body)).await?;
    if body.is_empty() {
        return Ok(Trigger::Manual);
    }
    let body = json_body(Request::from_parts(parts, body.into())).await?;
    let wanted: Wanted = serde_json::from_slice(&body).map_err(|error| {
        let message = format!("the body is not an object with a trigger: {error}");
        Problem::bad_request("malformed-json", message)
    })?;
    let Some(word) = wanted.trigger else {
        return Ok(Trigger::Manual);
    };
    let known = Trigger::ALL.into_iter().find(|it| it.name() == word);
    known.ok_or_else(|| {
        let known = Trigger::ALL.map(Trigger::name).join(", ");
        let message = format!("there is no such trigger: it is one of {known}");
        Problem::bad_request("bad-trigger", message)
    })
}
