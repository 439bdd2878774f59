//! A path or standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Where a profile is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file, or anything else that has a path: a pipe, a device.
    Path(PathBuf),
    /// Standard input.
    StandardInput,
}

/// An input that is open.
pub(super) struct Opened {
    pub(super) input: Box<dyn Read + Send>,
    pub(super) size_bytes: Option<u64>,
    pub(super) modified_ms: Option<i64>,
}

/// An input could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is no such file.
    #[error("there is no such file")]
    NotFound,
    /// It is a folder.
    #[error("it is a directory: name a profile in it")]
    Directory,
    /// It may not be read.
    #[error("no permission to read it")]
    Permission,
    /// Something else.
    #[error("it cannot be opened: {0}")]
    Other(io::Error),
}

impl Source {
    /// `-` is standard input.
    pub fn from_argument(path: &Path) -> Source {
        if path.as_os_str() == "-" {
            Source::StandardInput
        } else {
            Source::Path(path.to_owned())
        }
    }

    /// What to call it.
    pub fn name(&self) -> String {
        match self {
            Source::Path(path) => path.display().to_string(),
            Source::StandardInput => "-".to_owned(),
        }
    }

    pub(super) fn open(&self) -> Result<Opened, OpenError> {
        let Source::Path(path) = self else {
            return Ok(Opened {
                input: Box::new(io::stdin()),
                size_bytes: None,
                modified_ms: None,
            });
        };
        let explain = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => OpenError::NotFound,
            io::ErrorKind::PermissionDenied => OpenError::Permission,
            _ => OpenError::Other(error),
        };
        let file = File::open(path).map_err(explain)?;
        let metadata = file.metadata().map_err(explain)?;
        if metadata.is_dir() {
            return Err(OpenError::Directory);
        }
        let modified_ms = metadata
            .modified()
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
            .and_then(|since| i64::try_from(since.as_millis()).ok());
        Ok(Opened {
            input: Box::new(file),
            size_bytes: metadata.is_file().then_some(metadata.len()),
            modified_ms,
        })
    }
}
