//! `GET /api/heatmap…`: which files are modified most.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use crate::serve::http::answer::compute;
use crate::serve::http::parameters::{Parameters, bad};
use crate::serve::http::problem::Problem;
use crate::serve::http::state::HttpState;
use crate::serve::query::{self, HeatSort, HeatmapQuery, TimelapseQuery};
use crate::serve::time::EventTime;

const ENTRIES: usize = 100;
const ENTRIES_OF_PICTURE: usize = 50;
const PICTURES: usize = 30;
const OF_HEATMAP: [&str; 5] = [
    "sortBy",
    "maxEntries",
    "minModifications",
    "collisionsOnly",
    "directoryFilter",
];
const OF_TIMELAPSE: [&str; 3] = ["startTimestamp", "endTimestamp", "snapshotCount"];

pub(super) async fn heatmap(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    let parameters = Parameters::of(&uri, &OF_HEATMAP)?;
    let wanted = wanted(&parameters, ENTRIES, 10_000)?;
    let view = state.view();
    compute(&state, move || query::heatmap(&view, &wanted)).await
}

pub(super) async fn stats(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    let view = state.view();
    compute(&state, move || query::heatmap_stats(&view)).await
}

pub(super) async fn timelapse(
    State(state): State<HttpState>,
    uri: Uri,
) -> Result<Response, Problem> {
    let known = [OF_HEATMAP.as_slice(), &OF_TIMELAPSE].concat();
    let parameters = Parameters::of(&uri, &known)?;
    let start = parameters.time("startTimestamp")?.map(EventTime);
    let end = parameters.time("endTimestamp")?.map(EventTime);
    if let (Some(start), Some(end)) = (start, end)
        && start > end
    {
        return Err(bad("startTimestamp is after endTimestamp".to_owned()));
    }
    let wanted = TimelapseQuery {
        // Each picture has its own: 200 pictures of as many files as a heatmap may have would be too much.
        heatmap: wanted(&parameters, ENTRIES_OF_PICTURE, 500)?,
        start,
        end,
        snapshots: parameters.count("snapshotCount", 1..=200, PICTURES)?,
    };
    let view = state.view();
    compute(&state, move || query::timelapse(&view, &wanted)).await
}

fn wanted(
    parameters: &Parameters,
    entries: usize,
    most_entries: i64,
) -> Result<HeatmapQuery, Problem> {
    Ok(HeatmapQuery {
        min_modifications: parameters.count("minModifications", 1..=1_000_000_000, 1)? as u64,
        max_entries: parameters.count("maxEntries", 1..=most_entries, entries)?,
        sort_by: parameters
            .one_of("sortBy", &HeatSort::BY_NAME)?
            .unwrap_or_default(),
        directory_filter: parameters.text("directoryFilter")?.map(str::to_owned),
        collisions_only: parameters.flag("collisionsOnly")?,
    })
}
