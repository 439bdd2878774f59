//! Which snapshots have to go.

use super::name::SnapshotName;
use super::snapshot::Snapshot;

/// How much is kept; nothing of a kind is no bound of that kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    /// So many snapshots that are not pinned.
    pub keep: Option<usize>,
    /// Snapshots of the last milliseconds.
    pub max_age_ms: Option<i64>,
    /// So many bytes in total, pinned snapshots and everything beside snapshots included.
    pub max_bytes: Option<u64>,
}

/// The bound that a snapshot is beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excess {
    /// It is too old.
    Age,
    /// There are too many.
    Count,
    /// They are too large together.
    Bytes,
}

impl Excess {
    /// The stable short name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Excess::Age => "max-age",
            Excess::Count => "keep",
            Excess::Bytes => "max-bytes",
        }
    }
}

/// A snapshot that has to go, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removal<'s> {
    /// The snapshot.
    pub snapshot: &'s Snapshot,
    /// The bound it is beyond.
    pub excess: Excess,
}

impl Retention {
    /// What is kept where nobody says otherwise: a day's worth of snapshots every half an hour, within what a small disk can spare.
    pub const USUAL: Retention = Retention {
        keep: Some(50),
        max_age_ms: Some(30 * 86_400_000),
        max_bytes: Some(10 << 30),
    };

    /// What has to go of `snapshots`, oldest first. The newest never goes, nor does one that is pinned, nor `stored`, which was just
    /// written and is not the newest where the clock jumped back.
    pub fn removals<'s>(
        &self,
        snapshots: &'s [Snapshot],
        stored: Option<SnapshotName>,
        now_ms: i64,
    ) -> Vec<Removal<'s>> {
        let mut oldest_first: Vec<&Snapshot> = snapshots.iter().collect();
        oldest_first.sort_by_key(|snapshot| snapshot.name);
        let newest = oldest_first.last().map(|snapshot| snapshot.name);
        let may_go = |snapshot: &Snapshot| {
            !snapshot.is_pinned && Some(snapshot.name) != newest && Some(snapshot.name) != stored
        };
        // Each is counted once and leaves the counts when it goes: what one bound takes does not count for the next.
        let mut count = snapshots.iter().filter(|it| !it.is_pinned).count();
        let mut bytes: u64 = snapshots.iter().map(|it| it.total_bytes).sum();
        let mut removals = Vec::new();
        for snapshot in oldest_first {
            if !may_go(snapshot) {
                continue;
            }
            let age = now_ms.saturating_sub(snapshot.name.time_ms);
            let excess = if self.max_age_ms.is_some_and(|most| age > most) {
                Excess::Age
            } else if self.keep.is_some_and(|most| count > most) {
                Excess::Count
            } else if self.max_bytes.is_some_and(|most| bytes > most) {
                Excess::Bytes
            } else {
                // What follows is newer, so no bound holds for it either.
                break;
            };
            count -= 1;
            bytes = bytes.saturating_sub(snapshot.total_bytes);
            removals.push(Removal { snapshot, excess });
        }
        removals
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::{Extension, Trigger};

    fn snapshot(time_ms: i64, total_bytes: u64) -> Snapshot {
        let name = SnapshotName {
            time_ms,
            trigger: Trigger::Periodic,
            extension: Extension::Pprof,
        };
        Snapshot {
            name,
            path: name.to_string().into(),
            bytes: total_bytes,
            total_bytes,
            is_pinned: false,
            beside: Vec::new(),
        }
    }

    fn gone(retention: Retention, snapshots: &[Snapshot], now_ms: i64) -> Vec<(i64, &'static str)> {
        retention
            .removals(snapshots, None, now_ms)
            .iter()
            .map(|it| (it.snapshot.name.time_ms, it.excess.name()))
            .collect()
    }

    #[test]
    fn oldest_go_first_and_each_counts_once() {
        let ten: Vec<Snapshot> = (1..=10).map(|at| snapshot(at * 100, 10)).collect();
        let keep = Retention {
            keep: Some(7),
            ..Retention::default()
        };
        assert_eq!(
            gone(keep, &ten, 1000),
            [(100, "keep"), (200, "keep"), (300, "keep")]
        );
        // Three are too old, and the seven that stay are neither too many nor too large: the replaced system counted the three
        // again and removed more.
        let all = Retention {
            keep: Some(7),
            max_age_ms: Some(650),
            max_bytes: Some(70),
        };
        assert_eq!(
            gone(all, &ten, 1000),
            [(100, "max-age"), (200, "max-age"), (300, "max-age")]
        );
        let small = Retention {
            max_bytes: Some(25),
            ..all
        };
        assert_eq!(gone(small, &ten, 1000).len(), 8);
        assert!(gone(Retention::default(), &ten, i64::MAX).is_empty());
    }

    #[test]
    fn the_newest_and_pinned_ones_never_go() {
        let nothing = Retention {
            keep: Some(0),
            max_age_ms: Some(0),
            max_bytes: Some(0),
        };
        let mut three = vec![snapshot(1, 5), snapshot(2, 5), snapshot(3, 5)];
        three[0].is_pinned = true;
        assert_eq!(gone(nothing, &three, 1000), [(2, "max-age")]);
        assert!(gone(nothing, &three[2..], 1000).is_empty());
        assert!(gone(nothing, &[], 1000).is_empty());
        // Pins are on top of what is kept, and count in bytes.
        let two = Retention {
            keep: Some(2),
            ..Retention::default()
        };
        assert!(gone(two, &three, 1000).is_empty());
        let bytes = Retention {
            max_bytes: Some(10),
            ..Retention::default()
        };
        assert_eq!(gone(bytes, &three, 1000), [(2, "max-bytes")]);
    }

    #[test]
    fn what_was_just_written_stays_when_the_clock_jumped_back() {
        let three = [snapshot(1, 5), snapshot(500, 5), snapshot(600, 5)];
        let one = Retention {
            keep: Some(1),
            ..Retention::default()
        };
        let removals = one.removals(&three, Some(three[0].name), 2);
        let times: Vec<i64> = removals.iter().map(|it| it.snapshot.name.time_ms).collect();
        assert_eq!(times, [500]);
        // What is in the future has no age.
        let young = Retention {
            max_age_ms: Some(1),
            ..Retention::default()
        };
        assert!(gone(young, &three, 2).is_empty());
    }
}
