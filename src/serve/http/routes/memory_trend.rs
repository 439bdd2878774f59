//! `/api/memory/trend` and its forms: how the heap of a target is judged.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use serde::Serialize;

use super::target_question::{least_two, problem_of, target_of};
use crate::render;
use crate::serve::http::answer::{compute_any, json, whole};
use crate::serve::http::document_policy::{PAGE, PICTURE, framed};
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::state::HttpState;
use crate::serve::store::SELF;
use crate::serve::targets::{Judged, TargetError, save_report};
use crate::serve::time::WallTime;

const MARKDOWN: &str = "text/markdown; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
pub(super) const SVG: &str = "image/svg+xml";

#[derive(Debug, Serialize)]
struct Saved {
    success: bool,
    filepath: String,
    message: String,
}

pub(super) async fn trend(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    let judged = judged(&state, &uri).await?;
    whole(
        &state,
        StatusCode::OK,
        "application/json",
        judged.json.clone(),
    )
}

pub(super) async fn markdown(
    State(state): State<HttpState>,
    uri: Uri,
) -> Result<Response, Problem> {
    let judged = judged_of_two(&state, &uri).await?;
    let text = compute_any(&state, move || render::markdown(&judged.report.page())).await?;
    whole(&state, StatusCode::OK, MARKDOWN, text.into())
}

pub(super) async fn save(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    let judged = judged_of_two(&state, &uri).await?;
    let saved = compute_any(&state, move || {
        let text = render::markdown(&judged.report.page());
        let folder = judged.target.folder.clone().unwrap_or_default();
        save_report(&folder, &text, WallTime::now())
    });
    match saved.await? {
        Ok(path) => {
            let filepath = path.to_string_lossy().into_owned();
            let message = "the report is saved".to_owned();
            let success = true;
            json(
                &state,
                &Saved {
                    success,
                    filepath,
                    message,
                },
            )
        }
        Err(error) => Err(super::target_question::cannot_write(
            "the report is not saved",
            &error,
        )),
    }
}

pub(super) async fn chart(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    let judged = judged(&state, &uri).await?;
    let picture = compute_any(&state, move || {
        let chart = judged.report.chart()?;
        Some(render::chart_svg(&chart, &judged.report.title))
    });
    match picture.await? {
        Some(picture) => Ok(framed(
            whole(&state, StatusCode::OK, SVG, picture.into())?,
            PICTURE,
        )),
        None => Err(Problem::not_found("there is no snapshot to draw")),
    }
}

pub(super) async fn page(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    let judged = judged_of_two(&state, &uri).await?;
    let change = match state.targets.whole_change(&judged).await {
        Ok(change) => Some(change),
        // Two that count different things have no picture in common.
        Err(TargetError::CannotCompare(_)) => None,
        Err(error) => return Err(problem_of(error)),
    };
    let page = compute_any(&state, move || {
        let flame = change.as_ref();
        let flame = flame.and_then(|change| std::str::from_utf8(&change.flame).ok());
        render::html(&judged.report.page(), flame)
    });
    let page = page.await?;
    Ok(framed(
        whole(&state, StatusCode::OK, HTML, page.into())?,
        PAGE,
    ))
}

async fn judged(state: &HttpState, uri: &Uri) -> Result<Arc<Judged>, Problem> {
    let parameters = Parameters::of(uri, &["target"])?;
    let target = target_of(&parameters)?.unwrap_or(SELF);
    state.targets.judged(target).await.map_err(problem_of)
}

async fn judged_of_two(state: &HttpState, uri: &Uri) -> Result<Arc<Judged>, Problem> {
    let judged = judged(state, uri).await?;
    least_two(&judged)?;
    Ok(judged)
}
