//! What the documents that fabric draws may do: nothing but run the scripts that fabric wrote, and be framed by its own pages.

use axum::http::HeaderValue;
use axum::http::header::{CONTENT_SECURITY_POLICY, X_FRAME_OPTIONS};
use axum::response::Response;

/// A picture without a script.
pub(super) const PICTURE: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// A flame graph: its script, and no other one. A test holds the hash against the file.
pub(super) const FLAME: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-ry6ShK5BCJmqWfXO1wSC26FgoioS6R/lDQKDFYyJxS8='; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// The page of a report: its two scripts, and no other one.
pub(super) const PAGE: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-xezBMBNjEhYU1AcREsqtWE3tu3tEArZcl/qHRnDOpsE=' 'sha256-ry6ShK5BCJmqWfXO1wSC26FgoioS6R/lDQKDFYyJxS8='; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// A document under its policy; a page of this server may frame it.
pub(super) fn framed(mut response: Response, policy: &'static str) -> Response {
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    response
}
