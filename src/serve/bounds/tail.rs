//! What may be followed, and how much of it is read at a time.

use std::time::Duration;

use super::bound::Bound;

/// Files that are open and followed. The number is the usual one, [`TailOptions`](crate::serve::tail::TailOptions) has the one that holds.
pub const FILES_FOLLOWED: Bound = Bound {
    collection: "filesFollowed",
    cap_entries: Some(FILES_FOLLOWED_DEFAULT as u64),
    cap_bytes: None,
    policy: "the least recently active is closed; its place is kept, and it is opened again when it grows",
};
/// Files whose place is remembered. The number is the usual one, [`TailOptions`](crate::serve::tail::TailOptions) has the one that holds.
pub const FILES_KNOWN: Bound = Bound {
    collection: "filesKnown",
    cap_entries: Some(FILES_KNOWN_DEFAULT as u64),
    cap_bytes: None,
    policy: "the one that was written to least recently is forgotten; when it is written to again, only what is new since the last look is read",
};
/// Kinds of problems that are remembered, by file and text.
pub const TAIL_PROBLEMS: Bound = Bound {
    collection: "tailProblems",
    cap_entries: Some(64),
    cap_bytes: None,
    policy: "the one that has not happened for longest is forgotten",
};
/// Files that are open and followed at most.
pub const FILES_FOLLOWED_DEFAULT: usize = 200;
/// Files whose place is remembered at most.
pub const FILES_KNOWN_DEFAULT: usize = 50_000;
/// How far back reading begins at start.
pub const TAIL_HISTORY_DEFAULT: Duration = Duration::from_hours(4);
/// How often the folder is looked through although nothing was heard of it.
pub const TAIL_POLL_DEFAULT: Duration = Duration::from_secs(2);
/// Above this resident memory, in bytes, no further file is opened.
pub const TAIL_RSS_LIMIT_DEFAULT: u64 = 400 << 20;
/// Activation begins again below this share of the limit, in percent: otherwise it would flutter.
pub const TAIL_RSS_RESUME_PERCENT: u64 = 90;
/// Bytes that are read of one file before the next one has its turn. One buffer of this size serves all files.
pub const TAIL_FILE_TURN_BYTES: usize = 256 << 10;
/// Bytes that are read of all files before the lines are handed over.
pub const TAIL_TURN_BYTES: usize = 1 << 20;
/// Files that are read from before the lines are handed over.
pub const TAIL_TURN_FILES: usize = 256;
/// While what was there at start is read, the file that is furthest back in time has its turn: with more files than this that wait, looking
/// for it would take longer than reading.
pub const TAIL_FILES_IN_ORDER: usize = 4096;
/// Names that are looked at between two turns of reading.
pub const TAIL_SCAN_STEP: usize = 1024;
/// Names that a burst of notifications may hold; with more, the whole folder is looked through.
pub const TAIL_WOKEN_NAMES: usize = 1024;
/// A state file with more bytes is not read.
pub const TAIL_STATE_BYTES: u64 = 64 << 20;
