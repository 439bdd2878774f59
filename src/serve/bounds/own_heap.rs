//! What may be asked about the heap of this process.

use super::bound::Bound;

/// Heap profiles of the server itself that are asked for and not begun.
pub const OWN_HEAP_ASKS: Bound = Bound {
    collection: "ownHeapAsks",
    cap_entries: Some(64),
    cap_bytes: None,
    policy: "those for the same are one; a further one is answered 503 with Retry-After",
};
/// Seconds within which a heap profile of the server must be there: it waits for those before it, and for the disk.
pub const OWN_HEAP_SECONDS: u64 = 30;
/// Seconds that a profile of the processor may take.
pub const PROCESSOR_PROFILE_SECONDS: u64 = 60;
/// Seconds that a profile of the processor takes where nobody says how many.
pub const PROCESSOR_PROFILE_SECONDS_USUAL: u64 = 30;
