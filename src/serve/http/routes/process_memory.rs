//! `/api/memory/stats`, `capture`, `baseline`, `diff` and `snapshots`: the memory of this process, now and over the last samples.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use serde::Serialize;

use super::own_heap_refusal::refusal;
use crate::capture::{MemoryGroup, Resident};
use crate::load::series::AllocatorCounters;
use crate::serve::bounds::MEMORY_SAMPLES;
use crate::serve::http::answer::json;
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::state::HttpState;
use crate::serve::own_heap::{DumpCosts, LimitFrom, Look};
use crate::serve::store::{MemoryHistory, MemorySample, Pressure};
use crate::serve::time::WallTime;
use crate::units::Bytes;

/// Samples that are shown where nobody says how many.
const SAMPLES_SHOWN: usize = 10;
/// How long whoever captures a sample waits until it can be seen by all. The picture is made anew fifty times a second.
const SEEN_WITHIN: Duration = Duration::from_secs(1);

/// Names up to `minRss` as in the service that fabric replaces.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Stats {
    current: MemorySample,
    trend: &'static str,
    avg_rss: u64,
    max_rss: u64,
    min_rss: u64,
    allocator: Allocator,
    fragmentation: Fragmentation,
    resident_parts: ResidentParts,
    cgroup: Option<Group>,
    limit_bytes: Option<u64>,
    limit_from: Option<LimitFrom>,
    pressure: Option<Pressure>,
    dumps: DumpCosts,
}

/// jemalloc's own counters, in bytes; nothing where it is not the allocator.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Allocator {
    allocated_bytes: Option<u64>,
    active_bytes: Option<u64>,
    resident_bytes: Option<u64>,
    retained_bytes: Option<u64>,
    metadata_bytes: Option<u64>,
    mapped_bytes: Option<u64>,
}

/// What of the allocator's pages in use holds nothing: parts of pages that cannot be given back because something else is on them.
#[derive(Debug, Serialize)]
struct Fragmentation {
    bytes: u64,
    /// Of the pages in use.
    ratio: f64,
}

/// What the resident set is made of, in bytes: the first three are all of it, the last three are all of what is anonymous.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ResidentParts {
    anonymous_bytes: u64,
    file_bytes: u64,
    shared_bytes: u64,
    allocator_in_use_bytes: u64,
    allocator_slack_bytes: u64,
    other_anonymous_bytes: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    path: Option<String>,
    current_bytes: Option<u64>,
    high_bytes: Option<u64>,
    max_bytes: Option<u64>,
    working_set_bytes: Option<u64>,
    events: BTreeMap<String, u64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Captured {
    timestamp: WallTime,
    rss: u64,
    heap_used: u64,
    heap_total: u64,
    formatted: String,
}

#[derive(Debug, Serialize)]
struct Baseline {
    timestamp: WallTime,
    formatted: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Diff {
    baseline: MemorySample,
    current: MemorySample,
    duration_ms: i64,
    rss_delta: i64,
    heap_used_delta: i64,
    heap_total_delta: i64,
    external_delta: i64,
    array_buffers_delta: i64,
    percent_change: PercentChange,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PercentChange {
    rss: f64,
    heap_used: f64,
    heap_total: f64,
}

#[derive(Debug, Serialize)]
struct Samples {
    count: usize,
    snapshots: Vec<Sample>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Sample {
    timestamp: WallTime,
    rss: u64,
    heap_used: u64,
    heap_total: u64,
}

pub(super) async fn stats(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    let look = look(&state).await?;
    let view = state.view();
    let stats = Stats::new(look, &view.memory, view.pressure, state.own_heap.costs());
    json(&state, &stats)
}

pub(super) async fn capture(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    let sample = capture_sample(&state).await?;
    json(
        &state,
        &Captured {
            timestamp: sample.timestamp,
            rss: sample.rss,
            heap_used: sample.heap_used,
            heap_total: sample.heap_total,
            formatted: formatted(&sample),
        },
    )
}

pub(super) async fn set_baseline(
    State(state): State<HttpState>,
    uri: Uri,
) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    let sample = capture_sample(&state).await?;
    state.own_heap.set_baseline(sample);
    json(
        &state,
        &Baseline {
            timestamp: sample.timestamp,
            formatted: formatted(&sample),
        },
    )
}

pub(super) async fn diff(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    let baseline = state.own_heap.baseline().ok_or_else(|| {
        Problem::not_found("there is no baseline: POST /api/memory/baseline sets one")
    })?;
    let current = look(&state).await?.sample;
    json(&state, &Diff::between(baseline, current))
}

pub(super) async fn samples(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    let most = i64::try_from(MEMORY_SAMPLES.cap_entries.unwrap_or(1)).unwrap_or(i64::MAX);
    let wanted = Parameters::of(&uri, &["count"])?.count("count", 1..=most, SAMPLES_SHOWN)?;
    let view = state.view();
    let all = &view.memory.samples;
    let newest = all.get(all.len().saturating_sub(wanted)..);
    let snapshots: Vec<Sample> = newest
        .unwrap_or_default()
        .iter()
        .map(|sample| Sample {
            timestamp: sample.timestamp,
            rss: sample.rss,
            heap_used: sample.heap_used,
            heap_total: sample.heap_total,
        })
        .collect();
    json(
        &state,
        &Samples {
            count: snapshots.len(),
            snapshots,
        },
    )
}

async fn look(state: &HttpState) -> Result<Look, Problem> {
    let look = state.own_heap.look().await;
    look.map_err(|failure| refusal(&failure))
}

/// Puts a sample among the others and waits until everybody can see it there.
async fn capture_sample(state: &HttpState) -> Result<MemorySample, Problem> {
    let captured = state.own_heap.capture().await;
    let sample = captured.map_err(|failure| refusal(&failure))?;
    let mut views = state.views.clone();
    let is_seen = |memory: &MemoryHistory| {
        let newest = memory.samples.last();
        newest.is_some_and(|newest| newest.timestamp >= sample.timestamp)
    };
    let seen = views.wait_for(|view| is_seen(&view.memory));
    // A hub that is behind will show it later: it is taken all the same.
    let _ = tokio::time::timeout(SEEN_WITHIN, seen).await;
    Ok(sample)
}

fn formatted(sample: &MemorySample) -> String {
    format!(
        "rss {}, heap {} of {}",
        Bytes(sample.rss),
        Bytes(sample.heap_used),
        Bytes(sample.heap_total)
    )
}

impl Stats {
    fn new(
        look: Look,
        memory: &MemoryHistory,
        pressure: Option<Pressure>,
        dumps: DumpCosts,
    ) -> Stats {
        let current = look.sample;
        // Before the first sample of the ring, this one is all there is.
        let of_ring = |value: u64| match memory.samples.is_empty() {
            true => current.rss,
            false => value,
        };
        let limit = look.surroundings.limit(look.given_limit);
        let resident = look.surroundings.resident;
        Stats {
            current,
            trend: match memory.trend {
                "" => "unknown",
                trend => trend,
            },
            avg_rss: of_ring(memory.avg_rss),
            max_rss: of_ring(memory.max_rss),
            min_rss: of_ring(memory.min_rss),
            fragmentation: Fragmentation::of(&look.allocator),
            resident_parts: ResidentParts::of(resident, &look.allocator),
            allocator: look.allocator.into(),
            cgroup: look.surroundings.groups.into_iter().next().map(Group::from),
            limit_bytes: limit.map(|limit| limit.bytes),
            limit_from: limit.map(|limit| limit.from),
            pressure,
            dumps,
        }
    }
}

impl From<AllocatorCounters> for Allocator {
    fn from(counters: AllocatorCounters) -> Allocator {
        Allocator {
            allocated_bytes: counters.allocated_bytes,
            active_bytes: counters.active_bytes,
            resident_bytes: counters.resident_bytes,
            retained_bytes: counters.retained_bytes,
            metadata_bytes: counters.metadata_bytes,
            mapped_bytes: counters.mapped_bytes,
        }
    }
}

impl Fragmentation {
    fn of(allocator: &AllocatorCounters) -> Fragmentation {
        let active = allocator.active_bytes.unwrap_or(0);
        let bytes = active.saturating_sub(allocator.allocated_bytes.unwrap_or(0));
        Fragmentation {
            bytes,
            ratio: bytes as f64 / active.max(1) as f64,
        }
    }
}

impl ResidentParts {
    /// The kernel and the allocator count at slightly different moments: each part is cut to what there is.
    fn of(resident: Option<Resident>, allocator: &AllocatorCounters) -> ResidentParts {
        let part = |of: fn(&Resident) -> u64| resident.as_ref().map_or(0, of);
        let anonymous = part(|it| it.anonymous_bytes);
        let of_allocator = allocator.resident_bytes.unwrap_or(0).min(anonymous);
        let in_use = allocator.allocated_bytes.unwrap_or(0).min(of_allocator);
        ResidentParts {
            anonymous_bytes: anonymous,
            file_bytes: part(|it| it.file_bytes),
            shared_bytes: part(|it| it.shared_bytes),
            allocator_in_use_bytes: in_use,
            allocator_slack_bytes: of_allocator - in_use,
            other_anonymous_bytes: anonymous - of_allocator,
        }
    }
}

impl From<MemoryGroup> for Group {
    fn from(group: MemoryGroup) -> Group {
        Group {
            working_set_bytes: group.working_set_bytes(),
            path: group.cgroup.path,
            current_bytes: group.cgroup.current_bytes,
            high_bytes: group.cgroup.high_bytes,
            max_bytes: group.cgroup.max_bytes,
            events: group.cgroup.events,
        }
    }
}

impl Diff {
    fn between(baseline: MemorySample, current: MemorySample) -> Diff {
        let delta = |of: fn(&MemorySample) -> u64| {
            i64::try_from(i128::from(of(&current)) - i128::from(of(&baseline))).unwrap_or(0)
        };
        let percent = |of: fn(&MemorySample) -> u64| match of(&baseline) {
            0 => 0.0,
            before => delta(of) as f64 / before as f64 * 100.0,
        };
        Diff {
            duration_ms: current.timestamp.since(baseline.timestamp),
            rss_delta: delta(|it| it.rss),
            heap_used_delta: delta(|it| it.heap_used),
            heap_total_delta: delta(|it| it.heap_total),
            external_delta: delta(|it| it.external),
            array_buffers_delta: delta(|it| it.array_buffers),
            percent_change: PercentChange {
                rss: percent(|it| it.rss),
                heap_used: percent(|it| it.heap_used),
                heap_total: percent(|it| it.heap_total),
            },
            baseline,
            current,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_has_signs_and_no_percentage_of_nothing() {
        let before = MemorySample {
            timestamp: WallTime(1_000),
            rss: 200,
            heap_used: 0,
            heap_total: 50,
            ..MemorySample::default()
        };
        let now = MemorySample {
            timestamp: WallTime(61_000),
            rss: 150,
            heap_used: 40,
            heap_total: 100,
            ..MemorySample::default()
        };
        let diff = Diff::between(before, now);
        assert_eq!((diff.duration_ms, diff.rss_delta), (60_000, -50));
        assert_eq!(diff.percent_change.rss, -25.0);
        assert_eq!(diff.percent_change.heap_used, 0.0);
        assert_eq!(diff.percent_change.heap_total, 100.0);
    }

    #[test]
    fn the_parts_of_the_resident_set_add_up_also_where_counters_disagree() {
        let resident = Resident {
            bytes: 100,
            peak_bytes: 100,
            swap_bytes: 0,
            anonymous_bytes: 70,
            file_bytes: 28,
            shared_bytes: 2,
        };
        for (allocated, resident_pages, expected) in [
            (40, 60, (40, 20, 10)),
            (40, 90, (40, 30, 0)),
            (95, 90, (70, 0, 0)),
        ] {
            let allocator = AllocatorCounters {
                allocated_bytes: Some(allocated),
                resident_bytes: Some(resident_pages),
                ..AllocatorCounters::default()
            };
            let parts = ResidentParts::of(Some(resident), &allocator);
            assert_eq!(
                (
                    parts.allocator_in_use_bytes,
                    parts.allocator_slack_bytes,
                    parts.other_anonymous_bytes
                ),
                expected
            );
            assert_eq!(
                parts.allocator_in_use_bytes
                    + parts.allocator_slack_bytes
                    + parts.other_anonymous_bytes,
                parts.anonymous_bytes
            );
        }
    }
}
