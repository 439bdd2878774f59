//! `GET /api/events`: the newest events that match.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use crate::serve::event::Level;
use crate::serve::http::answer;
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::state::HttpState;
use crate::serve::query::{self, EventQuery, Glob};
use crate::serve::time::EventTime;

const LIMIT: usize = 100;

pub(super) async fn events(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    let known = [
        "limit", "worker", "level", "bead", "path", "type", "since", "until",
    ];
    let parameters = Parameters::of(&uri, &known)?;
    let text = |name| Ok::<_, Problem>(parameters.text(name)?.map(str::to_owned));
    let wanted = EventQuery {
        limit: parameters.count("limit", 1..=10_000, LIMIT)?,
        worker: text("worker")?,
        level: parameters.one_of("level", &Level::BY_NAME)?,
        bead: text("bead")?,
        path: parameters.text("path")?.map(Glob::new),
        message: parameters.text("type")?.map(Glob::new),
        since: parameters.time("since")?.map(EventTime),
        until: parameters.time("until")?.map(EventTime),
    };
    let view = state.view();
    let found = query::events(&view, &wanted);
    let found = found.into_iter().map(|found| Arc::clone(&found.event));
    answer::events(&state, found.collect())
}
