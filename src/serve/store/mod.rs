//! What is remembered of the workers: bounded in entries and in bytes, everything with an age.
//!
//! What comes in: events, what the tailer and the memory sampler say, and the time. What goes out: an immutable [`View`] and what changed
//! since the last one. This room looks at no clock and no file, and knows neither tokio nor HTTP. Windows between events are measured on
//! the clock of the events; what grows old grows old on the clock of this machine ([`time`](crate::serve::time)).

mod change;
mod memory;
mod view;

use std::sync::Arc;

pub use change::{Change, Ingested};
pub use memory::{MemoryHistory, MemorySample, WorkerMemory};
pub use view::{
    BeadCollision, Collisions, Counters, DirectoryCollision, ErrorGroup, FileActivity,
    FileCollision, Fingerprint, Needle, RejectedLines, SequencedEvent, Stuck, View, Worker,
    WorkerShare, WorkerStatus,
};

use crate::serve::event::{LogEvent, Rejection};
use crate::serve::tail::TailReport;
use crate::serve::time::WallTime;

/// The state of the live half. One task owns it.
#[derive(Debug)]
pub struct Store {}

impl Store {
    /// An empty one. `epoch` names this lifetime of the process: sequence numbers of another one mean nothing here.
    pub fn new(epoch: u64, now: WallTime) -> Store {
        let _ = (epoch, now);
        Store {}
    }

    /// Takes one event that was heard of at `heard`.
    pub fn ingest(&mut self, event: LogEvent, heard: WallTime) -> Ingested {
        let _ = (event, heard);
        Ingested::Duplicate
    }

    /// Takes a line that is no event.
    pub fn reject(&mut self, rejection: Rejection) {
        let _ = rejection;
    }

    /// Takes what the tailer says of itself.
    pub fn set_tail(&mut self, report: TailReport) {
        let _ = report;
    }

    /// Takes a sample of the memory of this process and of workers on this machine.
    pub fn add_memory(&mut self, sample: MemorySample, workers: Vec<WorkerMemory>) {
        let _ = (sample, workers);
    }

    /// Lets go of what is too old. Called on a timer, so that a quiet service shrinks too.
    pub fn tidy(&mut self, now: WallTime) {
        let _ = now;
    }

    /// What happened since this was last called, in order.
    pub fn take_changes(&mut self) -> Vec<Change> {
        Vec::new()
    }

    /// The picture as it is at `now`.
    pub fn view(&mut self, now: WallTime) -> Arc<View> {
        let _ = now;
        Arc::new(View::default())
    }
}
