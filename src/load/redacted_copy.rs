//! A heap snapshot from where it lies, copied without the contents of its strings.

use std::io::{self, Read, Write};

use super::load_error::{LoadError, LoadErrorKind};
use super::loading::with_bytes;
use super::progress::Progress;
use super::source::Source;
use crate::formats::sniff::{self, Format};
use crate::formats::v8::{self, RedactError, Redacted};

/// Why a copy could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RedactedCopyError {
    /// The snapshot cannot be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The copy cannot be written.
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// Writes a copy of a heap snapshot to `output`, not compressed, as [`v8::redact`] does.
///
/// # Errors
/// The input cannot be loaded or is no heap snapshot; or the copy cannot be written.
pub fn redacted_copy(
    source: &Source,
    output: &mut dyn Write,
    hash: &dyn Fn(&[u8]) -> u64,
    progress: &Progress,
) -> Result<Redacted, RedactedCopyError> {
    let mut failed = None;
    let done = with_bytes(source, progress, |bytes| {
        let mut prefix = Vec::with_capacity(sniff::PREFIX_BYTES);
        (&mut *bytes)
            .take(sniff::PREFIX_BYTES as u64)
            .read_to_end(&mut prefix)
            .map_err(|error| LoadErrorKind::from_read(error.into()))?;
        match sniff::sniff(&prefix).map_err(LoadErrorKind::from_read)? {
            Format::V8HeapSnapshot => {}
            other => {
                return Err(LoadErrorKind::NoObjects {
                    format: other.name(),
                });
            }
        }
        match v8::redact(&mut prefix.as_slice().chain(bytes), output, hash) {
            Ok(done) => Ok(Some(done)),
            Err(RedactError::Read(error)) => Err(LoadErrorKind::from_read(error)),
            Err(RedactError::Write(error)) => {
                failed = Some(error);
                Ok(None)
            }
        }
    })?;
    match (done, failed) {
        (Some(done), None) => Ok(done),
        (_, failed) => Err(RedactedCopyError::Write(
            failed.unwrap_or_else(|| io::ErrorKind::WriteZero.into()),
        )),
    }
}
