//! The document `fabric.trend/1`.

use serde::Serialize;

use super::MIB;
use super::parts::{BlamedJson, FrameJson, NoteJson, Snapshot, notes, percent_change, stack};
use crate::analysis::trend::{Estimate, PathRow, RestartSign, Suspect};
use crate::report::{SnapshotPoint, TrendReport};
use crate::units::MS_PER_HOUR;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Trend<'r> {
    schema: &'static str,
    title: &'r str,
    value_type: &'r str,
    is_bytes: bool,
    clock: &'static str,
    snapshots: Vec<PointJson<'r>>,
    diffs: Vec<PairJson<'r>>,
    overall_assessment: &'static str,
    evidence: &'r [String],
    avg_growth_rate_mb_per_hour: Option<f64>,
    projected_growth_24h_mb: Option<f64>,
    projected_growth_24h_interval_95: Option<[f64; 2]>,
    growth_bytes_per_hour: Option<f64>,
    growth_interval95: Option<[f64; 2]>,
    growth_per_snapshot: Option<f64>,
    leak_bytes_per_hour: Option<f64>,
    leak_interval95: Option<[f64; 2]>,
    limit_bytes: Option<u64>,
    hours_to_limit: Option<[Option<f64>; 2]>,
    minimum_detectable_bytes_per_hour: Option<f64>,
    suspects: Vec<SuspectJson<'r>>,
    others: Vec<OtherJson<'r>>,
    unmoved: usize,
    runs: Vec<RunJson>,
    load: Option<[f64; 2]>,
    off_heap: Option<OffHeapJson>,
    recommendations: &'r [String],
    notes: Vec<NoteJson<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PointJson<'r> {
    #[serde(flatten)]
    snapshot: Snapshot<'r>,
    run: u32,
    judged: bool,
    total: u64,
    standard_error: Option<f64>,
    resident_bytes: Option<u64>,
}

/// Two neighbours, as the replaced system reported them. It gave each pair a verdict too: here two snapshots of a series are too few for one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PairJson<'r> {
    baseline: &'r str,
    current: &'r str,
    same_run: bool,
    duration_ms: Option<i64>,
    duration_minutes: Option<f64>,
    size_growth_bytes: i64,
    size_growth_mb: f64,
    growth_rate_mb_per_hour: Option<f64>,
    percent_change: Option<f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SuspectJson<'r> {
    #[serde(flatten)]
    blamed: BlamedJson<'r>,
    stack: Vec<FrameJson<'r>>,
    paths: usize,
    assessment: &'static str,
    pattern: &'static str,
    growth_bytes_per_hour: Option<f64>,
    growth_interval95: [f64; 2],
    growth_per_snapshot: Option<f64>,
    inuse_bytes: u64,
    inuse_objects: Option<u64>,
    probability: f64,
    p_value: f64,
    q_value: f64,
    since: Option<i64>,
    since_snapshot: usize,
    survival: Option<f64>,
    values: Vec<u64>,
    evidence: &'r [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OtherJson<'r> {
    function: &'r str,
    stack: Vec<FrameJson<'r>>,
    pattern: &'static str,
    first: u64,
    last: u64,
    values: Vec<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RunJson {
    run: usize,
    first_snapshot: usize,
    last_snapshot: usize,
    sign: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OffHeapJson {
    growth_bytes_per_hour: f64,
    growth_interval95: [f64; 2],
    bytes: u64,
    resident_bytes: u64,
}

impl<'r> Trend<'r> {
    pub(super) fn new(report: &'r TrendReport) -> Trend<'r> {
        let trend = &report.trend;
        let per_hour = |growth: Option<Estimate>| growth.filter(|_| report.has_time);
        let value = |growth: Option<Estimate>| growth.map(|growth| growth.value);
        let interval = |growth: Option<Estimate>| growth.map(|growth| [growth.low, growth.high]);
        let growth = per_hour(trend.growth);
        let in_mib = |bytes: f64| bytes / MIB;
        let limit = trend.projection.and_then(|projection| projection.limit);
        let projection = trend.projection.filter(|ahead| ahead.is_day_ahead);
        Trend {
            schema: "fabric.trend/1",
            title: &report.title,
            value_type: &report.value_name,
            is_bytes: report.is_bytes,
            clock: report.clock.name(),
            snapshots: report.snapshots.iter().map(PointJson::new).collect(),
            diffs: pairs(report),
            overall_assessment: trend.assessment.name(),
            evidence: &trend.evidence,
            avg_growth_rate_mb_per_hour: value(growth).filter(|_| report.is_bytes).map(in_mib),
            projected_growth_24h_mb: projection.map(|it| in_mib(it.growth_24h.value)),
            projected_growth_24h_interval_95: projection
                .map(|it| [in_mib(it.growth_24h.low), in_mib(it.growth_24h.high)]),
            growth_bytes_per_hour: value(growth),
            growth_interval95: interval(growth),
            growth_per_snapshot: value(trend.growth.filter(|_| !report.has_time)),
            leak_bytes_per_hour: value(per_hour(trend.suspect_growth)),
            leak_interval95: interval(per_hour(trend.suspect_growth)),
            limit_bytes: trend.ceiling.map(|ceiling| ceiling.bytes),
            hours_to_limit: limit.map(|limit| [Some(limit.hours_low), limit.hours_high]),
            minimum_detectable_bytes_per_hour: trend.minimum_detectable.filter(|_| report.has_time),
            suspects: trend
                .suspects
                .iter()
                .map(|suspect| SuspectJson::new(suspect, report))
                .collect(),
            others: trend.others.iter().map(OtherJson::new).collect(),
            unmoved: trend.unmoved,
            runs: runs(report),
            load: trend.load.map(|(low, high)| [low, high]),
            off_heap: trend
                .off_heap
                .filter(|_| report.has_time)
                .map(|it| OffHeapJson {
                    growth_bytes_per_hour: it.growth.value,
                    growth_interval95: [it.growth.low, it.growth.high],
                    bytes: it.last_bytes,
                    resident_bytes: it.resident_bytes,
                }),
            recommendations: &trend.recommendations,
            notes: notes(&report.notes),
        }
    }
}

impl<'r> PointJson<'r> {
    fn new(point: &'r SnapshotPoint) -> PointJson<'r> {
        PointJson {
            snapshot: Snapshot::at(&point.input, point.timestamp_ms),
            run: point.run,
            judged: point.judged,
            total: point.total,
            standard_error: point.standard_error,
            resident_bytes: point.resident_bytes,
        }
    }
}

impl<'r> SuspectJson<'r> {
    fn new(suspect: &'r Suspect, report: &TrendReport) -> SuspectJson<'r> {
        let value = |index: usize| suspect.values.get(index).copied().unwrap_or(0.0).round() as u64;
        SuspectJson {
            blamed: BlamedJson::new(&suspect.frames),
            stack: stack(&suspect.frames),
            paths: suspect.paths,
            assessment: suspect.assessment.name(),
            pattern: suspect.pattern.name(),
            growth_bytes_per_hour: report.has_time.then_some(suspect.rate.value),
            growth_interval95: [suspect.rate.low, suspect.rate.high],
            growth_per_snapshot: (!report.has_time).then_some(suspect.rate.value),
            inuse_bytes: value(suspect.values.len().saturating_sub(1)),
            inuse_objects: suspect.objects,
            probability: suspect.probability,
            p_value: suspect.p_value,
            q_value: suspect.q_value,
            since: report
                .snapshots
                .get(suspect.since)
                .and_then(|point| point.timestamp_ms),
            since_snapshot: suspect.since,
            survival: suspect.survival,
            values: rounded(&suspect.values),
            evidence: &suspect.evidence,
        }
    }
}

impl<'r> OtherJson<'r> {
    fn new(row: &'r PathRow) -> OtherJson<'r> {
        let values = rounded(&row.values);
        OtherJson {
            function: &row.name,
            stack: stack(&row.frames),
            pattern: row.pattern.name(),
            first: values.first().copied().unwrap_or(0),
            last: values.last().copied().unwrap_or(0),
            values,
        }
    }
}

fn rounded(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.round() as u64).collect()
}

fn pairs(report: &TrendReport) -> Vec<PairJson<'_>> {
    let pair = |two: &'_ [SnapshotPoint]| -> Option<(i64, Option<i64>)> {
        let [before, after] = two else { return None };
        let duration = after
            .timestamp_ms
            .zip(before.timestamp_ms)
            .map(|(b, a)| b - a);
        Some((after.total as i64 - before.total as i64, duration))
    };
    report
        .snapshots
        .windows(2)
        .filter_map(|two| {
            let (growth, duration_ms) = pair(two)?;
            Some(PairJson {
                baseline: &two[0].input.filename,
                current: &two[1].input.filename,
                same_run: two[0].run == two[1].run,
                duration_ms,
                duration_minutes: duration_ms.map(|ms| ms as f64 / 60e3),
                size_growth_bytes: growth,
                size_growth_mb: growth as f64 / MIB,
                growth_rate_mb_per_hour: duration_ms
                    .filter(|&ms| ms > 0)
                    .map(|ms| growth as f64 / MIB * MS_PER_HOUR / ms as f64),
                percent_change: percent_change(two[0].total, growth),
            })
        })
        .collect()
}

fn runs(report: &TrendReport) -> Vec<RunJson> {
    let reasons = &report.trend.runs.reasons;
    (0..=reasons.len())
        .filter_map(|run| {
            let members = || {
                let points = report.snapshots.iter().enumerate();
                points
                    .filter(|(_, point)| point.run as usize == run)
                    .map(|(index, _)| index)
            };
            Some(RunJson {
                run,
                first_snapshot: members().next()?,
                last_snapshot: members().next_back()?,
                sign: run
                    .checked_sub(1)
                    .and_then(|at| reasons.get(at))
                    .map(|sign| match sign {
                        RestartSign::Process => "process",
                        RestartSign::Counters => "counters",
                        RestartSign::Fall => "fall",
                    }),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::PATHS;
    use crate::render::trend_sample::trend_report;

    #[test]
    fn what_moved_by_module_goes_by_the_name_of_the_module() {
        let mut report = trend_report(12);
        report.trend.others[0].name = "acme_index".to_owned();
        report.trend.others[0].frames.clear();
        let document = serde_json::to_value(Trend::new(&report)).unwrap_or_default();
        assert_eq!(document["others"][0]["function"], "acme_index");
        assert_eq!(document["suspects"][0]["stack"][0]["function"], PATHS[0][0]);
        assert_eq!(document["suspects"][0]["function"], PATHS[0][0]);
    }
}
