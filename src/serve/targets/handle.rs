//! All targets, for those who ask about them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::{Semaphore, mpsc, oneshot, watch};

use super::compared::Compared;
use super::comparing::{Comparing, PairQuestion};
use super::counters::Counters;
use super::desk::{Asker, Desk};
use super::folder_look::FolderLook;
use super::folder_watch::FolderWatch;
use super::judged::Judged;
use super::last_try::LastTry;
use super::scrape_clock::{ScrapeClock, ScrapeCounts, ScrapeTurns};
use super::target::Target;
use super::target_error::TargetError;
use super::watched::{WatchOptions, Watched};
use crate::serve::bounds::{BoundReport, TARGET_QUESTIONS};
use crate::serve::store::Assessment;
use crate::serve::time::WallTime;

/// Analyses at a time, over all targets: with two cores, one is left to the hub.
const ANALYSES: usize = 1;

/// Without names, the pair is of the oldest and the newest of the last so many, as in the service that fabric replaces.
const LAST: usize = 10;

/// All targets, for those who ask about them. Clones are the same ones.
#[derive(Debug, Clone)]
pub struct Targets(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    /// This server first.
    desks: Vec<DeskHandle>,
    pairs: mpsc::Sender<PairQuestion>,
    counters: Arc<Counters>,
    /// Why there is no newer snapshot of this server itself.
    own_tries: watch::Sender<LastTry>,
}

#[derive(Debug)]
struct DeskHandle {
    target: Arc<Target>,
    ask: mpsc::Sender<Asker>,
    told: watch::Receiver<Option<Arc<Assessment>>>,
    /// The answer where there is no folder, and so no desk.
    fixed: Option<Arc<Judged>>,
    /// Of a service that is watched.
    scrapes: Option<Arc<ScrapeCounts>>,
}

/// What is counted about the snapshots of a watched service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scrapes<'t> {
    /// The name of the service.
    pub target: &'t str,
    /// Times that a snapshot was asked for.
    pub scrapes: u64,
    /// Times that none came.
    pub failures: u64,
}

impl Default for Targets {
    /// This server alone, which keeps no snapshots.
    fn default() -> Targets {
        let (pairs, _) = mpsc::channel(1);
        Targets(Arc::new(Inside {
            desks: vec![without_folder(Arc::new(Target::own(None, None)))],
            pairs,
            counters: Arc::default(),
            own_tries: watch::Sender::default(),
        }))
    }
}

impl Targets {
    /// Begins to judge `own`, and to take snapshots of the services in `watch` and to judge them; tells `hub` every new assessment. Runs
    /// inside a tokio runtime, until `stopping` is true.
    pub fn start<M>(
        own: Target,
        watch: &WatchOptions,
        hub: &mpsc::Sender<M>,
        stopping: &watch::Receiver<bool>,
    ) -> Targets
    where
        M: From<Assessment> + Send + 'static,
    {
        let counters = Arc::new(Counters::default());
        let turn = Arc::new(Semaphore::new(ANALYSES));
        let scraping = Arc::new(ScrapeTurns::new());
        let services = watch.services.iter();
        let mut targets = vec![(own, None)];
        targets.extend(services.map(|it| (it.target(&watch.folder), Some(Arc::new(it.clone())))));
        let folders = targets.iter().filter_map(|(it, _)| it.folder.clone());
        let folder_watch = Arc::new(FolderWatch::new(folders));
        let count = u32::try_from(watch.services.len()).unwrap_or(u32::MAX);
        let own_tries = watch::Sender::default();
        let mut place = 0;
        let mut begin = |(target, watched): (Target, Option<Arc<Watched>>)| {
            let target = Arc::new(target);
            let Some(folder) = &target.folder else {
                return without_folder(target);
            };
            let (ask, asked) = mpsc::channel(waiting());
            let (tell, told) = watch::channel(None);
            let last_try = match watched {
                Some(_) => watch::Sender::default(),
                None => own_tries.clone(),
            };
            let desk = Desk {
                target: Arc::clone(&target),
                asked,
                watch: Arc::clone(&folder_watch),
                changed: folder_watch.wake_of(folder),
                turn: Arc::clone(&turn),
                counters: Arc::clone(&counters),
                hub: hub.clone(),
                told: tell,
                newest: None,
                last: None,
                last_try: last_try.subscribe(),
            };
            tokio::spawn(desk.run(stopping.clone()));
            let scrapes = watched.map(|watched| {
                let counts = Arc::new(ScrapeCounts::default());
                let clock = ScrapeClock {
                    watched,
                    folder: folder.clone(),
                    interval: watch.interval,
                    place: (place, count),
                    turns: Arc::clone(&scraping),
                    counts: Arc::clone(&counts),
                    last_try,
                };
                place += 1;
                tokio::spawn(clock.run(stopping.clone()));
                counts
            });
            DeskHandle {
                target,
                ask,
                told,
                fixed: None,
                scrapes,
            }
        };
        let desks = targets.into_iter().map(&mut begin).collect();
        let (pairs, asked) = mpsc::channel(waiting());
        let comparing = Comparing::new(asked, turn, Arc::clone(&counters));
        tokio::spawn(comparing.run(stopping.clone()));
        Targets(Arc::new(Inside {
            desks,
            pairs,
            counters,
            own_tries,
        }))
    }

    /// Where to put why there is no newer snapshot of this server itself, and that there is one again.
    pub(in crate::serve) fn own_tries(&self) -> watch::Sender<LastTry> {
        self.0.own_tries.clone()
    }

    /// When a watched service is asked for its next snapshot; nothing for other targets.
    pub fn next_scrape_at(&self, name: &str) -> Option<WallTime> {
        let counts = self.desk(name).ok()?.scrapes.as_ref()?;
        let next = counts.next_at.load(Ordering::Relaxed);
        (next > 0).then_some(WallTime(next))
    }

    /// The names of all targets, this server first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.desks.iter().map(|desk| &*desk.target.name)
    }

    /// A target.
    ///
    /// # Errors
    /// None has this name.
    pub fn target(&self, name: &str) -> Result<&Arc<Target>, TargetError> {
        self.desk(name).map(|desk| &desk.target)
    }

    /// The folder of a target's snapshots; nothing where there is no such target, or it keeps none.
    pub fn folder(&self, name: &str) -> Option<&Path> {
        self.target(name).ok()?.folder.as_deref()
    }

    /// The newest assessment of every target, this server first. Those that were not judged yet say so.
    pub fn assessments(&self) -> Vec<Arc<Assessment>> {
        let newest = |desk: &DeskHandle| {
            let told = desk.told.borrow().as_ref().map(Arc::clone);
            told.unwrap_or_else(|| {
                let nothing = Judged::nothing(&desk.target, FolderLook::nothing(), NOT_YET);
                Arc::new(nothing.assessment(LastTry::default()))
            })
        };
        self.0.desks.iter().map(newest).collect()
    }

    /// The judgement of what lies in a target's folder now. All who ask for the same get the same.
    ///
    /// # Errors
    /// There is no such target, too many ask, or the server ends.
    pub async fn judged(&self, name: &str) -> Result<Arc<Judged>, TargetError> {
        let desk = self.desk(name)?;
        if let Some(fixed) = &desk.fixed {
            return Ok(Arc::clone(fixed));
        }
        self.ask(&desk.ask, |asker| asker).await
    }

    /// What changed between two snapshots of a target, by their file names; without names, between the oldest and the newest of the last ten.
    ///
    /// # Errors
    /// There is no such target or snapshot, there are fewer than two, or they cannot be compared; and those of [`Targets::judged`].
    pub async fn pair(
        &self,
        name: &str,
        baseline: Option<&str>,
        current: Option<&str>,
    ) -> Result<Arc<Compared>, TargetError> {
        let judged = self.judged(name).await?;
        let paths = &judged.paths;
        let oldest = paths.get(paths.len().saturating_sub(LAST));
        let before = chosen(paths, baseline, oldest)?;
        let after = chosen(paths, current, paths.last())?;
        self.compare(before, after).await
    }

    /// What changed between the first and the last snapshot of a target: the picture in the report.
    ///
    /// # Errors
    /// As [`Targets::pair`].
    pub async fn whole_change(&self, judged: &Judged) -> Result<Arc<Compared>, TargetError> {
        let paths = &judged.paths;
        let before = chosen(paths, None, paths.first())?;
        let after = chosen(paths, None, paths.last())?;
        self.compare(before, after).await
    }

    async fn compare(&self, before: PathBuf, after: PathBuf) -> Result<Arc<Compared>, TargetError> {
        let question = |asker| PairQuestion {
            before,
            after,
            asker,
        };
        self.ask(&self.0.pairs, question).await?
    }

    /// Analyses of folders so far.
    pub fn analyses(&self) -> u64 {
        self.0.counters.analyses()
    }

    /// Comparisons of two snapshots so far.
    pub fn comparisons(&self) -> u64 {
        self.0.counters.comparisons()
    }

    /// How long the last analysis took, in seconds.
    pub fn last_analysis_seconds(&self) -> f64 {
        self.0.counters.last_seconds()
    }

    /// What is counted about the snapshots of each watched service.
    pub fn scrapes(&self) -> impl Iterator<Item = Scrapes<'_>> {
        self.0.desks.iter().filter_map(|desk| {
            let counts = desk.scrapes.as_ref()?;
            Some(Scrapes {
                target: &desk.target.name,
                scrapes: counts.scrapes.get(),
                failures: counts.failures.get(),
            })
        })
    }

    /// What is held here, with its bounds.
    pub fn bounds(&self) -> Vec<BoundReport> {
        self.0.counters.bounds()
    }

    fn desk(&self, name: &str) -> Result<&DeskHandle, TargetError> {
        let mut desks = self.0.desks.iter();
        desks
            .find(|desk| &*desk.target.name == name)
            .ok_or(TargetError::NoSuchTarget)
    }

    async fn ask<Q, A>(
        &self,
        to: &mpsc::Sender<Q>,
        question: impl FnOnce(oneshot::Sender<A>) -> Q,
    ) -> Result<A, TargetError> {
        let (asker, answer) = oneshot::channel();
        let questions = &self.0.counters.questions;
        let room = to.try_reserve().map_err(|full| match full {
            mpsc::error::TrySendError::Full(()) => {
                questions.evicted();
                TargetError::Busy
            }
            mpsc::error::TrySendError::Closed(()) => TargetError::Stopping,
        })?;
        questions.add(0);
        room.send(question(asker));
        answer.await.map_err(|_| TargetError::Stopping)
    }
}

const NOT_YET: &str = "not judged yet: its turn comes";

fn without_folder(target: Arc<Target>) -> DeskHandle {
    let refusal =
        "no snapshots of the server itself are kept: it was started with --no-own-snapshots";
    let judged = Judged::nothing(&target, FolderLook::nothing(), refusal);
    let (ask, _) = mpsc::channel(1);
    let (_, told) = watch::channel(Some(Arc::new(judged.assessment(LastTry::default()))));
    DeskHandle {
        target,
        ask,
        told,
        fixed: Some(Arc::new(judged)),
        scrapes: None,
    }
}

fn chosen(
    paths: &[PathBuf],
    name: Option<&str>,
    otherwise: Option<&PathBuf>,
) -> Result<PathBuf, TargetError> {
    let found = match name {
        Some(name) => {
            let is_it = |path: &&PathBuf| path.file_name().is_some_and(|it| it == name);
            let no_such = || TargetError::NoSuchSnapshot(name.to_owned());
            Some(paths.iter().find(is_it).ok_or_else(no_such)?)
        }
        None => otherwise.filter(|_| paths.len() > 1),
    };
    found.cloned().ok_or(TargetError::TooFew(paths.len()))
}

fn waiting() -> usize {
    TARGET_QUESTIONS
        .cap_entries
        .and_then(|cap| usize::try_from(cap).ok())
        .unwrap_or(1)
}
