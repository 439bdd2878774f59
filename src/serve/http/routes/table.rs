//! The one list of paths: the router is made of it, the first page shows it, and a test holds `openapi.json` against it.

use axum::routing::{MethodRouter, get, post};

use super::{
    alerts, collisions, debug_pprof, errors, events, health, heap_snapshots, heatmap,
    memory_bounds, memory_files, memory_pair, memory_samples, memory_targets, memory_trend,
    openapi, posts, process_memory, purge, reading, workers,
};
use crate::serve::bounds::{
    HTTP_REQUEST_SECONDS, OWN_HEAP_SECONDS, PROCESSOR_PROFILE_SECONDS, TARGET_SECONDS,
};
use crate::serve::http::metrics;
use crate::serve::http::pages;
use crate::serve::http::state::HttpState;

/// A path with what answers there.
pub(in crate::serve::http) struct Route {
    pub(in crate::serve::http) path: &'static str,
    pub(in crate::serve::http) methods: &'static [&'static str],
    pub(in crate::serve::http) about: &'static str,
    pub(in crate::serve::http) handlers: MethodRouter<HttpState>,
    /// Seconds within which the answer must be there.
    pub(in crate::serve::http) seconds: u64,
}

impl Route {
    fn within(self, seconds: u64) -> Route {
        Route { seconds, ..self }
    }
}

/// All paths with their methods, but for the WebSocket.
pub fn paths() -> Vec<(&'static str, &'static [&'static str])> {
    table()
        .into_iter()
        .map(|route| (route.path, route.methods))
        .collect()
}

/// All paths but the WebSocket.
pub(in crate::serve::http) fn table() -> Vec<Route> {
    const GET: &[&str] = &["GET"];
    const POST: &[&str] = &["POST"];
    const BOTH: &[&str] = &["GET", "POST"];
    let route = |path, methods, about, handlers| Route {
        path,
        methods,
        about,
        handlers,
        seconds: HTTP_REQUEST_SECONDS,
    };
    vec![
        route(
            "/",
            GET,
            "the dashboard: is it leaking, where, how long is left",
            get(pages::dashboard),
        ),
        route(
            "/panels/{name}",
            GET,
            "a part of the dashboard, drawn anew",
            get(pages::panel),
        ),
        route(
            "/assets/{name}",
            GET,
            "the style and the scripts of the dashboard",
            get(pages::asset),
        ),
        route("/api/", GET, "this list", get(pages::index)),
        route(
            "/login",
            BOTH,
            "exchanges the token for a session",
            get(pages::login_form).post(pages::log_in),
        ),
        route("/logout", POST, "ends a session", post(pages::log_out)),
        route(
            "/api/health",
            GET,
            "whether the service keeps up",
            get(health::health),
        ),
        route(
            "/api/metrics",
            GET,
            "numbers for Prometheus",
            get(metrics::metrics),
        ),
        route(
            "/api/openapi.json",
            GET,
            "all of this, for programs",
            get(openapi::openapi),
        ),
        route("/api/workers", GET, "all workers", get(workers::workers)),
        route("/api/workers/{id}", GET, "one worker", get(workers::worker)),
        route(
            "/api/workers/{id}/collisions",
            GET,
            "files on which it collides",
            get(collisions::of_worker),
        ),
        route(
            "/api/events",
            BOTH,
            "the newest events; takes an event",
            get(events::events).post(posts::post_event),
        ),
        route(
            "/api/events/batch",
            POST,
            "takes up to 100 events",
            post(posts::post_batch),
        ),
        route(
            "/api/collisions",
            GET,
            "workers that modify one file",
            get(collisions::files),
        ),
        route(
            "/api/collisions/all",
            GET,
            "collisions of all kinds, with alerts",
            get(collisions::all),
        ),
        route(
            "/api/alerts",
            GET,
            "what whoever is on call is told, and was",
            get(alerts::alerts),
        ),
        route(
            "/api/heatmap",
            GET,
            "files by how often they are modified",
            get(heatmap::heatmap),
        ),
        route(
            "/api/heatmap/stats",
            GET,
            "that in numbers",
            get(heatmap::stats),
        ),
        route(
            "/api/heatmap/timelapse",
            GET,
            "that over time",
            get(heatmap::timelapse),
        ),
        route(
            "/api/errors/groups",
            GET,
            "errors that are alike",
            get(errors::groups),
        ),
        route(
            "/api/errors/stats",
            GET,
            "that in numbers",
            get(errors::stats),
        ),
        route(
            "/api/memory/stats",
            GET,
            "what the memory of this server is made of",
            get(process_memory::stats),
        ),
        route(
            "/api/memory/capture",
            POST,
            "takes a sample of it",
            post(memory_samples::capture),
        ),
        route(
            "/api/memory/snapshots",
            GET,
            "the newest samples of it",
            get(memory_samples::samples),
        ),
        route(
            "/api/memory/baseline",
            POST,
            "takes a sample to hold later ones against",
            post(memory_samples::set_baseline),
        ),
        route(
            "/api/memory/diff",
            GET,
            "now against that sample",
            get(memory_samples::diff),
        ),
        route(
            "/api/memory/heap-snapshot",
            POST,
            "takes a heap snapshot of this server",
            post(heap_snapshots::take),
        )
        .within(OWN_HEAP_SECONDS),
        route(
            "/api/memory/purge",
            POST,
            "gives unused memory back to the system",
            post(purge::purge),
        ),
        route(
            "/api/memory/bounds",
            GET,
            "every bound, with what it did",
            get(memory_bounds::bounds),
        ),
        route(
            "/api/memory/chart.svg",
            GET,
            "the heap of a target over time",
            get(memory_trend::chart),
        )
        .within(TARGET_SECONDS),
        route(
            "/api/memory/diff-analysis",
            GET,
            "what changed between two snapshots",
            get(memory_pair::diff),
        )
        .within(TARGET_SECONDS),
        route(
            "/api/memory/files",
            GET,
            "the snapshots of a target",
            get(memory_targets::files),
        ),
        route(
            "/api/memory/files/{name}",
            GET,
            "a snapshot as a file",
            get(memory_files::download),
        ),
        route(
            "/api/memory/files/{name}/pin",
            POST,
            "keeps a snapshot for good",
            post(memory_files::pin),
        ),
        route(
            "/api/memory/files/{name}/unpin",
            POST,
            "lets it go when its time comes",
            post(memory_files::unpin),
        ),
        route(
            "/api/memory/flame.svg",
            GET,
            "what changed, as a flame graph",
            get(memory_pair::flame),
        )
        .within(TARGET_SECONDS),
        route(
            "/api/memory/report.html",
            GET,
            "the report on a target as a page",
            get(memory_trend::page),
        )
        .within(TARGET_SECONDS),
        route(
            "/api/memory/targets",
            GET,
            "services whose heaps are judged",
            get(memory_targets::targets),
        ),
        route(
            "/api/memory/trend",
            GET,
            "whether the heap of a target leaks, and where",
            get(memory_trend::trend),
        )
        .within(TARGET_SECONDS),
        route(
            "/api/memory/trend.md",
            GET,
            "the report on a target",
            get(memory_trend::markdown),
        )
        .within(TARGET_SECONDS),
        route(
            "/api/memory/trend/save",
            POST,
            "writes the report beside the snapshots",
            post(memory_trend::save),
        )
        .within(TARGET_SECONDS),
        route(
            "/api/rejected",
            GET,
            "lines that are no events",
            get(reading::rejected),
        ),
        route(
            "/api/tail",
            GET,
            "how far the logs are read",
            get(reading::tail),
        ),
        route(
            "/debug/pprof/",
            GET,
            "profiles of this server",
            get(debug_pprof::index),
        ),
        route(
            "/debug/pprof/heap",
            GET,
            "what it holds, for pprof tools",
            get(debug_pprof::heap),
        )
        .within(OWN_HEAP_SECONDS),
        route(
            "/debug/pprof/profile",
            GET,
            "what its processor time goes to, for pprof tools",
            get(debug_pprof::processor),
        )
        .within(PROCESSOR_PROFILE_SECONDS + OWN_HEAP_SECONDS),
    ]
}
