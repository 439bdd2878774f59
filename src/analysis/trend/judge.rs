//! Judges a series: cuts it into runs, judges every call path of what is left, and says what that amounts to.

use hashbrown::HashSet;

use super::court::{Case, Court};
use super::judgement::Pattern;
use super::local_level::Timeline;
use super::path_series::{self, PathSeries};
use super::series::Series;
use super::verdict::{SeriesAssessment, Trend};
use super::{evidence, off_heap, projection, recommendations, runs, suspect};
use crate::analysis::granularity::Granularity;
use crate::analysis::significance::minimum_detectable;

/// Growth over the series below this part of the heap makes no verdict.
const MATERIAL_SHARE: f64 = 0.002;

/// To be told from every other course, growth has to be so many times what is detectable between two snapshots: measured on simulated leaks of six to
/// twenty-five snapshots, of which 9 in 10 are found (`tests/integration/leak_verdicts.rs` holds it).
const WHOLE_COURSE: f64 = 1.5;

/// Fewer snapshots cannot show a leak.
pub const FEWEST_SNAPSHOTS: usize = 5;

/// Fewer snapshots show nothing at all.
pub(super) const FEWEST_FOR_GROWTH: usize = 3;

/// Judges a series.
pub fn trend(series: &Series<'_>) -> Trend {
    let runs = runs::cut(series.snapshots, series.circumstances);
    let judged = runs::settled(&runs, series.snapshots);
    let points = path_series::points(&judged, &runs.of);
    let times: Vec<f64> = points
        .iter()
        .map(|point| point.iter().map(|&at| series.times[at]).sum::<f64>() / point.len() as f64)
        .collect();
    let mut trend = Trend {
        assessment: SeriesAssessment::InsufficientData,
        evidence: Vec::new(),
        recommendations: Vec::new(),
        runs,
        judged,
        growth: None,
        suspect_growth: None,
        is_spread: false,
        total_pattern: Pattern::Inconclusive,
        ceiling: projection::ceiling(series),
        projection: None,
        suspects: Vec::new(),
        others: Vec::new(),
        unmoved: 0,
        load: None,
        off_heap: None,
        minimum_detectable: None,
    };
    let is_cumulative = series
        .snapshots
        .iter()
        .any(|snapshot| snapshot.is_cumulative);
    let span = times
        .last()
        .zip(times.first())
        .map_or(0.0, |(last, first)| last - first);
    if points.len() >= FEWEST_FOR_GROWTH && span > 0.0 && !is_cumulative {
        let timeline = Timeline {
            at: times.iter().map(|at| (at - times[0]) / span).collect(),
            run: points.iter().map(|point| trend.runs.of[point[0]]).collect(),
        };
        judge(series, &timeline, &points, span, &mut trend);
    }
    trend.evidence = evidence::of(series, &trend);
    trend.recommendations = recommendations::of(series, &trend);
    trend
}

fn judge(
    series: &Series<'_>,
    timeline: &Timeline,
    points: &[Vec<usize>],
    span: f64,
    trend: &mut Trend,
) {
    let all = path_series::all(series.table.len(), series.snapshots, points);
    let total = PathSeries::sum(all.iter());
    if total.weight <= 0.0 {
        return;
    }
    let court = Court::new(timeline, &all);
    let cases = court.cases(series.table, &all);
    let highest = total.values.iter().copied().fold(0.0, f64::max);
    let is_material = |case: &Case| case.growth().value >= MATERIAL_SHARE * highest;
    let enough = points.len() >= FEWEST_SNAPSHOTS;
    let assess = |case: &Case| match is_material(case) {
        true if case.is_leak() => SeriesAssessment::Leaking,
        true if case.is_growing() => SeriesAssessment::Growing,
        _ => SeriesAssessment::Stable,
    };
    let worst = match enough {
        true => cases.iter().map(assess).max(),
        false => None,
    }
    .unwrap_or(SeriesAssessment::Stable);
    // Growth spread over many call paths, each too little to see, shows in the whole alone, and blames nobody.
    let whole = court.whole(&total);
    let growth = court.growth(&total);
    trend.is_spread = worst == SeriesAssessment::Stable && enough && assess(&whole) > worst;
    trend.total_pattern = whole.judgement.pattern;
    trend.load = court.load.as_ref().map(|load| range(&load.column));
    // Load that goes up this far and is never seen to come down may as well be a leak of everything.
    let rises = court
        .load
        .as_ref()
        .is_some_and(|load| rises_far(&load.column));
    trend.is_spread |= rises && worst == SeriesAssessment::Stable && enough;
    trend.assessment = match worst {
        SeriesAssessment::Stable if trend.is_spread => SeriesAssessment::Growing,
        SeriesAssessment::Stable if !enough => SeriesAssessment::InsufficientData,
        worst => worst,
    };
    trend.growth = Some(growth.scaled(1.0 / span));
    trend.minimum_detectable =
        Some(WHOLE_COURSE * minimum_detectable(0.0, total.weight, cases.len()) / span);
    let runs = trend.runs.of.clone();
    let scene = suspect::Scene {
        series,
        runs: &runs,
        points,
        span,
    };
    let (mut carrying, other): (Vec<Case>, Vec<Case>) = cases
        .into_iter()
        .partition(|case| worst > SeriesAssessment::Stable && assess(case) == worst);
    carrying.sort_by(|a, b| b.growth().value.total_cmp(&a.growth().value));
    let carried: HashSet<u32> = carrying
        .iter()
        .flat_map(|case| case.members.iter().copied())
        .collect();
    trend.suspects = carrying
        .iter()
        .map(|case| scene.suspect(case, worst))
        .collect();
    (trend.others, trend.unmoved) = match series.by {
        Granularity::Stack => scene.others(&other, &carried),
        by => scene.others(&court.named_cases(series.table, &all, by), &HashSet::new()),
    };
    trend.suspect_growth = projection::together(&trend.suspects);
    trend.off_heap = off_heap::find(series, &court, points, span);
    trend.projection = projection::project(series, trend);
}

fn range(column: &[f64]) -> (f64, f64) {
    let column = column.iter().copied();
    (
        column.clone().fold(f64::INFINITY, f64::min),
        column.fold(f64::NEG_INFINITY, f64::max),
    )
}

/// Traffic doubles; from this many times on, growth of everything is reported.
pub(super) const RISES_FAR: f64 = 2.5;

/// Whether the last fifth of a load is that many times its first fifth.
fn rises_far(column: &[f64]) -> bool {
    let fifth = (column.len() / 5).max(1);
    let mean = |part: &[f64]| 1.0 + part.iter().sum::<f64>() / part.len() as f64;
    mean(&column[column.len() - fifth..]) > RISES_FAR * mean(&column[..fifth]).max(0.0)
}
