//! The name of a worker in the path of a request.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use crate::serve::http::problem::Problem;

/// The name of a worker in the path of a request, decoded. What cannot be decoded is refused in the form of every refusal.
#[derive(Debug)]
pub(super) struct WorkerId(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for WorkerId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<WorkerId, Problem> {
        match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(WorkerId(id)),
            Err(_) => Err(Problem::bad_request(
                "bad-path",
                "the name of the worker in the path is not UTF-8: write its bytes as UTF-8 with percent signs",
            )),
        }
    }
}
