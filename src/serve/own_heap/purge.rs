//! Gives memory back that the allocator keeps for later.

use serde::Serialize;
use tikv_jemalloc_ctl::{Access, AsName, arenas};

use super::counters;

/// What this process held at one moment, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Held {
    /// Resident set of the process.
    pub rss_bytes: u64,
    /// Of the allocator's pages, those in physical memory.
    pub resident_bytes: u64,
    /// Pages that hold at least one allocation.
    pub active_bytes: u64,
}

/// What giving memory back did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Purged {
    /// Before.
    pub before: Held,
    /// After.
    pub after: Held,
    /// By how much the allocator's resident pages became fewer, in bytes.
    pub given_back_bytes: u64,
}

/// Gives back every unused page of every arena, at once instead of over the usual ten seconds and more. Blocks, for some milliseconds.
pub(super) fn purge() -> Purged {
    let before = held();
    for arena in 0..arenas::narenas::read().unwrap_or(0) {
        purge_arena(arena);
    }
    let after = held();
    Purged {
        before,
        after,
        given_back_bytes: before.resident_bytes.saturating_sub(after.resident_bytes),
    }
}

/// An arena that keeps unused pages for no time lets go of them at once (jemalloc(3), `arena.<i>.dirty_decay_ms`); then it keeps them for
/// as long as before. `arena.<i>.purge` does the same, but a call without a value has no safe wrapper.
fn purge_arena(arena: u32) {
    let no_time = |kind: &str| {
        let name = format!("arena.{arena}.{kind}_decay_ms\0");
        // One that was never used has nothing to give, and says so by an error.
        let usual: isize = name.as_bytes().name().update(0).ok()?;
        Some((name, usual))
    };
    // What is dirty becomes muzzy where that is kept for a while, so it is let go of in this order.
    let usual = ["muzzy", "dirty"].map(no_time);
    for (name, usual) in usual.into_iter().flatten() {
        // It was valid before.
        let _ = name.as_bytes().name().write(usual);
    }
}

fn held() -> Held {
    let allocator = counters::allocator();
    Held {
        rss_bytes: counters::resident_bytes().unwrap_or(0),
        resident_bytes: allocator.resident_bytes.unwrap_or(0),
        active_bytes: allocator.active_bytes.unwrap_or(0),
    }
}
