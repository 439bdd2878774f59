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

// What HTTP may hold (`http`).

/// Connections that are open at once, WebSockets among them.
pub const HTTP_CONNECTIONS: Bound = Bound {
    collection: "httpConnections",
    cap_entries: Some(4_096),
    cap_bytes: None,
    policy: "a further one is answered 503 and closed",
};
/// Refusals that are being written at once: connections beyond [`HTTP_CONNECTIONS`].
pub const HTTP_REFUSALS: Bound = Bound {
    collection: "httpRefusals",
    cap_entries: Some(256),
    cap_bytes: None,
    policy: "a further one is closed without an answer",
};
/// Answers that are on their way: what they keep alive until the last byte is written.
pub const HTTP_ANSWERS: Bound = Bound {
    collection: "httpAnswers",
    cap_entries: None,
    cap_bytes: Some(128 << 20),
    policy: "a request for more is answered 503",
};
/// Posted events that wait to be written.
pub const INGEST_QUEUE: Bound = Bound {
    collection: "ingestQueue",
    cap_entries: Some(20_000),
    cap_bytes: Some(16 << 20),
    policy: "a further post is answered 503 with Retry-After",
};
/// Keys of posted events that are kept, so that a repeated post is not written twice.
pub const INGEST_KEYS: Bound = Bound {
    collection: "ingestKeys",
    cap_entries: Some(10_000),
    cap_bytes: None,
    policy: "the one that was not posted for longest leaves",
};
/// Addresses from which wrong tokens came.
pub const HTTP_WRONG_TOKENS: Bound = Bound {
    collection: "httpWrongTokens",
    cap_entries: Some(4_096),
    cap_bytes: None,
    policy: "the address whose minute began first leaves",
};
/// Bytes of the head of a request: request line and headers. Beyond it the answer is 431.
pub const HTTP_HEAD_BYTES: usize = 16 << 10;
/// Headers of a request. Beyond it the answer is 431.
pub const HTTP_HEADERS: usize = 100;
/// Bytes of the body of a request. Beyond it the answer is 413.
pub const HTTP_BODY_BYTES: usize = 64 << 10;
/// Seconds within which the head of a request must be there, counted from the answer before it: also how long a connection may be idle.
pub const HTTP_HEAD_SECONDS: u64 = 10;
/// Seconds within which a request must be answered. Beyond it the answer is 408 or 503.
pub const HTTP_REQUEST_SECONDS: u64 = 10;
/// Seconds in which a client that makes the server wait must take [`HTTP_STALL_BYTES`]; else its connection is closed.
pub const HTTP_STALL_SECONDS: u64 = 10;
/// See [`HTTP_STALL_SECONDS`]: fewer would let a client that reads byte by byte keep an answer alive for days.
pub const HTTP_STALL_BYTES: usize = 64 << 10;
/// Bytes of a connection that wait in the kernel to be taken by the client: without it the kernel hides megabytes per client.
pub const HTTP_SEND_BUFFER_BYTES: usize = 64 << 10;
/// Events in one post to `/api/events/batch`.
pub const INGEST_BATCH: usize = 100;
/// Bytes after which a file of posted events is closed and the next one begun.
pub const INGEST_FILE_BYTES: u64 = 64 << 20;
/// Different wrong tokens that one address may try within a minute. Beyond it the answer is 429.
pub const WRONG_TOKENS_PER_MINUTE: usize = 10;
