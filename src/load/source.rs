//! A path or standard input.

use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
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
        opened(file)
    }

    /// Opens what was a file when somebody looked.
    pub(super) fn open_file(&self) -> Result<Opened, LoadErrorKind> {
        match self {
            Source::Path(path) => opened(open_file(path).map_err(LoadErrorKind::from_open)?),
            Source::Stdin => self.open(),
        }
    }
}

/// Opens what was a file when somebody looked. A pipe that has taken its place since would keep its reader waiting for a writer.
pub(super) fn open_file(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        // Means nothing for files.
        .custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed())
        .open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("it is no file any more")),
    }
}

fn opened(file: File) -> Result<Opened, LoadErrorKind> {
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_pipe_that_took_the_place_of_a_file_keeps_nobody_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("heap.pb.gz");
        std::fs::write(&path, "x").unwrap();
        assert!(open_file(&path).is_ok());
        std::fs::remove_file(&path).unwrap();
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        let kind = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, &path, kind, mode, 0).unwrap();
        assert!(open_file(&path).is_err());
        assert!(Source::Path(path).open_file().is_err());
    }
}
