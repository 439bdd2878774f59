//! What may be remembered. The byte caps together are at most 96 MiB.

use super::bound::{Bound, KIB, MIB, bound};

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
/// Folders of the files that workers have touched since their last completion.
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
/// Single modifications of files, to see who modifies the same one.
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
    "one example for each reason, cut at 200 bytes",
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
