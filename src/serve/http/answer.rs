//! Answers, and how much of them may be on its way at once.
//!
//! Whatever an answer is made of lives until its last byte was taken by the client. So each one reserves its bytes first.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use serde::Serialize;

use super::problem::Problem;
use super::state::HttpState;
use crate::serve::bounds::{BoundReport, HTTP_ANSWERS, Usage};
use crate::serve::event::LogEvent;
use crate::serve::{Count, Gauge};

/// Bytes of events that are put together for one write.
const PIECE_BYTES: usize = 64 << 10;

/// What answers on their way keep alive.
#[derive(Debug, Default)]
pub struct AnswerBudget {
    bytes: Gauge,
    answers: Gauge,
    refused: Count,
}

/// Bytes of an answer that is on its way, given back when it is dropped.
#[derive(Debug)]
pub struct Reservation {
    budget: Arc<AnswerBudget>,
    bytes: u64,
}

impl AnswerBudget {
    /// Room for `bytes`.
    ///
    /// # Errors
    /// There is none: too many answers are on their way.
    pub fn reserve(self: &Arc<AnswerBudget>, bytes: usize) -> Result<Reservation, Problem> {
        let bytes = bytes as u64;
        if !self
            .bytes
            .try_add(bytes, HTTP_ANSWERS.cap_bytes.unwrap_or(u64::MAX))
        {
            self.refused.add();
            return Err(Problem::busy(
                "too-many-answers",
                "too many large answers are on their way: ask for less, or again later",
                1,
            ));
        }
        self.answers.try_add(1, u64::MAX);
        Ok(Reservation {
            budget: Arc::clone(self),
            bytes,
        })
    }

    /// The bound, with what it did.
    pub fn bound(&self) -> BoundReport {
        BoundReport {
            bound: HTTP_ANSWERS,
            usage: Usage {
                length: self.answers.get(),
                bytes: self.bytes.get(),
                evictions: self.refused.get(),
                high_water_length: self.answers.highest(),
                high_water_bytes: self.bytes.highest(),
            },
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.bytes.subtract(self.bytes);
        self.budget.answers.subtract(1);
    }
}

/// A value as JSON.
///
/// # Errors
/// There is no room for it.
pub(super) fn json(state: &HttpState, value: &impl Serialize) -> Result<Response, Problem> {
    let text = serde_json::to_vec(value).map_err(|error| {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Problem::new(
            status,
            "internal",
            format!("the answer cannot be written: {error}"),
        )
    })?;
    whole(state, StatusCode::OK, "application/json", text.into())
}

/// A text of a type.
///
/// # Errors
/// There is no room for it.
pub(super) fn whole(
    state: &HttpState,
    status: StatusCode,
    content_type: &'static str,
    text: Bytes,
) -> Result<Response, Problem> {
    let reservation = state.answers.reserve(text.len())?;
    let body = Pieces {
        left: text.len() as u64,
        source: Source::Whole(text),
        _reservation: reservation,
    };
    Ok(response(status, content_type, body))
}

/// Events as a JSON array. Their JSON is there already, and is put together while it is sent.
///
/// # Errors
/// There is no room for them.
pub(super) fn events(state: &HttpState, events: Vec<Arc<LogEvent>>) -> Result<Response, Problem> {
    let json: usize = events.iter().map(|event| event.json().len()).sum();
    // Brackets, and a comma between two.
    let length = json + 2 + events.len().saturating_sub(1);
    let kept: usize = events.iter().map(|event| event.bytes()).sum();
    let reservation = state.answers.reserve(kept.max(length))?;
    let body = Pieces {
        left: length as u64,
        source: Source::Events {
            events: events.into(),
            begun: false,
        },
        _reservation: reservation,
    };
    Ok(response(StatusCode::OK, "application/json", body))
}

/// Makes an answer that takes a while, beside the threads that serve.
///
/// # Errors
/// There is no room for it, or it cannot be made.
pub(super) async fn compute<T: Serialize>(
    state: &HttpState,
    make: impl FnOnce() -> T + Send + 'static,
) -> Result<Response, Problem> {
    let text = compute_any(state, move || serde_json::to_vec(&make())).await?;
    let text = text.map_err(|_| broken())?;
    whole(state, StatusCode::OK, "application/json", text.into())
}

/// Makes something that takes a while, beside the threads that serve.
///
/// # Errors
/// It cannot be made.
pub(super) async fn compute_any<T: Send + 'static>(
    state: &HttpState,
    make: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let computations = Arc::clone(&state.computations);
    // Waits for those before it, for as long as a request may take.
    let turn = computations.acquire_owned().await.map_err(|_| broken())?;
    let made = tokio::task::spawn_blocking(move || {
        // The turn ends with the work, also when nobody waits for it any more.
        let _turn = turn;
        make()
    });
    made.await.map_err(|error| {
        if error.is_panic() {
            state.gauges.panics.add();
        }
        broken()
    })
}

fn broken() -> Problem {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    Problem::new(status, "internal", "the answer cannot be made")
}

fn response(status: StatusCode, content_type: &'static str, body: Pieces) -> Response {
    let mut response = Response::new(Body::new(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// A body whose length is known.
#[derive(Debug)]
struct Pieces {
    source: Source,
    left: u64,
    _reservation: Reservation,
}

#[derive(Debug)]
enum Source {
    Whole(Bytes),
    Events {
        events: VecDeque<Arc<LogEvent>>,
        begun: bool,
    },
}

impl Source {
    fn next(&mut self) -> Option<Bytes> {
        match self {
            Source::Whole(text) => Some(std::mem::take(text)).filter(|text| !text.is_empty()),
            Source::Events { events, begun } => {
                if events.is_empty() && *begun {
                    return None;
                }
                let mut piece = String::with_capacity(PIECE_BYTES);
                if !std::mem::replace(begun, true) {
                    piece.push('[');
                    if let Some(first) = events.pop_front() {
                        piece.push_str(first.json());
                    }
                }
                while piece.len() < PIECE_BYTES
                    && let Some(event) = events.pop_front()
                {
                    piece.push(',');
                    piece.push_str(event.json());
                }
                if events.is_empty() {
                    piece.push(']');
                }
                Some(piece.into())
            }
        }
    }
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.source.next();
        if let Some(piece) = &piece {
            self.left = self.left.saturating_sub(piece.len() as u64);
        }
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
