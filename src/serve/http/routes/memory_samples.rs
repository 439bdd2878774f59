//! `/api/memory/capture`, `baseline`, `diff` and `snapshots`: the memory of this process over the last samples, and against one of them.

use std::time::Duration;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use serde::Serialize;

use super::own_heap_refusal::refusal;
use crate::serve::bounds::MEMORY_SAMPLES;
use crate::serve::http::answer::json;
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::state::HttpState;
use crate::serve::store::{MemoryHistory, MemorySample};
use crate::serve::time::WallTime;
use crate::units::Bytes;

/// Samples that are shown where nobody says how many.
const SAMPLES_SHOWN: usize = 10;
/// How long whoever captures a sample waits until it can be seen by all. The picture is made anew fifty times a second.
const SEEN_WITHIN: Duration = Duration::from_secs(1);

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
    let look = state.own_heap.look().await;
    let current = look.map_err(|failure| refusal(&failure))?.sample;
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
}
