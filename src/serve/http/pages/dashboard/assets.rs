//! The style and the scripts of the page, which are part of the program.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use ring::digest::{SHA256, digest};

use crate::render::html;
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;

/// Where the style sheet is; open to everyone, for the form of the token has it too.
pub(in crate::serve::http) const STYLE_PATH: &str = "/assets/dashboard.css";
/// Where the script is that makes the page light or dark before it is seen.
pub(in crate::serve::http) const THEME_PATH: &str = "/assets/theme.js";
const SCRIPT_PATH: &str = "/assets/dashboard.js";

/// The page's own part of the style after that of reports, so that both are of one family.
static STYLE: LazyLock<String> =
    LazyLock::new(|| format!("{}{}", html::style_sheet(), include_str!("dashboard.css")));
/// The script, put together of its parts within one function: what they share is nobody else's.
const SCRIPT: &str = concat!(
    "(function () {\n'use strict';\n",
    include_str!("script/beginnings.js"),
    include_str!("script/panels.js"),
    include_str!("script/events.js"),
    include_str!("script/socket.js"),
    include_str!("script/controls.js"),
    "})();\n"
);
const THEME: &str = include_str!("theme.js");

static STYLE_ADDRESS: LazyLock<String> = LazyLock::new(|| address(STYLE_PATH, &STYLE));
static SCRIPT_ADDRESS: LazyLock<String> = LazyLock::new(|| address(SCRIPT_PATH, SCRIPT));
static THEME_ADDRESS: LazyLock<String> = LazyLock::new(|| address(THEME_PATH, THEME));

/// Where the style sheet of this version is.
pub(in crate::serve::http) fn style_address() -> &'static str {
    &STYLE_ADDRESS
}

pub(super) fn script_address() -> &'static str {
    &SCRIPT_ADDRESS
}

/// Where the script for light and dark of this version is.
pub(in crate::serve::http) fn theme_address() -> &'static str {
    &THEME_ADDRESS
}

/// An address that changes with what is there, so that a browser may keep it for ever.
fn address(path: &str, text: &str) -> String {
    format!("{path}?v={}", version(text))
}

fn version(text: &str) -> String {
    let digest = digest(&SHA256, text.as_bytes());
    let bytes = digest.as_ref().iter().take(6);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

/// `GET /assets/{name}`.
pub(in crate::serve::http) async fn asset(
    Path(name): Path<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    let parameters = Parameters::of(&uri, &["v"])?;
    let (text, content_type): (&'static str, _) = match name.as_str() {
        "dashboard.css" => (&STYLE, "text/css; charset=utf-8"),
        "dashboard.js" => (SCRIPT, "text/javascript; charset=utf-8"),
        "theme.js" => (THEME, "text/javascript; charset=utf-8"),
        _ => return Err(Problem::not_found("the page has no file of this name")),
    };
    let mut response = ([(CONTENT_TYPE, content_type)], text).into_response();
    // After an upgrade, a page of the version before may ask for its own: it gets what there is, and nobody keeps it.
    if parameters
        .text("v")?
        .is_some_and(|asked| asked == version(text))
    {
        let value = HeaderValue::from_static("private, max-age=31536000, immutable");
        response.headers_mut().insert(CACHE_CONTROL, value);
    }
    Ok(response)
}
