//! What a crash leaves behind, and how it goes away.
//!
//! Only while the lock is held: what another run is writing looks the same.

use std::fs;
use std::io;
use std::path::Path;

use super::name::SnapshotName;
use super::pin;
use super::snapshot::{ORIGINALS, original_of};
use super::stage::{PREFIX, SUFFIX};
use crate::load::series::{SIDECAR_SCHEMA, Sidecar};

/// Removes unfinished files, and circumstances, originals and pins without their snapshot.
pub(super) fn clear(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            continue;
        };
        if is_debris(folder, name) && entry.file_type()?.is_file() {
            remove(&entry.path())?;
        }
    }
    let originals = folder.join(ORIGINALS);
    let entries = match fs::read_dir(&originals) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let owner = original_of(&entry.file_name().to_string_lossy());
        let is_orphan = owner.is_some_and(|owner| !is_there(&folder.join(owner)));
        if is_orphan && entry.file_type()?.is_file() {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn is_debris(folder: &Path, name: &str) -> bool {
    if name.starts_with(PREFIX) && name.ends_with(SUFFIX) {
        return true;
    }
    if let Some(snapshot) = pin::pinned_by(name) {
        return !is_there(&folder.join(snapshot.to_string()));
    }
    let Some(profile) = name.strip_suffix(".json") else {
        return false;
    };
    let profile_path = folder.join(profile);
    SnapshotName::parse(profile).is_some()
        && !is_there(&profile_path)
        // Somebody else's JSON of such a name is theirs.
        && matches!(Sidecar::read(&profile_path), Some(Ok(it)) if it.schema.as_deref() == Some(SIDECAR_SCHEMA))
}

fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Removes a file that may be gone already.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
