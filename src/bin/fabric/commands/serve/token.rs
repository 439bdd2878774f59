//! Where the token comes from.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use fabric::limits;
use fabric::serve::http::Secret;

use crate::exit::Failure;

/// The name of the credential that `LoadCredential=auth-token:...` of a unit gives.
const CREDENTIAL: &str = "auth-token";

/// The token, if there is one, and whence.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) secret: Option<Secret>,
    pub(super) whence: Whence,
}

/// Where the token comes from.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Whence {
    File(PathBuf),
    Credential,
    Environment,
    Nowhere,
}

impl fmt::Display for Whence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Whence::File(path) => {
                let path = path.to_string_lossy();
                write!(f, "from the file {}", fabric::escape::terminal(&path))
            }
            Whence::Credential => write!(f, "from the credential {CREDENTIAL}"),
            Whence::Environment => f.write_str("from the environment variable FABRIC_AUTH_TOKEN"),
            Whence::Nowhere => f.write_str("none"),
        }
    }
}

/// Reads the token: from the file that was named, else from systemd's credential, else from the environment. Reading it again is how a
/// token is changed without a restart.
pub(super) fn read(file: Option<&Path>) -> Result<Token, Failure> {
    let found = |secret, whence| Token {
        secret: Some(secret),
        whence,
    };
    if let Some(path) = file {
        return Ok(found(from_file(path)?, Whence::File(path.to_owned())));
    }
    let credential = std::env::var_os("CREDENTIALS_DIRECTORY")
        .map(|folder| PathBuf::from(folder).join(CREDENTIAL))
        .filter(|path| path.is_file());
    if let Some(path) = credential {
        return Ok(found(from_file(&path)?, Whence::Credential));
    }
    match std::env::var("FABRIC_AUTH_TOKEN") {
        Ok(token) => {
            let secret = checked(&token, "the environment variable FABRIC_AUTH_TOKEN")?;
            Ok(found(secret, Whence::Environment))
        }
        Err(std::env::VarError::NotPresent) => Ok(Token {
            secret: None,
            whence: Whence::Nowhere,
        }),
        Err(std::env::VarError::NotUnicode(_)) => Err(Failure::usage(anyhow!(
            "the environment variable FABRIC_AUTH_TOKEN is not UTF-8"
        ))),
    }
}

fn from_file(path: &Path) -> Result<Secret, Failure> {
    let failed =
        |problem: String| Failure::usage(anyhow!("the token file {}: {problem}", path.display()));
    let length = std::fs::metadata(path)
        .map_err(|error| failed(error.to_string()))?
        .len();
    if length > limits::SECRET_FILE_BYTES {
        return Err(failed(format!("has {length} bytes: it is something else")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    checked(&text, &format!("the token file {}", path.display()))
}

fn checked(text: &str, whence: &str) -> Result<Secret, Failure> {
    Secret::new(text).map_err(|error| Failure::usage(anyhow!("{whence}: {error}")))
}
