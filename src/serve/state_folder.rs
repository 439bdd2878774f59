//! The folder in which a server remembers things from run to run, taken as a whole for one process at a time: two servers that put heap
//! snapshots into one series would both be judged by it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use ring::digest::{SHA256, digest};

use super::alerts::AlertsFile;
use super::start_error::StartError;

/// What a server remembers, in its state folder.
#[derive(Debug)]
pub(super) struct StateFiles {
    /// How far the logs were read.
    pub(super) tail: PathBuf,
    /// Alerts.
    pub(super) alerts: AlertsFile,
}

/// The file that is locked as long as a server has the folder.
const LOCK: &str = "serve.lock";

/// Whether a server has the folder now.
///
/// # Errors
/// It cannot be found out.
pub fn is_taken(folder: &Path) -> io::Result<bool> {
    let lock = match File::options().write(true).open(folder.join(LOCK)) {
        Ok(lock) => lock,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    match lock.try_lock() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Takes the folder for this process alone, and says in which files the state of one folder of logs is.
pub(super) fn take(folder: &Path, source: &Path) -> Result<(File, StateFiles), StartError> {
    let unusable = |error| StartError::State {
        folder: folder.to_owned(),
        error,
    };
    std::fs::create_dir_all(folder).map_err(unusable)?;
    // The same folder under another name is the same folder; one that is not there yet has only its name.
    let source = std::path::absolute(source).map_err(unusable)?;
    let canonical = source.canonicalize().unwrap_or(source);
    let name = digest(&SHA256, canonical.as_os_str().as_encoded_bytes());
    let name: String = name
        .as_ref()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let lock = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(folder.join(LOCK))
        .map_err(unusable)?;
    match lock.try_lock() {
        Ok(()) => {
            let tail = folder.join(format!("tail-{name}.json"));
            let alerts = AlertsFile::new(folder.join(format!("alerts-{name}.json")));
            Ok((lock, StateFiles { tail, alerts }))
        }
        Err(TryLockError::WouldBlock) => Err(StartError::Locked {
            folder: folder.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(unusable(error)),
    }
}
