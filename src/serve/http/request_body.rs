//! The body of a request: of one type, and read already ([`request_limits`](super::request_limits)).

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};

use super::problem::Problem;

/// The body of a request that must be JSON.
///
/// # Errors
/// It says that it is something else, or is compressed.
pub(super) async fn json_body(request: Request) -> Result<Bytes, Problem> {
    must_be(request.headers(), &["application/json"])?;
    read(request).await
}

/// The body of a request that must be a form.
///
/// # Errors
/// It says that it is something else, or is compressed.
pub(super) async fn form_body(request: Request) -> Result<Bytes, Problem> {
    must_be(request.headers(), &["application/x-www-form-urlencoded"])?;
    read(request).await
}

/// Reads a body up to the limit that is set for the route.
///
/// # Errors
/// It is too long (413), or ends too early (400).
pub(super) async fn read(request: Request) -> Result<Bytes, Problem> {
    Bytes::from_request(request, &())
        .await
        .map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                Problem::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "too-large",
                    "the body is longer than 65536 bytes",
                )
            } else {
                Problem::bad_request("bad-body", "the body cannot be read")
            }
        })
}

fn must_be(headers: &HeaderMap, types: &[&str]) -> Result<(), Problem> {
    let wrong = |message: String| {
        Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "wrong-content-type",
            message,
        ))
    };
    if headers
        .get(CONTENT_ENCODING)
        .is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
    {
        return wrong("the body must not be compressed".to_owned());
    }
    let given = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .trim();
    if types.iter().any(|known| given.eq_ignore_ascii_case(known)) {
        Ok(())
    } else {
        wrong(format!("the content type must be {}", types.join(" or ")))
    }
}
