//! A page.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::response::{IntoResponse, Response};

use super::dashboard::{style_address, theme_address};
use crate::render::html;

/// Nothing is loaded but the style, and nothing runs but what makes it light or dark; forms go to this server only.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// What a page with a form tells of itself to where it posts: the address that the guard looks at, and nothing to others.
pub(super) const SAME_ORIGIN: &str = "same-origin";

/// A page whose body is `body`, which is HTML and holds nothing foreign.
pub(super) fn page(status: StatusCode, body: &str) -> Response {
    let text = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>fabric</title><link rel=\"icon\" href=\"data:,\">\
         <link rel=\"stylesheet\" href=\"{}\"><script src=\"{}\"></script></head>\n\
         <body>\n<header class=\"masthead\">{}<span class=\"brand\">fabric</span></header>\n<main class=\"small\">\n<h1>fabric</h1>\n{body}</main>\n</body>\n</html>\n",
        style_address(),
        theme_address(),
        html::mark()
    );
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (REFERRER_POLICY, SAME_ORIGIN),
    ];
    (status, headers, text).into_response()
}
