//! The document `fabric.diff/1`.

use serde::Serialize;

use super::MIB;
use super::heap_growth::GrowthJson;
use super::parts::{BlamedJson, FrameJson, NoteJson, Snapshot, notes, percent_change, stack};
use crate::analysis;
use crate::analysis::diff::{Row, Suspect};
use crate::analysis::same_process::SameProcess;
use crate::report::DiffReport;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Diff<'r> {
    schema: &'static str,
    baseline: Snapshot<'r>,
    current: Snapshot<'r>,
    duration_ms: Option<i64>,
    duration_minutes: Option<f64>,
    value_type: &'r str,
    is_bytes: bool,
    total_before: u64,
    total_after: u64,
    total_standard_error: Option<f64>,
    total_p_value: Option<f64>,
    size_growth_bytes: Option<i64>,
    size_growth_mb: Option<f64>,
    growth_rate_mb_per_hour: Option<f64>,
    percent_change: Option<f64>,
    assessment: &'static str,
    evidence: &'r [String],
    comparable: Comparable,
    minimum_detectable_bytes: Option<u64>,
    gate: Option<GateJson>,
    by: &'static str,
    growing_objects: Vec<RowJson<'r>>,
    rest: RestJson,
    suspects: Vec<SuspectJson<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    heap: Option<GrowthJson<'r>>,
    recommendations: &'r [String],
    notes: Vec<NoteJson<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GateJson {
    allowed_growth: f64,
    outcome: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Comparable {
    comparable: bool,
    identity: Option<&'static str>,
    matched: Vec<MatchedJson>,
    unmatched_bytes: u64,
    unmatched_before: u64,
    unmatched_after: u64,
    same_process: Option<bool>,
    reason: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MatchedJson {
    identity: &'static str,
    value: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RowJson<'r> {
    name: &'r str,
    presence: &'static str,
    before: u64,
    after: u64,
    delta: i64,
    count_delta: Option<i64>,
    size_delta_bytes: Option<i64>,
    percent_change: Option<f64>,
    standard_error_bytes: Option<f64>,
    standard_error_low_bytes: Option<f64>,
    p_value: Option<f64>,
    q_value: Option<f64>,
    significant: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cum_before: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cum_after: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stack: Vec<FrameJson<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RestJson {
    rows: usize,
    before: u64,
    after: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SuspectJson<'r> {
    #[serde(flatten)]
    blamed: BlamedJson<'r>,
    before: u64,
    after: u64,
    delta: i64,
    growth_bytes_per_hour: Option<f64>,
    standard_error: Option<f64>,
    p_value: Option<f64>,
    q_value: f64,
    allocated: Option<u64>,
    survival: Option<f64>,
    never_freed: bool,
    stack: Vec<FrameJson<'r>>,
}

impl<'r> Diff<'r> {
    pub(super) fn new(report: &'r DiffReport) -> Diff<'r> {
        let diff = &report.diff;
        let delta = diff.total.delta();
        let bytes = diff.is_bytes.then_some(delta);
        let comparability = &diff.comparability;
        let (same_process, reason) = match &comparability.same_process {
            SameProcess::Yes(reason) => (Some(true), Some(reason.clone())),
            SameProcess::No(reason) => (Some(false), Some(reason.clone())),
            SameProcess::Unknown => (None, None),
        };
        Diff {
            schema: "fabric.diff/1",
            baseline: Snapshot::new(&report.before),
            current: Snapshot::new(&report.after),
            duration_ms: diff.duration_ms,
            duration_minutes: diff.duration_ms.map(|ms| ms as f64 / 60e3),
            value_type: &diff.value_name,
            is_bytes: diff.is_bytes,
            total_before: diff.total.before,
            total_after: diff.total.after,
            total_standard_error: diff.total.standard_error,
            total_p_value: diff.total.p_value,
            size_growth_bytes: bytes,
            size_growth_mb: bytes.map(|bytes| bytes as f64 / MIB),
            growth_rate_mb_per_hour: report
                .growth_per_hour()
                .filter(|_| diff.is_bytes)
                .map(|rate| rate / MIB),
            percent_change: percent_change(diff.total.before, delta),
            assessment: diff.assessment.name(),
            evidence: &diff.evidence,
            comparable: Comparable {
                comparable: comparability.refusal.is_none(),
                identity: comparability.identity.map(|tier| tier.name()),
                matched: comparability
                    .matched
                    .iter()
                    .map(|&(tier, value)| MatchedJson {
                        identity: tier.name(),
                        value,
                    })
                    .collect(),
                unmatched_bytes: comparability.unmatched_before + comparability.unmatched_after,
                unmatched_before: comparability.unmatched_before,
                unmatched_after: comparability.unmatched_after,
                same_process,
                reason: comparability.refusal.clone().or(reason),
            },
            gate: report.gate.map(|(allowed, outcome)| GateJson {
                allowed_growth: allowed.allowed(diff.total.before),
                outcome: outcome.name(),
            }),
            minimum_detectable_bytes: diff.minimum_detectable,
            by: diff.by.name(),
            growing_objects: diff
                .rows
                .iter()
                .map(|row| RowJson::new(row, diff.is_bytes))
                .collect(),
            rest: RestJson {
                rows: diff.rest.rows,
                before: diff.rest.before,
                after: diff.rest.after,
            },
            suspects: diff
                .suspects
                .iter()
                .map(|suspect| SuspectJson::new(suspect, diff))
                .collect(),
            heap: report.heap.as_ref().map(GrowthJson::new),
            recommendations: &diff.recommendations,
            notes: notes(&diff.notes),
        }
    }
}

impl<'r> RowJson<'r> {
    fn new(row: &'r Row, is_bytes: bool) -> RowJson<'r> {
        let change = &row.change;
        let delta = change.delta();
        RowJson {
            name: &row.name,
            presence: row.presence.name(),
            before: change.before,
            after: change.after,
            delta,
            count_delta: change
                .objects
                .map(|(before, after)| after as i64 - before as i64),
            size_delta_bytes: is_bytes.then_some(delta),
            percent_change: percent_change(change.before, delta),
            standard_error_bytes: change.standard_error,
            standard_error_low_bytes: change.standard_error_low,
            p_value: change.p_value,
            q_value: row.q_value,
            significant: row.q_value.map(|_| row.is_significant()),
            cum_before: row.cum.map(|(before, _)| before),
            cum_after: row.cum.map(|(_, after)| after),
            stack: stack(&row.frames),
        }
    }
}

impl<'r> SuspectJson<'r> {
    fn new(suspect: &'r Suspect, diff: &analysis::diff::Diff) -> SuspectJson<'r> {
        let change = &suspect.change;
        SuspectJson {
            blamed: BlamedJson::new(&suspect.frames),
            before: change.before,
            after: change.after,
            delta: change.delta(),
            growth_bytes_per_hour: diff.per_hour(change.delta()),
            standard_error: change.standard_error,
            p_value: change.p_value,
            q_value: suspect.q_value,
            allocated: suspect.allocated,
            survival: suspect.survival,
            never_freed: suspect.never_freed,
            stack: stack(&suspect.frames),
        }
    }
}
