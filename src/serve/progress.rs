//! Whether the hub and the reader of logs move, and how long the hub is away at a time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// When the parts of the pipeline last did something, for whoever must know that they have not stopped. On a clock that nobody sets.
#[derive(Debug)]
pub(super) struct Progress {
    began: Instant,
    /// Milliseconds since `began`.
    hub: AtomicU64,
    tail: AtomicU64,
    /// When the turn that the hub is in began, in microseconds since `began`; 0 between turns.
    turn: AtomicU64,
    /// The longest that the hub was away since each [`HubWatch`] began, in microseconds.
    longest_away: [AtomicU64; 2],
}

/// Whoever watches how long the hub is away from its messages. Each is one task.
#[derive(Debug, Clone, Copy)]
pub(super) enum HubWatch {
    /// While a heap profile is taken.
    Dump,
    /// From second to second.
    Second,
}

impl Progress {
    /// Both move now.
    pub(super) fn new() -> Progress {
        Progress {
            began: Instant::now(),
            hub: AtomicU64::new(0),
            tail: AtomicU64::new(0),
            turn: AtomicU64::new(0),
            longest_away: [AtomicU64::new(0), AtomicU64::new(0)],
        }
    }

    /// The longest since this was last asked for `watch` that the hub was away: in one turn, also the one it is in, or late for an
    /// appointment. Begins anew.
    pub(super) fn longest_away(&self, watch: HubWatch) -> Duration {
        let current = match self.turn.load(Ordering::Relaxed) {
            0 => 0,
            began => self.micros().saturating_sub(began),
        };
        let [dump, second] = &self.longest_away;
        let longest = match watch {
            HubWatch::Dump => dump,
            HubWatch::Second => second,
        };
        Duration::from_micros(current.max(longest.swap(0, Ordering::Relaxed)))
    }

    /// The hub begins a turn.
    pub(super) fn turn_begins(&self) {
        self.turn.store(self.micros(), Ordering::Relaxed);
    }

    /// The hub ends its turn.
    pub(super) fn turn_ends(&self) {
        let began = self.turn.swap(0, Ordering::Relaxed);
        self.was_away(self.micros().saturating_sub(began));
    }

    /// The hub had an appointment at `due`, and comes now.
    pub(super) fn was_late_since(&self, due: tokio::time::Instant) {
        self.was_away(u64::try_from(due.elapsed().as_micros()).unwrap_or(u64::MAX));
    }

    fn was_away(&self, micros: u64) {
        for longest in &self.longest_away {
            longest.fetch_max(micros, Ordering::Relaxed);
        }
    }

    /// Two of these a turn cost some tens of nanoseconds, and a turn takes hundreds of microseconds.
    fn micros(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// How long ago the part that is furthest behind moved.
    pub(super) fn age(&self) -> Duration {
        let hub = self.hub.load(Ordering::Relaxed);
        let oldest = hub.min(self.tail.load(Ordering::Relaxed));
        let now = self.began.elapsed();
        now.saturating_sub(Duration::from_millis(oldest))
    }

    /// The hub did something.
    pub(super) fn hub_moved(&self) {
        self.moved(&self.hub);
    }

    /// The reader of logs did something.
    pub(super) fn tail_moved(&self) {
        self.moved(&self.tail);
    }

    fn moved(&self, part: &AtomicU64) {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        part.store(now, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_that_is_furthest_behind_counts() {
        let progress = Progress {
            began: Instant::now() - Duration::from_secs(6),
            hub: AtomicU64::new(5_000),
            tail: AtomicU64::new(2_000),
            ..Progress::new()
        };
        assert_eq!(progress.age().as_secs(), 4);
        progress.moved(&progress.tail);
        assert_eq!(progress.age().as_secs(), 1);
        progress.moved(&progress.hub);
        assert_eq!(progress.age().as_secs(), 0);
    }

    #[test]
    fn the_longest_turn_since_the_watch_began_counts_also_the_one_that_is_under_way() {
        let progress = Progress {
            began: Instant::now() - Duration::from_secs(1),
            ..Progress::new()
        };
        let longest = || progress.longest_away(HubWatch::Dump);
        progress.was_away(7_000_000);
        assert_eq!(longest(), Duration::from_secs(7));
        assert_eq!(longest(), Duration::ZERO);
        progress.turn.store(200_000, Ordering::Relaxed);
        assert!(longest() >= Duration::from_millis(800));
        progress.turn_ends();
        progress.turn_begins();
        progress.turn_ends();
        assert!((800..7_000).contains(&longest().as_millis()));
        // The other one has not asked in the meantime.
        assert_eq!(
            progress.longest_away(HubWatch::Second),
            Duration::from_secs(7)
        );
    }
}
