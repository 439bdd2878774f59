//! What a line, and an event, may be.

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
