//! Fetching from a URL.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use ureq::http::Response;
use ureq::{Agent, Body, Error, Proxy};

use super::capture_error::{CaptureErrorKind, WholeSpan};
use super::copy::copy;
use super::endpoint::{Endpoint, EndpointError, Host, shown_location};
use super::trust::Trust;
use super::unix_socket::{NoResolver, UnixConnector};
use crate::{escape, limits};

/// What to fetch, and how.
#[derive(Debug, Clone)]
pub struct Fetch<'f> {
    /// From where.
    pub endpoint: &'f Endpoint,
    /// Headers to send, names and values. They go to the server that is named and to no other one that it redirects to.
    pub headers: &'f [(String, String)],
    /// Everything together may take this long.
    pub time_limit: Duration,
    /// The answer may have so many bytes.
    pub max_bytes: u64,
    /// Which certificates are believed.
    pub trust: &'f Trust,
}

/// What was fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fetched {
    /// Bytes of the answer.
    pub bytes: u64,
    /// The process that answered, where it did so over a Unix socket.
    pub peer: Option<u32>,
}

/// Fetches into `to`. The bytes are those of the body, under whatever compression the server put around them: readers find that out.
///
/// # Errors
/// There is no answer, a bad one, too much of it, or `to` cannot be written.
pub fn fetch(wanted: &Fetch<'_>, to: &mut dyn Write) -> Result<Fetched, CaptureErrorKind> {
    let until = Instant::now() + wanted.time_limit;
    let mut endpoint = wanted.endpoint.clone();
    for _ in 0..=limits::REDIRECTS {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(CaptureErrorKind::TimedOut(WholeSpan(wanted.time_limit)));
        }
        let (response, peer) = ask(wanted, &endpoint, left)?;
        let status = response.status();
        let location = response
            .headers()
            .get("location")
            .and_then(|location| location.to_str().ok());
        match location {
            Some(location) if status.is_redirection() => {
                endpoint = endpoint
                    .follow(location)
                    .map_err(|why| leads_nowhere(location, &why))?;
            }
            _ if status.as_u16() == 200 => {
                let bytes = receive(wanted, response.into_body(), to)?;
                return Ok(Fetched { bytes, peer });
            }
            _ => return Err(refusal(response)),
        }
    }
    Err(CaptureErrorKind::Redirect(format!(
        "redirects more than {} times, at last to {}: name the right URL",
        limits::REDIRECTS,
        cut(&endpoint.to_string())
    )))
}

fn leads_nowhere(location: &str, why: &EndpointError) -> CaptureErrorKind {
    let location = shown_location(location);
    let location = escape::terminal(&cut(&location)).into_owned();
    let why = match why {
        EndpointError::UserName => {
            "has a user name in it, which is not sent: name the URL that it leads to".to_owned()
        }
        EndpointError::Other(why) => why.clone(),
    };
    CaptureErrorKind::Redirect(format!("redirects to {location}, which {why}"))
}

/// The beginning of what a server says: a line of a log has room for so much.
fn cut(text: &str) -> String {
    const MOST_CHARACTERS: usize = 300;
    let mut beginning: String = text.chars().take(MOST_CHARACTERS).collect();
    if beginning.len() < text.len() {
        beginning.push_str("...");
    }
    beginning
}

fn ask(
    wanted: &Fetch<'_>,
    endpoint: &Endpoint,
    left: Duration,
) -> Result<(Response<Body>, Option<u32>), CaptureErrorKind> {
    let is_local = !matches!(endpoint.host(), Host::Other(_));
    let config = Agent::config_builder()
        .timeout_global(Some(left))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("fabric/", env!("CARGO_PKG_VERSION")))
        // A proxy has no way to this machine's loopback.
        .proxy(if is_local {
            None
        } else {
            Proxy::try_from_env()
        })
        .tls_config(wanted.trust.config())
        .build();
    let socket = endpoint.socket.clone().map(UnixConnector::new);
    let agent = match &socket {
        Some(connector) => Agent::with_parts(config, connector.clone(), NoResolver),
        None => Agent::new_with_config(config),
    };
    let mut request = agent.get(endpoint.uri.clone());
    if endpoint.same_server(wanted.endpoint) {
        for (name, value) in wanted.headers {
            request = request.header(name, value);
        }
    }
    let response = request
        .call()
        .map_err(|error| from_call(error, wanted.time_limit))?;
    Ok((response, socket.and_then(|connector| connector.peer())))
}

fn receive(wanted: &Fetch<'_>, body: Body, to: &mut dyn Write) -> Result<u64, CaptureErrorKind> {
    let expected = body.content_length();
    if expected.is_some_and(|bytes| bytes > wanted.max_bytes) {
        return Err(CaptureErrorKind::TooLarge(wanted.max_bytes));
    }
    // The limit is ours, so that going beyond it has its own message.
    let mut body = body.into_with_config().limit(u64::MAX).reader();
    let bytes = copy(&mut body, to, wanted.max_bytes, |error, bytes| {
        let error = match error.downcast::<Error>() {
            Ok(Error::Timeout(_)) => {
                return CaptureErrorKind::TimedOut(WholeSpan(wanted.time_limit));
            }
            Ok(error) => error.to_string(),
            Err(error) => error.to_string(),
        };
        broke_off(bytes, expected, error)
    })?;
    match expected {
        Some(all) if bytes < all => {
            Err(broke_off(bytes, expected, "the end is missing".to_owned()))
        }
        _ => Ok(bytes),
    }
}

fn broke_off(bytes: u64, expected: Option<u64>, why: String) -> CaptureErrorKind {
    let detail = match expected {
        Some(all) => format!("{why}, {all} bytes were announced"),
        None => why,
    };
    CaptureErrorKind::BrokeOff { bytes, detail }
}

fn refusal(response: Response<Body>) -> CaptureErrorKind {
    let status = response.status();
    let advice = match status.as_u16() {
        401 => ": give a token with --token-file or FABRIC_TOKEN, or a header with --header @FILE",
        403 => ": the token or header that was sent is not enough",
        404 => {
            ": is this the path of the heap profile? Go's is /debug/pprof/heap, and the program has to import net/http/pprof"
        }
        405 => ": the path takes no GET",
        429 | 503 => ": the service is overloaded or limits profiles; try later",
        500..=599 => ": look into the log of the service",
        _ => "",
    };
    let mut said = Vec::new();
    // What cannot be read of an error page is not missed.
    let _ = response
        .into_body()
        .into_reader()
        .take(limits::ERROR_BODY_BYTES)
        .read_to_end(&mut said);
    let said = String::from_utf8_lossy(&said);
    let line = said.lines().map(str::trim).find(|line| !line.is_empty());
    let line = line.filter(|line| !line.starts_with('<')).unwrap_or("");
    CaptureErrorKind::Status {
        status: status.to_string(),
        said: match line {
            "" => String::new(),
            line => format!(" (\"{}\")", line.chars().take(120).collect::<String>()),
        },
        advice,
    }
}

fn from_call(error: Error, time_limit: Duration) -> CaptureErrorKind {
    match error {
        Error::Timeout(_) => CaptureErrorKind::TimedOut(WholeSpan(time_limit)),
        Error::HostNotFound => CaptureErrorKind::NoSuchHost,
        Error::Rustls(error) => CaptureErrorKind::Tls(error.to_string()),
        Error::Tls(error) => CaptureErrorKind::Tls(error.to_owned()),
        Error::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some(tls) => CaptureErrorKind::Tls(rustls::Error::to_string(tls)),
            None => match error.kind() {
                std::io::ErrorKind::UnexpectedEof
                | std::io::ErrorKind::ConnectionReset
                | std::io::ErrorKind::ConnectionAborted
                | std::io::ErrorKind::BrokenPipe => broke_off(0, None, error.to_string()),
                // The standard library gives a failed lookup no kind of its own.
                _ if error.to_string().contains("lookup address") => CaptureErrorKind::NoSuchHost,
                _ => CaptureErrorKind::Connect(error.to_string()),
            },
        },
        Error::ConnectionFailed => CaptureErrorKind::Connect("no address answers".to_owned()),
        Error::Http(error) => CaptureErrorKind::BadUrl(error.to_string()),
        Error::BadUri(error) => CaptureErrorKind::BadUrl(error),
        // What is not HTTP: another service on that port.
        other => CaptureErrorKind::BrokeOff {
            bytes: 0,
            detail: format!("{other}; is it an HTTP service?"),
        },
    }
}
