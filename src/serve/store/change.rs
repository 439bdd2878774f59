//! What happened to the store.

use std::sync::Arc;

use super::alerting::AlertChange;
use crate::serve::event::LogEvent;

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ingested {
    /// It is remembered under this sequence number.
    Stored(u64),
    /// An event with its session, worker and sequence was here before.
    Duplicate,
}

/// What happened to the store, for those who follow it live.
#[derive(Debug, Clone)]
pub enum Change {
    /// A new event with its sequence number, which rises by one from event to event within an epoch.
    Event(u64, Arc<LogEvent>),
    /// Collisions began, ended or got other workers; those that are active are in the next view.
    Collisions,
    /// A new sample of memory is in the next view.
    Memory,
    /// An alert began, became worse, is still there or is over; all alerts are in the next view.
    Alert(AlertChange),
    /// A target was judged; all verdicts are in the next view.
    Assessments,
}
