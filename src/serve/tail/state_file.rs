//! Where reading stopped, kept between runs.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::cursor::Print;
use crate::serve::bounds::TAIL_STATE_BYTES;
use crate::serve::state_document;

const FORMAT: &str = "fabric tail state";
const VERSION: u32 = 1;

/// Where reading stopped.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SavedState {
    format: String,
    version: u32,
    /// The folder it is about.
    pub(super) folder: String,
    /// Set where not every file of the folder is listed: lines of others were read up to this time, in milliseconds since 1970. Where it
    /// is not set, a file that is not listed has not been read at all.
    pub(super) unlisted_since: Option<i64>,
    pub(super) files: Vec<SavedFile>,
}

/// Where reading of one file stopped.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SavedFile {
    pub(super) name: String,
    pub(super) device: u64,
    pub(super) inode: u64,
    pub(super) offset: u64,
    /// Whether the offset is any byte of the line to begin with, because the file was never opened.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) within_line: bool,
    /// When such a file was made, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) born: Option<i64>,
    pub(super) head: Print,
    pub(super) before: Print,
}

/// What became of the state of an earlier run.
#[derive(Debug)]
pub(super) enum Loaded {
    /// There is none.
    None,
    /// It can be used.
    State(SavedState),
    /// It is there, but of no use: why, and what was done with it.
    Problem(String),
}

impl SavedState {
    pub(super) fn new(folder: String, unlisted_since: Option<i64>) -> SavedState {
        SavedState {
            format: FORMAT.to_owned(),
            version: VERSION,
            folder,
            unlisted_since,
            files: Vec::new(),
        }
    }

    /// Reads the state of an earlier run about `folder`. One that cannot be used is moved aside, so that it can be looked at.
    pub(super) fn load(path: &Path, folder: &str) -> Loaded {
        let why = match state_document::read(path, TAIL_STATE_BYTES) {
            Ok(None) => return Loaded::None,
            Ok(Some(bytes)) => match serde_json::from_slice::<SavedState>(&bytes) {
                Ok(state) if state.format != FORMAT => "it is not a state file".to_owned(),
                Ok(state) if state.version != VERSION => {
                    format!("it has version {}, not {VERSION}", state.version)
                }
                Ok(state) if state.folder != folder => "it is about another folder".to_owned(),
                Ok(state) => return Loaded::State(state),
                Err(error) => error.to_string(),
            },
            Err(error) => error.to_string(),
        };
        Loaded::Problem(match state_document::set_aside(path) {
            Ok(()) => format!(
                "the places of the last run cannot be used, the file was moved aside: {why}"
            ),
            Err(error) => format!(
                "the places of the last run cannot be used: {why}; nor can the file be moved aside: {error}"
            ),
        })
    }

    /// Writes it, so that after a crash either this or the state before is there.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn save(&self, path: &Path) -> io::Result<()> {
        state_document::save(path, self)
    }
}
