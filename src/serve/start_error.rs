//! Why a server did not start.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a server did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The folder for its state cannot be used.
    #[error("the state folder {} cannot be used: {error}; name another one with --state-dir", folder.display())]
    State {
        /// The folder.
        folder: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Another server has the same folder for its state.
    #[error("another fabric serve has its state in {}: end it, or give this one a --state-dir of its own", folder.display())]
    Locked {
        /// The folder for the state.
        folder: PathBuf,
    },
    /// A thread or socket could not be had.
    #[error("the system gives no thread, socket or random numbers: {0}")]
    System(#[from] io::Error),
}
