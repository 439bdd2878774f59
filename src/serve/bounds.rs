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

// Events.

/// A line is at most so long, without its newline; a longer one is passed over and counted. Also the most that can be posted as one event.
pub const EVENT_LINE_BYTES: usize = 64 * 1024;

/// A name that is used as a key of a map (worker, session, task, host, tool, state) is at most so long. A line with a longer worker is
/// rejected and counted; of the others a longer one stays in the event's JSON, but counts as absent everywhere else.
pub const EVENT_KEY_BYTES: usize = 256;

/// A path is at most so long, as on Linux (`PATH_MAX`). A longer one stays in the event's JSON, but counts as absent everywhere else.
pub const EVENT_PATH_BYTES: usize = 4096;

/// A value in an event is nested at most so deep; a line with a deeper one is rejected and counted. Readers of JSON go on to some depth, and
/// serde_json, with 128, is among the strictest; an answer adds a few to it.
pub const EVENT_DEPTH: usize = 64;

/// So much is shown of a line that was rejected.
pub const REJECTED_EXAMPLE_BYTES: usize = 200;
