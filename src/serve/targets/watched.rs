//! Services that are watched: what is fetched, from where, and how often.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::target::Target;
use crate::capture::{Endpoint, EndpointError};
use crate::limits;
use crate::serve::bounds::ASSESSMENTS;
use crate::serve::store::SELF;

/// Services that are watched, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchOptions {
    /// The services.
    pub services: Vec<Watched>,
    /// Each has its snapshots in a folder of its own name in here.
    pub folder: PathBuf,
    /// From one snapshot of a service to the next.
    pub interval: Duration,
}

/// A service that is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// The name that was given to it: that of its folder, too.
    pub name: Arc<str>,
    /// Where its heap profile is fetched.
    pub endpoint: Endpoint,
    /// The file with the token that it asks for. It is read each time, so that a token can be changed.
    pub token_file: Option<PathBuf>,
    /// The memory ceiling of the service to project to, in bytes.
    pub limit_bytes: Option<u64>,
}

impl Default for WatchOptions {
    /// None.
    fn default() -> WatchOptions {
        WatchOptions {
            services: Vec::new(),
            folder: PathBuf::new(),
            interval: Duration::from_secs(30 * 60),
        }
    }
}

/// Where Go programs, and those that do as they do, have their heap profile.
const USUAL_PATH: &str = "/debug/pprof/heap";

/// The most characters of a name.
const NAME_CHARS: usize = 64;

impl WatchOptions {
    /// Snapshots more often than this are of no use, and no service is glad of them.
    const SHORTEST_INTERVAL: Duration = Duration::from_secs(1);

    /// Whether services can be watched like this.
    ///
    /// # Errors
    /// What is wrong, and what to do.
    pub fn check(&self) -> Result<(), String> {
        if self.interval < WatchOptions::SHORTEST_INTERVAL {
            return Err(format!(
                "--watch-interval is {:?}: it must be at least {:?}",
                self.interval,
                WatchOptions::SHORTEST_INTERVAL
            ));
        }
        // One place is this server's own.
        let most = ASSESSMENTS.cap_entries.unwrap_or(1).saturating_sub(1);
        if self.services.len() as u64 > most {
            return Err(format!(
                "--watch names {} services: at most {most} are watched by one server",
                self.services.len()
            ));
        }
        for (at, service) in self.services.iter().enumerate() {
            let name = &service.name;
            if self.services.iter().take(at).any(|it| it.name == *name) {
                return Err(format!("--watch names {name} twice"));
            }
            service.token()?;
        }
        Ok(())
    }
}

impl Watched {
    /// Reads `NAME=URL`. A URL without a path means `/debug/pprof/heap` there.
    ///
    /// # Errors
    /// What is wrong, without the URL: it may hold secrets.
    pub fn parse(text: &str) -> Result<Watched, String> {
        let Some((name, url)) = text.split_once('=') else {
            return Err(
                "--watch takes NAME=URL, like api=http://127.0.0.1:6060/debug/pprof/heap"
                    .to_owned(),
            );
        };
        check_name(name)?;
        let endpoint = endpoint(url).map_err(|why| {
            let why = match why {
                EndpointError::UserName => format!(
                    "has a user name in it, which everybody sees in the list of processes: put a token into a file and give --watch-token-file {name}=FILE"
                ),
                EndpointError::Other(why) => why,
            };
            format!("--watch {name}: the URL {why}")
        })?;
        Ok(Watched {
            name: name.into(),
            endpoint,
            token_file: None,
            limit_bytes: None,
        })
    }

    /// What is judged of it.
    pub(super) fn target(&self, folder: &Path) -> Target {
        let folder = folder.join(&*self.name);
        Target {
            name: Arc::clone(&self.name),
            url: Some(self.endpoint.to_string()),
            folder: Some(std::path::absolute(&folder).unwrap_or(folder)),
            limit_bytes: self.limit_bytes,
        }
    }

    /// The token that it asks for, as it is in its file now.
    ///
    /// # Errors
    /// The file cannot be read, or holds no token.
    pub(super) fn token(&self) -> Result<Option<String>, String> {
        let Some(path) = &self.token_file else {
            return Ok(None);
        };
        let failed = |why: &str| {
            let name = &self.name;
            format!("--watch-token-file {name}={}: {why}", path.display())
        };
        let mut text = String::new();
        File::open(path)
            .and_then(|file| {
                file.take(limits::SECRET_FILE_BYTES)
                    .read_to_string(&mut text)
            })
            .map_err(|error| failed(&error.to_string()))?;
        let token = text.trim();
        match token {
            "" => Err(failed("is empty")),
            token if token.bytes().all(|byte| byte.is_ascii_graphic()) => {
                Ok(Some(token.to_owned()))
            }
            _ => Err(failed(
                "has blanks or characters beyond ASCII: it must hold the token alone",
            )),
        }
    }
}

/// Names become folders and labels.
fn check_name(name: &str) -> Result<(), String> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if name == SELF {
        return Err(format!("--watch {SELF}: this name is the server's own"));
    }
    if name.is_empty() || name.len() > NAME_CHARS || !name.bytes().all(is_part) {
        return Err(format!(
            "--watch: a name has 1 to {NAME_CHARS} letters, digits, dots, hyphens and underscores"
        ));
    }
    // Folders that are no names, and those that nobody sees.
    if name.starts_with('.') {
        return Err("--watch: a name begins with no dot".to_owned());
    }
    Ok(())
}

fn endpoint(url: &str) -> Result<Endpoint, EndpointError> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let is_socket = scheme == "http+unix" || scheme == "unix";
    if !is_socket && !rest.trim_end_matches('/').contains(['/', '?', '#']) {
        let host = rest.trim_end_matches('/');
        return Endpoint::parse(&format!("{scheme}://{host}{USUAL_PATH}"), None);
    }
    let parsed = Endpoint::parse(url, None);
    // A socket whose service does not run yet is told from the path behind it by its ending.
    if is_socket
        && parsed.is_err()
        && let Some((socket, path)) = rest.split_once(".sock/")
        && socket.starts_with('/')
    {
        let socket = socket.replace('%', "%25").replace('/', "%2F");
        return Endpoint::parse(&format!("{scheme}://{socket}.sock/{path}"), None);
    }
    parsed
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_service_has_a_name_and_a_url() {
        for (text, url) in [
            ("api=http://h:6060", "http://h:6060/debug/pprof/heap"),
            ("api=http://h:6060/", "http://h:6060/debug/pprof/heap"),
            ("a.b-c_1=https://h/x?gc=1", "https://h/x?gc=1"),
            ("api=https://h/x?token=s3cret", "https://h/x?token=..."),
            (
                "api=http+unix:///nowhere/x.sock/debug/pprof/heap",
                "http+unix:///nowhere/x.sock/debug/pprof/heap",
            ),
        ] {
            let watched = Watched::parse(text).unwrap();
            assert_eq!(watched.endpoint.to_string(), url, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused_without_its_secrets() {
        for (text, part) in [
            ("http://h:6060", "NAME=URL"),
            ("self=http://h", "the server's own"),
            ("=http://h", "letters"),
            ("a/b=http://h", "letters"),
            ("..=http://h", "no dot"),
            (".hidden=http://h", "no dot"),
            ("api=ftp://h/s3cret", "http"),
            ("api=h:6060/s3cret", "URL"),
            ("api=http://user:s3cret@h/x", "--watch-token-file api=FILE"),
            ("api=", "URL"),
            ("api=http+unix:///s3cret", "socket"),
        ] {
            let problem = Watched::parse(text).unwrap_err();
            assert!(problem.contains(part), "{text}: {problem}");
            assert!(!problem.contains("s3cret"), "{problem}");
        }
        let long = format!("{}=http://h", "a".repeat(65));
        assert!(Watched::parse(&long).is_err());
    }

    #[test]
    fn services_have_names_of_their_own_and_there_is_an_end_of_them() {
        let services = |count: usize| WatchOptions {
            services: (0..count)
                .map(|at| Watched::parse(&format!("s{at}=http://h:1")).unwrap())
                .collect(),
            ..WatchOptions::default()
        };
        assert_eq!(services(64).check(), Ok(()));
        assert!(services(65).check().unwrap_err().contains("at most 64"));
        let mut twice = services(2);
        twice.services[1].name = "s0".into();
        assert!(twice.check().unwrap_err().contains("s0 twice"));
        let mut often = services(1);
        often.interval = Duration::from_millis(999);
        assert!(often.check().unwrap_err().contains("at least 1s"));
        let mut missing = services(1);
        missing.services[0].token_file = Some("/nowhere/token".into());
        assert!(missing.check().unwrap_err().contains("/nowhere/token"));
    }
}
