//! The memory of this process over time, and of workers on this machine.

use serde::Serialize;

use crate::serve::time::WallTime;

/// The memory of this process at one moment, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MemorySample {
    /// When it was taken.
    pub timestamp: WallTime,
    /// Resident set.
    pub rss: u64,
    /// What the program has asked the allocator for and not given back.
    pub heap_used: u64,
    /// Pages of the allocator that hold what is in use.
    pub heap_total: u64,
    /// Resident pages of the allocator that hold nothing in use, and its own records.
    pub external: u64,
    /// Address space that the allocator keeps without memory behind it.
    pub array_buffers: u64,
}

/// The memory of one worker's process at one moment, in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkerMemory {
    /// The worker.
    pub id: String,
    /// Its process.
    pub pid: u32,
    /// Resident set.
    pub rss_bytes: u64,
    /// The largest resident set so far.
    pub peak_rss_bytes: u64,
    /// What of it is swapped out.
    pub swap_bytes: u64,
}

/// The last samples with what they say together.
#[derive(Debug, Clone, Default)]
pub struct MemoryHistory {
    /// Oldest first.
    pub samples: Vec<MemorySample>,
    /// `rising`, `falling`, `stable` or `unknown`: the second half of the last ten samples against the first, by 5 %.
    pub trend: &'static str,
    /// Mean resident set of the samples.
    pub avg_rss: u64,
    /// Largest resident set of the samples.
    pub max_rss: u64,
    /// Smallest resident set of the samples.
    pub min_rss: u64,
}
