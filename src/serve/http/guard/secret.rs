//! A token, kept out of everything that is printed.

use std::fmt;

/// Longer tokens would not fit beside the other headers of a request.
const MAX_BYTES: usize = 4_096;

/// A token, kept out of everything that is printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<str>);

/// Why a text is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// There is nothing in it.
    #[error(
        "the token is empty: write one into its file, for example the output of `openssl rand -hex 32`"
    )]
    Empty,
    /// It cannot stand in a header.
    #[error(
        "the token has characters that cannot stand in a header: use letters, digits and punctuation of ASCII, without spaces"
    )]
    Characters,
    /// It is too long for a header.
    #[error("the token is longer than 4096 bytes")]
    TooLong,
}

impl Secret {
    /// The token in `text`, without white space around it: files end with a newline.
    ///
    /// # Errors
    /// It cannot be used as one.
    pub fn new(text: &str) -> Result<Secret, SecretError> {
        let text = text.trim();
        if text.is_empty() {
            Err(SecretError::Empty)
        } else if text.len() > MAX_BYTES {
            Err(SecretError::TooLong)
        } else if text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Secret(text.into()))
        } else {
            Err(SecretError::Characters)
        }
    }

    /// The token itself.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_printed() {
        let secret = Secret::new("hunter2\n");
        assert_eq!(format!("{secret:?}"), "Ok(Secret(hidden))");
    }

    #[test]
    fn what_cannot_stand_in_a_header_is_no_token() {
        assert_eq!(Secret::new(" \n"), Err(SecretError::Empty));
        assert_eq!(Secret::new("two words"), Err(SecretError::Characters));
        assert_eq!(Secret::new("naïve"), Err(SecretError::Characters));
        assert_eq!(Secret::new(&"x".repeat(5_000)), Err(SecretError::TooLong));
        assert!(Secret::new("0f3c9a1b==").is_ok());
    }
}
