//! The heap of this process, for Prometheus.

use super::families::{Families, Number};
use crate::serve::http::state::HttpState;
use crate::serve::store::{PressureLevel, View};

pub(super) fn of_own_heap(families: &mut Families, state: &HttpState, view: &View) {
    if let Some(newest) = view.memory.samples.last() {
        for (name, help, bytes) in [
            (
                "memory_heap_used_bytes",
                "Asked of the allocator and not given back, by the newest sample",
                newest.heap_used,
            ),
            (
                "memory_heap_total_bytes",
                "Pages of the allocator that hold what is in use, by the newest sample",
                newest.heap_total,
            ),
        ] {
            families.add(name, help, false, Number::Whole(bytes));
        }
    }
    families.add(
        "memory_pressure",
        "0, 1 above 80 % of the limit, 2 when the kernel is about to kill",
        false,
        Number::Whole(match view.pressure.map(|it| it.level) {
            None => 0,
            Some(PressureLevel::MemoryPressure) => 1,
            Some(PressureLevel::OomRisk) => 2,
        }),
    );
    let away = state.hub.away_us() as f64;
    families.add(
        "hub_away_seconds",
        "The longest that the store was away within the last second",
        false,
        Number::Real(away / 1e6),
    );
    families.add(
        "hub_away_ms",
        "The same in milliseconds, under its old name",
        false,
        Number::Real(away / 1e3),
    );
    let costs = state.own_heap.costs();
    for (name, help, count) in [
        (
            "own_heap_dumps",
            "Heap profiles that the server took of itself",
            costs.count,
        ),
        (
            "own_heap_dump_failures",
            "Heap profiles of the server itself that could not be taken or kept",
            costs.failed,
        ),
    ] {
        families.add(name, help, true, Number::Whole(count));
    }
    for (name, old, help, ms) in [
        (
            "own_heap_last_seconds",
            "own_heap_last_ms",
            "The last heap profile: dumping, naming and writing it",
            costs.last_ms,
        ),
        (
            "own_heap_last_dump_seconds",
            "own_heap_last_dump_ms",
            "Of that, jemalloc's part",
            costs.last_dump_ms,
        ),
        (
            "own_heap_last_hub_seconds",
            "own_heap_last_hub_ms",
            "The longest that the store was away meanwhile",
            costs.last_hub_ms,
        ),
        (
            "own_heap_largest_hub_seconds",
            "own_heap_largest_hub_ms",
            "The longest that the store was away during any of them",
            costs.largest_hub_ms,
        ),
    ] {
        // Nothing before the first.
        if let Some(ms) = ms {
            families.add(name, help, false, Number::Real(ms / 1e3));
            let old_help = "The same in milliseconds, under its old name";
            families.add(old, old_help, false, Number::Real(ms));
        }
    }
}
