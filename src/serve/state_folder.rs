//! The folder in which a server remembers things from run to run, taken for one process at a time.

use std::fs::{File, OpenOptions, TryLockError};
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

/// Takes the state of one folder of logs for this process alone, and says which files it is in.
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
        .open(folder.join(format!("tail-{name}.lock")))
        .map_err(unusable)?;
    match lock.try_lock() {
        Ok(()) => {
            let tail = folder.join(format!("tail-{name}.json"));
            let alerts = AlertsFile::new(folder.join(format!("alerts-{name}.json")));
            Ok((lock, StateFiles { tail, alerts }))
        }
        Err(TryLockError::WouldBlock) => Err(StartError::Locked {
            source_folder: canonical,
            folder: folder.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(unusable(error)),
    }
}
