//! Events that fit a question.

use super::Glob;
use crate::serve::event::{Level, LogEvent};
use crate::serve::store::{SequencedEvent, View};
use crate::serve::time::EventTime;

/// Which events are wanted. What is `None` does not matter.
#[derive(Debug, Clone, Default)]
pub struct EventQuery {
    /// At most so many, the newest.
    pub limit: usize,
    /// Of this worker.
    pub worker: Option<String>,
    /// Of exactly this level.
    pub level: Option<Level>,
    /// About this task.
    pub bead: Option<String>,
    /// About a file whose path fits.
    pub path: Option<Glob>,
    /// Whose message fits.
    pub message: Option<Glob>,
    /// Not before this time.
    pub since: Option<EventTime>,
    /// Not after this time.
    pub until: Option<EventTime>,
}

impl EventQuery {
    /// Whether an event is one of those that are wanted.
    pub fn wants(&self, event: &LogEvent) -> bool {
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        let fits = |wanted: &Option<Glob>, found: Option<&str>| {
            let wanted = wanted.as_ref();
            wanted.is_none_or(|glob| found.is_some_and(|found| glob.matches(found)))
        };
        self.level.is_none_or(|level| event.level() == level)
            && self.since.is_none_or(|since| event.ts() >= since)
            && self.until.is_none_or(|until| event.ts() <= until)
            && is(&self.worker, Some(event.worker()))
            && is(&self.bead, event.bead())
            && fits(&self.path, event.path())
            && fits(&self.message, Some(event.message()))
    }
}

/// The newest events that are wanted, oldest first.
pub fn events<'v>(view: &'v View, query: &EventQuery) -> Vec<&'v SequencedEvent> {
    let wanted = view.events.iter().rev();
    let wanted = wanted.filter(|event| query.wants(&event.event));
    let mut newest: Vec<&SequencedEvent> = wanted.take(query.limit).collect();
    newest.reverse();
    newest
}
