//! What may wait for WebSocket clients, and how long they have.

use std::time::Duration;

use super::bound::Bound;

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

/// Clients that were too slow and still have time to read why they are closed. They have no seat any more; what each still holds is the
/// rest of one frame.
pub const PARTING_CLIENTS: Bound = Bound {
    collection: "webSocketClientsParting",
    cap_entries: Some(256),
    cap_bytes: None,
    policy: "a further one is cut off at once",
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
/// How long a client that was too slow may take to read again and see why it is closed: a page that collects garbage or a program in a
/// debugger comes back within seconds, and the rest of one frame is little to keep for it. Then it is cut off.
pub const CLIENT_PARTING_LIMIT: Duration = Duration::from_secs(5);
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
