//! What may be read and kept of folders of snapshots.

use super::bound::{Bound, MIB, bound};

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
