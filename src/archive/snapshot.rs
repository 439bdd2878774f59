//! What lies in a snapshot folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::archive_error::ArchiveError;
use super::name::SnapshotName;
use super::pin;
use crate::load::series::Sidecar;

/// One snapshot of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Its name, which tells when and why.
    pub name: SnapshotName,
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// Size in bytes of everything that goes when it goes: itself, its circumstances, the bytes as they came.
    pub total_bytes: u64,
    /// Whether it is never pruned.
    pub is_pinned: bool,
}

/// The folder in a snapshot folder for bytes as they came.
pub(super) const ORIGINALS: &str = "originals";

/// The snapshots of a folder in order of time. Files of other names, links and folders are none.
///
/// # Errors
/// The folder cannot be read.
pub fn snapshots(folder: &Path) -> Result<Vec<Snapshot>, ArchiveError> {
    list(folder).map_err(|error| ArchiveError::from_io(folder, "read the folder", error))
}

fn list(folder: &Path) -> io::Result<Vec<Snapshot>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Some(name) = entry.file_name().to_str().and_then(SnapshotName::parse) else {
            continue;
        };
        let path = entry.path();
        // Not through a link: what it points to is somebody else's. One that is gone by now was removed by another run.
        let Ok(metadata) = fs::symlink_metadata(&path) else {
            continue;
        };
        if !metadata.is_file() {
            continue;
        }
        let beside: u64 = belongings(folder, &path, name)?
            .iter()
            .filter_map(|path| fs::symlink_metadata(path).ok())
            .map(|metadata| metadata.len())
            .sum();
        found.push(Snapshot {
            name,
            bytes: metadata.len(),
            total_bytes: metadata.len() + beside,
            is_pinned: pin::is_pinned(folder, name),
            path,
        });
    }
    found.sort_by_key(|snapshot| snapshot.name);
    Ok(found)
}

/// The other files of a snapshot, where they are: its circumstances, and the bytes as they came.
pub(super) fn belongings(
    folder: &Path,
    path: &Path,
    name: SnapshotName,
) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let sidecar = Sidecar::path(path);
    if fs::symlink_metadata(&sidecar).is_ok_and(|it| it.is_file()) {
        found.push(sidecar);
    }
    let originals = match fs::read_dir(folder.join(ORIGINALS)) {
        Ok(originals) => originals,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
        Err(error) => return Err(error),
    };
    for entry in originals {
        let entry = entry?;
        if original_of(&entry.file_name().to_string_lossy()) == Some(name.to_string())
            && entry.file_type()?.is_file()
        {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// The name of the snapshot that a file in [`ORIGINALS`] belongs to: the format stands behind it.
pub(super) fn original_of(name: &str) -> Option<String> {
    let end = name.find(".pb.gz.").map(|at| at + ".pb.gz".len())?;
    let name = name.get(..end)?;
    SnapshotName::parse(name).map(|name| name.to_string())
}
