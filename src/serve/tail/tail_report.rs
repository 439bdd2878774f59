//! What the tailer says of itself.

use serde::Serialize;

use crate::serve::bounds::BoundReport;

/// What the tailer says of itself.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TailReport {
    /// Files that are open and followed.
    pub files_followed: u64,
    /// Files whose place is remembered.
    pub files_known: u64,
    /// Whether no more files are followed because the process uses more memory than it may.
    pub paused_for_memory: bool,
    /// Whether the folder is there and can be read.
    pub folder_readable: bool,
    /// Whether everything that was there at start has been read.
    pub caught_up: bool,
    /// Bytes read since start.
    pub bytes_read: u64,
    /// Bytes that are in known files and not yet read.
    pub bytes_waiting: u64,
    /// Whole lines since start.
    pub lines: u64,
    /// Files that were replaced under their name, since start.
    pub rotations: u64,
    /// Files that were cut, since start: what was written between the last read and the cut is gone.
    pub truncations: u64,
    /// Files that went away, since start.
    pub vanished: u64,
    /// Bytes that went away before they were read, since start, as far as can be known: of files that were removed or forgotten.
    pub bytes_lost: u64,
    /// Files that were closed to follow others, since start.
    pub deactivations: u64,
    /// Times that the state file was written.
    pub state_saves: u64,
    /// What cannot be done now, and what was lost since start; newest last.
    pub problems: Vec<TailProblem>,
    /// The bounds of this room.
    #[serde(skip)]
    pub bounds: Vec<BoundReport>,
}

/// Something that could not be done, and the reading goes on without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TailProblem {
    /// The file or folder; foreign text.
    pub file: String,
    /// What went wrong, in words.
    pub problem: String,
    /// How often.
    pub count: u64,
}
