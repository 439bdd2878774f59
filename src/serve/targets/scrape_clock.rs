//! Takes snapshots of watched services when it is time.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep_until};

use super::scrape::{self, ScrapeFailure, TIME_LIMIT, scrape};
use super::watched::Watched;
use crate::escape;
use crate::serve::time::WallTime;

/// Scrapes at a time, over all services: 64 that do not answer are all tried within half an interval of half an hour.
pub(super) const AT_ONCE: usize = 2;

/// The first snapshot of the first service.
const FIRST_AFTER: Duration = Duration::from_secs(1);
/// From the first snapshot of one service to that of the next one.
const FIRST_STEP: Duration = Duration::from_millis(500);

/// What is counted about the scrapes of a service.
#[derive(Debug, Default)]
pub(super) struct ScrapeCounts {
    pub(super) scrapes: AtomicU64,
    pub(super) failures: AtomicU64,
    /// When the last one ended, in milliseconds since 1970; 0 where none was tried. Written and read while `trouble` is held, and so always
    /// of the same try as that.
    last_at: AtomicI64,
}

impl ScrapeCounts {
    /// One has ended.
    pub(super) fn ended(&self, at: WallTime) {
        self.last_at.store(at.0, Ordering::Relaxed);
    }

    /// When the last one ended.
    pub(super) fn last_at(&self) -> Option<WallTime> {
        let at = self.last_at.load(Ordering::Relaxed);
        (at != 0).then_some(WallTime(at))
    }
}

/// Takes snapshots of one service.
pub(super) struct ScrapeClock {
    pub(super) watched: Arc<Watched>,
    pub(super) folder: PathBuf,
    pub(super) interval: Duration,
    /// Its place among the services, and their number.
    pub(super) place: (u32, u32),
    pub(super) turns: Arc<Semaphore>,
    pub(super) counts: Arc<ScrapeCounts>,
    /// Why there is no newer snapshot.
    pub(super) trouble: watch::Sender<Option<ScrapeFailure>>,
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
        sleep_until(first).await;
        // A server that starts again and again would push out what it has.
        if !self.has_young().await {
            self.scrape().await;
        }
        loop {
            sleep_until(next).await;
            self.scrape().await;
            // What was missed while the service did not answer is not made up for.
            while next <= Instant::now() {
                next += self.interval;
            }
        }
    }

    async fn has_young(&self) -> bool {
        let folder = self.folder.clone();
        let age = spawn_blocking(move || scrape::age_of_newest(&folder)).await;
        age.ok()
            .flatten()
            .is_some_and(|age| age < self.interval / 2)
    }

    async fn scrape(&self) {
        let Ok(turn) = Arc::clone(&self.turns).acquire_owned().await else {
            return;
        };
        let (watched, folder) = (Arc::clone(&self.watched), self.folder.clone());
        let work = spawn_blocking(move || {
            // The turn ends with the work, also when nobody waits for it any more.
            let _turn = turn;
            scrape(&watched, &folder, TIME_LIMIT)
        });
        let outcome = match work.await {
            Ok(outcome) => outcome,
            Err(error) if error.is_panic() => Err(ScrapeFailure {
                kind: "broke",
                words: "the scrape broke: this is a fault of fabric; its log says more".to_owned(),
            }),
            // The runtime ends.
            Err(_) => return,
        };
        self.counts.scrapes.fetch_add(1, Ordering::Relaxed);
        if outcome.is_err() {
            self.counts.failures.fetch_add(1, Ordering::Relaxed);
        }
        self.tell(outcome.err());
    }

    /// Logs a change of the reason, and not the same one again and again.
    fn tell(&self, failure: Option<ScrapeFailure>) {
        let kind = |failure: &Option<ScrapeFailure>| failure.as_ref().map(|it| it.kind);
        let is_other = kind(&self.trouble.borrow()) != kind(&failure);
        let service = &self.watched.name;
        if is_other {
            match &failure {
                Some(failure) => {
                    // What a service answers is foreign text, and may not command a terminal.
                    let problem = escape::terminal(&failure.words);
                    tracing::warn!(%service, %problem, "no snapshot of a watched service");
                }
                None => tracing::info!(%service, "snapshots of a watched service come again"),
            }
        }
        self.trouble.send_modify(|before| {
            *before = failure;
            self.counts.ended(WallTime::now());
        });
    }
}
