//! Takes snapshots of watched services when it is time.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep_until};

use super::last_try::LastTry;
use super::scrape::{self, time_limit};
use super::trouble::Trouble;
use super::watched::Watched;
use crate::escape;
use crate::serve::Count;
use crate::serve::beside::beside;
use crate::serve::bounds::TARGET_FETCHES;
use crate::serve::time::WallTime;

/// The first snapshot of the first service.
const FIRST_AFTER: Duration = Duration::from_secs(1);
/// From the first snapshot of one service to that of the next one.
const FIRST_STEP: Duration = Duration::from_millis(500);

/// Of the turns, those of services that gave nothing the last time. With two, sixty that hang are asked every quarter of an hour.
const DOUBTFUL_FETCHES: usize = 2;

/// What is counted about the scrapes of a service.
#[derive(Debug, Default)]
pub(super) struct ScrapeCounts {
    pub(super) scrapes: Count,
    pub(super) failures: Count,
    /// When it is asked next, in milliseconds since 1970; 0 before that is known.
    pub(super) next_at: AtomicI64,
}

/// How many services are worked on at a time.
#[derive(Debug)]
pub(super) struct ScrapeTurns {
    /// From the first byte to the last one on the disk: so many answers wait there at most.
    fetching: Arc<Semaphore>,
    /// The same, for services that gave nothing the last time: each may take its whole time again, and those that answer wait for none of them.
    doubtful: Arc<Semaphore>,
    /// Reading takes memory and a processor: one is left to the hub.
    storing: Arc<Semaphore>,
}

impl ScrapeTurns {
    pub(super) fn new() -> ScrapeTurns {
        ScrapeTurns {
            fetching: Arc::new(Semaphore::new(TARGET_FETCHES - DOUBTFUL_FETCHES)),
            doubtful: Arc::new(Semaphore::new(DOUBTFUL_FETCHES)),
            storing: Arc::new(Semaphore::new(1)),
        }
    }
}

/// Takes snapshots of one service.
pub(super) struct ScrapeClock {
    pub(super) watched: Arc<Watched>,
    pub(super) folder: PathBuf,
    pub(super) interval: Duration,
    /// Its place among the services, and their number.
    pub(super) place: (u32, u32),
    pub(super) turns: Arc<ScrapeTurns>,
    pub(super) counts: Arc<ScrapeCounts>,
    /// What became of the last try.
    pub(super) last_try: watch::Sender<LastTry>,
}

impl ScrapeClock {
    pub(super) async fn run(self, mut stopping: watch::Receiver<bool>) {
        tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => {}
            () = self.work() => {}
        }
    }

    async fn work(&self) {
        let began = Instant::now();
        let (place, of) = self.place;
        let first = began + FIRST_AFTER + FIRST_STEP * place;
        // The first comes soon, the others spread over the interval.
        let mut next = began + self.interval + self.interval * place / of.max(1);
        self.expect_next(first);
        sleep_until(first).await;
        // A server that starts again and again would push out what it has.
        if !self.has_young().await {
            self.scrape().await;
        }
        loop {
            self.expect_next(next);
            sleep_until(next).await;
            self.scrape().await;
            // What was missed while the service did not answer is not made up for.
            while next <= Instant::now() {
                next += self.interval;
            }
        }
    }

    fn expect_next(&self, at: Instant) {
        let ahead = at.saturating_duration_since(Instant::now()).as_millis();
        let ahead = i64::try_from(ahead).unwrap_or(i64::MAX);
        let next = WallTime::now().0.saturating_add(ahead);
        self.counts.next_at.store(next, Ordering::Relaxed);
    }

    async fn has_young(&self) -> bool {
        let folder = self.folder.clone();
        let age = spawn_blocking(move || scrape::age_of_newest(&folder)).await;
        age.ok()
            .flatten()
            .is_some_and(|age| age < self.interval / 2)
    }

    async fn scrape(&self) {
        let Some(outcome) = self.outcome().await else {
            return;
        };
        self.counts.scrapes.add();
        if outcome.is_err() {
            self.counts.failures.add();
        }
        self.tell(outcome.err());
    }

    /// What came of one scrape; nothing when the runtime ends.
    async fn outcome(&self) -> Option<Result<(), Trouble>> {
        let broke = "the scrape broke: this is a fault of fabric; its log says more";
        let broke = || Err(Trouble::new("broke", broke));
        let turn = match self.last_try.borrow().trouble {
            None => Arc::clone(&self.turns.fetching),
            Some(_) => Arc::clone(&self.turns.doubtful),
        };
        let turn = turn.acquire_owned();
        let turn = turn.await.ok()?;
        let (watched, folder) = (Arc::clone(&self.watched), self.folder.clone());
        let limit = time_limit(self.interval);
        let fetched = beside("fabric-fetch", move || {
            // The turn ends with the work, also when nobody waits for it any more.
            scrape::fetch(&watched, &folder, limit).map(|fetched| (fetched, turn))
        });
        let (fetched, turn) = match fetched.await.ok().flatten() {
            Some(Ok(fetched)) => fetched,
            Some(Err(trouble)) => return Some(Err(trouble)),
            None => return Some(broke()),
        };
        let storing = Arc::clone(&self.turns.storing).acquire_owned();
        let storing = storing.await.ok()?;
        let watched = Arc::clone(&self.watched);
        let work = spawn_blocking(move || {
            let _turns = (turn, storing);
            fetched.keep(&watched)
        });
        match work.await {
            Ok(outcome) => Some(outcome),
            Err(error) if error.is_panic() => Some(broke()),
            Err(_) => None,
        }
    }

    /// Logs a change of the reason, and not the same one again and again.
    fn tell(&self, failure: Option<Trouble>) {
        let kind = |failure: &Option<Trouble>| failure.as_ref().map(|it| it.kind);
        let is_other = kind(&self.last_try.borrow().trouble) != kind(&failure);
        let service = &self.watched.name;
        if is_other {
            match &failure {
                Some(failure) => {
                    // What a service answers is foreign text, and may not command a terminal.
                    let problem = escape::terminal(&failure.words);
                    tracing::warn!(target = %service, %problem, "no snapshot of a watched service");
                }
                None => {
                    tracing::info!(target = %service, "snapshots of a watched service come again")
                }
            }
        }
        let ended = LastTry::ended(WallTime::now(), failure);
        self.last_try.send_replace(ended);
    }
}
