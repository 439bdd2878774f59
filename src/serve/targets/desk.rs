//! The one task that owns the newest judgement of a target.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, mpsc, oneshot, watch};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::counters::Counters;
use super::folder_look::{Fingerprint, FolderLook};
use super::folder_watch::FolderWatch;
use super::judged::Judged;
use super::last_try::LastTry;
use super::target::Target;
use crate::escape;
use crate::serve::bounds::JUDGEMENTS;
use crate::serve::store::{Assessment, LimitTime};
use crate::serve::time::WallTime;

/// Somebody who waits for the judgement of what lies in the folder now.
pub(super) type Asker = oneshot::Sender<Arc<Judged>>;

/// How often a folder is looked at although nothing was heard: notifications may be lost, and there are none of what other machines do on a
/// network file system.
const POLL: Duration = Duration::from_secs(10);

/// What is written comes in several steps, of which each is heard; a copy takes a moment, and half of it is no snapshot.
const SETTLE: Duration = Duration::from_millis(300);

/// The one task that owns the newest judgement of a target.
pub(super) struct Desk<M> {
    pub(super) target: Arc<Target>,
    pub(super) asked: mpsc::Receiver<Asker>,
    pub(super) watch: Arc<FolderWatch>,
    pub(super) changed: Arc<Notify>,
    /// One analysis at a time, over all targets.
    pub(super) turn: Arc<Semaphore>,
    pub(super) counters: Arc<Counters>,
    pub(super) hub: mpsc::Sender<M>,
    pub(super) told: watch::Sender<Option<Arc<Assessment>>>,
    pub(super) newest: Option<Arc<Judged>>,
    /// What the last judgement was of, also where that was not kept.
    pub(super) last: Option<Fingerprint>,
    /// What became of the last try to have a newer snapshot.
    pub(super) last_try: watch::Receiver<LastTry>,
}

impl<M: From<Assessment> + Send + 'static> Desk<M> {
    /// Works until it is told to stop; whoever still waits then is told by the end of the channel.
    pub(super) async fn run(mut self, mut stopping: watch::Receiver<bool>) {
        tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => {}
            () = self.work() => {}
        }
    }

    async fn work(&mut self) {
        let mut poll = interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut settled_at: Option<Instant> = None;
        loop {
            let mut askers = Vec::new();
            tokio::select! {
                asker = self.asked.recv() => match asker {
                    Some(asker) => askers.push(asker),
                    None => return,
                },
                () = self.changed.notified() => {
                    // From the first step on: a folder that never rests is looked at all the same.
                    settled_at.get_or_insert_with(|| Instant::now() + SETTLE);
                    continue;
                }
                () = sleep_until(settled_at.unwrap_or_else(Instant::now)), if settled_at.is_some() => {
                    settled_at = None;
                }
                Ok(()) = self.last_try.changed() => {
                    if self.tell_trouble().await.is_none() {
                        return;
                    }
                    continue;
                }
                _ = poll.tick() => {}
            }
            while let Ok(asker) = self.asked.try_recv() {
                askers.push(asker);
            }
            let Some(look) = self.look().await else {
                return;
            };
            // What was told needs no second analysis that nobody asks for, also where there was no room to keep the first.
            if askers.is_empty() && self.last == Some(look.fingerprint) {
                continue;
            }
            let Some(judged) = self.judged(look).await else {
                return;
            };
            for asker in askers {
                self.counters.questions.remove(0);
                // Whoever has gone needs no answer.
                let _ = asker.send(Arc::clone(&judged));
            }
        }
    }

    /// The judgement of what was seen, or of what lies there when it has its turn; nothing when the runtime ends.
    async fn judged(&mut self, look: FolderLook) -> Option<Arc<Judged>> {
        let is_same = |newest: &&Arc<Judged>| newest.fingerprint == look.fingerprint;
        if let Some(newest) = self.newest.as_ref().filter(is_same) {
            return Some(Arc::clone(newest));
        }
        let turn = Arc::clone(&self.turn).acquire_owned().await.ok()?;
        // While it waited for its turn, more may have come.
        let look = self.look().await?;
        let (target, fingerprint) = (Arc::clone(&self.target), look.fingerprint);
        let analysis = spawn_blocking(move || {
            // The turn ends with the work, also when nobody waits for it any more.
            let _turn = turn;
            Judged::of(&target, look)
        });
        let judged = match analysis.await {
            Ok(judged) => judged,
            Err(error) if error.is_panic() => {
                tracing::error!(target = %self.target.name, "an analysis broke: a fault of fabric");
                let look = FolderLook {
                    fingerprint,
                    ..FolderLook::nothing()
                };
                let refusal = "the analysis broke: this is a fault of fabric; its log says more";
                Judged::nothing(&self.target, look, refusal)
            }
            Err(_) => return None,
        };
        self.counters.analysed(judged.took);
        let judged = Arc::new(judged);
        self.last = Some(fingerprint);
        self.keep(&judged);
        self.tell(&judged).await?;
        Some(judged)
    }

    async fn look(&self) -> Option<FolderLook> {
        let (target, watch) = (Arc::clone(&self.target), Arc::clone(&self.watch));
        let looked = spawn_blocking(move || match &target.folder {
            None => FolderLook::nothing(),
            Some(folder) => {
                // First the watch and then the look: what comes between the two is heard.
                watch.keep(folder);
                FolderLook::at(folder)
            }
        });
        looked.await.ok()
    }

    fn keep(&mut self, judged: &Arc<Judged>) {
        if let Some(before) = self.newest.take() {
            self.counters.judgements.remove(before.bytes());
        }
        let bytes = judged.bytes();
        let held = &self.counters.judgements;
        if held.bytes() + bytes > JUDGEMENTS.cap_bytes.unwrap_or(u64::MAX) {
            held.evicted();
            return;
        }
        held.add(bytes);
        self.newest = Some(Arc::clone(judged));
    }

    /// Tells the hub; nothing when that is gone.
    async fn tell(&mut self, judged: &Judged) -> Option<()> {
        let last_try = self.last_try.borrow_and_update().clone();
        let assessment = judged.assessment(last_try);
        let before = self.told.borrow().as_ref().map(|it| it.assessment);
        if before != Some(assessment.assessment) {
            // The sentence is foreign text, and may not command a terminal.
            let sentence = &*escape::terminal(&assessment.sentence);
            let limit = LimitTime::of(&assessment, WallTime::now());
            let limit = limit.map(|it| format!("reached {it}"));
            tracing::info!(service = %assessment.target, verdict = assessment.assessment.name(), sentence, limit, "judged");
        }
        self.send(assessment).await
    }

    /// Tells that there is no newer snapshot, or that there is one again. The verdict stays, with its age.
    async fn tell_trouble(&mut self) -> Option<()> {
        let told = self.told.borrow().as_ref().map(Arc::clone);
        // What was not judged yet is told when it is.
        let Some(told) = told else { return Some(()) };
        let LastTry { at, trouble } = self.last_try.borrow_and_update().clone();
        let trouble = trouble.map(|trouble| trouble.words);
        let problem = match &self.newest {
            Some(newest) => newest.problem(trouble),
            None => trouble,
        };
        // A new snapshot is judged in a moment, and the try that gave it told with that. Tries that fail are counted.
        if problem == told.problem && (problem.is_none() || at == told.last_scrape_at) {
            return Some(());
        }
        let assessment = Assessment {
            problem,
            last_scrape_at: at,
            ..(*told).clone()
        };
        self.send(assessment).await
    }

    async fn send(&mut self, assessment: Assessment) -> Option<()> {
        self.told.send_replace(Some(Arc::new(assessment.clone())));
        self.hub.send(M::from(assessment)).await.ok()
    }
}
