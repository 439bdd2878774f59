//! A URL to fetch from, and how it may be shown.

use std::path::{Path, PathBuf};

use ureq::http::Uri;

/// Where a profile is fetched from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub(super) uri: Uri,
    /// The socket that is connected to in the place of the host.
    pub(super) socket: Option<PathBuf>,
}

/// Whose profile it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// This machine's, on a port.
    LocalPort(u16),
    /// This machine's, on a Unix socket.
    LocalSocket,
    /// Another machine's; foreign text.
    Other(String),
}

/// What is wrong with a URL, as the end of a sentence that begins with it, and without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// A user name, and mostly a password.
    #[error(
        "has a user name in it, which everybody sees in the list of processes: put an Authorization header into a file and give --header @FILE"
    )]
    UserName,
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl From<String> for EndpointError {
    fn from(why: String) -> EndpointError {
        EndpointError::Other(why)
    }
}

/// Parameters of profile endpoints, which hold no secrets.
const HARMLESS: [&str; 6] = ["gc", "debug", "seconds", "format", "type", "sample_type"];

impl Endpoint {
    /// Whether an argument is a URL and not a file.
    pub fn is_url(text: &str) -> bool {
        text.split_once("://").is_some_and(|(scheme, _)| {
            !scheme.is_empty()
                && scheme
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        })
    }

    /// Reads `http://`, `https://` and `http+unix://` URLs. Behind the last one stands the path of the socket, followed by that of the
    /// profile, or escaped as one word (`http+unix://%2Frun%2Fx.sock/debug/pprof/heap`).
    ///
    /// # Errors
    /// What is wrong.
    pub fn parse(text: &str, socket: Option<&Path>) -> Result<Endpoint, EndpointError> {
        if let Some(rest) = ["http+unix://", "unix://"]
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme))
        {
            if socket.is_some() {
                let why = "names a socket itself: leave --unix-socket out";
                return Err(why.to_owned().into());
            }
            let (socket, path) = split_socket(rest)?;
            return Ok(Endpoint {
                uri: parse_uri(&format!("http://localhost{path}"))?,
                socket: Some(socket),
            });
        }
        Ok(Endpoint {
            uri: parse_uri(text)?,
            socket: socket.map(Path::to_owned),
        })
    }

    /// Whose profile it is.
    pub fn host(&self) -> Host {
        if self.socket.is_some() {
            return Host::LocalSocket;
        }
        let host = self.uri.host().unwrap_or_default();
        let plain = host.trim_matches(['[', ']']);
        let is_local = plain == "localhost"
            || plain
                .parse()
                .is_ok_and(|address: std::net::IpAddr| address.is_loopback());
        match is_local {
            true => Host::LocalPort(self.port()),
            false => Host::Other(plain.to_owned()),
        }
    }

    pub(super) fn port(&self) -> u16 {
        let default = match self.uri.scheme_str() {
            Some("https") => 443,
            _ => 80,
        };
        self.uri.port_u16().unwrap_or(default)
    }

    /// Whether both lead to one server in one way, so that what one may know the other may know.
    pub(super) fn same_server(&self, other: &Endpoint) -> bool {
        let key = |it: &Endpoint| {
            (
                it.uri.scheme_str().map(str::to_owned),
                it.uri.host().map(str::to_ascii_lowercase),
                it.port(),
                it.socket.clone(),
            )
        };
        key(self) == key(other)
    }

    /// Where a `Location` leads from here.
    pub(super) fn follow(&self, location: &str) -> Result<Endpoint, EndpointError> {
        let authority = self.uri.authority().map_or("", |it| it.as_str());
        let scheme = self.uri.scheme_str().unwrap_or("http");
        let (text, socket) = if Endpoint::is_url(location) {
            (location.to_owned(), None)
        } else if location.starts_with("//") {
            (format!("{scheme}:{location}"), None)
        } else if location.starts_with('/') {
            let text = format!("{scheme}://{authority}{location}");
            (text, self.socket.clone())
        } else {
            let folder = self.uri.path().rsplit_once('/').map_or("", |(it, _)| it);
            let text = format!("{scheme}://{authority}{folder}/{location}");
            (text, self.socket.clone())
        };
        let text = text.split('#').next().unwrap_or_default();
        Ok(Endpoint {
            uri: parse_uri(text)?,
            socket,
        })
    }
}

/// The URL for people and files: values of parameters that may be secrets are left out.
impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.socket {
            Some(socket) => write!(f, "http+unix://{}", socket.display())?,
            None => write!(
                f,
                "{}://{}",
                self.uri.scheme_str().unwrap_or("http"),
                self.uri.authority().map_or("", |it| it.as_str())
            )?,
        }
        f.write_str(self.uri.path())?;
        match self.uri.query() {
            Some(query) => write!(f, "?{}", Parameters(query)),
            None => Ok(()),
        }
    }
}

/// The parameters of a URL, without the values that may be secrets.
struct Parameters<'q>(&'q str);

impl std::fmt::Display for Parameters<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, parameter) in self.0.split('&').enumerate() {
            if at > 0 {
                f.write_str("&")?;
            }
            match parameter.split_once('=') {
                Some((key, _)) if !HARMLESS.contains(&key) => write!(f, "{key}=...")?,
                None if !HARMLESS.contains(&parameter) => f.write_str("...")?,
                _ => f.write_str(parameter)?,
            }
        }
        Ok(())
    }
}

/// A `Location` that leads nowhere, for people: it need be no URL, so everything up to the last `@` is taken for a user name.
pub(super) fn shown_location(location: &str) -> String {
    let (scheme, rest) = match location.split_once("//") {
        Some(("", rest)) => ("//".to_owned(), rest),
        Some((_, rest)) if Endpoint::is_url(location) => {
            let scheme = location.strip_suffix(rest).unwrap_or_default();
            (scheme.to_owned(), rest)
        }
        _ => (String::new(), location),
    };
    let (user, rest) = match rest.rsplit_once('@') {
        Some((_, behind)) => ("...@", behind),
        None => ("", rest),
    };
    let rest = rest.split('#').next().unwrap_or_default();
    match rest.split_once('?') {
        Some((path, query)) => format!("{scheme}{user}{path}?{}", Parameters(query)),
        None => format!("{scheme}{user}{rest}"),
    }
}

fn parse_uri(text: &str) -> Result<Uri, EndpointError> {
    let uri: Uri = text
        .parse()
        .map_err(|error| format!("is no URL ({error})"))?;
    match uri.scheme_str() {
        Some("http" | "https") => {}
        _ => {
            let why = "is not an http, https or http+unix URL";
            return Err(why.to_owned().into());
        }
    }
    let authority = uri.authority().map_or("", |it| it.as_str());
    if authority.contains('@') {
        return Err(EndpointError::UserName);
    }
    match uri.host() {
        Some(host) if !host.is_empty() => Ok(uri),
        _ => Err("names no host".to_owned().into()),
    }
}

fn split_socket(rest: &str) -> Result<(PathBuf, String), String> {
    if let Some((escaped, path)) = rest.split_once('/')
        && escaped.to_ascii_lowercase().contains("%2f")
    {
        let socket = unescape(escaped).ok_or("has a broken escape in the path of its socket")?;
        return Ok((socket.into(), format!("/{path}")));
    }
    let is_socket = |path: &str| {
        use std::os::unix::fs::FileTypeExt;
        std::fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_socket())
    };
    let ends = rest.match_indices('/').map(|(at, _)| at).skip(1);
    for end in ends {
        if is_socket(&rest[..end]) {
            return Ok((rest[..end].into(), rest[end..].to_owned()));
        }
    }
    // One that is not there is missed when it is connected to, with what the system says of it.
    let named = |path: &str| path.ends_with(".sock") || path.ends_with(".socket");
    if let Some(end) = rest
        .match_indices('/')
        .map(|(at, _)| at)
        .find(|&at| named(&rest[..at]))
    {
        return Ok((rest[..end].into(), rest[end..].to_owned()));
    }
    match is_socket(rest) || named(rest) {
        true => Err(
            "names a socket and no path of a profile: add it, like /debug/pprof/heap".to_owned(),
        ),
        false => Err(
            "has no socket in its path: does the service run, and is the path right?".to_owned(),
        ),
    }
}

fn unescape(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(part.get(..2)?, 16).ok()?);
        bytes.extend_from_slice(part.get(2..)?.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Endpoint {
        Endpoint::parse(text, None).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn what_may_be_a_secret_is_not_shown() {
        for (text, shown) in [
            (
                "http://h:1/debug/pprof/heap?gc=1&debug=0",
                "http://h:1/debug/pprof/heap?gc=1&debug=0",
            ),
            (
                "https://h/heap?token=s3cret&gc=1",
                "https://h/heap?token=...&gc=1",
            ),
            ("http://h/heap?s3cret", "http://h/heap?..."),
        ] {
            assert_eq!(parse(text).to_string(), shown);
        }
        let refused = Endpoint::parse("http://user:pw@h/heap", None);
        assert_eq!(refused, Err(EndpointError::UserName));
    }

    #[test]
    fn of_a_location_that_is_no_url_no_user_name_and_no_secret_is_shown() {
        for (location, shown) in [
            ("http://user:s3cret@h/p", "http://...@h/p"),
            ("http://user:s3/cret@h/p?gc=1", "http://...@h/p?gc=1"),
            ("//user:s3?cret@h/p", "//...@h/p"),
            ("http://s3cret@s3cret@h", "http://...@h"),
            ("user:s3cret@h//p", "...@h//p"),
            ("ftp://h/p?key=s3cret&gc=1#s3cret", "ftp://h/p?key=...&gc=1"),
            ("ftp://h/p?s3cret", "ftp://h/p?..."),
            ("/p#s3cret", "/p"),
            ("/p?key=//s3cret", "/p?key=..."),
            ("data://s3cret@", "data://...@"),
        ] {
            assert_eq!(shown_location(location), shown);
        }
    }

    #[test]
    fn loopback_is_here_and_the_rest_is_not() {
        for (text, host) in [
            ("http://localhost:6060/x", Host::LocalPort(6060)),
            ("http://127.8.0.1/x", Host::LocalPort(80)),
            ("https://[::1]/x", Host::LocalPort(443)),
            (
                "http://localhost.example/x",
                Host::Other("localhost.example".to_owned()),
            ),
            ("http://10.0.0.1:1/x", Host::Other("10.0.0.1".to_owned())),
        ] {
            assert_eq!(parse(text).host(), host, "{text}");
        }
    }

    #[test]
    fn redirections_lead_where_they_say() {
        let from = parse("https://h:8443/a/b?x=1");
        for (location, to, same) in [
            ("/c", "https://h:8443/c", true),
            ("c?gc=1#top", "https://h:8443/a/c?gc=1", true),
            ("//other/c", "https://other/c", false),
            ("http://h:8443/c", "http://h:8443/c", false),
            ("https://H:8443/c", "https://H:8443/c", true),
        ] {
            let found = from
                .follow(location)
                .unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(found.to_string(), to);
            assert_eq!(from.same_server(&found), same, "{location}");
        }
        assert!(from.follow("file:///etc/passwd").is_err());
        assert!(from.follow("http+unix:///run/x.sock/").is_err());
    }

    #[test]
    fn a_socket_is_found_in_the_path_or_escaped() {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let socket = folder.path().join("x.sock");
        let listener = std::os::unix::net::UnixListener::bind(&socket);
        assert!(listener.is_ok());
        let text = format!("http+unix://{}/debug/pprof/heap?gc=1", socket.display());
        let found = parse(&text);
        assert_eq!(found.socket.as_deref(), Some(socket.as_path()));
        assert_eq!(found.uri.path(), "/debug/pprof/heap");
        assert_eq!((found.to_string(), found.host()), (text, Host::LocalSocket));
        let escaped = parse("http+unix://%2Frun%2fx.sock/heap");
        assert_eq!(escaped.socket.as_deref(), Some(Path::new("/run/x.sock")));
        // A socket that is not there is missed when it is connected to; a path in which none can be, at once.
        let missing = parse("http+unix:///nowhere/x.sock/heap");
        assert_eq!(missing.to_string(), "http+unix:///nowhere/x.sock/heap");
        assert!(Endpoint::parse("http+unix:///nowhere/x.sock", None).is_err());
        assert!(Endpoint::parse("http+unix:///nowhere/heap", None).is_err());
        assert!(Endpoint::parse(&format!("unix://{}", socket.display()), None).is_err());
    }

    #[test]
    fn a_file_is_no_url() {
        assert!(!Endpoint::is_url("dir/heap.pb.gz"));
        assert!(!Endpoint::is_url("a b://c"));
        assert!(Endpoint::is_url("ftp://x"));
        assert!(Endpoint::parse("ftp://x/y", None).is_err());
    }
}
