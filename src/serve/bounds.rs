//! Every bound of the live half: a number, what happens at it, and, in [`Usage`], its counters.

use std::time::Duration;

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

// The live room.

/// WebSocket clients at once; `--max-clients` sets another number.
pub const WEB_SOCKET_CLIENTS: Bound = Bound {
    collection: "webSocketClients",
    cap_entries: Some(1_000),
    cap_bytes: None,
    policy: "a further client is answered 503",
};

/// Changes kept for clients that have not had them yet. Eight MiB of messages are half a minute of 1,000 events a second; the rest of the
/// bytes are the events themselves, for clients with a filter, which the store keeps as well for the most part.
pub const LIVE_CHANGES: Bound = Bound {
    collection: "liveChanges",
    cap_entries: Some(65_536),
    cap_bytes: Some(24 << 20),
    policy: "the oldest leave; a client that has not had them is told of the gap and gets a new picture",
};

/// What may wait for one client.
pub const CLIENT_WAITING: Bound = Bound {
    collection: "webSocketClientWaiting",
    cap_entries: None,
    cap_bytes: Some(1 << 20),
    policy: "a client with more waiting for a second is closed with 1013",
};

/// Addresses whose connection rate is remembered.
pub const CONNECTING_ADDRESSES: Bound = Bound {
    collection: "connectingAddresses",
    cap_entries: Some(4_096),
    cap_bytes: None,
    policy: "the one that connected longest ago is forgotten",
};

/// How long more than [`CLIENT_WAITING`] may wait for a client: one that reads takes 5 MiB in a fraction of this even on a slow line's
/// local end, and one that does not costs the log nothing meanwhile.
pub const CLIENT_WAITING_GRACE: Duration = Duration::from_secs(1);
/// How long a client may take to read its first message and what it missed: they are in memory for it alone meanwhile.
pub const CLIENT_JOIN_LIMIT: Duration = Duration::from_secs(10);
/// How often a client is pinged: more often than proxies close silent connections, which is after a minute in most.
pub const CLIENT_PING_INTERVAL: Duration = Duration::from_secs(30);
/// A client that has sent nothing for so long, not even the answer to two pings, is closed with 1001.
pub const CLIENT_IDLE_LIMIT: Duration = Duration::from_secs(75);
/// How long a closed client may take to read what was written and to say goodbye.
pub const CLIENT_CLOSE_LIMIT: Duration = Duration::from_secs(1);
/// Largest message of a client, in bytes; a longer one closes it with 1009. The longest that makes sense is a filter.
pub const CLIENT_MESSAGE_BYTES: usize = 16 << 10;
/// Messages of a client in a second, over time; more close it with 1008.
pub const CLIENT_MESSAGES_PER_SECOND: u32 = 20;
/// Messages of a client at once.
pub const CLIENT_MESSAGES_BURST: u32 = 100;
/// Connections from one address in a second, over time; more are answered 429.
pub const CONNECTIONS_PER_SECOND: u32 = 20;
/// Connections from one address at once: a page with a few tabs, a fleet of tools behind one address.
pub const CONNECTIONS_BURST: u32 = 50;
/// Events in the first message, as in the system that this one replaces.
pub const RECENT_EVENTS: usize = 50;
/// Most bytes of recent events in a first message: 50 events are 16 KiB, and may be 3 MiB.
pub const RECENT_EVENTS_BYTES: usize = 512 << 10;
/// Most bytes of workers, and of collisions, in a message; those that were silent longest are left out, and their number is told.
pub const PICTURE_BYTES: usize = 1 << 20;
/// Events of one collision in a message; all of them are at `/api/collisions`.
pub const COLLISION_EVENTS_SHOWN: usize = 5;
/// What is handed to a client's socket at once, in bytes, and the most in a frame of several events. Larger ones save no system calls
/// worth counting: the socket's own buffer is this size.
pub const LIVE_CHUNK_BYTES: usize = 64 << 10;
/// The kernel's send buffer of a client, in bytes. Left alone it grows to 4 MiB, which a client that does not read would fill first.
pub const CLIENT_SEND_BUFFER_BYTES: usize = 64 << 10;
/// A first message made for one client serves all that join within this time, so that a storm of joins costs ten of them a second.
pub const OPENING_REUSE: Duration = Duration::from_millis(100);
/// Values of one part of a filter.
pub const FILTER_VALUES: usize = 32;
/// Characters of one value of a filter.
pub const FILTER_VALUE_CHARS: usize = 256;
