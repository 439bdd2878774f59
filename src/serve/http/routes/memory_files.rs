//! `/api/memory/files/{name}`: a snapshot as a file, and its pin.

use std::io::{self, Read};
use std::path::PathBuf;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Uri};
use axum::response::Response;
use futures_util::stream;
use serde::Serialize;

use super::target_question::{cannot_write, problem_of, target_of};
use crate::archive::{self, ArchiveError, ArchiveErrorKind, Extension, SnapshotName};
use crate::serve::http::answer::{compute_any, json};
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::state::HttpState;
use crate::serve::regular_file;
use crate::serve::store::SELF;

/// Bytes that are read for one write.
const PIECE_BYTES: usize = 64 << 10;

/// The name of a snapshot in the path of a request. What is not exactly such a name leads nowhere, and so out of no folder.
#[derive(Debug)]
pub(super) struct NameInPath(SnapshotName);

impl<S: Send + Sync> FromRequestParts<S> for NameInPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<NameInPath, Problem> {
        let Ok(Path(name)) = Path::<String>::from_request_parts(parts, state).await else {
            return Err(no_such());
        };
        SnapshotName::parse(&name)
            .map(NameInPath)
            .ok_or_else(no_such)
    }
}

#[derive(Debug, Serialize)]
struct Pinned {
    success: bool,
    filename: String,
    pinned: bool,
    /// Whether it was otherwise before.
    changed: bool,
}

fn no_such() -> Problem {
    Problem::not_found("there is no snapshot of that name: /api/memory/files lists all")
}

pub(super) async fn download(
    State(state): State<HttpState>,
    uri: Uri,
    name: Result<NameInPath, Problem>,
) -> Result<Response, Problem> {
    let (name, path) = place(&state, &uri, name)?;
    // What an answer holds of a file at any time.
    let reservation = state.answers.reserve(PIECE_BYTES)?;
    let opened = tokio::task::spawn_blocking(move || regular_file::open_no_link(&path)).await;
    let (file, metadata) = opened.map_err(|_| no_such())?.map_err(|_| no_such())?;
    let bytes = metadata.len();
    let pieces = stream::try_unfold(
        (file.take(bytes), reservation),
        async |(mut file, reservation)| {
            let read = tokio::task::spawn_blocking(move || {
                let mut piece = vec![0; PIECE_BYTES];
                let count = file.read(&mut piece)?;
                piece.truncate(count);
                Ok::<_, io::Error>((file, piece))
            });
            let (file, piece) = read.await.map_err(io::Error::other)??;
            let more = (!piece.is_empty()).then(|| (Bytes::from(piece), (file, reservation)));
            Ok::<_, io::Error>(more)
        },
    );
    let mut response = Response::new(Body::from_stream(pieces));
    let content_type = match name.extension {
        Extension::Pprof => "application/octet-stream",
        Extension::HeapSnapshot => "application/json",
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes));
    // The name has letters, digits, dots and hyphens only.
    let disposition = format!("attachment; filename=\"{name}\"");
    if let Ok(disposition) = HeaderValue::try_from(disposition) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

pub(super) async fn pin(
    State(state): State<HttpState>,
    uri: Uri,
    name: Result<NameInPath, Problem>,
) -> Result<Response, Problem> {
    set_pinned(state, uri, name, true).await
}

pub(super) async fn unpin(
    State(state): State<HttpState>,
    uri: Uri,
    name: Result<NameInPath, Problem>,
) -> Result<Response, Problem> {
    set_pinned(state, uri, name, false).await
}

async fn set_pinned(
    state: HttpState,
    uri: Uri,
    name: Result<NameInPath, Problem>,
    pinned: bool,
) -> Result<Response, Problem> {
    let (name, path) = place(&state, &uri, name)?;
    let done = compute_any(&state, move || archive::set_pinned(&path, pinned)).await?;
    let changed = done.map_err(|error| not_pinned(&error))?;
    json(
        &state,
        &Pinned {
            success: true,
            filename: name.to_string(),
            pinned,
            changed,
        },
    )
}

fn not_pinned(error: &ArchiveError) -> Problem {
    match &error.kind {
        ArchiveErrorKind::NotSnapshot => no_such(),
        _ if error.kind.name() == "not-found" => no_such(),
        _ => cannot_write("the pin is not set", &io::Error::other(error.to_string())),
    }
}

/// Where a snapshot of the target would be.
fn place(
    state: &HttpState,
    uri: &Uri,
    name: Result<NameInPath, Problem>,
) -> Result<(SnapshotName, PathBuf), Problem> {
    let parameters = Parameters::of(uri, &["target"])?;
    let target = target_of(&parameters)?.unwrap_or(SELF);
    let target = state.targets.target(target).map_err(problem_of)?;
    let NameInPath(name) = name?;
    let folder = target.folder.as_ref().ok_or_else(no_such)?;
    Ok((name, folder.join(name.to_string())))
}
