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

/// Memory of this process that runs short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pressure {
    /// How short.
    pub level: PressureLevel,
    /// Resident set of this process, in bytes.
    pub resident_bytes: u64,
    /// What it may hold, in bytes, where there is a limit.
    pub limit_bytes: Option<u64>,
    /// What the fullest of its control groups uses less what the kernel can drop at once, in bytes, where one has a limit.
    pub working_set_bytes: Option<u64>,
    /// The limit of that group, in bytes: beyond it the kernel kills.
    pub max_bytes: Option<u64>,
}

/// How short memory runs; the worse is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PressureLevel {
    /// The resident set is above 80 % of the limit.
    MemoryPressure,
    /// A control group uses 95 % and more of what it may: the kernel is about to kill.
    OomRisk,
}

/// Whether the memory of this process rises: the second half of the last ten samples against the first, by 5 %.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MemoryTrend {
    /// There are fewer than three samples.
    #[default]
    Unknown,
    /// It does.
    Rising,
    /// It falls.
    Falling,
    /// Neither.
    Stable,
}

/// The last samples with what they say together.
#[derive(Debug, Clone, Default)]
pub struct MemoryHistory {
    /// Oldest first.
    pub samples: Vec<MemorySample>,
    /// Whether memory rises.
    pub trend: MemoryTrend,
    /// Mean resident set of the samples.
    pub avg_rss: u64,
    /// Largest resident set of the samples.
    pub max_rss: u64,
    /// Smallest resident set of the samples.
    pub min_rss: u64,
}
