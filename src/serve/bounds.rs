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
// The store. Its byte caps together are at most 96 MiB.

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

const fn bound(
    collection: &'static str,
    cap_entries: u64,
    cap_bytes: u64,
    policy: &'static str,
) -> Bound {
    Bound {
        collection,
        cap_entries: Some(cap_entries),
        cap_bytes: Some(cap_bytes),
        policy,
    }
}

/// Events that are remembered.
pub const EVENTS: Bound = bound("events", 10_000, 64 * MIB, "the oldest leave");
/// The index of events by sequence number.
pub const SEQUENCE_INDEX: Bound = bound(
    "sequenceIndex",
    10_000,
    64 * KIB,
    "an entry leaves with its event",
);
/// Events that the hub has not yet taken to send them; they lie in the event log.
pub const PENDING_CHANGES: Bound = Bound {
    collection: "pendingChanges",
    cap_entries: Some(10_000),
    cap_bytes: None,
    policy: "those whose event left the log are lost, and their sequence numbers are missing",
};
/// Keys of events that were here.
pub const DEDUP_KEYS: Bound = bound(
    "dedupKeys",
    10_000,
    MIB,
    "the key that was not seen for longest leaves",
);
/// Workers, with the newest event of each.
pub const WORKERS: Bound = bound(
    "workers",
    1_000,
    4 * MIB,
    "the worker that was silent for longest leaves; each leaves after an hour of silence",
);
/// Files that workers have touched since their last completion.
pub const ACTIVE_FILES: Bound = bound(
    "activeFiles",
    1_000 * ACTIVE_PATHS_PER_WORKER as u64,
    3 * MIB,
    "200 per worker: its oldest leave; above half of the bytes a worker keeps what a thousandth of that half holds",
);
/// Folders of those.
pub const ACTIVE_DIRECTORIES: Bound = bound(
    "activeDirectories",
    1_000 * ACTIVE_PATHS_PER_WORKER as u64,
    MIB,
    "200 per worker: its oldest leave; above half of the bytes a worker keeps what a thousandth of that half holds",
);
/// What workers did lately, to see whether they get nowhere.
pub const WORKER_WINDOWS: Bound = bound(
    "workerWindows",
    1_000 * WINDOW_PER_WORKER as u64,
    2 * MIB,
    "64 per worker: its oldest leave",
);
/// Collisions on a file.
pub const FILE_COLLISIONS: Bound = bound(
    "fileCollisions",
    1_000,
    2 * MIB,
    "the one in which nothing happened for longest leaves; each leaves 5 minutes after it ended; 50 events each: the oldest leave",
);
/// Collisions on a task.
pub const BEAD_COLLISIONS: Bound = bound(
    "beadCollisions",
    1_000,
    2 * MIB,
    "the one in which nothing happened for longest leaves; each leaves 5 minutes after it ended; 50 events each: the oldest leave",
);
/// Collisions in a folder.
pub const DIRECTORY_COLLISIONS: Bound = bound(
    "directoryCollisions",
    1_000,
    MIB,
    "the one in which nothing happened for longest leaves; each leaves 5 minutes after it ended",
);
/// Files that were modified, for the heatmap.
pub const FILE_MODIFICATIONS: Bound = bound(
    "fileModifications",
    10_000,
    5 * MIB,
    "the file that was not modified for longest leaves; each leaves an hour after it was; 200 times and 32 workers each: the oldest leave",
);
/// Single modifications of those files, for collisions.
pub const RECENT_MODIFICATIONS: Bound = bound(
    "recentModifications",
    50_000,
    3 * MIB,
    "the oldest leave; 100 per file: its oldest leave; each leaves after 30 seconds",
);
/// Who was last seen with which task.
pub const BEAD_HOLDERS: Bound = bound(
    "beadHolders",
    2_000,
    512 * KIB,
    "the task that was not heard of for longest leaves; 16 workers each: the oldest leave",
);
/// Who was last seen in which folder.
pub const DIRECTORY_HOLDERS: Bound = bound(
    "directoryHolders",
    10_000,
    2 * MIB,
    "the folder that was not heard of for longest leaves; 16 workers each: the oldest leave",
);
/// When tasks began that have not ended.
pub const TASK_START_TIMES: Bound = bound(
    "taskStartTimes",
    10_000,
    3 * MIB / 2,
    "the one that was not heard of for longest leaves; each leaves 24 hours after it was heard of",
);
/// Errors that are the same but for numbers and names, with their newest events.
pub const ERROR_GROUPS: Bound = bound(
    "errorGroups",
    100,
    3 * MIB,
    "the oldest inactive leave until 80 are left, then the oldest; 20 events and 50 workers each: the oldest leave; above the bytes the oldest group gives up its events",
);
/// Lines that are no events, by reason.
pub const REJECTED_LINES: Bound = bound(
    "rejectedLines",
    16,
    16 * KIB,
    "one example for each reason, cut at 256 bytes",
);
/// Seconds of which the number of events is known.
pub const RATE_WINDOW: Bound = bound("rateWindow", 60, 2 * KIB, "the oldest second leaves");
/// Samples of the memory of this process.
pub const MEMORY_SAMPLES: Bound = bound("memorySamples", 100, 16 * KIB, "the oldest leaves");
/// Workers on this machine whose memory is known.
pub const WORKER_MEMORY: Bound = bound(
    "workerMemory",
    1_000,
    256 * KIB,
    "the last ones of a sample are left out",
);

/// Targets whose verdict is told: this server and those that it watches. More cannot be watched.
pub const ASSESSMENTS: Bound = bound(
    "assessments",
    65,
    256 * KIB,
    "that of a further target is not told",
);
/// Alerts that are remembered, active and over.
pub const ALERTS: Bound = bound(
    "alerts",
    256,
    320 * KIB,
    "the one that was over first leaves; where all are active, a further one is not remembered and nobody is told of it",
);
/// What happened to alerts and was not yet taken by the hub.
pub const ALERTS_WAITING: Bound = bound(
    "alertChanges",
    256,
    48 * KIB,
    "the oldest leave, and nobody is told of them",
);
/// What is remembered of targets from verdict to verdict, to tell the end of a leak from a flicker.
pub const WATCHED_COURSES: Bound = bound(
    "watchedCourses",
    65,
    16 * KIB,
    "the verdicts on a further target make no alerts",
);
/// Most bytes of the sentence of an alert.
pub const ALERT_SUMMARY_BYTES: usize = 512;
/// Most bytes of what an alert rests on.
pub const ALERT_REASON_BYTES: usize = 1024;
/// Most bytes of the function that an alert blames.
pub const ALERT_NAME_BYTES: usize = 256;

/// Suspects that are told with a verdict; all of them are at `/api/memory/trend`.
pub const SUSPECTS_TOLD: usize = 5;

// Targets: folders of snapshots that are judged.

/// Questions about a target, or about two of its snapshots, that wait for their answer.
pub const TARGET_QUESTIONS: Bound = Bound {
    collection: "targetQuestions",
    cap_entries: Some(1_024),
    cap_bytes: None,
    policy: "for each target: a further one is answered 503",
};
/// The newest judgement of each target.
pub const JUDGEMENTS: Bound = bound(
    "judgements",
    65,
    64 * MIB,
    "a judgement beyond the bytes is given to those who wait for it and not kept: it is made anew for the next question",
);
/// Comparisons of two snapshots, with their flame graphs.
pub const COMPARED_PAIRS: Bound = bound(
    "comparedPairs",
    16,
    32 * MIB,
    "the one that was not asked for longest leaves",
);
/// Files of a target's folder that are judged: the newest. Those that are left out are told in the notes of the judgement.
pub const TARGET_FILES: usize = 1_000;
/// A larger file of a target's folder is not judged, nor taken of a service that is watched: a profile has some hundred kilobytes, the largest
/// some megabytes, and reading a heap snapshot takes about its size in memory.
pub const TARGET_FILE_BYTES: u64 = 32 * MIB;
/// Watched services that are asked for a snapshot at a time; each answer waits in a file until those before it are read and stored, one at a
/// time. A service whose turn comes later is asked later, and none twice at a time.
pub const TARGET_FETCHES: usize = 8;
/// Seconds that a watched service has for its answer, at least and at most: in between it has the time up to its next snapshot. What is not there
/// then is a failure, which is told and counted.
pub const TARGET_FETCH_SECONDS: (u64, u64) = (3, 30);
/// Bytes of files of a target's folder that are judged: the newest.
pub const TARGET_BYTES: u64 = 1024 * MIB;
/// Bytes of object files whose symbol tables one analysis looks up names in. They are mapped, and little of them is touched.
pub const TARGET_MODULE_BYTES: u64 = 512 * MIB;
/// Seconds within which a question about a target must be answered: reading a gigabyte of snapshots takes about as long. What is not ready then
/// goes on, and is there for the next who asks.
pub const TARGET_SECONDS: u64 = 60;
/// Reports that stay in the folder of saved ones.
pub const SAVED_REPORTS: usize = 50;

/// Files, and folders, that a worker is remembered to work on.
pub const ACTIVE_PATHS_PER_WORKER: usize = 200;
/// Newest events of a worker that are looked at to see whether it gets nowhere.
pub const WINDOW_PER_WORKER: usize = 64;
/// Events that a collision shows.
pub const EVENTS_PER_COLLISION: usize = 50;
/// Bytes that the events of one collision hold together.
pub const EVENT_BYTES_PER_COLLISION: usize = 256 * 1024;
/// Times of modifications that are remembered of a file.
pub const TIMES_PER_FILE: usize = 200;
/// Workers that are remembered of a file.
pub const WORKERS_PER_FILE: usize = 32;
/// Recent modifications that are remembered of a file.
pub const RECENT_PER_FILE: usize = 100;
/// Workers that are remembered to be at one task, or in one folder.
pub const HOLDERS_PER_KEY: usize = 16;
/// Groups of errors that are left when inactive ones leave.
pub const ERROR_GROUPS_AFTER_CLEANUP: usize = 80;
/// Events that a group of errors shows.
pub const EVENTS_PER_GROUP: usize = 20;
/// Workers that are remembered of a group of errors.
pub const WORKERS_PER_GROUP: usize = 50;
/// A larger event is not kept once more as the last one of its worker, in bytes.
pub const LAST_EVENT_BYTES: usize = 256 * 1024;

/// Every bound of the store.
pub const STORE: [Bound; 25] = [
    EVENTS,
    SEQUENCE_INDEX,
    PENDING_CHANGES,
    DEDUP_KEYS,
    WORKERS,
    ACTIVE_FILES,
    ACTIVE_DIRECTORIES,
    WORKER_WINDOWS,
    FILE_COLLISIONS,
    BEAD_COLLISIONS,
    DIRECTORY_COLLISIONS,
    FILE_MODIFICATIONS,
    RECENT_MODIFICATIONS,
    BEAD_HOLDERS,
    DIRECTORY_HOLDERS,
    TASK_START_TIMES,
    ERROR_GROUPS,
    REJECTED_LINES,
    RATE_WINDOW,
    MEMORY_SAMPLES,
    WORKER_MEMORY,
    ASSESSMENTS,
    ALERTS,
    ALERTS_WAITING,
    WATCHED_COURSES,
];
/// Events that wait at start to be put in the order of their times.
pub const BACKLOG: Bound = Bound {
    collection: "backlog",
    cap_entries: Some(32_768),
    cap_bytes: Some(16 << 20),
    policy: "the oldest is taken to be in its place, and goes on to the store",
};

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
/// While what was there at start is read, the file that is furthest back in time has its turn: with more files than this that wait, looking
/// for it would take longer than reading.
pub const TAIL_FILES_IN_ORDER: usize = 4096;
/// Names that are looked at between two turns of reading.
pub const TAIL_SCAN_STEP: usize = 1024;
/// Names that a burst of notifications may hold; with more, the whole folder is looked through.
pub const TAIL_WOKEN_NAMES: usize = 1024;
/// A state file with more bytes is not read.
pub const TAIL_STATE_BYTES: u64 = 64 << 20;
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
/// Heap profiles of the server itself that are asked for and not begun.
pub const OWN_HEAP_ASKS: Bound = Bound {
    collection: "ownHeapAsks",
    cap_entries: Some(64),
    cap_bytes: None,
    policy: "those for the same are one; a further one is answered 503 with Retry-After",
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
/// Seconds within which a heap profile of the server must be there: it waits for those before it, and for the disk.
pub const OWN_HEAP_SECONDS: u64 = 30;
/// Seconds that a profile of the processor may take, and takes where nobody says how many.
pub const PROCESSOR_PROFILE_SECONDS: u64 = 60;
/// See [`PROCESSOR_PROFILE_SECONDS`].
pub const PROCESSOR_PROFILE_SECONDS_USUAL: u64 = 30;
/// Events in one post to `/api/events/batch`.
pub const INGEST_BATCH: usize = 100;
/// Bytes after which a file of posted events is closed and the next one begun.
pub const INGEST_FILE_BYTES: u64 = 64 << 20;
/// Different wrong tokens that one address may try within a minute. Beyond it the answer is 429.
pub const WRONG_TOKENS_PER_MINUTE: usize = 10;

// What leaves the house (`alerts`).

/// Notifications that wait, on both ways out together.
pub const ALERT_QUEUE: Bound = Bound {
    collection: "alertQueue",
    cap_entries: Some(2 * ALERT_QUEUE_PER_WAY as u64),
    cap_bytes: Some(2 * ALERT_QUEUE_PER_WAY_BYTES as u64),
    policy: "64 per way out: its oldest is dropped",
};
/// Notifications that wait for the webhook, and for the command.
pub const ALERT_QUEUE_PER_WAY: usize = 64;
/// Bytes of those.
pub const ALERT_QUEUE_PER_WAY_BYTES: usize = 1 << 20;
/// From one try of the webhook to the next: five tries in about five minutes. Who does not answer for longer hears of it with the reminder.
pub const ALERT_PAUSES: [Duration; 4] = [
    Duration::from_secs(5),
    Duration::from_secs(20),
    Duration::from_secs(60),
    Duration::from_secs(180),
];
/// A receiver that asks for a longer pause gets this one.
pub const ALERT_RETRY_AFTER_LIMIT: Duration = Duration::from_mins(10);
/// How long one try of the webhook may take, from looking up its name to the last byte of its answer.
pub const ALERT_TRY_LIMIT: Duration = Duration::from_secs(10);
/// How long a command may take. Then it is killed, with all that it has started.
pub const ALERT_COMMAND_LIMIT: Duration = Duration::from_secs(30);
/// What is kept of the output of a command, to log it.
pub const ALERT_COMMAND_OUTPUT_BYTES: usize = 2048;
/// How long notifications that wait are tried when the server ends.
pub const ALERT_STOP_LIMIT: Duration = Duration::from_secs(2);
/// A file of alerts with more bytes is not read.
pub const ALERT_FILE_BYTES: u64 = 4 << 20;
