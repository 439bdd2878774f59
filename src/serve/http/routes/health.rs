//! `GET /api/health`: whether the service keeps up.

use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::Serialize;

use crate::serve::http::answer::whole;
use crate::serve::http::guard::Admitted;
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::state::HttpState;
use crate::serve::own_heap;
use crate::serve::store::{MemoryTrend, View};
use crate::serve::time::WallTime;

/// Names as in the service that fabric replaces: probes and dashboards read them.
#[derive(Debug, Serialize)]
struct Health {
    status: &'static str,
    uptime_sec: i64,
    version: &'static str,
    event_count: usize,
    ingest_rate_per_sec: f64,
    ws_clients: u64,
    tailer_files_watched: u64,
    dedup_dropped: u64,
    process_resident_memory_bytes: u64,
    memory: Memory,
    paused: bool,
    caught_up: bool,
    hub_lag_ms: u64,
    rejected: u64,
    problems: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Memory {
    rss: u64,
    heap_used: u64,
    heap_total: u64,
    external: u64,
    array_buffers: u64,
    trend: MemoryTrend,
    avg_rss: u64,
    max_rss: u64,
    min_rss: u64,
}

/// What one who may see nothing else sees.
#[derive(Debug, Serialize)]
struct Status {
    status: &'static str,
}

pub(super) async fn health(
    State(state): State<HttpState>,
    Extension(admitted): Extension<Admitted>,
    uri: Uri,
) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    let view = state.view();
    let overload = overload(&state, &view);
    let (status, name) = if overload.is_empty() {
        (StatusCode::OK, "ok")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "overloaded")
    };
    let text = match admitted {
        Admitted::Openly => serde_json::to_vec(&Status { status: name }),
        Admitted::Fully => serde_json::to_vec(&seen(&state, &view, name, overload)),
    };
    whole(
        &state,
        status,
        "application/json",
        text.unwrap_or_default().into(),
    )
}

/// Whether the service keeps up: 1 or 0, for the metrics.
pub(in crate::serve::http) fn is_ok(state: &HttpState, view: &View) -> bool {
    overload(state, view).is_empty()
}

/// Seconds since the store began.
pub(in crate::serve::http) fn uptime_seconds(view: &View) -> i64 {
    WallTime::now().since(view.started_at).max(0) / 1_000
}

/// The resident set at this moment. The newest sample is up to ten seconds old, and stands in only where the kernel does not say.
pub(in crate::serve::http) fn resident_bytes(view: &View) -> u64 {
    own_heap::resident_bytes()
        .or_else(|| view.memory.samples.last().map(|sample| sample.rss))
        .unwrap_or(0)
}

/// A hub, or a reader of logs, that has not moved for so long calls the service overloaded, in milliseconds. Each moves every other second.
const OVERLOAD_LAG_MS: u64 = 10_000;

fn overload(state: &HttpState, view: &View) -> Vec<String> {
    let mut reasons = Vec::new();
    let lag = state.hub.lag_ms();
    if lag > OVERLOAD_LAG_MS {
        reasons.push(format!("the store is {lag} ms behind"));
    }
    if view.tail.paused_for_memory {
        reasons.push("no further files are followed: memory is above --max-rss".to_owned());
    }
    reasons
}

fn seen(state: &HttpState, view: &View, status: &'static str, overload: Vec<String>) -> Health {
    let mut problems = overload;
    if state.ingest.counts().is_failing() {
        problems.push("posted events cannot be written to the log folder".to_owned());
    }
    let targets = view.assessments.iter();
    let own = targets.filter(|it| it.is_own());
    problems.extend(own.filter_map(|it| it.problem.clone()));
    problems.extend(
        view.tail
            .problems
            .iter()
            .map(|problem| format!("{}: {}", problem.file, problem.problem)),
    );
    let memory = &view.memory;
    let newest = memory.samples.last().copied().unwrap_or_default();
    let resident = resident_bytes(view);
    Health {
        status,
        uptime_sec: uptime_seconds(view),
        version: env!("CARGO_PKG_VERSION"),
        event_count: view.events.len(),
        ingest_rate_per_sec: view.counters.rate_per_second,
        ws_clients: state.live.clients(),
        tailer_files_watched: view.tail.files_followed,
        dedup_dropped: view.counters.duplicates,
        process_resident_memory_bytes: resident,
        memory: Memory {
            rss: resident,
            heap_used: newest.heap_used,
            heap_total: newest.heap_total,
            external: newest.external,
            array_buffers: newest.array_buffers,
            trend: memory.trend,
            avg_rss: memory.avg_rss,
            max_rss: memory.max_rss.max(resident),
            min_rss: memory.min_rss,
        },
        paused: view.tail.paused_for_memory,
        caught_up: view.tail.caught_up,
        hub_lag_ms: state.hub.lag_ms(),
        rejected: view.counters.rejected,
        problems,
    }
}
