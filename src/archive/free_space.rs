//! How much a disk still takes.

use std::io;
use std::path::Path;

use super::archive_error::ArchiveErrorKind;
use crate::limits;

/// Bytes that this user can still write on the file system of `path`, where the system tells.
pub(super) fn free_bytes(path: &Path) -> Option<u64> {
    let found = rustix::fs::statvfs(path).ok()?;
    // Some network and virtual file systems know no size, and say zero of zero.
    (found.f_blocks > 0).then(|| found.f_bavail.saturating_mul(found.f_frsize))
}

/// Refuses to write `bytes` more where too little would be left.
pub(super) fn check(path: &Path, bytes: u64) -> io::Result<()> {
    match free_bytes(path) {
        Some(free) if free < bytes.saturating_add(limits::FREE_BYTES_LEFT) => {
            Err(io::Error::other(ArchiveErrorKind::DiskFull { free }))
        }
        _ => Ok(()),
    }
}
