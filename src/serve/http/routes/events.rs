//! `GET /api/events`: the newest events that match.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use crate::serve::event::Level;
use crate::serve::http::answer;
use crate::serve::http::answers::{self, EventQuestion};
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::state::HttpState;

const LIMIT: usize = 100;
const LEVELS: [(&str, Level); 4] = [
    ("debug", Level::Debug),
    ("info", Level::Info),
    ("warn", Level::Warn),
    ("error", Level::Error),
];

pub(super) async fn events(State(state): State<HttpState>, uri: Uri) -> Result<Response, Problem> {
    let known = [
        "limit", "worker", "level", "bead", "path", "type", "since", "until",
    ];
    let parameters = Parameters::of(&uri, &known)?;
    let text = |name| Ok::<_, Problem>(parameters.text(name)?.map(str::to_owned));
    let question = EventQuestion {
        limit: parameters.count("limit", 1..=10_000, LIMIT)?,
        worker: text("worker")?,
        level: parameters.one_of("level", &LEVELS)?,
        bead: text("bead")?,
        path: text("path")?,
        kind: text("type")?,
        since: parameters.time("since")?,
        until: parameters.time("until")?,
    };
    answer::events(&state, answers::events(&state.view(), &question))
}
