//! All routes, behind the guard.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

use super::guard::stand_guard;
use super::problem::Problem;
use super::request_limits::{TimeLimit, answer_panic, count_answers, limit_time};
use super::routes;
use super::security_headers::add_security_headers;
use super::state::HttpState;
use crate::serve::bounds::HTTP_BODY_BYTES;

/// Smaller answers are not worth compressing.
const COMPRESS_ABOVE: u64 = 1_024;
/// Profiles.
const COMPRESSED_ALREADY: &str = "application/octet-stream";

/// All routes. `live` is the router of the WebSocket room: what is guarded here is guarded there.
pub fn router(state: HttpState, live: Router) -> Router {
    let mut answering = Router::new();
    for route in routes::table() {
        let limit = TimeLimit {
            answer: Duration::from_secs(route.seconds),
            gauges: Arc::clone(&state.gauges),
        };
        let limited = from_fn_with_state(limit, limit_time);
        answering = answering.route(route.path, route.handlers.route_layer(limited));
    }
    let gauges = Arc::clone(&state.gauges);
    let panics = Arc::clone(&state.gauges);
    let guard = Arc::clone(&state.guard);
    answering
        .layer(DefaultBodyLimit::max(HTTP_BODY_BYTES))
        .layer(CompressionLayer::new().compress_when(
            SizeAbove::new(COMPRESS_ABOVE).and(NotForContentType::const_new(COMPRESSED_ALREADY)),
        ))
        .with_state(state)
        .merge(live)
        .fallback(async || Problem::not_found("there is no such path: /api/openapi.json lists all"))
        .method_not_allowed_fallback(async || {
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "wrong-method",
                "this path has no such method: the Allow header lists those it has",
            )
        })
        .layer(from_fn_with_state(guard, stand_guard))
        .layer(CatchPanicLayer::custom(
            move |panic: Box<dyn std::any::Any + Send>| answer_panic(&panics, panic.as_ref()),
        ))
        .layer(from_fn(add_security_headers))
        .layer(from_fn_with_state(gauges, count_answers))
}
