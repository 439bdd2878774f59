//! The one task that takes heap profiles of this process: when it is time, and when somebody asks. One at a time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::MissedTickBehavior;

use super::dump_costs::{DumpCost, DumpCosts};
use super::failure::OwnHeapFailure;
use super::snapshots::{self, Dumped, OwnSnapshots};
use crate::archive::{Stored, Trigger};
use crate::serve::beside::beside;
use crate::serve::bounds::OWN_HEAP_ASKS;
use crate::serve::progress::{HubWatch, Progress};
use crate::serve::targets::{LastTry, Trouble};
use crate::serve::time::WallTime;

/// Whoever wants to know what became of it; several may have asked for the same.
pub(super) type Answer<T> = oneshot::Sender<Result<T, Arc<OwnHeapFailure>>>;

/// What is asked for.
#[derive(Debug)]
pub(super) enum Ask {
    /// A snapshot in the folder; nobody may wait for it.
    Snapshot(Trigger, Option<Answer<Stored>>),
    /// A profile, for an answer.
    Profile(Answer<Bytes>),
}

/// The one task that takes heap profiles of this process.
pub(super) struct SnapshotClock {
    pub(super) options: Option<OwnSnapshots>,
    pub(super) progress: Arc<Progress>,
    pub(super) costs: Arc<Mutex<DumpCosts>>,
    /// Told why there is no newer snapshot, and that there is one again.
    pub(super) last_try: watch::Sender<LastTry>,
}

/// As many as may wait.
pub(super) fn asks() -> (mpsc::Sender<Ask>, mpsc::Receiver<Ask>) {
    let cap = OWN_HEAP_ASKS
        .cap_entries
        .and_then(|cap| usize::try_from(cap).ok());
    mpsc::channel(cap.unwrap_or(1).max(1))
}

pub(super) fn locked(costs: &Mutex<DumpCosts>) -> MutexGuard<'_, DumpCosts> {
    costs.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SnapshotClock {
    pub(super) async fn run(
        self,
        mut asked: mpsc::Receiver<Ask>,
        mut stopping: watch::Receiver<bool>,
    ) {
        // Without a folder there is no next time.
        let interval = self.options.as_ref().map(|options| options.interval);
        let mut turns = interval.map(|interval| {
            let first = tokio::time::Instant::now() + interval;
            let mut turns = tokio::time::interval_at(first, interval);
            turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
            turns
        });
        let mut waiting = VecDeque::new();
        self.expect_next(interval);
        loop {
            let next_turn = async {
                match &mut turns {
                    Some(turns) => turns.tick().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = stopping.wait_for(|stop| *stop) => return,
                _ = next_turn => {
                    self.expect_next(interval);
                    waiting.push_back(Ask::Snapshot(Trigger::Periodic, None));
                }
                ask = asked.recv() => match ask {
                    Some(ask) => waiting.push_back(ask),
                    None => return,
                },
            }
            while let Some(ask) = waiting.pop_front() {
                // Whoever asked before it begins is served by it, too.
                while let Ok(ask) = asked.try_recv() {
                    waiting.push_back(ask);
                }
                match ask {
                    Ask::Snapshot(trigger, answer) => {
                        let mut answers = vec![answer];
                        answers.extend(same_trigger(&mut waiting, trigger));
                        self.snapshot(trigger, answers).await;
                    }
                    Ask::Profile(answer) => {
                        let mut answers = vec![answer];
                        answers.extend(profiles(&mut waiting));
                        self.profile(answers).await;
                    }
                }
            }
        }
    }

    async fn snapshot(&self, trigger: Trigger, answers: Vec<Option<Answer<Stored>>>) {
        let taken = match self.options.clone() {
            Some(options) => {
                self.measured(move || snapshots::take(&options, trigger))
                    .await
            }
            None => Err(OwnHeapFailure::NoFolder),
        };
        match &taken {
            Ok(stored) => {
                tracing::info!(name = %stored.name, "took a heap snapshot of this process");
            }
            Err(problem) => tracing::error!(%problem, "no heap snapshot was taken"),
        }
        let trouble = taken.as_ref().err().map(|failure| {
            let words = format!("no heap snapshot of this server is taken: {failure}");
            Trouble::new(failure.name(), &words)
        });
        let ended = LastTry::ended(WallTime::now(), trouble);
        self.last_try.send_replace(ended);
        answer_all(answers.into_iter().flatten(), taken);
    }

    async fn profile(&self, answers: Vec<Answer<Bytes>>) {
        let made = self.measured(snapshots::profile).await;
        if let Err(problem) = &made {
            tracing::error!(%problem, "no heap profile was made");
        }
        answer_all(answers.into_iter(), made);
    }

    async fn measured<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<Dumped<T>, OwnHeapFailure> + Send + 'static,
    ) -> Result<T, OwnHeapFailure> {
        let (at, began) = (WallTime::now(), Instant::now());
        // Begins to watch.
        self.progress.longest_away(HubWatch::Dump);
        let dumping = beside("fabric-dump", move || {
            // Of Linux's threads each has its own; where it is refused, the work is done all the same.
            let _ = rustix::process::setpriority_process(None, NICENESS);
            work()
        });
        let done = match dumping.await {
            Ok(Some(done)) => done,
            Ok(None) => Err(OwnHeapFailure::Dump("it was broken off".to_owned())),
            Err(error) => Err(OwnHeapFailure::Dump(error.to_string())),
        };
        let mut costs = locked(&self.costs);
        match done {
            Ok(Dumped { made, dump }) => {
                let cost = DumpCost {
                    at,
                    dump,
                    whole: began.elapsed(),
                    hub: self.progress.longest_away(HubWatch::Dump),
                };
                costs.add(&cost);
                Ok(made)
            }
            Err(failure) => {
                costs.failed += 1;
                Err(failure)
            }
        }
    }

    fn expect_next(&self, interval: Option<Duration>) {
        let interval = interval.and_then(|it| i64::try_from(it.as_millis()).ok());
        locked(&self.costs).next_at =
            interval.map(|ms| WallTime(WallTime::now().0.saturating_add(ms)));
    }
}

/// So far behind the other threads comes the one that dumps: on a machine where all cores are busy it gets a tenth of what they get
/// (sched(7)). A snapshot that comes some tenths of a second later is as good, and a hub that does is not.
const NICENESS: i32 = 10;

fn same_trigger(waiting: &mut VecDeque<Ask>, wanted: Trigger) -> Vec<Option<Answer<Stored>>> {
    let mut same = Vec::new();
    for _ in 0..waiting.len() {
        match waiting.pop_front() {
            Some(Ask::Snapshot(trigger, answer)) if trigger == wanted => same.push(answer),
            Some(other) => waiting.push_back(other),
            None => {}
        }
    }
    same
}

fn profiles(waiting: &mut VecDeque<Ask>) -> Vec<Answer<Bytes>> {
    let mut profiles = Vec::new();
    for _ in 0..waiting.len() {
        match waiting.pop_front() {
            Some(Ask::Profile(answer)) => profiles.push(answer),
            Some(other) => waiting.push_back(other),
            None => {}
        }
    }
    profiles
}

/// Whoever does not wait any more needs no answer.
fn answer_all<T: Clone>(
    answers: impl Iterator<Item = Answer<T>>,
    result: Result<T, OwnHeapFailure>,
) {
    let result = result.map_err(Arc::new);
    for answer in answers {
        let _ = answer.send(result.clone());
    }
}
