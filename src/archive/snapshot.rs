//! What lies in a snapshot folder.

use std::collections::HashMap;
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
    /// The other files that go when it goes, where they are there.
    pub(super) beside: Vec<PathBuf>,
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
    let mut originals = originals(folder)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Some(name) = entry.file_name().to_str().and_then(SnapshotName::parse) else {
            continue;
        };
        let path = entry.path();
        // Not through a link: what it points to is somebody else's. One that is gone by now was removed by another run.
        let Some(bytes) = file_bytes(&path) else {
            continue;
        };
        let mut beside = originals.remove(&name.to_string()).unwrap_or_default();
        beside.push(Sidecar::path(&path));
        let total_bytes = bytes + beside.iter().filter_map(|it| file_bytes(it)).sum::<u64>();
        beside.push(pin::path(folder, name));
        found.push(Snapshot {
            name,
            bytes,
            total_bytes,
            is_pinned: pin::is_pinned(folder, name),
            path,
            beside,
        });
    }
    found.sort_by_key(|snapshot| snapshot.name);
    Ok(found)
}

/// The size of a file that is one, and no link to one.
fn file_bytes(path: &Path) -> Option<u64> {
    let metadata = fs::symlink_metadata(path).ok()?;
    metadata.is_file().then_some(metadata.len())
}

/// The bytes as they came, by the names of their snapshots.
fn originals(folder: &Path) -> io::Result<HashMap<String, Vec<PathBuf>>> {
    let mut found: HashMap<String, Vec<PathBuf>> = HashMap::new();
    let entries = match fs::read_dir(folder.join(ORIGINALS)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        if let Some(name) = original_of(&entry.file_name().to_string_lossy()) {
            found.entry(name).or_default().push(entry.path());
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
