//! How a receiver knows that a notification is from this server: an HMAC of when it was sent and what it says.

use std::fmt;
use std::sync::Arc;

use ring::hmac;

/// What notifications are signed with, kept out of everything that is printed.
#[derive(Clone)]
pub struct SigningKey(Arc<hmac::Key>);

/// Why a text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SigningKeyError {
    /// Anybody could guess it.
    #[error(
        "the secret has fewer than 16 bytes, which can be guessed: write one into its file, for example the output of `openssl rand -hex 32`"
    )]
    TooShort,
}

/// The least bytes of a secret.
const LEAST_BYTES: usize = 16;

impl SigningKey {
    /// The key in `text`, without white space around it: files end with a newline.
    ///
    /// # Errors
    /// It can be guessed.
    pub fn new(text: &[u8]) -> Result<SigningKey, SigningKeyError> {
        let text = text.trim_ascii();
        if text.len() < LEAST_BYTES {
            return Err(SigningKeyError::TooShort);
        }
        let key = hmac::Key::new(hmac::HMAC_SHA256, text);
        Ok(SigningKey(Arc::new(key)))
    }

    /// `sha256=` and the HMAC of `<seconds>.<body>` in hexadecimal digits. The time is part of what is signed, so that nobody can send an old
    /// notification again.
    pub(super) fn sign(&self, seconds: i64, body: &str) -> String {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(seconds.to_string().as_bytes());
        context.update(b".");
        context.update(body.as_bytes());
        let tag = context.sign();
        let digits: String = tag
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("sha256={digits}")
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_hmac_of_time_and_body() {
        let key = SigningKey::new(b"  0123456789abcdef0123456789abcdef\n").ok();
        let signed = key.map(|key| key.sign(1_800_000_000, r#"{"a":1}"#));
        // printf '1800000000.{"a":1}' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
        let expected = "sha256=d40e555bc2c1dae21953757b24b165a171698880732ac310a5c8cf0ab751abf2";
        assert_eq!(signed.as_deref(), Some(expected));
        assert!(matches!(
            SigningKey::new(b"short\n"),
            Err(SigningKeyError::TooShort)
        ));
    }
}
