//! What is asked about a series: which snapshots count, what is judged, and how much of the answer is shown.

use std::num::NonZero;

use crate::analysis::frame_filter::FrameFilter;
use crate::analysis::granularity::Granularity;

/// What is asked about a series.
#[derive(Debug, Clone)]
pub struct SeriesQuestion {
    /// What the series is called in the statement: the folder, or the first and last file.
    pub title: String,
    /// Which of its snapshots count.
    pub choice: Choice,
    /// Name of the value type to judge; without one, bytes in use.
    pub sample_index: Option<String>,
    /// Which stacks and frames are seen.
    pub filter: FrameFilter,
    /// What a row of call paths that moved stands for.
    pub by: Granularity,
    /// How many rows to show; 0 shows all.
    pub top: usize,
    /// The memory ceiling to project to, in bytes; without one, that which the snapshots tell.
    pub limit: Option<u64>,
    /// How many snapshots are read at once.
    pub at_once: NonZero<usize>,
}

/// Which snapshots belong to the series.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// From this time on.
    pub since: Option<Moment>,
    /// Up to this time.
    pub until: Option<Moment>,
    /// The last so many.
    pub last: Option<u32>,
    /// Only this service: its program, or the beginning of its file names.
    pub service: Option<String>,
    /// Only the process with this id.
    pub pid: Option<u32>,
    /// Milliseconds from one snapshot to the next, where the files do not tell.
    pub interval: Option<i64>,
}

/// A time as the user gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Milliseconds since 1970.
    At(i64),
    /// Milliseconds before the last snapshot.
    BeforeLast(i64),
}
