//! Where growth leads: an interval, never a point alone.

use super::judgement::Estimate;
use super::series::Series;
use super::suspect::Suspect;
use super::verdict::{SeriesAssessment, Trend};
use crate::units::Per;

/// Where the growth of a series leads, in bytes and hours. Only where something leaks or grows, and time is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Projection {
    /// Growth in the next 24 hours: of the heap, and of what grows beside it where that is known.
    pub growth_24h: Estimate,
    /// Whether the series is long enough to look a day ahead.
    pub is_day_ahead: bool,
    /// When the memory ceiling is reached, where one is known.
    pub limit: Option<Limit>,
}

/// A memory ceiling and what counts against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ceiling {
    /// The ceiling in bytes.
    pub bytes: u64,
    /// Whether it was given, or recorded with the snapshots.
    pub is_given: bool,
    /// What counts against it now: resident size where it is known, else the heap.
    pub used_bytes: u64,
}

/// A memory ceiling and when it is reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// The ceiling.
    pub ceiling: Ceiling,
    /// Hours until it is reached, at the earliest; 0 where it already is.
    pub hours_low: f64,
    /// At the latest; nothing where growth may be nothing at all.
    pub hours_high: Option<f64>,
}

/// Hours of a series from which on a day ahead is within its reach.
const SHORTEST_FOR_A_DAY: f64 = 0.25;

/// The growth of several suspects: their rates add up, and so do the squares of their errors.
pub(super) fn together(suspects: &[Suspect]) -> Option<Estimate> {
    if suspects.is_empty() {
        return None;
    }
    let value: f64 = suspects.iter().map(|suspect| suspect.rate.value).sum();
    let half = suspects
        .iter()
        .map(|suspect| (suspect.rate.value - suspect.rate.low).powi(2))
        .sum::<f64>()
        .sqrt();
    Some(Estimate {
        value,
        low: value - half,
        high: value + half,
    })
}

/// Projects the growth of the suspects: what else shrinks now cannot shrink for ever, so the total alone would promise too much.
/// Without suspects, the growth of the whole heap where it is more than noise.
pub(super) fn project(series: &Series<'_>, trend: &Trend) -> Option<Projection> {
    if series.per != Per::Hour || !series.is_bytes {
        return None;
    }
    let rate = match trend.assessment {
        SeriesAssessment::Leaking | SeriesAssessment::Growing if !trend.is_spread => {
            trend.suspect_growth?
        }
        SeriesAssessment::Growing => trend.growth.filter(|growth| growth.low > 0.0)?,
        // What is not growing leads nowhere.
        _ => return None,
    };
    // What counts against a ceiling is the resident size: where it grows beside the heap, both come together.
    let rate = match (trend.ceiling_is_resident(series), &trend.off_heap) {
        (true, Some(beside)) => Estimate {
            value: rate.value + beside.growth.value,
            low: rate.low + beside.growth.low,
            high: rate.high + beside.growth.high,
        },
        _ => rate,
    };
    let span = series.times.last()? - series.times.first()?;
    Some(Projection {
        growth_24h: rate.scaled(24.0),
        is_day_ahead: span >= SHORTEST_FOR_A_DAY,
        limit: trend.ceiling.and_then(|ceiling| limit(ceiling, rate)),
    })
}

/// The ceiling that was given, else the one recorded with the snapshots last.
pub(super) fn ceiling(series: &Series<'_>) -> Option<Ceiling> {
    let recorded = series
        .circumstances
        .iter()
        .rev()
        .find_map(|it| it.limit_bytes);
    let heap = series.snapshots.last()?.total;
    let resident = series.circumstances.last().and_then(|it| it.resident_bytes);
    series.is_bytes.then_some(Ceiling {
        bytes: series.limit.or(recorded)?,
        is_given: series.limit.is_some(),
        used_bytes: resident.unwrap_or(heap),
    })
}

fn limit(ceiling: Ceiling, rate: Estimate) -> Option<Limit> {
    let room = ceiling.bytes.saturating_sub(ceiling.used_bytes) as f64;
    let hours = |rate: f64| (rate > 0.0).then(|| room / rate);
    Some(Limit {
        ceiling,
        hours_low: hours(rate.high)?,
        hours_high: hours(rate.low),
    })
}

impl Trend {
    fn ceiling_is_resident(&self, series: &Series<'_>) -> bool {
        let resident = series.circumstances.last().and_then(|it| it.resident_bytes);
        self.ceiling.is_some() && resident.is_some()
    }
}
