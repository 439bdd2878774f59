//! `GET /api/metrics`: numbers for Prometheus. Names that the service had which fabric replaces are kept; where they have another unit than
//! Prometheus wants, the number stands under a second name in that.

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use prometheus_client::encoding::prometheus_text::CONTENT_TYPE;

use super::alerts::of_alerts;
use super::bounds::of_bounds;
use super::families::{Families, Number, text};
use super::own_heap::of_own_heap;
use super::requests::of_requests;
use super::targets::{of_assessments, of_targets};
use crate::serve::event::Level;
use crate::serve::http::answer::whole;
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::routes::{all_bounds, is_ok, resident_bytes, uptime_seconds};
use crate::serve::http::state::HttpState;
use crate::serve::store::{View, WorkerStatus};

pub(in crate::serve::http) async fn metrics(
    State(state): State<HttpState>,
    uri: Uri,
) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    let text = text(collect(&state, &state.view())).map_err(|_| {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Problem::new(status, "internal", "the metrics cannot be written")
    })?;
    whole(&state, StatusCode::OK, CONTENT_TYPE, text.into())
}

fn collect(state: &HttpState, view: &View) -> Families {
    let mut families = Families::default();
    of_service(&mut families, state, view);
    of_tail(&mut families, view);
    of_ingest(&mut families, state);
    of_targets(&mut families, &state.targets);
    of_requests(&mut families, &state.gauges);
    of_own_heap(&mut families, state, view);
    for number in state.live.numbers() {
        families.add(
            number.name,
            number.help,
            number.rises,
            Number::Whole(number.value),
        );
    }
    of_assessments(&mut families, view);
    of_alerts(&mut families, view, &state.alerts);
    of_bounds(&mut families, &all_bounds(state, view));
    families
}

fn of_service(families: &mut Families, state: &HttpState, view: &View) {
    use Number::{Real, Whole};
    let ok = u64::from(is_ok(state, view));
    let uptime = u64::try_from(uptime_seconds(view)).unwrap_or(0);
    families.add(
        "status",
        "1 while the service keeps up, else 0",
        false,
        Whole(ok),
    );
    families.add("uptime_seconds", "Since start", false, Whole(uptime));
    families.add_many(
        "info",
        "The version that runs",
        false,
        vec![(
            vec![("version", env!("CARGO_PKG_VERSION").to_owned())],
            Whole(1),
        )],
    );
    let kept = view.events.len() as u64;
    families.add(
        "event_count",
        "Events that are remembered, under its old name",
        false,
        Whole(kept),
    );
    let counters = &view.counters;
    families.add(
        "ingest_rate_per_second",
        "Events per second over the last minute",
        false,
        Real(counters.rate_per_second),
    );
    let clients = state.live.clients();
    families.add(
        "websocket_clients",
        "WebSocket clients",
        false,
        Whole(clients),
    );
    families.add(
        "tailer_files_watched",
        "Files that are followed",
        false,
        Whole(view.tail.files_followed),
    );
    families.add(
        "dedup_dropped",
        "Events that were here before",
        true,
        Whole(counters.duplicates),
    );
    families.add(
        "process_resident_memory_bytes",
        "Resident set of this process",
        false,
        Whole(resident_bytes(view)),
    );
    let active = view.workers.iter();
    let active = active.filter(|worker| worker.status == WorkerStatus::Active);
    families.add(
        "active_workers",
        "Workers that are active",
        false,
        Whole(active.count() as u64),
    );
    let by_level = Level::BY_NAME.into_iter().zip(counters.by_level);
    families.add_many(
        "events",
        "Events since start, by level",
        true,
        by_level
            .map(|((level, _), count)| (vec![("level", level.to_owned())], Whole(count)))
            .collect(),
    );
    families.add(
        "events_remembered",
        "Events that are remembered",
        false,
        Whole(kept),
    );
    families.add(
        "hub_lag_ms",
        "How far the store is behind, under its old name",
        false,
        Whole(state.hub.lag_ms()),
    );
    families.add(
        "hub_lag_seconds",
        "How far the store is behind",
        false,
        Real(state.hub.lag_ms() as f64 / 1e3),
    );
    let rejected = view.rejected.iter().map(|lines| {
        let labels = vec![("reason", lines.reason.name().to_owned())];
        (labels, Whole(lines.count))
    });
    families.add_many(
        "rejected_lines",
        "Lines that are no events, by reason",
        true,
        rejected.collect(),
    );
}

fn of_tail(families: &mut Families, view: &View) {
    let tail = &view.tail;
    let paused = u64::from(tail.paused_for_memory);
    let caught_up = u64::from(tail.caught_up);
    for (name, help, rises, value) in [
        (
            "tailer_files_known",
            "Files whose place is remembered",
            false,
            tail.files_known,
        ),
        (
            "tailer_paused",
            "1 while no further files are followed for want of memory",
            false,
            paused,
        ),
        (
            "tailer_folder_readable",
            "1 while the folder of logs can be read",
            false,
            u64::from(tail.folder_readable),
        ),
        (
            "tailer_caught_up",
            "1 when everything that was there at start has been read",
            false,
            caught_up,
        ),
        (
            "tailer_bytes_waiting",
            "Bytes in known files that are not read yet",
            false,
            tail.bytes_waiting,
        ),
        ("tailer_bytes_read", "Bytes read", true, tail.bytes_read),
        ("tailer_lines", "Whole lines read", true, tail.lines),
        (
            "tailer_rotations",
            "Files that were replaced under their name",
            true,
            tail.rotations,
        ),
        (
            "tailer_lost_bytes",
            "Bytes of files that were removed or forgotten before they were read",
            true,
            tail.bytes_lost,
        ),
        (
            "tailer_truncations",
            "Files that were cut",
            true,
            tail.truncations,
        ),
        (
            "tailer_vanished",
            "Files that went away",
            true,
            tail.vanished,
        ),
        (
            "tailer_deactivations",
            "Files that were closed to follow others",
            true,
            tail.deactivations,
        ),
        (
            "tailer_state_saves",
            "Times that the state file was written",
            true,
            tail.state_saves,
        ),
    ] {
        families.add(name, help, rises, Number::Whole(value));
    }
}

fn of_ingest(families: &mut Families, state: &HttpState) {
    let counts = state.ingest.counts();
    for (name, help, value) in [
        (
            "ingest_lines",
            "Posted events that are on the disk",
            counts.written.get(),
        ),
        (
            "ingest_groups",
            "Writes that put posted events on the disk",
            counts.groups.get(),
        ),
        (
            "ingest_repeated",
            "Posted events that were posted before",
            counts.repeated.get(),
        ),
        (
            "ingest_refused",
            "Posts that were refused because too many waited",
            counts.refused.get(),
        ),
        (
            "ingest_failures",
            "Writes of posted events that failed",
            counts.failures.get(),
        ),
        (
            "ingest_files_abandoned",
            "Files of posted events that were left after an error",
            counts.abandoned.get(),
        ),
    ] {
        families.add(name, help, true, Number::Whole(value));
    }
}
