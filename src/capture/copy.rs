//! Bytes from a source to a destination, with a limit, and with the two sides' failures kept apart.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use super::capture_error::CaptureErrorKind;
use crate::load::LoadErrorKind;

const STEP_BYTES: usize = 64 * 1024;

/// Copies everything; gives the number of bytes. `broken` names what went wrong on the side of the source after so many bytes.
pub(super) fn copy(
    from: &mut dyn Read,
    to: &mut dyn Write,
    limit: u64,
    broken: impl Fn(io::Error, u64) -> CaptureErrorKind,
) -> Result<u64, CaptureErrorKind> {
    let mut buffer = vec![0; STEP_BYTES];
    let mut bytes = 0;
    loop {
        let count = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(broken(error, bytes)),
        };
        bytes += count as u64;
        if bytes > limit {
            return Err(CaptureErrorKind::TooLarge(limit));
        }
        to.write_all(&buffer[..count])
            .map_err(CaptureErrorKind::Destination)?;
    }
    to.flush().map_err(CaptureErrorKind::Destination)?;
    Ok(bytes)
}

/// Copies a file, or standard input where there is no path.
///
/// # Errors
/// It cannot be read, is larger than `limit` bytes, or `to` cannot be written.
pub fn copy_file(
    path: Option<&Path>,
    to: &mut dyn Write,
    limit: u64,
) -> Result<u64, CaptureErrorKind> {
    let unreadable = |error: io::Error, _| CaptureErrorKind::Read(error);
    let Some(path) = path else {
        return copy(&mut io::stdin().lock(), to, limit, unreadable);
    };
    let mut file = File::open(path)
        .map_err(|error| CaptureErrorKind::Content(LoadErrorKind::from_open(error)))?;
    let metadata = file.metadata().map_err(CaptureErrorKind::Read)?;
    if metadata.is_dir() {
        return Err(CaptureErrorKind::Content(LoadErrorKind::IsDirectory));
    }
    copy(&mut file, to, limit, unreadable)
}
