//! Why a snapshot folder could not be read or written.

use std::io;
use std::path::Path;

use crate::limits;
use crate::units::Bytes;

/// Why a snapshot folder could not be read or written: which one, and what is wrong with it.
#[derive(Debug, thiserror::Error)]
#[error("{folder}: {kind}")]
pub struct ArchiveError {
    /// The folder, or the file in it; foreign text.
    pub folder: String,
    /// What is wrong.
    pub kind: ArchiveErrorKind,
}

/// What is wrong with a snapshot folder. Each message says what to do where there is something to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveErrorKind {
    /// There is no such folder or file.
    #[error("no such file or folder")]
    NotFound,
    /// A file where the folder belongs.
    #[error("is no folder")]
    NotFolder,
    /// The folder may not be written.
    #[error("permission denied: it belongs to user {owner}, and this is user {user}")]
    PermissionDenied {
        /// Numeric id of its owner.
        owner: u32,
        /// Numeric id of whoever tried.
        user: u32,
    },
    /// The file system is mounted read-only.
    #[error("is on a file system that is mounted read-only")]
    ReadOnly,
    /// There is no space.
    #[error("the disk is full: {} are free, and {} are left free on purpose: lower --max-bytes or --keep, or free some space",
        Bytes(*free), Bytes(limits::FREE_BYTES_LEFT))]
    DiskFull {
        /// Free bytes.
        free: u64,
    },
    /// Another run is writing.
    #[error(
        "another fabric snapshot (process {holder}) has been writing here for too long: look at that one, or give --timeout"
    )]
    Locked {
        /// Its process id, as far as it said.
        holder: String,
    },
    /// A name that is not one of a snapshot.
    #[error(
        "is not the name of a snapshot (heap-<epoch ms>-<trigger>.pb.gz or .heapsnapshot): `fabric snapshot --list` shows them"
    )]
    NotSnapshot,
    /// All names for one time are taken.
    #[error("holds too many snapshots of one millisecond: is the clock stopped?")]
    NamesTaken,
    /// Something else failed.
    #[error("cannot {what}: {error}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        #[source]
        error: io::Error,
    },
}

impl ArchiveErrorKind {
    /// The stable short name of this kind.
    pub fn name(&self) -> &'static str {
        match self {
            ArchiveErrorKind::NotFound => "not-found",
            ArchiveErrorKind::NotFolder => "not-folder",
            ArchiveErrorKind::PermissionDenied { .. } => "permission-denied",
            ArchiveErrorKind::ReadOnly => "read-only",
            ArchiveErrorKind::DiskFull { .. } => "disk-full",
            ArchiveErrorKind::Locked { .. } => "locked",
            ArchiveErrorKind::NotSnapshot => "not-snapshot",
            ArchiveErrorKind::NamesTaken => "names-taken",
            ArchiveErrorKind::Io { .. } => "io",
        }
    }
}

impl ArchiveError {
    pub(super) fn new(path: &Path, kind: ArchiveErrorKind) -> ArchiveError {
        ArchiveError {
            folder: path.to_string_lossy().into_owned(),
            kind,
        }
    }

    /// Names what the system said.
    pub(super) fn from_io(path: &Path, what: &'static str, error: io::Error) -> ArchiveError {
        let error = match error.downcast::<ArchiveErrorKind>() {
            Ok(kind) => return ArchiveError::new(path, kind),
            Err(error) => error,
        };
        let kind = match error.kind() {
            io::ErrorKind::NotFound => ArchiveErrorKind::NotFound,
            io::ErrorKind::NotADirectory => ArchiveErrorKind::NotFolder,
            io::ErrorKind::ReadOnlyFilesystem => ArchiveErrorKind::ReadOnly,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                ArchiveErrorKind::DiskFull {
                    free: super::free_space::free_bytes(path).unwrap_or(0),
                }
            }
            io::ErrorKind::PermissionDenied => ArchiveErrorKind::PermissionDenied {
                owner: owner_of_nearest(path),
                user: rustix::process::geteuid().as_raw(),
            },
            _ => ArchiveErrorKind::Io { what, error },
        };
        ArchiveError::new(path, kind)
    }
}

/// The owner of a path, or of the first folder above it that is there.
fn owner_of_nearest(path: &Path) -> u32 {
    use std::os::unix::fs::MetadataExt;
    path.ancestors()
        .map(|at| match at.as_os_str().is_empty() {
            true => Path::new("."),
            false => at,
        })
        .find_map(|at| std::fs::metadata(at).ok())
        .map_or(0, |metadata| metadata.uid())
}
