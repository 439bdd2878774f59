//! `GET /api/memory/stats`: what the memory of this process is made of, what it may hold, and what looking into it costs.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use serde::Serialize;

use super::own_heap_refusal::refusal;
use crate::capture::{MemoryGroup, Resident};
use crate::load::series::AllocatorCounters;
use crate::serve::http::answer::json;
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::state::HttpState;
use crate::serve::own_heap::{DumpCosts, LimitFrom, Look};
use crate::serve::store::{MemoryHistory, MemorySample, MemoryTrend, Pressure};

/// Names up to `minRss` as in the service that fabric replaces.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Stats {
    current: MemorySample,
    trend: MemoryTrend,
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

pub(super) async fn stats(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    let look = state.own_heap.look().await;
    let look = look.map_err(|failure| refusal(&failure))?;
    let view = state.view();
    let stats = Stats::new(look, &view.memory, view.pressure, state.own_heap.costs());
    json(&state, &stats)
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
            trend: memory.trend,
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

#[cfg(test)]
mod tests {
    use super::*;

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
