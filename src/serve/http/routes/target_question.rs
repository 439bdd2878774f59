//! What questions about targets have in common: which one, and why there is no answer.

use std::io;

use axum::http::StatusCode;

use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::targets::{Judged, TargetError};

/// After which a client may ask again, in seconds.
const RETRY_SECONDS: u32 = 2;

/// The target that is asked about.
///
/// # Errors
/// Its name is empty.
pub(super) fn target_of(parameters: &Parameters) -> Result<Option<&str>, Problem> {
    parameters.text("target")
}

/// Whether there is something to say about a course.
///
/// # Errors
/// There is not.
pub(super) fn least_two(judged: &Judged) -> Result<(), Problem> {
    match judged.report.snapshots.len() {
        0 | 1 => Err(problem_of(TargetError::TooFew(
            judged.report.snapshots.len(),
        ))),
        _ => Ok(()),
    }
}

/// Why there is no answer, as an answer.
pub(super) fn problem_of(error: TargetError) -> Problem {
    let message = error.to_string();
    match error {
        TargetError::NoSuchTarget | TargetError::NoSuchSnapshot(_) => Problem::not_found(message),
        TargetError::TooFew(_) => Problem::new(StatusCode::NOT_FOUND, "too-few-snapshots", message),
        TargetError::CannotCompare(_) => {
            Problem::new(StatusCode::CONFLICT, "cannot-compare", message)
        }
        TargetError::Busy => Problem::busy("busy", message, RETRY_SECONDS),
        TargetError::Stopping => Problem::busy("stopping", message, RETRY_SECONDS),
        TargetError::Broken => Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message),
    }
}

/// The folder of snapshots cannot be written.
pub(super) fn cannot_write(what: &str, error: &io::Error) -> Problem {
    let message = format!("{what}: {error}");
    if error.kind() == io::ErrorKind::StorageFull {
        Problem::new(StatusCode::INSUFFICIENT_STORAGE, "disk-full", message)
    } else {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "cannot-write", message)
    }
}
