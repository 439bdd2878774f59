//! Every bound of the live half: a number, what happens at it, and, in [`Usage`], its counters.

use serde::Serialize;

/// How much a collection may hold, and what happens when it is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bound {
    /// What is bounded: a stable name in camelCase, part of the JSON contract and of the metrics.
    pub collection: &'static str,
    /// At most so many entries.
    pub cap_entries: Option<u64>,
    /// At most so many bytes.
    pub cap_bytes: Option<u64>,
    /// What happens at the bound, in words.
    pub policy: &'static str,
}

/// What a collection holds, and what its bound has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Entries now.
    pub length: u64,
    /// Bytes now: those of the entries with all they own, and of the room kept for them.
    pub bytes: u64,
    /// Entries that left, were refused or were cut because of the bound since start.
    pub evictions: u64,
    /// The most entries there were at once.
    pub high_water_length: u64,
    /// The most bytes there were at once.
    pub high_water_bytes: u64,
}

/// A bound with its usage, as `GET /api/memory/bounds` shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct BoundReport {
    /// The bound.
    #[serde(flatten)]
    pub bound: Bound,
    /// What it did.
    #[serde(flatten)]
    pub usage: Usage,
}

// Tailer.

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
/// A line with more bytes is passed over.
pub const LINE_BYTES_DEFAULT: usize = 64 << 10;
/// How far back reading begins at start.
pub const TAIL_HISTORY_DEFAULT: std::time::Duration = std::time::Duration::from_hours(4);
/// How often the folder is looked through although nothing was heard of it.
pub const TAIL_POLL_DEFAULT: std::time::Duration = std::time::Duration::from_secs(2);
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
/// Names that are looked at between two turns of reading.
pub const TAIL_SCAN_STEP: usize = 1024;
/// Names that a burst of notifications may hold; with more, the whole folder is looked through.
pub const TAIL_WOKEN_NAMES: usize = 1024;
/// A state file with more bytes is not read.
pub const TAIL_STATE_BYTES: u64 = 64 << 20;
