//! Events of many logs, put in the order of their times.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use super::batch::Arrival;
use crate::serve::bounds::{BACKLOG, UsageGauge};
use crate::serve::time::EventTime;

/// Events of many logs, put in the order of their times while what was there at start is read. The logs of one worker follow each other, and
/// those of many workers were written at once: read file by file, the newest events would not be those that came last.
///
/// What waits here counts as read. A kill while the server catches up loses nothing that the next start does not read again: the history.
///
/// Logs are read in small pieces, the one that is furthest back first, so an event that waits until so many others are older than it is in its place.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    waiting: BinaryHeap<Reverse<Waiting>>,
    arrived: u64,
    bytes: u64,
    gauge: Arc<UsageGauge>,
}

#[derive(Debug)]
struct Waiting {
    ts: EventTime,
    /// Events of one time stay in the order they came in.
    number: u64,
    /// Boxed: an event moves a dozen times before it leaves.
    arrival: Box<Arrival>,
}

impl Backlog {
    /// Takes an event, and gives those that have waited long enough.
    pub(super) fn push(&mut self, arrival: Arrival, mut give: impl FnMut(Arrival)) {
        self.arrived += 1;
        self.bytes += arrival.event.bytes() as u64;
        self.waiting.push(Reverse(Waiting {
            ts: arrival.event.ts(),
            number: self.arrived,
            arrival: Box::new(arrival),
        }));
        while self.is_over() {
            self.gauge.evicted();
            self.pop(&mut give);
        }
        self.gauge.set(self.waiting.len() as u64, self.bytes);
    }

    /// Gives everything, oldest first.
    pub(super) fn drain(&mut self, mut give: impl FnMut(Arrival)) {
        while !self.waiting.is_empty() {
            self.pop(&mut give);
        }
        self.waiting = BinaryHeap::new();
        self.gauge.set(0, 0);
    }

    /// What it holds, for whoever reports it.
    pub(super) fn gauge(&self) -> Arc<UsageGauge> {
        Arc::clone(&self.gauge)
    }

    fn pop(&mut self, give: &mut impl FnMut(Arrival)) {
        if let Some(Reverse(oldest)) = self.waiting.pop() {
            let bytes = oldest.arrival.event.bytes() as u64;
            self.bytes = self.bytes.saturating_sub(bytes);
            give(*oldest.arrival);
        }
    }

    fn is_over(&self) -> bool {
        let is_over = |cap: Option<u64>, now: u64| cap.is_some_and(|cap| now > cap);
        is_over(BACKLOG.cap_entries, self.waiting.len() as u64)
            || is_over(BACKLOG.cap_bytes, self.bytes)
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Waiting) -> bool {
        (self.ts, self.number) == (other.ts, other.number)
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Waiting) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Waiting) -> std::cmp::Ordering {
        (self.ts, self.number).cmp(&(other.ts, other.number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::event::Draft;

    fn at(ts: i64, name: &str) -> Arrival {
        let draft = Draft {
            ts: EventTime(ts),
            worker: "w".into(),
            message: name.into(),
            ..Draft::default()
        };
        Arrival {
            event: draft.into_event(),
            is_backlog: true,
        }
    }

    fn names(given: &[Arrival]) -> Vec<&str> {
        given.iter().map(|it| it.event.message()).collect()
    }

    #[test]
    fn events_come_out_in_the_order_of_their_times() {
        let (mut backlog, mut given) = (Backlog::default(), Vec::new());
        for arrival in [at(30, "c"), at(10, "a"), at(30, "d"), at(20, "b")] {
            backlog.push(arrival, |it| given.push(it));
        }
        assert!(given.is_empty());
        backlog.drain(|it| given.push(it));
        assert_eq!(names(&given), ["a", "b", "c", "d"]);
    }

    #[test]
    fn the_oldest_leave_when_there_are_too_many() {
        let (mut backlog, mut given) = (Backlog::default(), Vec::new());
        let cap = BACKLOG.cap_entries.unwrap_or(0) as i64;
        for ts in (0..cap + 2).rev() {
            backlog.push(at(ts, "x"), |it| given.push(it));
        }
        let times: Vec<i64> = given.iter().map(|it| it.event.ts().0).collect();
        assert_eq!(times, [1, 0]);
        let usage = backlog.gauge().usage();
        assert_eq!((usage.high_water_length as i64, usage.evictions), (cap, 2));
    }
}
