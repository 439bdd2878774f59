//! Why something that came was not kept.

use std::io;

use crate::archive::{Archive, ArchiveError};
use crate::capture::{CaptureError, CaptureErrorKind};

/// Why something that came was not kept: trouble with what came, or with the folder.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// What came is no heap profile, or only a part of one.
    #[error(transparent)]
    Source(CaptureError),
    /// The folder cannot be written.
    #[error(transparent)]
    Folder(#[from] ArchiveError),
}

impl KeepError {
    /// The stable short name of what is wrong.
    pub fn name(&self) -> &'static str {
        match self {
            KeepError::Source(error) => error.kind.name(),
            KeepError::Folder(error) => error.kind.name(),
        }
    }

    /// Names what is wrong with `source`, or with the archive where what came could not be written down.
    pub fn capturing(archive: &Archive, source: &str, kind: CaptureErrorKind) -> KeepError {
        match kind {
            CaptureErrorKind::Destination(error) => KeepError::writing(archive, error),
            kind => KeepError::Source(kind.of(source)),
        }
    }

    pub(super) fn writing(archive: &Archive, error: io::Error) -> KeepError {
        KeepError::Folder(archive.cannot_write(error))
    }
}
