//! A series as it is judged: the values of its snapshots, and what was known beside each.

use super::judgement::Estimate;
use super::path_table::{PathTable, SnapshotValues};
use crate::analysis::granularity::Granularity;
use crate::units::{Per, Rate};

/// Snapshots in the order of time.
#[derive(Debug, Clone, Copy)]
pub struct Series<'s> {
    /// The call paths.
    pub table: &'s PathTable,
    /// The snapshots.
    pub snapshots: &'s [SnapshotValues],
    /// What was known beside each; as many as there are snapshots.
    pub circumstances: &'s [Circumstances],
    /// When each was taken, in hours from any origin; where no time is known, counted.
    pub times: &'s [f64],
    /// What growth is told for each of: hours, or snapshots where no time is known.
    pub per: Per,
    /// Whether the value is bytes.
    pub is_bytes: bool,
    /// The memory ceiling given by the user, in bytes.
    pub limit: Option<u64>,
    /// What a row of [`Trend::others`](super::Trend::others) is.
    pub by: Granularity,
}

/// What was known of the process when a snapshot was taken, beside the heap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// Resident size of the process, or what its runtime holds from the system, in bytes.
    pub resident_bytes: Option<u64>,
    /// The memory limit of its cgroup, in bytes.
    pub limit_bytes: Option<u64>,
    /// When the process started, in milliseconds since 1970.
    pub process_started_ms: Option<i64>,
    /// Process id.
    pub pid: Option<u32>,
}

impl Series<'_> {
    /// A growth as it is told.
    pub(super) fn rate(&self, value: f64) -> Rate {
        Rate {
            value,
            is_bytes: self.is_bytes,
            per: self.per,
        }
    }

    /// A growth as it is told, with its interval.
    pub(super) fn told(&self, growth: Estimate) -> String {
        self.rate(growth.value)
            .with_interval(growth.low, growth.high)
    }
}
