//! Notifications are posted to a URL.

use std::fmt;
use std::io::Read;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ureq::http::{Response, Uri};
use ureq::{Agent, Body, Error, Proxy};

use super::signature::SigningKey;
use crate::capture::Trust;
use crate::escape;
use crate::limits::ERROR_BODY_BYTES;
use crate::serve::bounds::ALERT_TRY_LIMIT;
use crate::serve::time::WallTime;

/// Where notifications are posted to. The path of such a URL is a secret most of the time: only the host is ever shown.
#[derive(Clone)]
pub struct Webhook {
    uri: Uri,
    key: Option<SigningKey>,
    time_limit: Duration,
    /// Read when the first connection with a certificate is made: some hundred files.
    trust: Arc<OnceLock<Trust>>,
}

/// Why a try failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Failed {
    /// In words, without the URL.
    pub(super) why: String,
    /// Whether the next try would fail, too.
    pub(super) is_final: bool,
    /// How long the receiver wants to be left alone.
    pub(super) retry_after: Option<Duration>,
}

impl Webhook {
    /// Posts to `url`, signed with `key`.
    ///
    /// # Errors
    /// It is no URL that can be posted to; the message does not show it.
    pub fn new(url: &str, key: Option<SigningKey>) -> Result<Webhook, String> {
        let uri: Uri = url
            .trim()
            .parse()
            .map_err(|error| format!("is no URL ({error})"))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err("is not an http or https URL".to_owned());
        }
        if uri.authority().is_some_and(|it| it.as_str().contains('@')) {
            return Err("has a user name in it: receivers check the signature of --alert-webhook-secret-file".to_owned());
        }
        if uri.host().is_none_or(str::is_empty) {
            return Err("names no host".to_owned());
        }
        Ok(Webhook {
            uri,
            key,
            time_limit: ALERT_TRY_LIMIT,
            trust: Arc::default(),
        })
    }

    /// The same, with another time for one try.
    #[must_use]
    pub fn within(mut self, time_limit: Duration) -> Webhook {
        self.time_limit = time_limit;
        self
    }

    /// Tries once. Blocks for as long as one try may take.
    pub(super) fn post(&self, body: &str, now: WallTime) -> Result<(), Failed> {
        let agent = self.agent().map_err(Failed::now)?;
        let seconds = now.0.div_euclid(1000);
        let mut request = agent
            .post(self.uri.clone())
            .header("content-type", "application/json")
            .header("x-fabric-timestamp", seconds.to_string());
        if let Some(key) = &self.key {
            request = request.header("x-fabric-signature", key.sign(seconds, body));
        }
        match request.send(body) {
            Ok(response) => judge(response, now),
            Err(error) => Err(Failed::now(words(error, self.time_limit))),
        }
    }

    fn agent(&self) -> Result<Agent, String> {
        let mut config = Agent::config_builder()
            .timeout_global(Some(self.time_limit))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("fabric/", env!("CARGO_PKG_VERSION")))
            // A proxy has no way to this machine's loopback.
            .proxy(if self.is_local() {
                None
            } else {
                Proxy::try_from_env()
            });
        if self.uri.scheme_str() == Some("https") {
            let trust = match self.trust.get() {
                Some(trust) => trust,
                None => {
                    let system = Trust::system_and(None).map_err(|error| error.to_string())?;
                    self.trust.get_or_init(|| system)
                }
            };
            config = config.tls_config(trust.config());
        }
        Ok(Agent::new_with_config(config.build()))
    }

    fn is_local(&self) -> bool {
        let host = self.uri.host().unwrap_or_default().trim_matches(['[', ']']);
        host == "localhost"
            || host
                .parse()
                .is_ok_and(|address: IpAddr| address.is_loopback())
    }
}

/// Scheme and host: what may be shown.
impl fmt::Display for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.uri.scheme_str().unwrap_or("http");
        let authority = self.uri.authority().map_or("", |it| it.as_str());
        write!(f, "{scheme}://{authority}/...")
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Webhook({self})")
    }
}

impl Failed {
    fn now(why: String) -> Failed {
        Failed {
            why,
            is_final: false,
            retry_after: None,
        }
    }
}

fn judge(response: Response<Body>, now: WallTime) -> Result<(), Failed> {
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let retry_after = response
        .headers()
        .get("retry-after")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| wanted_pause(value, now));
    // Where it leads may be another's host, which must see neither body nor signature.
    if status.is_redirection() {
        return Err(Failed {
            why: format!(
                "answers {status}, and redirects are not followed: give the URL it leads to"
            ),
            is_final: true,
            retry_after: None,
        });
    }
    let is_final = status.is_client_error() && !matches!(status.as_u16(), 408 | 429);
    Err(Failed {
        why: format!("answers {status}{}", said(response)),
        is_final,
        retry_after,
    })
}

/// The first line of an answer, as evidence.
fn said(response: Response<Body>) -> String {
    let mut bytes = Vec::new();
    // What cannot be read of it is not missed.
    let _ = response
        .into_body()
        .into_reader()
        .take(ERROR_BODY_BYTES)
        .read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    match line.filter(|line| !line.starts_with('<')) {
        Some(line) => {
            let line: String = line.chars().take(120).collect();
            format!(" (\"{}\")", escape::terminal(&line))
        }
        None => String::new(),
    }
}

/// `Retry-After`: seconds, or a date.
fn wanted_pause(value: &str, now: WallTime) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(value.trim()).ok()?;
    let left = date.timestamp().as_millisecond().saturating_sub(now.0);
    Some(Duration::from_millis(u64::try_from(left).unwrap_or(0)))
}

/// What happened, without the URL that the library may put into its messages.
fn words(error: Error, time_limit: Duration) -> String {
    match error {
        Error::Timeout(_) => format!("does not answer within {} s", time_limit.as_secs_f64()),
        Error::HostNotFound => "has a host that is not known".to_owned(),
        Error::ConnectionFailed => "cannot be reached".to_owned(),
        Error::Rustls(error) => format!("has no certificate that is trusted: {error}"),
        Error::Tls(error) => format!("has no certificate that is trusted: {error}"),
        Error::Io(error) => format!("cannot be reached: {error}"),
        _ => "does not answer as an HTTP server does".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_part_of_a_url_is_never_shown() {
        let url = "https://hooks.example:8443/services/T0/B0/secret?key=secret";
        let webhook = Webhook::new(url, None);
        let shown = webhook.map(|it| format!("{it} {it:?}"));
        assert_eq!(
            shown.as_deref(),
            Ok("https://hooks.example:8443/... Webhook(https://hooks.example:8443/...)")
        );
        for (url, problem) in [
            ("ftp://hooks.example/secret", "is not an http"),
            ("https://me:secret@hooks.example/", "has a user name"),
            ("hooks.example/secret", "is no"),
            ("https://a b/secret", "is no URL"),
        ] {
            let refused = Webhook::new(url, None).map(|it| it.to_string());
            let told = refused.err().unwrap_or_default();
            assert!(
                told.contains(problem) && !told.contains("secret@"),
                "{url}: {told}"
            );
        }
    }

    #[test]
    fn a_receiver_may_say_when_in_seconds_or_as_a_date() {
        let now = WallTime(784_111_777_000);
        assert_eq!(wanted_pause("7", now), Some(Duration::from_secs(7)));
        assert_eq!(
            wanted_pause("Sun, 06 Nov 1994 08:49:39 GMT", now),
            Some(Duration::from_secs(2))
        );
        let past = wanted_pause("Sun, 06 Nov 1994 08:00:00 GMT", now);
        assert_eq!(past, Some(Duration::ZERO));
        assert_eq!(wanted_pause("soon", now), None);
    }
}
