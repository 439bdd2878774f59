//! The files of posted events: `http-ingest-<epoch ms>-<n>.jsonl`.
//!
//! A file is only ever appended to by the process that made it, so no line follows a torn one of a process that was killed. After an error
//! the file is left as it is and another one is begun. It is not cut back to its acknowledged length: whoever follows it may have read
//! beyond that, would take the cut for a truncation, and read everything before it once more. The lines of the failed group that did get into the
//! file count as events although their posts were refused; a client that posts them again with their sequence numbers changes nothing.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::PathBuf;

use crate::serve::bounds::INGEST_FILE_BYTES;
use crate::serve::time::WallTime;

/// Where files are made; in tests, one that fails.
pub(super) trait Disk {
    type File: DiskFile;
    /// Makes a file that is not there yet.
    fn create(&mut self, name: &str) -> io::Result<Self::File>;
    fn remove(&mut self, name: &str) -> io::Result<()>;
    /// Whether the file still stands under its name.
    fn is_in_place(&self, name: &str, file: &Self::File) -> bool;
}

/// A file that is appended to.
pub(super) trait DiskFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    fn sync(&mut self) -> io::Result<()>;
}

/// The files of posted events.
#[derive(Debug)]
pub(super) struct Journal<D: Disk> {
    disk: D,
    current: Option<Current<D::File>>,
    files: u64,
    /// Files that were left after an error.
    pub(super) abandoned: u64,
}

#[derive(Debug)]
struct Current<F> {
    name: String,
    file: F,
    /// Bytes that are acknowledged.
    length: u64,
}

impl<D: Disk> Journal<D> {
    pub(super) fn new(disk: D) -> Journal<D> {
        Journal {
            disk,
            current: None,
            files: 0,
            abandoned: 0,
        }
    }

    /// Appends whole lines; when it returns without error they are on the disk.
    pub(super) fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        let mut current = match self.current.take() {
            // Whoever tidies the folder may have moved or deleted it: what is written there now would not be read.
            Some(current) if self.disk.is_in_place(&current.name, &current.file) => current,
            _ => self.begin()?,
        };
        match current
            .file
            .append(lines)
            .and_then(|()| current.file.sync())
        {
            Ok(()) => {
                current.length += lines.len() as u64;
                if current.length < INGEST_FILE_BYTES {
                    self.current = Some(current);
                }
                Ok(())
            }
            Err(error) => {
                self.abandoned += 1;
                if current.length == 0 {
                    // A full disk would otherwise get a file for each attempt. If that fails too, an empty file stays: harmless.
                    let _ = self.disk.remove(&current.name);
                }
                Err(error)
            }
        }
    }

    /// The next line goes into a new file.
    pub(super) fn rotate(&mut self) {
        self.current = None;
    }

    fn begin(&mut self) -> io::Result<Current<D::File>> {
        // Another process may have begun one in the same millisecond, or the clock may have been set back.
        for _ in 0..100 {
            self.files += 1;
            let name = format!("http-ingest-{}-{}.jsonl", WallTime::now().0, self.files);
            match self.disk.create(&name) {
                Ok(file) => {
                    return Ok(Current {
                        name,
                        file,
                        length: 0,
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

/// A folder of the file system, made when it is missing.
#[derive(Debug)]
pub(super) struct Folder(pub(super) PathBuf);

impl Disk for Folder {
    type File = File;

    fn create(&mut self, name: &str) -> io::Result<File> {
        std::fs::create_dir_all(&self.0)?;
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            // Events hold prompts and paths.
            .mode(0o640)
            .open(self.0.join(name))?;
        // The name of the file is part of what must survive.
        File::open(&self.0)?.sync_all()?;
        Ok(file)
    }

    fn remove(&mut self, name: &str) -> io::Result<()> {
        std::fs::remove_file(self.0.join(name))
    }

    fn is_in_place(&self, name: &str, file: &File) -> bool {
        let named = std::fs::symlink_metadata(self.0.join(name));
        match (named, file.metadata()) {
            (Ok(named), Ok(open)) => (named.dev(), named.ino()) == (open.dev(), open.ino()),
            _ => false,
        }
    }
}

impl DiskFile for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}
