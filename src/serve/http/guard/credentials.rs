//! The token, compared in constant time; and the key of the sessions that were begun with it.

use std::sync::{Arc, PoisonError, RwLock};

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue};
use ring::hmac;
use ring::rand::SystemRandom;

use super::Secret;
use super::session;
use crate::serve::time::WallTime;

/// What a request shows of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// The token, or the cookie of a session that was begun with it; or no token is asked for at all.
    Right,
    /// A header with something else; a digest of it.
    Wrong(u64),
    /// A header that has no token.
    NoToken,
    /// Nothing, or a session that holds no more.
    Nothing,
}

/// The token and the key of its sessions. Both are replaced together, so that sessions end with their token.
#[derive(Debug)]
pub(super) struct Credentials {
    // A lock that is held for as long as an `Arc` is cloned, never across an await.
    current: RwLock<Arc<Current>>,
}

#[derive(Debug)]
struct Current {
    /// Made at random for this process and this token.
    key: hmac::Key,
    /// Signature of the token under `key`. Comparing signatures takes the same time whatever was presented, and hides its length too.
    token: Option<hmac::Tag>,
}

impl Credentials {
    /// With `token`, or open to everyone.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub(super) fn new(token: Option<&Secret>) -> Result<Credentials, ring::error::Unspecified> {
        Ok(Credentials {
            current: RwLock::new(Arc::new(Current::new(token)?)),
        })
    }

    /// Takes another token. Sessions that were begun with the one before end.
    ///
    /// # Errors
    /// The system has no random numbers; then the token before stays.
    pub(super) fn replace(&self, token: Option<&Secret>) -> Result<(), ring::error::Unspecified> {
        let next = Arc::new(Current::new(token)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(())
    }

    fn current(&self) -> Arc<Current> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&current)
    }

    /// Whether there is a token.
    pub(super) fn are_needed(&self) -> bool {
        self.current().token.is_some()
    }

    /// What a request shows of itself.
    pub(super) fn shown(&self, headers: &HeaderMap, now: WallTime) -> Shown {
        let current = self.current();
        if current.token.is_none() {
            return Shown::Right;
        }
        let mut headers_given = headers.get_all(AUTHORIZATION).iter();
        match (headers_given.next(), headers_given.next()) {
            (Some(header), None) => match bearer(header) {
                Some(presented) => current.judge(presented),
                None => Shown::NoToken,
            },
            (Some(_), Some(_)) => Shown::NoToken,
            (None, _) if session::holds(&current.key, headers, now) => Shown::Right,
            (None, _) => Shown::Nothing,
        }
    }

    /// What a token that was typed into the form is.
    pub(super) fn typed(&self, presented: &str) -> Shown {
        self.current().judge(presented.as_bytes())
    }

    /// The `Set-Cookie` of a new session.
    pub(super) fn begin_session(&self, now: WallTime) -> Option<HeaderValue> {
        session::begin(&self.current().key, now)
    }
}

impl Current {
    fn new(token: Option<&Secret>) -> Result<Current, ring::error::Unspecified> {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new())?;
        let token = token.map(|token| hmac::sign(&key, token.reveal().as_bytes()));
        Ok(Current { key, token })
    }

    fn judge(&self, presented: &[u8]) -> Shown {
        let right = self
            .token
            .is_some_and(|token| hmac::verify(&self.key, presented, token.as_ref()).is_ok());
        if right {
            return Shown::Right;
        }
        let digest = hmac::sign(&self.key, presented);
        let first = digest.as_ref().first_chunk().copied().unwrap_or_default();
        Shown::Wrong(u64::from_le_bytes(first))
    }
}

/// The token of `Bearer <token>`; the scheme is the same in any case (RFC 9110, section 11.1).
fn bearer(header: &HeaderValue) -> Option<&[u8]> {
    let (scheme, token) = header.as_bytes().split_at_checked(7)?;
    scheme
        .eq_ignore_ascii_case(b"bearer ")
        .then(|| token.trim_ascii())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use axum::http::header::COOKIE;

    use super::*;

    const NOW: WallTime = WallTime(1_777_368_000_000);

    fn credentials(token: &str) -> Credentials {
        Credentials::new(Some(&Secret::new(token).unwrap())).unwrap()
    }

    fn with(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())])
    }

    #[test]
    fn only_the_whole_token_is_right() {
        let credentials = credentials("correct-horse");
        let shown = |value: &str| credentials.shown(&with(value), NOW);
        assert_eq!(shown("Bearer correct-horse"), Shown::Right);
        assert_eq!(shown("bearer correct-horse "), Shown::Right);
        for wrong in ["Bearer correct-hors", "Bearer correct-horse2", "Bearer x"] {
            assert!(matches!(shown(wrong), Shown::Wrong(_)), "{wrong}");
        }
        for none in ["correct-horse", "Basic correct-horse", "Bearer", ""] {
            assert_eq!(shown(none), Shown::NoToken, "{none}");
        }
        assert_eq!(credentials.shown(&HeaderMap::new(), NOW), Shown::Nothing);
        assert_ne!(shown("Bearer a"), shown("Bearer b"));
    }

    #[test]
    fn sessions_end_with_their_token() {
        let credentials = credentials("first");
        let cookie = credentials.begin_session(NOW).unwrap();
        let cookie = HeaderMap::from_iter([(COOKIE, cookie)]);
        assert_eq!(credentials.shown(&cookie, NOW), Shown::Right);
        let second = Secret::new("second").unwrap();
        credentials.replace(Some(&second)).unwrap();
        assert_eq!(credentials.shown(&cookie, NOW), Shown::Nothing);
        assert_eq!(credentials.shown(&with("Bearer second"), NOW), Shown::Right);
        assert!(matches!(
            credentials.shown(&with("Bearer first"), NOW),
            Shown::Wrong(_)
        ));
    }

    #[test]
    fn without_a_token_everything_is_right() {
        let open = Credentials::new(None).unwrap();
        assert!(!open.are_needed());
        assert_eq!(open.shown(&HeaderMap::new(), NOW), Shown::Right);
        assert_eq!(open.shown(&with("Bearer x"), NOW), Shown::Right);
        assert!(matches!(open.typed("x"), Shown::Wrong(_)));
    }
}
