//! An open snapshot folder: the lock, and what is done under it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::archive_error::{ArchiveError, ArchiveErrorKind};
use super::name::{Extension, SnapshotName};
use super::retention::Removal;
use super::snapshot::{ORIGINALS, Snapshot, snapshots};
use super::stage::{Readers, Stage};
use super::{debris, free_space, pin};
use crate::limits;
use crate::load::series::Sidecar;

/// A snapshot folder that nobody else writes as long as this lives.
#[derive(Debug)]
pub struct Archive {
    folder: PathBuf,
    _lock: File,
}

/// The bytes as they came, to be kept beside a snapshot that was made of them.
#[derive(Debug)]
pub struct Original {
    /// The bytes.
    pub stage: Stage,
    /// What stands behind the name: the format.
    pub extension: String,
}

/// What was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The name it got.
    pub name: SnapshotName,
    /// Where it is.
    pub path: PathBuf,
}

const LOCK: &str = ".fabric-snapshot.lock";

/// How often a lock that another run holds is tried.
const LOCK_STEP: Duration = Duration::from_millis(20);

impl Archive {
    /// Opens a folder for writing and clears what crashes left there. A folder that is not there is made; while another run writes,
    /// `wait` is spent waiting.
    ///
    /// # Errors
    /// The folder cannot be made or written, or another run does not end.
    pub fn open(folder: &Path, wait: Duration) -> Result<Archive, ArchiveError> {
        let failed = |what| move |error| ArchiveError::from_io(folder, what, error);
        fs::create_dir_all(folder).map_err(|error| match error.kind() {
            // Something is there, and it is no folder.
            io::ErrorKind::AlreadyExists => ArchiveError::new(folder, ArchiveErrorKind::NotFolder),
            // As below /proc, which makes none.
            io::ErrorKind::NotFound => ArchiveError::new(
                folder,
                ArchiveErrorKind::Io {
                    what: "make the folder",
                    error,
                },
            ),
            _ => failed("make the folder")(error),
        })?;
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            // In a folder that others write too, a link may lie in wait, and what it points to would be emptied.
            .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits() as i32)
            .open(folder.join(LOCK))
            .map_err(failed("write the lock file"))?;
        let until = Instant::now() + wait;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < until => {
                    std::thread::sleep(LOCK_STEP);
                }
                Err(TryLockError::WouldBlock) => {
                    let kind = ArchiveErrorKind::Locked {
                        holder: holder(&mut lock),
                    };
                    return Err(ArchiveError::new(folder, kind));
                }
                Err(TryLockError::Error(error)) => return Err(failed("lock the folder")(error)),
            }
        }
        // Only for the message of whoever waits in vain.
        let _ = lock.set_len(0);
        let _ = lock.write_all(std::process::id().to_string().as_bytes());
        debris::clear(folder).map_err(failed("clear what a crash left"))?;
        Ok(Archive {
            folder: folder.to_owned(),
            _lock: lock,
        })
    }

    /// A new file for bytes that will become a snapshot.
    ///
    /// # Errors
    /// The folder cannot be written, or its disk is full.
    pub fn stage(&self) -> Result<Stage, ArchiveError> {
        Stage::new(&self.folder).map_err(self.failed("write a file"))
    }

    /// Names what an error of writing to a [`Stage`] is about.
    pub fn cannot_write(&self, error: io::Error) -> ArchiveError {
        self.failed("write a file")(error)
    }

    /// The snapshots that are there, in order of time.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn snapshots(&self) -> Result<Vec<Snapshot>, ArchiveError> {
        snapshots(&self.folder)
    }

    /// Stores a snapshot with everything that belongs to it. Where the name is taken, the time in it is counted on by milliseconds.
    ///
    /// # Errors
    /// The folder cannot be written. Then nothing of it is there.
    pub fn store(
        &self,
        stage: Stage,
        wanted: SnapshotName,
        mut sidecar: Sidecar,
        original: Option<Original>,
    ) -> Result<Stored, ArchiveError> {
        let name = self.free_name(wanted)?;
        let path = self.folder.join(name.to_string());
        let original = original.map(|original| {
            let inside = format!("{ORIGINALS}/{name}.{}", original.extension);
            sidecar.original = Some(inside.clone());
            (original.stage, self.folder.join(inside))
        });
        let stored = self.write(stage, name, &path, &sidecar, original);
        if stored.is_err() {
            // What is left is debris, and the next run clears it if this cannot.
            let _ = debris::clear(&self.folder);
        }
        stored.map_err(self.failed("write the snapshot"))?;
        Ok(Stored { name, path })
    }

    /// The snapshot's own name comes last: with it, everything is there.
    fn write(
        &self,
        stage: Stage,
        name: SnapshotName,
        path: &Path,
        sidecar: &Sidecar,
        original: Option<(Stage, PathBuf)>,
    ) -> io::Result<()> {
        let umask = umask();
        let readers = match name.extension {
            Extension::Pprof => Readers::Everyone,
            Extension::HeapSnapshot => Readers::Owner,
        };
        if let Some((original, path)) = original {
            let originals = self.folder.join(ORIGINALS);
            fs::create_dir_all(&originals)?;
            original.persist(&path, readers, umask)?;
            sync(&originals)?;
        }
        let json = sidecar.to_json().map_err(io::Error::other)?;
        free_space::check(&self.folder, json.len() as u64)?;
        let mut beside = Stage::new(&self.folder)?;
        beside.write_all(&json)?;
        beside.persist(&Sidecar::path(path), Readers::Everyone, umask)?;
        stage.persist(path, readers, umask)?;
        sync(&self.folder)
    }

    fn free_name(&self, wanted: SnapshotName) -> Result<SnapshotName, ArchiveError> {
        let is_free = |name: &SnapshotName| {
            let path = self.folder.join(name.to_string());
            let is_there = |path: &Path| fs::symlink_metadata(path).is_ok();
            !is_there(&path) && !is_there(&Sidecar::path(&path))
        };
        (0..limits::SAME_NAMES)
            .map(|later| SnapshotName {
                time_ms: wanted.time_ms.saturating_add(later),
                ..wanted
            })
            .find(is_free)
            .ok_or_else(|| ArchiveError::new(&self.folder, ArchiveErrorKind::NamesTaken))
    }

    /// Removes a snapshot with everything that belongs to it; `false` where it was pinned in the meantime and stays.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn remove(&self, removal: &Removal<'_>) -> Result<bool, ArchiveError> {
        let snapshot = removal.snapshot;
        if pin::is_pinned(&self.folder, snapshot.name) {
            return Ok(false);
        }
        // The snapshot goes first: what is left after a crash is debris.
        debris::remove(&snapshot.path)
            .and_then(|()| snapshot.beside.iter().try_for_each(|it| debris::remove(it)))
            .map_err(self.failed("remove a snapshot"))?;
        Ok(true)
    }

    fn failed(&self, what: &'static str) -> impl Fn(io::Error) -> ArchiveError {
        move |error| ArchiveError::from_io(&self.folder, what, error)
    }
}

/// Puts the names in a folder on the disk.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn holder(lock: &mut File) -> String {
    let mut text = String::new();
    let _ = lock.take(20).read_to_string(&mut text);
    match text.parse::<u32>() {
        Ok(pid) => pid.to_string(),
        Err(_) => "unknown".to_owned(),
    }
}

/// Which permissions this process withholds. Asking the system call would change them for a moment.
fn umask() -> u32 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("Umask:"));
    // Without /proc, nobody else gets to read it.
    line.and_then(|text| u32::from_str_radix(text.trim(), 8).ok())
        .unwrap_or(0o077)
}
