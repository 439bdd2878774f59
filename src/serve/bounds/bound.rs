//! How much a collection may hold, and what it does at that.

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

/// Bytes.
pub(super) const KIB: u64 = 1024;
/// Bytes.
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
