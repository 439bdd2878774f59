//! Where growth leads: an interval, never a point alone.

use super::judgement::Estimate;
use super::suspect::Suspect;
use super::{Clock, Series, SeriesAssessment, Trend};

/// Where the growth of a series leads, in bytes and hours. Only where something leaks or grows, and time is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Projection {
    /// Growth in the next 24 hours.
    pub growth_24h: Estimate,
    /// The memory ceiling, where one is known.
    pub limit: Option<Limit>,
}

/// A memory ceiling and when it is reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// The ceiling.
    pub bytes: u64,
    /// Whether it was given, or recorded with the snapshots.
    pub is_given: bool,
    /// What counts against it now: resident size where it is known, else the heap.
    pub used_bytes: u64,
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
    if series.clock != Clock::Hours || !series.is_bytes {
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
    let span = series.times.last()? - series.times.first()?;
    let limit = limit(series, rate);
    // A day is no question to a series of seconds; its limit may be.
    (span >= SHORTEST_FOR_A_DAY || limit.is_some()).then(|| Projection {
        growth_24h: rate.scaled(24.0),
        limit,
    })
}

fn limit(series: &Series<'_>, rate: Estimate) -> Option<Limit> {
    let recorded = series
        .circumstances
        .iter()
        .rev()
        .find_map(|it| it.limit_bytes);
    let bytes = series.limit.or(recorded)?;
    let heap = series.snapshots.last()?.total;
    let resident = series.circumstances.last().and_then(|it| it.resident_bytes);
    let used_bytes = resident.unwrap_or(heap);
    let room = bytes.saturating_sub(used_bytes) as f64;
    let hours = |rate: f64| (rate > 0.0).then(|| room / rate);
    Some(Limit {
        bytes,
        is_given: series.limit.is_some(),
        used_bytes,
        hours_low: hours(rate.high)?,
        hours_high: hours(rate.low),
    })
}
