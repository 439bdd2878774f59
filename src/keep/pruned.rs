//! What retention took out of a folder.

use crate::archive::{Archive, ArchiveError, Excess, Retention, SnapshotName};

/// A snapshot that was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pruned {
    /// Its name.
    pub name: SnapshotName,
    /// The bound it was beyond.
    pub excess: Excess,
}

/// Removes what is beyond the bounds, oldest first, but never `stored`, which was just written.
///
/// # Errors
/// The folder cannot be read or written.
pub fn prune(
    archive: &Archive,
    retention: &Retention,
    stored: Option<SnapshotName>,
    now_ms: i64,
) -> Result<Vec<Pruned>, ArchiveError> {
    let snapshots = archive.snapshots()?;
    let mut pruned = Vec::new();
    for removal in retention.removals(&snapshots, stored, now_ms) {
        if archive.remove(&removal)? {
            pruned.push(Pruned {
                name: removal.snapshot.name,
                excess: removal.excess,
            });
        }
    }
    Ok(pruned)
}
