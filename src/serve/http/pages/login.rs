//! `/login` and `/logout`: the token, exchanged for a session.

use axum::extract::{Query, Request, State};
use axum::http::header::{LOCATION, RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use super::page::page;
use crate::serve::http::guard::{peer, session};
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::request_body::form_body;
use crate::serve::http::state::HttpState;
use crate::serve::time::WallTime;

const FORM: &str = "<form method=\"post\" action=\"/login\">\n<label>Token <input type=\"password\" name=\"token\" autocomplete=\"current-password\" required autofocus></label>\n<button>Log in</button>\n</form>\n";

pub(in crate::serve::http) async fn login_form(
    State(state): State<HttpState>,
    uri: Uri,
) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    if state.guard.has_token() {
        Ok(page(StatusCode::OK, FORM))
    } else {
        Ok(page(
            StatusCode::OK,
            "<p>No token is set: there is nothing to log in to. <a href=\"/\">Go on</a></p>\n",
        ))
    }
}

pub(in crate::serve::http) async fn log_in(
    State(state): State<HttpState>,
    request: Request,
) -> Result<Response, Problem> {
    Parameters::none(request.uri())?;
    if !state.guard.has_token() {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "no-token-set",
            "no token is set: there is nothing to log in to",
        ));
    }
    let address = peer(request.extensions());
    let body = form_body(request).await?;
    let typed = token(&body)
        .ok_or_else(|| Problem::bad_request("bad-form", "the form has one field: `token`"))?;
    match state.guard.log_in(&typed, address, WallTime::now()) {
        Ok(cookie) => Ok((
            StatusCode::SEE_OTHER,
            [
                (LOCATION, HeaderValue::from_static("/")),
                (SET_COOKIE, cookie),
            ],
        )
            .into_response()),
        Err(problem) => {
            // For a person: the form once more, with the status and the wait of the refusal.
            let refused = problem.into_response();
            let why = if refused.status() == StatusCode::TOO_MANY_REQUESTS {
                "<p>Too many wrong tokens came from this address. Wait a minute.</p>\n"
            } else {
                "<p>This is not the token.</p>\n"
            };
            let mut answer = page(refused.status(), &format!("{why}{FORM}"));
            if let Some(wait) = refused.headers().get(RETRY_AFTER) {
                answer.headers_mut().insert(RETRY_AFTER, wait.clone());
            }
            Ok(answer)
        }
    }
}

pub(in crate::serve::http) async fn log_out(uri: Uri) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    let headers = [
        (LOCATION, HeaderValue::from_static("/login")),
        (SET_COOKIE, session::end()),
    ];
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}

/// The field `token` of a form, which is written as a query is.
fn token(form: &[u8]) -> Option<String> {
    let uri: Uri = format!("/?{}", std::str::from_utf8(form).ok()?)
        .parse()
        .ok()?;
    let Query(fields) = Query::<Vec<(String, String)>>::try_from_uri(&uri).ok()?;
    match fields.as_slice() {
        [(name, value)] if name == "token" => Some(value.clone()),
        _ => None,
    }
}
