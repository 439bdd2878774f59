//! A file that is being written and has no name yet.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::free_space;
use crate::limits;

/// How names of unfinished files begin and end. `trend` passes over hidden files.
pub(super) const PREFIX: &str = ".fabric-snapshot-";
pub(super) const SUFFIX: &str = ".part";

/// Bytes on their way into the archive. Dropped, it leaves nothing behind.
///
/// Writing fails before the disk is full, so that the service that is looked after can go on.
#[derive(Debug)]
pub struct Stage {
    file: NamedTempFile,
    folder: PathBuf,
    written: u64,
    unchecked: u64,
}

/// Who may read what is stored, before the umask takes its share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    /// Profiles hold names of functions.
    Everyone,
    /// Heap snapshots hold every string of the process, passwords and all.
    Owner,
}

impl Stage {
    pub(super) fn new(folder: &Path) -> io::Result<Stage> {
        free_space::check(folder, 0)?;
        let file = tempfile::Builder::new()
            .prefix(PREFIX)
            .suffix(SUFFIX)
            .tempfile_in(folder)?;
        Ok(Stage {
            file,
            folder: folder.to_owned(),
            written: 0,
            unchecked: 0,
        })
    }

    /// Where the bytes are, to be read.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// How many bytes were written.
    pub fn bytes(&self) -> u64 {
        self.written
    }

    /// Gives the file its name once its bytes are on the disk; one that is there stays.
    pub(super) fn persist(self, path: &Path, readers: Readers, umask: u32) -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt;
        if readers == Readers::Everyone {
            let permissions = std::fs::Permissions::from_mode(0o666 & !umask);
            self.file.as_file().set_permissions(permissions)?;
        }
        self.file.as_file().sync_all()?;
        let file: File = self
            .file
            .persist_noclobber(path)
            .map_err(|error| error.error)?;
        drop(file);
        Ok(())
    }
}

impl Write for Stage {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.unchecked >= limits::FREE_SPACE_STEP {
            free_space::check(&self.folder, bytes.len() as u64)?;
            self.unchecked = 0;
        }
        let count = self.file.write(bytes)?;
        self.written += count as u64;
        self.unchecked += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
