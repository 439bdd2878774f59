//! What the rest of the server can ask of this room.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};

use super::cpu_profile::CpuRecording;
use super::dump_costs::DumpCosts;
use super::failure::OwnHeapFailure;
use super::purge::{Purged, purge};
use super::snapshot_clock::{Answer, Ask, SnapshotClock, asks, locked};
use super::snapshots::OwnSnapshots;
use super::surroundings::Surroundings;
use super::{counters, sample};
use crate::archive::{Stored, Trigger};
use crate::load::series::AllocatorCounters;
use crate::serve::Count;
use crate::serve::bounds::{BoundReport, OWN_HEAP_ASKS, Usage};
use crate::serve::hub::Message;
use crate::serve::progress::Progress;
use crate::serve::store::MemorySample;
use crate::serve::targets::LastTry;
use crate::serve::time::WallTime;

/// The heap of this process, for whoever wants to know of it or to have something done to it. Clones are the same one.
#[derive(Debug, Clone)]
pub struct OwnHeap(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    is_jemalloc: bool,
    limit: Option<u64>,
    has_profiler: bool,
    has_folder: bool,
    asks: Option<mpsc::Sender<Ask>>,
    /// Not one that keeps the hub waiting: requests that go on at the end hold this.
    hub: Option<mpsc::WeakSender<Message>>,
    costs: Arc<Mutex<DumpCosts>>,
    most_waiting: AtomicU64,
    refused: Count,
    // Held for the copy of a few numbers.
    baseline: Mutex<Option<MemorySample>>,
    processor: Arc<Semaphore>,
}

/// What starts this room.
pub(in crate::serve) struct OwnHeapStart {
    pub(in crate::serve) is_jemalloc: bool,
    /// The limit that was given, in bytes.
    pub(in crate::serve) limit: Option<u64>,
    /// Whether allocations are sampled.
    pub(in crate::serve) has_profiler: bool,
    pub(in crate::serve) snapshots: Option<OwnSnapshots>,
    pub(in crate::serve) hub: mpsc::WeakSender<Message>,
    pub(in crate::serve) progress: Arc<Progress>,
    /// Told why there is no newer snapshot, and that there is one again.
    pub(in crate::serve) last_try: watch::Sender<LastTry>,
}

/// The memory of this process at one moment, with everything around it.
#[derive(Debug, Clone)]
pub(in crate::serve) struct Look {
    pub(in crate::serve) sample: MemorySample,
    pub(in crate::serve) allocator: AllocatorCounters,
    pub(in crate::serve) surroundings: Surroundings,
    /// The limit that was given, in bytes.
    pub(in crate::serve) given_limit: Option<u64>,
}

impl OwnHeap {
    /// One of a process that is not looked after: nothing is taken, and nothing can be asked for.
    pub fn absent() -> OwnHeap {
        OwnHeap(Arc::new(Inside {
            is_jemalloc: false,
            limit: None,
            has_profiler: false,
            has_folder: false,
            asks: None,
            hub: None,
            costs: Arc::default(),
            most_waiting: AtomicU64::new(0),
            refused: Count::default(),
            baseline: Mutex::default(),
            processor: Arc::new(Semaphore::new(1)),
        }))
    }

    /// Begins to take snapshots. Runs inside a tokio runtime.
    pub(in crate::serve) fn start(start: OwnHeapStart, stopping: watch::Receiver<bool>) -> OwnHeap {
        let (ask, asked) = asks();
        let costs = Arc::<Mutex<DumpCosts>>::default();
        let heap = OwnHeap(Arc::new(Inside {
            is_jemalloc: start.is_jemalloc,
            limit: start.limit,
            has_profiler: start.has_profiler,
            has_folder: start.snapshots.is_some(),
            asks: start.has_profiler.then_some(ask),
            hub: Some(start.hub),
            costs: Arc::clone(&costs),
            most_waiting: AtomicU64::new(0),
            refused: Count::default(),
            baseline: Mutex::default(),
            processor: Arc::new(Semaphore::new(1)),
        }));
        if start.has_profiler {
            let clock = SnapshotClock {
                options: start.snapshots.map(OwnSnapshots::in_absolute_folder),
                progress: start.progress,
                costs,
                last_try: start.last_try,
            };
            tokio::spawn(clock.run(asked, stopping));
        }
        heap
    }

    /// Whether jemalloc is the allocator of this process.
    pub fn is_jemalloc(&self) -> bool {
        self.0.is_jemalloc
    }

    /// What profiles have cost.
    pub fn costs(&self) -> DumpCosts {
        *locked(&self.0.costs)
    }

    /// The bound of what may wait.
    pub fn bound(&self) -> BoundReport {
        BoundReport {
            bound: OWN_HEAP_ASKS,
            usage: Usage {
                length: self.0.asks.as_ref().map_or(0, waiting),
                evictions: self.0.refused.get(),
                high_water_length: self.0.most_waiting.load(Ordering::Relaxed),
                ..Usage::default()
            },
        }
    }

    /// Has a snapshot taken and does not wait for it.
    ///
    /// # Errors
    /// None is taken; why.
    pub fn ask(&self, trigger: Trigger) -> Result<(), OwnHeapFailure> {
        self.can_keep()?;
        self.send(Ask::Snapshot(trigger, None))
    }

    /// Has a snapshot taken and waits until it is in the folder. Those that are asked for while one is on its way are one.
    ///
    /// # Errors
    /// None is taken; why.
    pub async fn snapshot(&self, trigger: Trigger) -> Result<Stored, Arc<OwnHeapFailure>> {
        self.can_keep()?;
        self.answered(|answer| Ask::Snapshot(trigger, Some(answer)))
            .await
    }

    /// A heap profile as it is now: a gzipped profile.proto.
    ///
    /// # Errors
    /// There is none; why.
    pub async fn profile(&self) -> Result<Bytes, Arc<OwnHeapFailure>> {
        self.can_profile()?;
        self.answered(Ask::Profile).await
    }

    /// What the processor does for a while: a gzipped profile.proto. One at a time; it ends when nobody waits for it any more.
    ///
    /// # Errors
    /// Another one is being taken, or the system has no timer for it.
    pub async fn processor_profile(&self, length: Duration) -> Result<Bytes, OwnHeapFailure> {
        if self.0.hub.is_none() {
            return Err(OwnHeapFailure::NoProfiler);
        }
        let processor = Arc::clone(&self.0.processor);
        let turn = processor
            .try_acquire_owned()
            .map_err(|_| OwnHeapFailure::ProcessorBusy)?;
        let recording = blocking(move || CpuRecording::begin(turn)).await??;
        tokio::time::sleep(length).await;
        blocking(move || recording.finish()).await?
    }

    /// Looks at the memory of this process, and at what is around it.
    ///
    /// # Errors
    /// The server ends.
    pub(in crate::serve) async fn look(&self) -> Result<Look, OwnHeapFailure> {
        let (is_jemalloc, given_limit) = (self.0.is_jemalloc, self.0.limit);
        blocking(move || Look {
            sample: sample(WallTime::now(), is_jemalloc),
            allocator: is_jemalloc.then(counters::allocator).unwrap_or_default(),
            surroundings: Surroundings::read(Path::new("/"), std::process::id()),
            given_limit,
        })
        .await
    }

    /// Looks at the memory of this process, and puts what was seen among the samples.
    ///
    /// # Errors
    /// The server ends.
    pub(in crate::serve) async fn capture(&self) -> Result<MemorySample, OwnHeapFailure> {
        let sample = self.look().await?.sample;
        let hub = self.0.hub.as_ref().and_then(mpsc::WeakSender::upgrade);
        let hub = hub.ok_or(OwnHeapFailure::Ending)?;
        hub.send(Message::MemoryOutOfTurn(sample))
            .await
            .map_err(|_| OwnHeapFailure::Ending)?;
        Ok(sample)
    }

    /// Remembers a sample to hold later ones against.
    pub(in crate::serve) fn set_baseline(&self, sample: MemorySample) {
        *self.0.baseline() = Some(sample);
    }

    /// The sample to hold later ones against.
    pub(in crate::serve) fn baseline(&self) -> Option<MemorySample> {
        *self.0.baseline()
    }

    /// Gives back memory that the allocator keeps for later.
    ///
    /// # Errors
    /// The allocator is not jemalloc.
    pub async fn purge(&self) -> Result<Purged, OwnHeapFailure> {
        if !self.0.is_jemalloc {
            return Err(OwnHeapFailure::NoProfiler);
        }
        blocking(purge).await
    }

    fn can_profile(&self) -> Result<(), OwnHeapFailure> {
        match self.0.has_profiler {
            true => Ok(()),
            false => Err(OwnHeapFailure::NoProfiler),
        }
    }

    fn can_keep(&self) -> Result<(), OwnHeapFailure> {
        match self.0.has_folder {
            true => self.can_profile(),
            false => Err(OwnHeapFailure::NoFolder),
        }
    }

    async fn answered<T>(
        &self,
        ask: impl FnOnce(Answer<T>) -> Ask,
    ) -> Result<T, Arc<OwnHeapFailure>> {
        let (answer, answered) = oneshot::channel();
        self.send(ask(answer))?;
        answered.await.map_err(|_| OwnHeapFailure::Ending)?
    }

    fn send(&self, ask: Ask) -> Result<(), OwnHeapFailure> {
        let asks = self.0.asks.as_ref().ok_or(OwnHeapFailure::NoProfiler)?;
        let sent = asks.try_send(ask);
        self.0
            .most_waiting
            .fetch_max(waiting(asks), Ordering::Relaxed);
        sent.map_err(|error| match error {
            TrySendError::Full(_) => {
                self.0.refused.add();
                OwnHeapFailure::Busy
            }
            TrySendError::Closed(_) => OwnHeapFailure::Ending,
        })
    }
}

impl Inside {
    fn baseline(&self) -> MutexGuard<'_, Option<MemorySample>> {
        self.baseline.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn waiting(asks: &mpsc::Sender<Ask>) -> u64 {
    asks.max_capacity().saturating_sub(asks.capacity()) as u64
}

/// Does what blocks on a thread where it may.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, OwnHeapFailure> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| OwnHeapFailure::Ending)
}
