//! How the services whose heaps are watched are judged, as it was last told.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::analysis::trend::SeriesAssessment;
use crate::serve::time::WallTime;

/// The name of this server among the targets.
pub const SELF: &str = "self";

/// The verdict on one target: this server itself, or a service that is watched.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Assessment {
    /// The target: `self`, or the name that was given to it.
    pub target: Arc<str>,
    /// Where its snapshots come from, without secrets; nothing for this server itself.
    pub url: Option<String>,
    /// The folder of its snapshots; empty where there is none, which is told as null.
    #[serde(serialize_with = "null_where_empty")]
    pub folder: String,
    /// The verdict of `fabric trend`: `leaking`, `growing`, `stable` or `insufficient-data`.
    #[serde(serialize_with = "word")]
    pub assessment: SeriesAssessment,
    /// The verdict in one sentence, without when the limit is reached: that would be told as long as nothing new is known, and true only once.
    /// Foreign text.
    pub sentence: String,
    /// Snapshots it rests on.
    pub snapshots: usize,
    /// When the oldest of them was taken.
    pub oldest_snapshot_at: Option<WallTime>,
    /// When the newest of them was taken.
    pub newest_snapshot_at: Option<WallTime>,
    /// Bytes in use in the newest of them.
    pub inuse_bytes: Option<u64>,
    /// Growth of the heap in use, in bytes per hour.
    pub growth_bytes_per_hour: Option<f64>,
    /// Its 95 % interval.
    pub growth_interval95: Option<[f64; 2]>,
    /// Growth of the suspects together, in bytes per hour: what the heap does beside them is not in it.
    pub leak_bytes_per_hour: Option<f64>,
    /// Its 95 % interval.
    pub leak_interval95: Option<[f64; 2]>,
    /// The memory ceiling, in bytes.
    pub limit_bytes: Option<u64>,
    /// Hours until it is reached: the earliest and the latest with 95 % confidence; the latest may be never.
    pub hours_to_limit: Option<[Option<f64>; 2]>,
    /// What grows, the worst first; at most [`SUSPECTS_TOLD`](crate::serve::bounds::SUSPECTS_TOLD).
    pub suspects: Vec<SuspectBrief>,
    /// When it was judged.
    pub judged_at: WallTime,
    /// When this run last tried to have a snapshot, with or without success.
    pub last_scrape_at: Option<WallTime>,
    /// Why there is no newer snapshot, or no verdict; foreign text.
    pub problem: Option<String>,
}

fn null_where_empty<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    Some(text).filter(|it| !it.is_empty()).serialize(serializer)
}

fn word<S: Serializer>(assessment: &SeriesAssessment, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(assessment.name())
}

/// A target in a sentence, by its name.
pub fn spoken(target: &str) -> &str {
    match target {
        SELF => "this server",
        name => name,
    }
}

impl Assessment {
    /// Whether it is the verdict on this server itself.
    pub fn is_own(&self) -> bool {
        *self.target == *SELF
    }

    /// The target in a sentence; foreign text.
    pub fn spoken_name(&self) -> &str {
        spoken(&self.target)
    }

    /// What is wrong, without where it was asked: that is no news, and has no room.
    pub fn reason(&self) -> Option<&str> {
        let problem = self.problem.as_deref()?;
        let address = self.url.as_deref().unwrap_or_default();
        let reason = problem.strip_prefix(address).unwrap_or(problem);
        Some(reason.trim_start_matches(": "))
    }

    /// Whether the newest snapshot holds as much as the limit, or more.
    pub fn is_at_limit(&self) -> bool {
        let both = self.inuse_bytes.zip(self.limit_bytes);
        both.is_some_and(|(in_use, limit)| in_use >= limit)
    }

    /// Milliseconds from the oldest to the newest snapshot.
    pub(super) fn span_ms(&self) -> Option<i64> {
        let (oldest, newest) = self.oldest_snapshot_at.zip(self.newest_snapshot_at)?;
        Some(newest.since(oldest))
    }

    /// How fast it leaks, with the 95 % interval: the suspects together, or the heap where there are none.
    pub fn rate(&self) -> Option<(f64, [f64; 2])> {
        let of_suspects = self.leak_bytes_per_hour.zip(self.leak_interval95);
        let of_heap = self.growth_bytes_per_hour.zip(self.growth_interval95);
        of_suspects.or(of_heap)
    }
}

/// A call path that grows, in few words.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SuspectBrief {
    /// The function to blame; foreign text.
    pub function: String,
    /// `leaking` or `growing`.
    #[serde(serialize_with = "word")]
    pub assessment: SeriesAssessment,
    /// Bytes per hour.
    pub growth_bytes_per_hour: Option<f64>,
    /// Bytes in use in the newest snapshot.
    pub inuse_bytes: u64,
}
