//! What may wait to be put in order.

use super::bound::Bound;

/// Events that wait at start to be put in the order of their times.
pub const BACKLOG: Bound = Bound {
    collection: "backlog",
    cap_entries: Some(32_768),
    cap_bytes: Some(16 << 20),
    policy: "the oldest is taken to be in its place, and goes on to the store",
};
