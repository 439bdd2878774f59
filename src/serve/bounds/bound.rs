//! How much a collection may hold, and what it does at that.

use serde::Serialize;

use super::usage::Usage;

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

pub(super) const KIB: u64 = 1024;
pub(super) const MIB: u64 = 1024 * KIB;

/// The bound of a collection that has one in entries and one in bytes.
pub(super) const fn bound(
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
