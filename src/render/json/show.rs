//! The document `fabric.show/1`.

use serde::Serialize;

use super::heap::HeapJson;
use super::parts::{FrameJson, NoteJson, Snapshot, notes, stack};
use crate::analysis::call_path::blamed;
use crate::report::SnapshotReport;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Show<'r> {
    schema: &'static str,
    snapshot: Snapshot<'r>,
    values: Vec<ValueJson<'r>>,
    value_type: &'r str,
    is_bytes: bool,
    total: u64,
    total_standard_error: Option<f64>,
    seen: u64,
    by: &'static str,
    rows: Vec<SpotJson<'r>>,
    row_count: usize,
    paths: Vec<PathJson<'r>>,
    path_count: usize,
    threads: Vec<ThreadJson<'r>>,
    allocator_stats: Vec<StatJson<'r>>,
    samples: usize,
    stacks: usize,
    sampled_objects: Option<f64>,
    locations: usize,
    unnamed_locations: usize,
    unnamed_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    heap: Option<HeapJson<'r>>,
    notes: Vec<NoteJson<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ValueJson<'r> {
    name: &'r str,
    unit: &'r str,
    total: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SpotJson<'r> {
    name: &'r str,
    flat: u64,
    cum: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PathJson<'r> {
    name: &'r str,
    value: u64,
    stacks: usize,
    stack: Vec<FrameJson<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ThreadJson<'r> {
    id: u64,
    name: Option<&'r str>,
    values: &'r [u64],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StatJson<'r> {
    name: &'r str,
    value: u64,
}

impl<'r> Show<'r> {
    pub(super) fn new(report: &'r SnapshotReport) -> Show<'r> {
        Show {
            schema: "fabric.show/1",
            snapshot: Snapshot::new(&report.input),
            values: report
                .totals
                .iter()
                .map(|(value_type, total)| ValueJson {
                    name: &value_type.name,
                    unit: &value_type.unit_name,
                    total: *total,
                })
                .collect(),
            value_type: &report.value_name,
            is_bytes: report.is_bytes,
            total: report.total,
            total_standard_error: report.standard_error,
            seen: report.seen,
            by: report.by.name(),
            rows: report
                .spots
                .iter()
                .map(|spot| SpotJson {
                    name: &spot.name,
                    flat: spot.flat,
                    cum: spot.cum,
                })
                .collect(),
            row_count: report.spot_count,
            paths: report
                .paths
                .iter()
                .map(|path| PathJson {
                    name: blamed(&path.frames),
                    value: path.value,
                    stacks: path.stacks,
                    stack: stack(&path.frames),
                })
                .collect(),
            path_count: report.path_count,
            threads: report
                .threads
                .iter()
                .map(|thread| ThreadJson {
                    id: thread.id,
                    name: Some(thread.name.as_str()).filter(|name| !name.is_empty()),
                    values: &thread.values,
                })
                .collect(),
            allocator_stats: report
                .allocator_stats
                .iter()
                .map(|stat| StatJson {
                    name: &stat.name,
                    value: stat.value,
                })
                .collect(),
            samples: report.samples.0,
            stacks: report.samples.1,
            sampled_objects: report.health.sampled_objects,
            locations: report.health.locations,
            unnamed_locations: report.health.unnamed_locations,
            unnamed_bytes: report.health.unnamed_bytes,
            heap: report.heap.as_ref().map(HeapJson::new),
            notes: notes(&report.notes),
        }
    }
}
