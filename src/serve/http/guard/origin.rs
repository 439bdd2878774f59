//! Whether a request comes from a page of this server, or from no page at all.
//!
//! Browsers send `Origin` with every post and every WebSocket, and `Sec-Fetch-Site` with every request; programs send neither. So what is
//! absent passes, and what is there must be of the same origin.

use axum::http::header::{COOKIE, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode};

use super::host::Host;
use crate::serve::http::problem::Problem;

/// Checks the origin of a request for `host`. `allowed` are in lower case.
///
/// # Errors
/// It comes from a page of another site.
pub(super) fn check(
    method: &Method,
    headers: &HeaderMap,
    host: Option<&Host>,
    allowed: &[String],
) -> Result<(), Problem> {
    let mut origins = headers.get_all(ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (Some(_), Some(_)) => return Err(foreign("there is more than one Origin header")),
        (Some(origin), None) => {
            let origin = origin.to_str().unwrap_or_default().to_ascii_lowercase();
            if allowed.contains(&origin) {
                return Ok(());
            }
            if !same(&origin, host) {
                return Err(foreign(
                    "the request comes from a page of another origin; name it in --allowed-origin if it may",
                ));
            }
        }
        (None, _) => {}
    }
    let cross_site = headers
        .get("sec-fetch-site")
        .is_some_and(|site| site.as_bytes() == b"cross-site");
    let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    if cross_site && (!reads || headers.contains_key(COOKIE)) {
        return Err(foreign("the request comes from a page of another site"));
    }
    Ok(())
}

/// Whether an origin is that of `host`. A browser leaves the usual port of a scheme out of both.
fn same(origin: &str, host: Option<&Host>) -> bool {
    let (usual, rest) = if let Some(rest) = origin.strip_prefix("http://") {
        (80, rest)
    } else if let Some(rest) = origin.strip_prefix("https://") {
        (443, rest)
    } else {
        // `null` is every sandbox and every file, so it is nobody in particular.
        return false;
    };
    let (Some(from), Some(to)) = (Host::parse(rest), host) else {
        return false;
    };
    from.name == to.name && from.port.unwrap_or(usual) == to.port.unwrap_or(usual)
}

fn foreign(message: &str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "foreign-origin", message)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn passes(method: Method, host: &str, headers: &[(&'static str, &str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let allowed = ["https://dash.example".to_owned()];
        check(&method, &map, Host::parse(host).as_ref(), &allowed).is_ok()
    }

    #[test]
    fn pages_of_this_server_and_programs_pass() {
        assert!(passes(Method::POST, "localhost:3000", &[]));
        for (host, origin) in [
            ("localhost:3000", "http://localhost:3000"),
            ("LOCALHOST:3000", "http://localhost:3000"),
            ("127.0.0.1", "http://127.0.0.1"),
            ("127.0.0.1", "http://127.0.0.1:80"),
            ("[::1]:3000", "http://[::1]:3000"),
            ("dash.local", "https://dash.local"),
            ("dash.local:443", "https://dash.local"),
            ("localhost:3000", "https://dash.example"),
        ] {
            assert!(
                passes(Method::POST, host, &[("origin", origin)]),
                "{origin}"
            );
        }
    }

    #[test]
    fn pages_of_others_do_not() {
        for origin in [
            "null",
            "",
            "http://localhost:3001",
            "http://localhost",
            "https://localhost",
            "http://127.0.0.1:3000",
            "http://evil.example",
            "http://localhost:3000.evil.example",
            "http://localhost:3000@evil.example",
            "http://localhost:3000/",
            "file://localhost:3000",
            "https://dash.example.evil",
            "https://dash.example:444",
        ] {
            let headers = [("origin", origin)];
            assert!(
                !passes(Method::POST, "localhost:3000", &headers),
                "{origin}"
            );
            assert!(!passes(Method::GET, "localhost:3000", &headers), "{origin}");
        }
        let twice = [
            ("origin", "http://localhost:3000"),
            ("origin", "http://evil.example"),
        ];
        assert!(!passes(Method::POST, "localhost:3000", &twice));
    }

    #[test]
    fn posts_from_other_sites_and_reads_with_a_cookie_are_refused() {
        let cross = ("sec-fetch-site", "cross-site");
        assert!(!passes(Method::POST, "localhost", &[cross]));
        assert!(!passes(
            Method::GET,
            "localhost",
            &[cross, ("cookie", "a=b")]
        ));
        assert!(passes(Method::GET, "localhost", &[cross]));
        let same = ("sec-fetch-site", "same-origin");
        assert!(passes(
            Method::POST,
            "localhost",
            &[same, ("cookie", "a=b")]
        ));
        assert!(passes(
            Method::GET,
            "localhost",
            &[("sec-fetch-site", "none")]
        ));
    }
}
