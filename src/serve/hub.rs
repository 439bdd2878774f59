//! The one task that owns the store.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::time::MissedTickBehavior;

use super::alerts::Announcer;
use super::intake::Batch;
use super::live::ChangeLog;
use super::store::{Assessment, Change, MemorySample, Pressure, Store, View, WorkerMemory};
use super::tail::TailReport;
use super::time::WallTime;

/// What the hub is told.
#[derive(Debug)]
pub(super) enum Message {
    /// Lines were read.
    Lines(Batch),
    /// The tailer says how it is.
    Tail(TailReport),
    /// A target was judged.
    Assessed(Box<Assessment>),
    /// The memory of this process and of workers was looked at.
    Memory(MemorySample, Vec<WorkerMemory>),
    /// Somebody wanted the memory of this process looked at out of turn.
    MemoryOutOfTurn(MemorySample),
    /// Memory runs short, or does not any more.
    Pressure(Option<Pressure>),
}

impl From<Batch> for Message {
    fn from(batch: Batch) -> Message {
        Message::Lines(batch)
    }
}

impl From<Assessment> for Message {
    fn from(assessment: Assessment) -> Message {
        Message::Assessed(Box::new(assessment))
    }
}

/// Messages that wait for the hub. Each batch comes from one read of at most some hundred KiB, so this bounds the bytes on the way, too.
pub(super) const WAITING_MESSAGES: usize = 8;

/// Changes are published together this often. It is what a person cannot see, and makes one frame of many events.
const PUBLISH: Duration = Duration::from_millis(20);

/// Publishing may take at most this share of the hub's time: under a flood, pictures become rarer and not the flood slower.
const PUBLISH_SHARE: u32 = 10;

/// How often the store lets go of what is old.
const TIDY: Duration = Duration::from_secs(1);

/// The one task that owns the store.
#[derive(Debug)]
pub(super) struct Hub {
    store: Store,
    views: watch::Sender<Arc<View>>,
    changes: Arc<ChangeLog>,
    announcer: Announcer,
    progress: Arc<Progress>,
}

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

    fn turn_begins(&self) {
        self.turn.store(self.micros(), Ordering::Relaxed);
    }

    fn turn_ends(&self) {
        let began = self.turn.swap(0, Ordering::Relaxed);
        self.was_away(self.micros().saturating_sub(began));
    }

    fn was_late_since(&self, due: tokio::time::Instant) {
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

    fn moved(&self, part: &AtomicU64) {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        part.store(now, Ordering::Relaxed);
    }
}

impl Hub {
    pub(super) fn new(
        store: Store,
        views: watch::Sender<Arc<View>>,
        changes: Arc<ChangeLog>,
        announcer: Announcer,
        progress: Arc<Progress>,
    ) -> Hub {
        Hub {
            store,
            views,
            changes,
            announcer,
            progress,
        }
    }

    /// Works until nobody can tell it anything any more, and publishes what it knows then.
    pub(super) async fn run(mut self, mut messages: mpsc::Receiver<Message>) {
        let mut tidy = tokio::time::interval(TIDY);
        tidy.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut publish_at = tokio::time::Instant::now();
        let mut is_dirty = true;
        // What has no changes has no appointment, and cannot be late for it.
        let mut due = publish_at;
        loop {
            tokio::select! {
                // In this order: under a flood of lines time still passes, and what is known is still shown.
                biased;
                at = tidy.tick() => {
                    self.progress.was_late_since(at);
                    self.progress.turn_begins();
                    let now = WallTime::now();
                    self.store.tidy(now);
                    self.progress.moved(&self.progress.hub);
                    due = due_from(is_dirty, due, publish_at);
                    is_dirty = true;
                }
                () = tokio::time::sleep_until(publish_at), if is_dirty => {
                    self.progress.was_late_since(due);
                    self.progress.turn_begins();
                    let took = self.publish();
                    publish_at = tokio::time::Instant::now() + PUBLISH.max(took * PUBLISH_SHARE);
                    is_dirty = false;
                }
                message = messages.recv() => match message {
                    Some(message) => {
                        self.progress.turn_begins();
                        self.take(message);
                        due = due_from(is_dirty, due, publish_at);
                        is_dirty = true;
                    }
                    None => break,
                },
            }
            self.progress.turn_ends();
        }
        self.publish();
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Lines(batch) => {
                let now = WallTime::now();
                for arrival in batch.events {
                    let heard = match arrival.is_backlog {
                        true => WallTime::of_backlog(now, arrival.event.ts()),
                        false => now,
                    };
                    self.store.ingest(arrival.event, heard);
                }
                for rejection in batch.rejections {
                    self.store.reject(rejection);
                }
            }
            Message::Tail(report) => {
                self.progress.moved(&self.progress.tail);
                self.store.set_tail(report);
            }
            Message::Assessed(assessment) => self.store.assess(*assessment, WallTime::now()),
            Message::Memory(sample, workers) => self.store.add_memory(sample, workers),
            Message::MemoryOutOfTurn(sample) => self.store.add_sample(sample),
            Message::Pressure(pressure) => self.store.set_pressure(pressure, WallTime::now()),
        }
    }

    /// First the picture, then what changed up to it: who joins between the two has seen the changes already.
    fn publish(&mut self) -> Duration {
        let began = Instant::now();
        let view = self.store.view(WallTime::now());
        self.views.send_replace(Arc::clone(&view));
        let changes = self.store.take_changes();
        if !changes.is_empty() {
            self.changes.publish(&changes, &view);
        }
        for change in &changes {
            if let Change::Alert(change) = change {
                self.announcer.tell(change);
            }
        }
        began.elapsed()
    }
}

/// When what is known should be published: at the next time for it, or at once where that has passed.
fn due_from(
    was_dirty: bool,
    due: tokio::time::Instant,
    publish_at: tokio::time::Instant,
) -> tokio::time::Instant {
    match was_dirty {
        true => due,
        false => publish_at.max(tokio::time::Instant::now()),
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
