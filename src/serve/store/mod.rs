//! What is remembered of the workers: bounded in entries and in bytes, everything with an age.
//!
//! What comes in: events, what the tailer and the memory sampler say, and the time. What goes out: an immutable [`View`] and what changed
//! since the last one. This room looks at no clock and no file, and knows neither tokio nor HTTP. Windows between events are measured on
//! the clock of the events; what grows old grows old on the clock of this machine ([`time`](crate::serve::time)).

mod active_paths;
mod alert;
mod alert_book;
mod alert_course;
mod alert_pace;
mod alert_pressure;
mod alert_rules;
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
mod on_call;
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
mod alert_rules_tests;
#[cfg(test)]
mod alert_tests;
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

pub use alert::{
    Alert, AlertChange, AlertFigures, AlertKind, AlertOutcome, AlertStatus, Alerts, Finding,
    Observation, Severity, Told,
};
pub use alert_pace::AlertPace;
pub use alert_rules::AlertRules;
pub use assessment::{Assessment, SuspectBrief, spoken};
pub use change::{Change, Ingested};
pub(super) use error_book::ACTIVE_MS as ERROR_ACTIVE_MS;
pub use event_log::EventLog;
pub use limit_time::LimitTime;
pub use memory::{MemoryHistory, MemorySample, Pressure, PressureLevel, WorkerMemory};
pub use shelf::Shelf;
pub use view::{
    BeadCollision, Collisions, Counters, DirectoryCollision, ErrorGroup, FileActivity,
    FileCollision, Fingerprint, Needle, RejectedLines, SequencedEvent, Stuck, View, Worker,
    WorkerShare, WorkerStatus,
};
pub use whole::Store;
