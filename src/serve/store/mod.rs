//! What is remembered, and what follows from it: bounded in entries and in bytes, everything with an age.
//!
//! What comes in: [events](super::event) and lines that are none, what the reader of logs says of itself, samples of memory, verdicts on heaps,
//! and the time. What goes out: an immutable [`View`] of workers, events, collisions, errors, files, memory, verdicts and alerts, and the
//! [`Change`]s since the last one. This room looks at no clock and no file, and knows neither tokio nor HTTP, nor who reads a view. Windows between
//! events are measured on the clock of the events; what grows old grows old on the clock of this machine ([`time`](crate::serve::time)).
//!
//! The [`Store`] says what an event means to whom; each kind of thing that is remembered has a book of its own (`worker_book`, `error_book`, ...),
//! and each book its [bounds](super::bounds). From here views go to [`query`](super::query) and [`http`](super::http), changes to
//! [`live`](super::live), and those of alerts to [`alerts`](super::alerts).

mod active_paths;
mod alerting;
mod assessment;
mod assessment_book;
mod change;
mod collision_book;
mod collision_case;
mod error_book;
mod error_category;
mod event_log;
mod file_book;
mod fingerprint;
mod holders;
mod limit_time;
mod memory;
mod memory_log;
mod meter;
mod path_name;
mod rate_window;
mod rejected_book;
mod seen_keys;
mod shelf;
mod task_times;
mod view;
mod whole;
mod window;
mod worker_book;
mod worker_row;
mod worker_rules;

#[cfg(test)]
mod bounds_tests;
#[cfg(test)]
mod collision_tests;
#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod stuck_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod worker_tests;

pub use alerting::{
    Alert, AlertChange, AlertFigures, AlertKind, AlertOutcome, AlertPace, AlertRules, AlertStatus,
    Alerts, Finding, Observation, Severity, Told,
};
pub use assessment::{Assessment, SELF, SuspectBrief, spoken};
pub use change::{Change, Ingested};
pub(super) use error_book::ACTIVE_MS as ERROR_ACTIVE_MS;
pub use event_log::EventLog;
pub use limit_time::LimitTime;
pub use memory::{MemoryHistory, MemorySample, MemoryTrend, Pressure, PressureLevel, WorkerMemory};
pub use shelf::Shelf;
pub use view::{
    BeadCollision, Collisions, Counters, DirectoryCollision, ErrorGroup, FileActivity,
    FileCollision, Fingerprint, Needle, RejectedLines, Risk, SequencedEvent, Stuck, View, Worker,
    WorkerShare, WorkerStatus,
};
pub use whole::Store;
