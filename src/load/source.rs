//! A path or standard input.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::load_error::LoadErrorKind;

/// Where a profile is read from. Pipes and process substitution (`<(zcat x)`) work: nothing seeks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file, or anything else with a path that can be read.
    Path(PathBuf),
    /// Standard input.
    Stdin,
}

impl Source {
    /// The source an argument of the command line names; `-` is standard input.
    pub fn from_argument(argument: impl Into<OsString>) -> Source {
        let argument = argument.into();
        match argument.as_os_str() == OsStr::new("-") {
            true => Source::Stdin,
            false => Source::Path(argument.into()),
        }
    }

    /// The name to show; foreign text.
    pub fn name(&self) -> String {
        match self {
            Source::Path(path) => path.to_string_lossy().into_owned(),
            Source::Stdin => "standard input".to_owned(),
        }
    }

    /// The path, where it has one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Source::Path(path) => Some(path),
            Source::Stdin => None,
        }
    }

    pub(super) fn open(&self) -> Result<Opened, LoadErrorKind> {
        let Source::Path(path) = self else {
            return Ok(Opened {
                bytes: Box::new(io::stdin()),
                size: None,
                modified_ms: None,
            });
        };
        let file = File::open(path).map_err(LoadErrorKind::from_open)?;
        let metadata = file.metadata().map_err(LoadErrorKind::from_open)?;
        if metadata.is_dir() {
            return Err(LoadErrorKind::IsDirectory);
        }
        let is_file = metadata.is_file();
        Ok(Opened {
            bytes: Box::new(file),
            size: is_file.then_some(metadata.len()),
            modified_ms: is_file.then(|| modified_ms(&metadata)).flatten(),
        })
    }
}

/// An open source.
pub(super) struct Opened {
    pub(super) bytes: Box<dyn Read>,
    /// Size and time of change, where it is a file and not a pipe.
    pub(super) size: Option<u64>,
    pub(super) modified_ms: Option<i64>,
}

/// When a file was last changed, in milliseconds since 1970.
pub(super) fn modified_ms(metadata: &Metadata) -> Option<i64> {
    match metadata.modified().ok()?.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_millis()).ok(),
        Err(before) => i64::try_from(before.duration().as_millis())
            .ok()
            .map(|ms| -ms),
    }
}
