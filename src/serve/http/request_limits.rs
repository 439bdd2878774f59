//! How long a request may take, and what becomes of it when a handler breaks.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;

use super::gauges::HttpGauges;
use super::problem::Problem;
use super::request_body;
use crate::escape;
use crate::serve::bounds::HTTP_REQUEST_SECONDS;

/// How long a request of one route may take.
#[derive(Clone)]
pub(super) struct TimeLimit {
    /// Until the answer is there, counted from when the body was.
    pub(super) answer: Duration,
    pub(super) gauges: Arc<HttpGauges>,
}

/// Middleware: the body must be there in time (408), and so must the answer (503).
pub(super) async fn limit_time(
    State(TimeLimit { answer, gauges }): State<TimeLimit>,
    request: Request,
    next: Next,
) -> Response {
    let period = Duration::from_secs(HTTP_REQUEST_SECONDS);
    let (parts, body) = request.into_parts();
    let reading = request_body::read(Request::from_parts(parts.clone(), body));
    let body = match timeout(period, reading).await {
        Ok(Ok(body)) => body,
        Ok(Err(problem)) => return problem.into_response(),
        Err(_) => {
            gauges.timeouts.add();
            return Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                "too-slow",
                "the body did not arrive in time",
            )
            .into_response();
        }
    };
    let request = Request::from_parts(parts, Body::from(body));
    match timeout(answer, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            gauges.timeouts.add();
            Problem::busy("timeout", "the answer was not there in time", 5).into_response()
        }
    }
}

/// Middleware: counts answers by the first digit of their status.
pub(super) async fn count_answers(
    State(gauges): State<Arc<HttpGauges>>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    let class = usize::from(response.status().as_u16() / 100).saturating_sub(1);
    if let Some(count) = gauges.answers.get(class) {
        count.add();
    }
    response
}

/// The answer where a handler panicked. The message of the panic is for the log: it may hold foreign text.
pub(super) fn answer_panic(gauges: &HttpGauges, panic: &(dyn Any + Send)) -> Response {
    gauges.panics.add();
    let message = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    tracing::error!(panic = %escape::terminal(message), "a handler panicked: a fault of fabric");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "this is a fault of fabric; the log has more",
    )
    .into_response()
}
