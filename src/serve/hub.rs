//! The one task that owns the store.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::time::MissedTickBehavior;

use super::alerts::Announcer;
use super::intake::Batch;
use super::live::ChangeLog;
use super::progress::Progress;
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

impl From<TailReport> for Message {
    fn from(report: TailReport) -> Message {
        Message::Tail(report)
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
                    self.progress.hub_moved();
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
                self.progress.tail_moved();
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
