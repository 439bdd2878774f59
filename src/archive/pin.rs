//! Pins: snapshots that are never pruned.
//!
//! A pin is an empty hidden file beside the snapshot, which is made and removed in one step, and which copies of the folder keep.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::archive_error::{ArchiveError, ArchiveErrorKind};
use super::name::SnapshotName;

/// Pins a snapshot or takes its pin off; `false` where it was so before.
///
/// # Errors
/// It is not a snapshot, or its folder cannot be written.
pub fn set_pinned(snapshot: &Path, is_pinned: bool) -> Result<bool, ArchiveError> {
    let failed = |kind| ArchiveError::new(snapshot, kind);
    let name = snapshot
        .file_name()
        .and_then(|name| name.to_str())
        .and_then(SnapshotName::parse)
        .ok_or_else(|| failed(ArchiveErrorKind::NotSnapshot))?;
    let metadata = fs::symlink_metadata(snapshot)
        .map_err(|error| ArchiveError::from_io(snapshot, "look at it", error))?;
    if !metadata.is_file() {
        return Err(failed(ArchiveErrorKind::NotSnapshot));
    }
    let folder = match snapshot.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let pin = path(folder, name);
    let done = match is_pinned {
        true => File::create_new(&pin).map(drop),
        false => fs::remove_file(&pin),
    };
    match done {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && is_pinned => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !is_pinned => Ok(false),
        Err(error) => Err(ArchiveError::from_io(folder, "write the pin", error)),
    }
}

pub(super) fn is_pinned(folder: &Path, name: SnapshotName) -> bool {
    fs::symlink_metadata(path(folder, name)).is_ok()
}

pub(super) fn path(folder: &Path, name: SnapshotName) -> PathBuf {
    folder.join(format!(".{name}.pin"))
}

/// The snapshot that a hidden file is the pin of.
pub(super) fn pinned_by(name: &str) -> Option<SnapshotName> {
    SnapshotName::parse(name.strip_prefix('.')?.strip_suffix(".pin")?)
}
