//! Whether a request means this machine.
//!
//! A page can have its own name resolved to this machine's address after it was loaded (DNS rebinding); then its requests are of the same
//! origin for the browser and only their `Host` shows the foreign name. A page cannot do that with an address: so addresses pass.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::http::header::HOST;
use axum::http::{HeaderMap, StatusCode, Uri, Version};

use crate::serve::http::problem::Problem;

/// The host that a request names, without user, with or without port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Host {
    /// In lower case, without a dot at its end; an IPv6 address in brackets.
    pub(super) name: String,
    /// Where it is given.
    pub(super) port: Option<u16>,
}

impl Host {
    /// Reads `name`, `name:port`, `address:port` or `[address]:port`.
    pub(super) fn parse(text: &str) -> Option<Host> {
        let (name, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (address, port) = rest.split_once(']')?;
                address.parse::<Ipv6Addr>().ok()?;
                (format!("[{address}]"), port)
            }
            None => {
                let at = text.find(':').unwrap_or(text.len());
                let (name, port) = text.split_at_checked(at)?;
                let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
                if !name.bytes().all(plain) {
                    return None;
                }
                (name.strip_suffix('.').unwrap_or(name).to_owned(), port)
            }
        };
        let port = match port.strip_prefix(':') {
            // An empty port is allowed by RFC 3986, section 3.2.3.
            Some("") => None,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(digits.parse().ok()?)
            }
            Some(_) => return None,
            None if port.is_empty() => None,
            None => return None,
        };
        if name.is_empty() {
            return None;
        }
        Some(Host {
            name: name.to_ascii_lowercase(),
            port,
        })
    }

    fn is_address(&self) -> bool {
        self.name.starts_with('[') || self.name.parse::<Ipv4Addr>().is_ok()
    }

    /// Whether it means this machine: an address, `localhost`, a name below it, or one of `allowed` (in lower case).
    pub(super) fn is_ours(&self, allowed: &[String]) -> bool {
        self.is_address()
            || self.name == "localhost"
            || self.name.ends_with(".localhost")
            || allowed.contains(&self.name)
    }
}

/// The host of a request, if the request means this machine. `None` where it names none and need not (HTTP/1.0).
///
/// # Errors
/// The request names no host, several, one that cannot be read (400), or another one (421).
pub(super) fn check(
    version: Version,
    uri: &Uri,
    headers: &HeaderMap,
    allowed: &[String],
) -> Result<Option<Host>, Problem> {
    let bad = |message: &str| Problem::bad_request("bad-host", message);
    let mut named = headers.get_all(HOST).iter();
    let header = match (named.next(), named.next()) {
        (Some(_), Some(_)) => return Err(bad("there is more than one Host header")),
        (Some(value), None) => Some(
            value
                .to_str()
                .ok()
                .and_then(Host::parse)
                .ok_or_else(|| bad("the Host header is no host"))?,
        ),
        (None, _) => None,
    };
    // A proxy's form of the request line has a host of its own, which must not be another one than is checked.
    let line = match uri.authority() {
        Some(authority) => Some(
            Host::parse(authority.as_str())
                .ok_or_else(|| bad("the request line has no usable host"))?,
        ),
        None => None,
    };
    for host in [&header, &line].into_iter().flatten() {
        if !host.is_ours(allowed) {
            return Err(Problem::new(
                StatusCode::MISDIRECTED_REQUEST,
                "wrong-host",
                "this host is not served here: use an address or localhost, or name the host in --allowed-host",
            ));
        }
    }
    if header.is_none() && version >= Version::HTTP_11 {
        return Err(bad("there is no Host header"));
    }
    Ok(line.or(header))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use axum::response::IntoResponse;

    use super::*;

    fn status(hosts: &[&str], uri: &str, version: Version) -> Option<u16> {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(HOST, host.parse().unwrap());
        }
        check(
            version,
            &uri.parse().unwrap(),
            &headers,
            &["dash.example".to_owned()],
        )
        .err()
        .map(|problem| problem.into_response().status().as_u16())
    }

    #[test]
    fn addresses_and_names_of_this_machine_pass_with_any_port() {
        for host in [
            "127.0.0.1:3000",
            "127.0.0.1",
            "192.168.1.7:1",
            "[::1]:3000",
            "[::1]",
            "[fe80::1]:65535",
            "localhost",
            "LOCALHOST:3000",
            "localhost.",
            "fabric.localhost:3000",
            "dash.example",
            "Dash.Example:443",
            "localhost:",
        ] {
            assert_eq!(status(&[host], "/", Version::HTTP_11), None, "{host}");
        }
    }

    #[test]
    fn names_of_others_are_misdirected() {
        for host in [
            "evil.example",
            "localhost.evil.example",
            "notlocalhost",
            "127.0.0.1.evil.example",
            "127.1",
            "0x7f000001",
            "sub.dash.example",
            "dash.example.evil",
        ] {
            assert_eq!(status(&[host], "/", Version::HTTP_11), Some(421), "{host}");
        }
    }

    #[test]
    fn what_is_no_host_is_a_bad_request() {
        for host in [
            "",
            ":80",
            "user@localhost",
            "localhost:http",
            "localhost:99999",
            "localhost:+1",
            "[::1",
            "[::1]x",
            "[127.0.0.1]",
            "::1",
            "local host",
            "localhost/",
            "localhost,evil.example",
        ] {
            assert_eq!(
                status(&[host], "/", Version::HTTP_11),
                Some(400),
                "{host:?}"
            );
        }
        assert_eq!(status(&[], "/", Version::HTTP_11), Some(400));
        assert_eq!(status(&[], "/", Version::HTTP_10), None);
        let twice = ["localhost", "localhost"];
        assert_eq!(status(&twice, "/", Version::HTTP_11), Some(400));
    }

    #[test]
    fn the_host_of_the_request_line_is_checked_too() {
        let line = "http://evil.example/api/events";
        assert_eq!(status(&["localhost"], line, Version::HTTP_11), Some(421));
        let line = "http://localhost:3000/api/events";
        assert_eq!(status(&["localhost"], line, Version::HTTP_11), None);
        assert_eq!(status(&["evil.example"], line, Version::HTTP_11), Some(421));
    }
}
