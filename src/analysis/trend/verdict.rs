//! What a series shows: the verdict with its reasons, the suspects, and where it leads.

use super::judgement::{Estimate, Pattern};
use super::off_heap::OffHeap;
use super::projection::{Ceiling, Projection};
use super::runs::Runs;
use super::suspect::{PathRow, Suspect};

/// The verdict on a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SeriesAssessment {
    /// Too few snapshots, or too little in them.
    InsufficientData,
    /// Nothing grows that is not explained.
    Stable,
    /// Something grows that may yet settle.
    Growing,
    /// Something grows to the end, and nothing else explains it.
    Leaking,
}

impl SeriesAssessment {
    /// The word of JSON and of `--fail-on`.
    pub fn name(self) -> &'static str {
        match self {
            SeriesAssessment::InsufficientData => "insufficient-data",
            SeriesAssessment::Stable => "stable",
            SeriesAssessment::Growing => "growing",
            SeriesAssessment::Leaking => "leaking",
        }
    }
}

/// What a series shows. Rates are in the unit of the value, for each hour or snapshot ([`Series::per`](super::Series::per)).
#[derive(Debug, Clone)]
pub struct Trend {
    /// The verdict.
    pub assessment: SeriesAssessment,
    /// Why, each a sentence.
    pub evidence: Vec<String>,
    /// What to do next, each a sentence.
    pub recommendations: Vec<String>,
    /// The runs of the process.
    pub runs: Runs,
    /// The snapshots that were judged by: not those in which a restarted process was still coming up.
    pub judged: Vec<usize>,
    /// Growth of the whole heap as a straight line.
    pub growth: Option<Estimate>,
    /// Growth of all suspects together.
    pub suspect_growth: Option<Estimate>,
    /// Whether the heap as a whole grows, and no call path by enough to be seen.
    pub is_spread: bool,
    /// What the heap as a whole does.
    pub total_pattern: Pattern,
    /// The memory ceiling, where one is known.
    pub ceiling: Option<Ceiling>,
    /// Where this leads.
    pub projection: Option<Projection>,
    /// The call paths that carry the verdict, the fastest first.
    pub suspects: Vec<Suspect>,
    /// Other call paths that moved, those with the widest course first.
    pub others: Vec<PathRow>,
    /// How many judged call paths did not move.
    pub unmoved: usize,
    /// Whether many call paths follow a load, and by how much it went up and down: (lowest, highest), in parts of its mean.
    pub load: Option<(f64, f64)>,
    /// Memory outside the profiled heap that grows.
    pub off_heap: Option<OffHeap>,
    /// The slowest leak of a new call path that would be found 9 times in 10.
    pub minimum_detectable: Option<f64>,
}
