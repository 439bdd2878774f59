//! The store as a whole: what an event does to each of its collections.

use std::sync::Arc;

use super::alerting::OnCall;
use super::assessment::Assessment;
use super::assessment_book::AssessmentBook;
use super::collision_book::{Act, CollisionBook, Other};
use super::collision_case::{Kind, Shown};
use super::error_book::ErrorBook;
use super::event_log::EventRing;
use super::file_book::{FileBook, Modification};
use super::holders::Holders;
use super::memory_log::MemoryLog;
use super::meter::Meter;
use super::path_name::{folder_of, followed_bead, followed_path};
use super::rate_window::RateWindow;
use super::rejected_book::RejectedBook;
use super::seen_keys::SeenKeys;
use super::task_times::TaskTimes;
use super::worker_book::WorkerBook;
use super::{Change, Collisions, Counters, Ingested, MemorySample, Pressure, View, WorkerMemory};
use crate::serve::bounds;
use crate::serve::event::{LogEvent, Rejection};
use crate::serve::lru::Handle;
use crate::serve::tail::TailReport;
use crate::serve::time::WallTime;

/// A worker that was heard of longer ago is not in the way of another one in its folder, on the clock of this machine.
const DIRECTORY_MS: i64 = 60_000;
/// A worker whose last event is further from this one is not in the way of another one on its task, on the clocks of the workers.
const BEAD_MS: i64 = 60_000;
/// Large collections are looked through for what is old no more often than so.
const SWEEP_MS: i64 = 5_000;

/// The state of the live half. One task owns it.
#[derive(Debug)]
pub struct Store {
    pub(super) epoch: u64,
    pub(super) started: WallTime,
    pub(super) events: EventRing,
    pub(super) seen: SeenKeys,
    pub(super) workers: WorkerBook,
    pub(super) beads: Holders,
    pub(super) directories: Holders,
    pub(super) file_collisions: CollisionBook,
    pub(super) bead_collisions: CollisionBook,
    pub(super) directory_collisions: CollisionBook,
    pub(super) files: FileBook,
    pub(super) tasks: TaskTimes,
    pub(super) errors: ErrorBook,
    pub(super) rejected: RejectedBook,
    pub(super) rate: RateWindow,
    pub(super) memory: MemoryLog,
    pub(super) assessments: AssessmentBook,
    pub(super) on_call: OnCall,
    counters: Counters,
    tail: Arc<TailReport>,
    collisions: Arc<Collisions>,
    /// Sequence number of the newest event that was handed out as a change.
    taken: u64,
    pub(super) pending: Meter,
    has_memory: bool,
    pressure: Option<Pressure>,
    swept: WallTime,
}

impl Store {
    /// An empty one. `epoch` names this lifetime of the process: sequence numbers of another one mean nothing here.
    pub fn new(epoch: u64, now: WallTime) -> Store {
        Store {
            epoch,
            started: now,
            events: EventRing::new(),
            seen: SeenKeys::new(),
            workers: WorkerBook::new(),
            beads: Holders::new(bounds::BEAD_HOLDERS),
            directories: Holders::new(bounds::DIRECTORY_HOLDERS),
            file_collisions: CollisionBook::new(Kind::File, bounds::FILE_COLLISIONS),
            bead_collisions: CollisionBook::new(Kind::Bead, bounds::BEAD_COLLISIONS),
            directory_collisions: CollisionBook::new(Kind::Directory, bounds::DIRECTORY_COLLISIONS),
            files: FileBook::new(),
            tasks: TaskTimes::new(),
            errors: ErrorBook::new(),
            rejected: RejectedBook::new(),
            rate: RateWindow::new(),
            memory: MemoryLog::new(),
            assessments: AssessmentBook::new(),
            on_call: OnCall::new(),
            counters: Counters::default(),
            tail: Arc::default(),
            collisions: Arc::default(),
            taken: 0,
            pending: Meter::new(bounds::PENDING_CHANGES),
            has_memory: false,
            pressure: None,
            swept: now,
        }
    }

    /// Takes one event that was heard of at `heard`.
    pub fn ingest(&mut self, event: LogEvent, heard: WallTime) -> Ingested {
        if event.dedup_key().is_some_and(|key| self.seen.was_here(key)) {
            self.counters.duplicates += 1;
            return Ingested::Duplicate;
        }
        let event = Arc::new(event);
        let seq = self.events.push(Arc::clone(&event));
        self.counters.events += 1;
        if let Some(count) = self.counters.by_level.get_mut(event.level().index()) {
            *count += 1;
        }
        self.rate.add(heard);
        self.pending.add(0);
        if self.pending.is_over() {
            self.pending.remove(0);
        }

        let worker = self.workers.observe(&event, seq, heard);
        if let Some(worker) = worker {
            let act = Act {
                worker,
                event: &event,
                heard,
            };
            self.meet_on_bead(act);
            self.meet_in_directory(act);
            self.modify(act, seq);
        }
        if let Some(took) = self.tasks.observe(&event, heard) {
            self.counters.tasks_finished += 1;
            self.counters.task_ms = self.counters.task_ms.saturating_add(took);
        }
        let name = worker.and_then(|worker| self.workers.name(worker));
        self.errors.observe(&event, name, heard);
        self.meters().for_each(Meter::settle);
        Ingested::Stored(seq)
    }

    /// Takes a line that is no event.
    pub fn reject(&mut self, rejection: Rejection) {
        self.rejected.add(&rejection);
    }

    /// Takes what the tailer says of itself.
    pub fn set_tail(&mut self, report: TailReport) {
        self.tail = Arc::new(report);
    }

    /// Takes a sample of the memory of this process and of workers on this machine.
    pub fn add_memory(&mut self, sample: MemorySample, workers: Vec<WorkerMemory>) {
        self.memory.add(sample, workers);
        self.has_memory = true;
    }

    /// Takes a sample of the memory of this process alone.
    pub fn add_sample(&mut self, sample: MemorySample) {
        self.memory.add_sample(sample);
        self.has_memory = true;
    }

    /// Takes whether memory runs short.
    pub fn set_pressure(&mut self, pressure: Option<Pressure>, now: WallTime) {
        self.on_call.hear_of_pressure(pressure, now);
        self.has_memory |= self.pressure != pressure;
        self.pressure = pressure;
    }

    /// Takes the newest verdict on a target, and what it means for whoever is on call.
    pub fn assess(&mut self, assessment: Assessment, now: WallTime) {
        self.on_call.hear_of_verdict(&assessment, now);
        self.assessments.set(assessment);
    }

    /// Lets go of what is too old. Called on a timer, so that a quiet service shrinks too; once a second is often enough.
    pub fn tidy(&mut self, now: WallTime) {
        self.workers.tidy(now, self.events.log());
        for book in [
            &mut self.file_collisions,
            &mut self.bead_collisions,
            &mut self.directory_collisions,
        ] {
            book.tidy(now, &mut self.workers);
        }
        self.errors.tidy(now);
        self.rate.tidy(now);
        self.on_call.tidy(self.assessments.shown(), now);
        if !(0..SWEEP_MS).contains(&now.since(self.swept)) {
            self.swept = now;
            self.files.tidy(now);
            self.tasks.tidy(now);
        }
    }

    /// What happened since this was last called, in order. Events that have left the log since then are missing: their sequence numbers say
    /// so.
    pub fn take_changes(&mut self) -> Vec<Change> {
        let first = self.events.log().first_seq().unwrap_or(self.taken + 1);
        self.pending.evicted(first.saturating_sub(self.taken + 1));
        let events = self.events.log().after(self.taken);
        let mut changes: Vec<Change> = events
            .map(|event| Change::Event(event.seq, Arc::clone(&event.event)))
            .collect();
        self.taken = self.events.seq();
        self.pending.empty();
        // Each is asked, so that none says the same once more.
        let files = self.file_collisions.take_changed();
        let beads = self.bead_collisions.take_changed();
        let directories = self.directory_collisions.take_changed();
        if files || beads || directories {
            changes.push(Change::Collisions);
        }
        if std::mem::take(&mut self.has_memory) {
            changes.push(Change::Memory);
        }
        if self.assessments.take_new() {
            changes.push(Change::Assessments);
        }
        changes.extend(
            self.on_call
                .alerts
                .take_changes()
                .into_iter()
                .map(Change::Alert),
        );
        changes
    }

    /// The picture as it is at `now`.
    pub fn view(&mut self, now: WallTime) -> Arc<View> {
        self.show_collisions();
        Arc::new(View {
            epoch: self.epoch,
            seq: self.events.seq(),
            taken_at: now,
            started_at: self.started,
            events: self.events.log().clone(),
            workers: self.workers.shown(),
            collisions: Arc::clone(&self.collisions),
            files: self.files.shown().clone(),
            error_groups: self.errors.shown(),
            rejected: self.rejected.rows().to_vec(),
            counters: Counters {
                rejected: self.rejected.all(),
                rate_per_second: self.rate.per_second(now, self.started),
                ..self.counters
            },
            tail: Arc::clone(&self.tail),
            memory: Arc::clone(self.memory.history()),
            worker_memory: Arc::clone(self.memory.workers()),
            pressure: self.pressure,
            assessments: Arc::clone(self.assessments.shown()),
            alerts: self.on_call.alerts.shown(),
            bounds: self.meters().map(Meter::report).collect(),
        })
    }

    /// The meters of all collections, in the order of [`bounds::STORE`].
    fn meters(&self) -> impl Iterator<Item = &Meter> {
        let [events, index] = self.events.meters();
        let [files, recent] = self.files.meters();
        let [samples, of_workers] = self.memory.meters();
        [events, index, &self.pending, self.seen.meter()]
            .into_iter()
            .chain(self.workers.meters())
            .chain([
                self.file_collisions.meter(),
                self.bead_collisions.meter(),
                self.directory_collisions.meter(),
                files,
                recent,
                self.beads.meter(),
                self.directories.meter(),
                self.tasks.meter(),
                self.errors.meter(),
                self.rejected.meter(),
                self.rate.meter(),
                samples,
                of_workers,
                self.assessments.meter(),
            ])
            .chain(self.on_call.meters())
    }

    fn show_collisions(&mut self) {
        let mut books = [
            &mut self.file_collisions,
            &mut self.bead_collisions,
            &mut self.directory_collisions,
        ];
        if !books.iter().any(|book| book.is_stale()) {
            return;
        }
        let mut collisions = Collisions {
            ended: books.each_ref().map(|book| book.ended()),
            ..Collisions::default()
        };
        for shown in books.iter_mut().flat_map(|book| book.shown()) {
            match shown {
                Shown::File(it) => collisions.files.push(it),
                Shown::Bead(it) => collisions.beads.push(it),
                Shown::Directory(it) => collisions.directories.push(it),
            }
        }
        self.collisions = Arc::new(collisions);
    }

    /// Others that have the task of the event and were active at about its time.
    fn meet_on_bead(&mut self, act: Act<'_>) {
        let (event, workers) = (act.event, &self.workers);
        let Some(bead) = followed_bead(event) else {
            return;
        };
        let has_it = |worker: &Handle| {
            let row = workers.get(*worker);
            row.filter(|row| row.shown.active_bead.as_deref() == Some(bead))
        };
        if has_it(&act.worker).is_none() {
            return;
        }
        let holders = self.beads.see(bead, act.worker).iter();
        let others = holders.filter(|worker| **worker != act.worker);
        let others = others.filter_map(|worker| {
            let row = has_it(worker)?;
            let is_near = event.ts().since(row.last_ts).saturating_abs() <= BEAD_MS;
            is_near.then_some(Other {
                worker: *worker,
                heard: row.shown.last_heard,
                seq: None,
            })
        });
        let others: Vec<Other> = others.collect();
        let book = &mut self.bead_collisions;
        if others.is_empty() {
            book.go_on(bead, act, &mut self.workers);
        } else {
            book.collide(bead, act, &others, self.events.log(), &mut self.workers);
        }
    }

    /// Others that are active and work in the folder of the event's file.
    fn meet_in_directory(&mut self, act: Act<'_>) {
        let Some(folder) = followed_path(act.event).and_then(folder_of) else {
            return;
        };
        // Who joins later sees those that are there: whoever is in it already need not look again.
        let book = &mut self.directory_collisions;
        if book.go_on(folder, act, &mut self.workers) {
            return;
        }
        let workers = &self.workers;
        let hash = workers.hash(folder);
        let works_there = |worker: &Handle| {
            let row = workers.get(*worker);
            row.filter(|row| row.is_active() && row.works_in_directory(hash))
        };
        if works_there(&act.worker).is_none() {
            return;
        }
        let holders = self.directories.see(folder, act.worker).iter();
        let others = holders.filter(|worker| **worker != act.worker);
        let others = others.filter_map(|worker| {
            let row = works_there(worker)?;
            let is_near = act.heard.since(row.shown.last_heard) <= DIRECTORY_MS;
            is_near.then_some(Other {
                worker: *worker,
                heard: row.shown.last_heard,
                seq: None,
            })
        });
        let others: Vec<Other> = others.collect();
        if !others.is_empty() {
            book.collide(folder, act, &others, self.events.log(), &mut self.workers);
        }
    }

    fn modify(&mut self, act: Act<'_>, seq: u64) {
        let event = act.event;
        let path = followed_path(event).filter(|_| event.is_modification());
        let (Some(path), Some(name)) = (path, self.workers.name(act.worker)) else {
            return;
        };
        let others = self.files.modify(Modification {
            path,
            worker: act.worker,
            name,
            ts: event.ts(),
            heard: act.heard,
            seq,
        });
        let book = &mut self.file_collisions;
        if others.is_empty() {
            book.go_on(path, act, &mut self.workers);
        } else {
            book.collide(path, act, &others, self.events.log(), &mut self.workers);
        }
    }
}
