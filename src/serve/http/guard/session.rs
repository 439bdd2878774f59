//! The cookie that a browser gets for the token: it says until when it holds, signed with a key that lives as long as the process.
//!
//! Nothing is stored for a session, so there is no table to fill. A session ends after twelve hours, when the token is replaced, and when
//! the process ends; logging out makes the browser forget it.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

use crate::serve::time::WallTime;

/// Name of the cookie.
pub(in crate::serve::http) const COOKIE_NAME: &str = "fabric_session";
/// How long a session holds.
const SECONDS: i64 = 12 * 60 * 60;
/// What is signed begins so: another use of the same key cannot be taken for a session.
const VERSION: &str = "1";

/// The `Set-Cookie` of a new session. `None` where the system has no random numbers.
pub(in crate::serve::http) fn begin(key: &hmac::Key, now: WallTime) -> Option<HeaderValue> {
    let mut nonce = [0; 16];
    SystemRandom::new().fill(&mut nonce).ok()?;
    let expires = now.0 / 1_000 + SECONDS;
    let claim = format!("{VERSION}.{expires}.{}", hex(&nonce));
    let tag = hmac::sign(key, claim.as_bytes());
    let value = format!(
        "{COOKIE_NAME}={claim}.{}; Max-Age={SECONDS}; Path=/; HttpOnly; SameSite=Strict",
        hex(tag.as_ref())
    );
    HeaderValue::from_str(&value).ok()
}

/// The `Set-Cookie` that makes a browser forget its session.
pub(in crate::serve::http) fn end() -> HeaderValue {
    HeaderValue::from_static("fabric_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict")
}

/// Whether a request has the cookie of a session that holds.
pub(in crate::serve::http) fn holds(key: &hmac::Key, headers: &HeaderMap, now: WallTime) -> bool {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))
        // A browser sends a few at most; whoever sends more is not one.
        .take(4)
        .any(|value| is_valid(key, value, now))
}

fn is_valid(key: &hmac::Key, value: &str, now: WallTime) -> bool {
    let Some((claim, tag)) = value.rsplit_once('.') else {
        return false;
    };
    let Some(tag) = unhex(tag) else {
        return false;
    };
    // Nothing of the claim is looked at before it is known to be ours.
    if hmac::verify(key, claim.as_bytes(), &tag).is_err() {
        return false;
    }
    let mut parts = claim.split('.');
    parts.next() == Some(VERSION)
        && parts
            .next()
            .and_then(|expires| expires.parse::<i64>().ok())
            .is_some_and(|expires| now.0 / 1_000 < expires)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    if text.len() != 64 {
        return None;
    }
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| match pair {
            &[high, low] => u8::try_from(digit(high)? << 4 | digit(low)?).ok(),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    const NOW: WallTime = WallTime(1_777_368_000_000);

    fn key(byte: u8) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &[byte; 32])
    }

    fn with(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, cookie.parse().unwrap())])
    }

    fn value(key: &hmac::Key) -> String {
        let cookie = begin(key, NOW).unwrap();
        let cookie = cookie.to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    #[test]
    fn a_session_holds_for_twelve_hours_under_its_key() {
        let cookie = with(&format!("theme=dark; {}", value(&key(1))));
        let hours = |hours: i64| WallTime(NOW.0 + hours * 3_600_000);
        assert!(holds(&key(1), &cookie, NOW));
        assert!(holds(&key(1), &cookie, hours(11)));
        assert!(!holds(&key(1), &cookie, hours(12)));
        assert!(!holds(&key(2), &cookie, NOW));
    }

    #[test]
    fn scripts_and_other_sites_do_not_get_the_cookie() {
        let cookie = begin(&key(1), NOW).unwrap();
        let cookie = cookie.to_str().unwrap();
        for attribute in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"] {
            assert!(cookie.split("; ").any(|part| part == attribute));
        }
        assert_ne!(value(&key(1)), value(&key(1)), "two sessions are two");
    }

    #[test]
    fn a_cookie_that_was_changed_is_worth_nothing() {
        let good = value(&key(1));
        for at in COOKIE_NAME.len() + 1..good.len() {
            let mut bad = good.clone().into_bytes();
            *bad.get_mut(at).unwrap() ^= 1;
            let Ok(bad) = String::from_utf8(bad) else {
                continue;
            };
            if bad.parse::<HeaderValue>().is_err() {
                continue;
            }
            assert!(!holds(&key(1), &with(&bad), NOW), "changed at {at}");
        }
        for bad in ["fabric_session=", "fabric_session=1.9999999999.", "x=y", ""] {
            assert!(!holds(&key(1), &with(bad), NOW), "{bad:?}");
        }
    }
}
