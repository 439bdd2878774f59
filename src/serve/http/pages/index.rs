//! `GET /api/`: all routes, for people.

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::page::page;
use crate::serve::http::parameters::Parameters;
use crate::serve::http::problem::Problem;
use crate::serve::http::routes;
use crate::serve::http::state::HttpState;

pub(in crate::serve::http) async fn index(
    State(state): State<HttpState>,
    uri: Uri,
) -> Result<Response, Problem> {
    Parameters::none(&uri)?;
    let mut body = format!(
        "<p>fabric {} follows the logs of workers and answers here. <a href=\"/\">Dashboard</a></p>\n<ul>\n",
        env!("CARGO_PKG_VERSION")
    );
    for route in routes::table() {
        let methods = route.methods.join(", ");
        let path = route.path;
        // What has a name in it, or only takes posts, is nowhere to go.
        let link = if path.contains('{') || !route.methods.contains(&"GET") {
            format!("<code>{path}</code>")
        } else {
            format!("<a href=\"{path}\"><code>{path}</code></a>")
        };
        body.push_str(&format!("<li>{methods} {link}: {}</li>\n", route.about));
    }
    body.push_str("<li>GET <code>/ws</code>: everything new, over a WebSocket</li>\n</ul>\n");
    if state.guard.has_token() {
        body.push_str("<form method=\"post\" action=\"/logout\"><button>Log out</button></form>\n");
    }
    Ok(page(StatusCode::OK, &body))
}
