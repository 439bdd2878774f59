//! The task that compares two snapshots when somebody asks, and remembers a few answers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task::spawn_blocking;

use super::compared::Compared;
use super::counters::Counters;
use super::folder_look::marks;
use super::target_error::TargetError;
use crate::serve::bounds::COMPARED_PAIRS;
use crate::serve::lru::Lru;

/// What a comparison gives. That two cannot be compared is worth remembering, too.
pub(super) type Outcome = Result<Arc<Compared>, TargetError>;

/// Two snapshots that somebody wants compared.
#[derive(Debug)]
pub(super) struct PairQuestion {
    pub(super) before: PathBuf,
    pub(super) after: PathBuf,
    pub(super) asker: oneshot::Sender<Outcome>,
}

/// Two files as they are.
type Key = [(PathBuf, Option<[u64; 4]>); 2];

/// Compares one pair at a time: those who ask for the same one get the answer that the first of them waited for.
pub(super) struct Comparing {
    pub(super) asked: mpsc::Receiver<PairQuestion>,
    /// Shared with the analyses.
    pub(super) turn: Arc<Semaphore>,
    pub(super) counters: Arc<Counters>,
    pub(super) kept: Lru<Key, Outcome>,
}

impl Comparing {
    pub(super) fn new(
        asked: mpsc::Receiver<PairQuestion>,
        turn: Arc<Semaphore>,
        counters: Arc<Counters>,
    ) -> Comparing {
        Comparing {
            asked,
            turn,
            counters,
            kept: Lru::new(cap()),
        }
    }

    pub(super) async fn run(mut self, mut stopping: watch::Receiver<bool>) {
        tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => {}
            () = self.work() => {}
        }
    }

    async fn work(&mut self) {
        while let Some(question) = self.asked.recv().await {
            self.counters.questions.remove(0);
            // Whoever has gone needs no answer.
            if question.asker.is_closed() {
                continue;
            }
            let outcome = self.outcome(question.before, question.after).await;
            let _ = question.asker.send(outcome);
        }
    }

    async fn outcome(&mut self, before: PathBuf, after: PathBuf) -> Outcome {
        let (key, before, after) = spawn_blocking(move || {
            let mark = |path: &Path| (path.to_owned(), marks(path));
            ([mark(&before), mark(&after)], before, after)
        })
        .await
        .map_err(|_| TargetError::Stopping)?;
        if let Some(handle) = self.kept.find(&key) {
            self.kept.touch(handle);
            if let Some(outcome) = self.kept.get(handle) {
                return outcome.clone();
            }
        }
        let turn = Arc::clone(&self.turn).acquire_owned().await;
        let turn = turn.map_err(|_| TargetError::Stopping)?;
        let work = spawn_blocking(move || {
            // The turn ends with the work, also when nobody waits for it any more.
            let _turn = turn;
            Compared::of(before, after)
        });
        let outcome = match work.await {
            Ok(Ok(compared)) => Ok(Arc::new(compared)),
            Ok(Err(why)) => Err(TargetError::CannotCompare(why)),
            Err(error) if error.is_panic() => {
                tracing::error!("a comparison broke: a fault of fabric");
                Err(TargetError::Broken)
            }
            Err(_) => return Err(TargetError::Stopping),
        };
        self.counters.compared();
        self.keep(key, outcome.clone());
        outcome
    }

    fn keep(&mut self, key: Key, outcome: Outcome) {
        self.counters.pairs.add(bytes(&outcome));
        self.kept.insert(key, outcome);
        let cap_bytes = COMPARED_PAIRS.cap_bytes.unwrap_or(u64::MAX);
        while self.kept.len() > cap() || self.counters.pairs.bytes() > cap_bytes {
            let oldest = self.kept.oldest();
            let Some((_, outcome)) = oldest.and_then(|oldest| self.kept.remove(oldest)) else {
                return;
            };
            self.counters.pairs.remove(bytes(&outcome));
            self.counters.pairs.evicted();
        }
    }
}

fn cap() -> usize {
    COMPARED_PAIRS
        .cap_entries
        .and_then(|cap| usize::try_from(cap).ok())
        .unwrap_or(usize::MAX)
}

fn bytes(outcome: &Outcome) -> u64 {
    match outcome {
        Ok(compared) => compared.bytes(),
        Err(error) => error.to_string().len() as u64,
    }
}
