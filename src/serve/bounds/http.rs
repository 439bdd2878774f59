//! What HTTP may hold, and how long it takes.

use super::bound::Bound;

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
/// Bytes that a client must take within [`HTTP_STALL_SECONDS`]: fewer would let a client that reads byte by byte keep an answer alive for days.
pub const HTTP_STALL_BYTES: usize = 64 << 10;
/// Bytes of a connection that wait in the kernel to be taken by the client: without it the kernel hides megabytes per client.
pub const HTTP_SEND_BUFFER_BYTES: usize = 64 << 10;
/// Events in one post to `/api/events/batch`.
pub const INGEST_BATCH: usize = 100;
/// Bytes after which a file of posted events is closed and the next one begun.
pub const INGEST_FILE_BYTES: u64 = 64 << 20;
/// Different wrong tokens that one address may try within a minute. Beyond it the answer is 429.
pub const WRONG_TOKENS_PER_MINUTE: usize = 10;
