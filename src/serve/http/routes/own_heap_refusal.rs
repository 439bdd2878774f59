//! Why there is no profile of this process, as an answer.

use axum::http::StatusCode;

use crate::archive::ArchiveErrorKind;
use crate::keep::KeepError;
use crate::serve::http::problem::Problem;
use crate::serve::own_heap::OwnHeapFailure;

/// After which a client may try again, in seconds.
const RETRY_SECONDS: u32 = 1;

/// Why there is no profile of this process, as an answer.
pub(super) fn refusal(failure: &OwnHeapFailure) -> Problem {
    let message = failure.to_string();
    let conflict = |name| Problem::new(StatusCode::CONFLICT, name, message.clone());
    match failure {
        OwnHeapFailure::NoProfiler => conflict("no-profiler"),
        OwnHeapFailure::NoFolder => conflict("no-own-snapshots"),
        OwnHeapFailure::ProcessorBusy => conflict("profile-running"),
        OwnHeapFailure::Busy => Problem::busy("busy", message, RETRY_SECONDS),
        OwnHeapFailure::Ending => Problem::busy("stopping", message, RETRY_SECONDS),
        OwnHeapFailure::Keep(KeepError::Folder(error))
            if matches!(error.kind, ArchiveErrorKind::DiskFull { .. }) =>
        {
            Problem::new(StatusCode::INSUFFICIENT_STORAGE, "disk-full", message)
        }
        OwnHeapFailure::Keep(_) | OwnHeapFailure::Dump(_) => {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            Problem::new(status, "snapshot-failed", message)
        }
    }
}
