//! The gate that every request goes through before anything else.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{ConnectInfo, Query, Request, State};
use axum::http::header::{AUTHORIZATION, LOCATION, WWW_AUTHENTICATE};
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::credentials::{Credentials, Shown};
use super::wrong_tokens::WrongTokens;
use super::{GuardOptions, Secret, host, origin};
use crate::serve::bounds::BoundReport;
use crate::serve::http::gauges::HttpGauges;
use crate::serve::http::pages::{STYLE_PATH, THEME_PATH};
use crate::serve::http::problem::Problem;
use crate::serve::time::WallTime;

/// Names under which programs are known to put a token into an address.
const TOKEN_PARAMETERS: [&str; 6] = [
    "token",
    "auth_token",
    "access_token",
    "auth",
    "authorization",
    "bearer",
];
/// Paths that are open to everyone: a probe has no token, and whoever logs in has none yet.
const OPEN: [&str; 5] = ["/api/health", "/login", "/logout", STYLE_PATH, THEME_PATH];

/// Paths below which the token is needed also where everybody may read: a heap profile takes the server tens of milliseconds, a profile of the
/// processor interrupts it a hundred times a second, and a heap snapshot may hold every text that its process had in memory.
const NO_ORDINARY_READS: [&str; 2] = ["/debug/", "/api/memory/files/"];

/// How a request was let in; an extension of each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admitted {
    /// It may see everything.
    Fully,
    /// It may only see what is open to everyone.
    Openly,
}

/// Who may ask for what.
#[derive(Debug)]
pub struct Guard {
    credentials: Credentials,
    auth_reads: bool,
    hosts: Vec<String>,
    origins: Vec<String>,
    // Held for the few instructions of one look-up, never across an await.
    wrong: Mutex<WrongTokens>,
    gauges: Arc<HttpGauges>,
}

impl Guard {
    /// With these rules.
    ///
    /// # Errors
    /// The system has no random numbers to sign sessions with.
    pub fn new(
        options: GuardOptions,
        gauges: Arc<HttpGauges>,
    ) -> Result<Guard, ring::error::Unspecified> {
        let lower = |names: Vec<String>| {
            names
                .into_iter()
                .map(|name| name.to_ascii_lowercase())
                .collect()
        };
        Ok(Guard {
            credentials: Credentials::new(options.token.as_ref())?,
            auth_reads: options.auth_reads,
            hosts: lower(options.allowed_hosts),
            origins: lower(options.allowed_origins),
            wrong: Mutex::default(),
            gauges,
        })
    }

    /// Takes another token while running. Sessions that were begun with the one before end.
    ///
    /// # Errors
    /// The system has no random numbers; then the token before stays.
    pub fn replace_token(&self, token: Option<&Secret>) -> Result<(), ring::error::Unspecified> {
        self.credentials.replace(token)
    }

    /// Whether posts need a token.
    pub fn has_token(&self) -> bool {
        self.credentials.are_needed()
    }

    /// Whether a request shows the token or a session, so that it may change something; always where there is no token.
    pub fn knows(&self, headers: &HeaderMap, now: WallTime) -> bool {
        self.credentials.shown(headers, now) == Shown::Right
    }

    /// The bound of the table of wrong tokens.
    pub fn bound(&self) -> BoundReport {
        self.wrong().bound()
    }

    /// The `Set-Cookie` of a new session for the token that was typed into the form.
    ///
    /// # Errors
    /// It is not the token, or too many others came from this address.
    pub fn log_in(
        &self,
        typed: &str,
        address: IpAddr,
        now: WallTime,
    ) -> Result<HeaderValue, Problem> {
        let shown = self.credentials.typed(typed.trim());
        if !passes_always(shown, address) {
            self.not_guessing(address, now)?;
        }
        match shown {
            Shown::Right => self.credentials.begin_session(now).ok_or_else(|| {
                let status = StatusCode::INTERNAL_SERVER_ERROR;
                Problem::new(
                    status,
                    "no-random-numbers",
                    "the system has no random numbers",
                )
            }),
            shown => Err(self.refuse(shown, address, now)),
        }
    }

    fn admit(&self, request: &Request, now: WallTime) -> Result<Admitted, Problem> {
        let headers = request.headers();
        let method = request.method();
        let uri = request.uri();
        let checked = host::check(request.version(), uri, headers, &self.hosts)
            .and_then(|host| origin::check(method, headers, host.as_ref(), &self.origins))
            .and_then(|()| no_token_in_address(uri));
        if let Err(problem) = checked {
            self.gauges.misdirected.add();
            return Err(problem);
        }
        let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
            && !NO_ORDINARY_READS
                .iter()
                .any(|below| uri.path().starts_with(below));
        if !self.has_token() || (reads && !self.auth_reads) {
            return Ok(Admitted::Fully);
        }
        let address = peer(request.extensions());
        match self.authorize(headers, address, now) {
            Ok(()) => Ok(Admitted::Fully),
            Err(_) if OPEN.contains(&uri.path()) => Ok(Admitted::Openly),
            Err(problem) => Err(problem),
        }
    }

    fn authorize(
        &self,
        headers: &HeaderMap,
        address: IpAddr,
        now: WallTime,
    ) -> Result<(), Problem> {
        let shown = self.credentials.shown(headers, now);
        if headers.contains_key(AUTHORIZATION) && !passes_always(shown, address) {
            self.not_guessing(address, now)?;
        }
        match shown {
            Shown::Right => Ok(()),
            shown => Err(self.refuse(shown, address, now)),
        }
    }

    fn not_guessing(&self, address: IpAddr, now: WallTime) -> Result<(), Problem> {
        match self.wrong().blocked(address, now) {
            None => Ok(()),
            Some(seconds) => {
                self.gauges.rate_limited.add();
                Err(Problem::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "too-many-wrong-tokens",
                    "too many wrong tokens came from this address: try again later",
                )
                .retry_after(seconds))
            }
        }
    }

    fn refuse(&self, shown: Shown, address: IpAddr, now: WallTime) -> Problem {
        self.gauges.unauthorized.add();
        match shown {
            Shown::Wrong(digest) => {
                self.wrong().tried(address, digest, now);
                Problem::new(
                    StatusCode::FORBIDDEN,
                    "wrong-token",
                    "this is not the token",
                )
            }
            Shown::NoToken => Problem::new(
                StatusCode::FORBIDDEN,
                "wrong-token",
                "the Authorization header has no token: send `Authorization: Bearer <token>`",
            ),
            Shown::Nothing | Shown::Right => Problem::new(
                StatusCode::UNAUTHORIZED,
                "no-token",
                "a token is needed: send `Authorization: Bearer <token>`, or log in at /login",
            )
            .header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
        }
    }

    fn wrong(&self) -> MutexGuard<'_, WrongTokens> {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The middleware.
pub async fn stand_guard(
    State(guard): State<Arc<Guard>>,
    mut request: Request,
    next: Next,
) -> Response {
    match guard.admit(&request, WallTime::now()) {
        Ok(admitted) => {
            request.extensions_mut().insert(admitted);
            next.run(request).await
        }
        Err(problem) => {
            let response = problem.into_response();
            let person = response.status() == StatusCode::UNAUTHORIZED
                && request.method() == Method::GET
                && request.uri().path() == "/";
            if person {
                return (StatusCode::SEE_OTHER, [(LOCATION, "/login")]).into_response();
            }
            response
        }
    }
}

/// Whether what was shown counts although wrong tokens came from the same address.
///
/// All programs of this machine have its loopback address, and so has everybody behind a proxy on it: one that guesses, or a fleet whose
/// tokens are old, would shut out the rest, and all that posts is of this machine by nature. So the right token passes there, and only
/// wrong ones are told to wait. What that takes away is the limit on guesses from this machine; a token as the documentation makes it has
/// 256 bits, which no rate of requests finds. Elsewhere an address is one guesser, and the limit holds whatever is shown.
fn passes_always(shown: Shown, address: IpAddr) -> bool {
    shown == Shown::Right && address.to_canonical().is_loopback()
}

/// Where a request comes from.
pub(in crate::serve::http) fn peer(extensions: &Extensions) -> IpAddr {
    match extensions.get::<ConnectInfo<SocketAddr>>() {
        Some(ConnectInfo(address)) => address.ip(),
        // Only where no listener is in between.
        None => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
    }
}

/// A token in an address would stay in the logs of proxies and the histories of browsers.
fn no_token_in_address(uri: &Uri) -> Result<(), Problem> {
    let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(uri) else {
        return Err(Problem::bad_request(
            "bad-parameter",
            "the query cannot be read",
        ));
    };
    let has_one = pairs.iter().any(|(name, _)| {
        TOKEN_PARAMETERS
            .iter()
            .any(|parameter| name.eq_ignore_ascii_case(parameter))
    });
    if has_one {
        return Err(Problem::bad_request(
            "token-in-address",
            "an address is kept in logs and histories, so a token must not stand in it: send `Authorization: Bearer <token>`, or log in at /login; and replace this token",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_right_token_passes_after_guesses_from_this_machine_and_from_no_other() {
        let now = WallTime(1_777_368_000_000);
        for (address, status) in [
            ("127.0.0.1", 200),
            ("127.8.0.1", 200),
            ("::1", 200),
            ("::ffff:127.0.0.1", 200),
            ("10.0.0.1", 429),
            ("2001:db8::1", 429),
        ] {
            let options = GuardOptions {
                token: Some(Secret::new("right").unwrap()),
                ..GuardOptions::default()
            };
            let guard = Guard::new(options, Arc::default()).unwrap();
            let address: IpAddr = address.parse().unwrap();
            let header = |token: &str| {
                let value = format!("Bearer {token}").parse().unwrap();
                HeaderMap::from_iter([(AUTHORIZATION, value)])
            };
            let answered = |result: Result<(), Problem>| match result {
                Ok(()) => 200,
                Err(problem) => problem.into_response().status().as_u16(),
            };
            let ask = |token: &str| answered(guard.authorize(&header(token), address, now));
            let wrong: Vec<u16> = (0..11).map(|n| ask(&format!("guess-{n}"))).collect();
            assert_eq!(wrong.iter().filter(|&&status| status == 403).count(), 10);
            assert_eq!(wrong.last(), Some(&429), "{address}");
            assert_eq!(ask("right"), status, "{address}");
            let typed = |token: &str| answered(guard.log_in(token, address, now).map(|_| ()));
            assert_eq!((typed("right"), typed("wrong")), (status, 429), "{address}");
        }
    }
}
