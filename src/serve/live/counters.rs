//! What happened to clients since start.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use serde::Serialize;

use super::ending::Ending;

/// What happened to clients since start. Written by sessions as they go; the numbers are independent of each other, so no order between
/// them is kept.
#[derive(Debug, Default)]
pub struct LiveCounters {
    pub(super) connected: AtomicU64,
    pub(super) refused_full: AtomicU64,
    pub(super) refused_rate: AtomicU64,
    pub(super) refused_request: AtomicU64,
    pub(super) refused_shutdown: AtomicU64,
    endings: [AtomicU64; Ending::ALL.len()],
    pub(super) gaps: AtomicU64,
    pub(super) gap_events: AtomicU64,
    pub(super) resumed: AtomicU64,
    pub(super) not_resumed: AtomicU64,
    pub(super) received: AtomicU64,
    pub(super) bad_messages: AtomicU64,
    pub(super) sent_bytes: AtomicU64,
    pub(super) max_waiting: AtomicU64,
}

/// [`LiveCounters`] at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LiveCounts {
    /// Clients now.
    pub clients: u64,
    /// The most clients there were at once.
    pub max_clients_at_once: u64,
    /// Clients that were let in.
    pub connected: u64,
    /// Clients that were refused because there are as many as may be.
    pub refused_full: u64,
    /// Clients that were refused because their address connects too often.
    pub refused_rate: u64,
    /// Requests that were refused because they are no WebSocket request or ask for something unknown.
    pub refused_request: u64,
    /// Clients that were refused because this process stops.
    pub refused_shutdown: u64,
    /// Sessions that ended, by the name of the cause.
    pub ended: BTreeMap<&'static str, u64>,
    /// Gaps that clients were told of.
    pub gaps: u64,
    /// Events in those gaps, as far as they can be counted.
    pub gap_events: u64,
    /// Clients that went on where they had stopped.
    pub resumed: u64,
    /// Clients that asked to and could not.
    pub not_resumed: u64,
    /// Messages of clients.
    pub received: u64,
    /// Messages of clients that were answered with an error.
    pub bad_messages: u64,
    /// Bytes handed to sockets.
    pub sent_bytes: u64,
    /// The most bytes that waited for one client.
    pub max_waiting_bytes: u64,
}

impl LiveCounters {
    pub(super) fn ended(&self, ending: Ending) {
        if let Some(counter) = self.endings.get(ending as usize) {
            counter.fetch_add(1, Relaxed);
        }
    }

    /// How many sessions ended so.
    pub fn endings(&self, ending: Ending) -> u64 {
        self.endings
            .get(ending as usize)
            .map_or(0, |counter| counter.load(Relaxed))
    }

    pub(super) fn counts(&self, clients: u64, max_clients_at_once: u64) -> LiveCounts {
        LiveCounts {
            clients,
            max_clients_at_once,
            connected: self.connected.load(Relaxed),
            refused_full: self.refused_full.load(Relaxed),
            refused_rate: self.refused_rate.load(Relaxed),
            refused_request: self.refused_request.load(Relaxed),
            refused_shutdown: self.refused_shutdown.load(Relaxed),
            ended: Ending::ALL
                .into_iter()
                .map(|ending| (ending.name(), self.endings(ending)))
                .collect(),
            gaps: self.gaps.load(Relaxed),
            gap_events: self.gap_events.load(Relaxed),
            resumed: self.resumed.load(Relaxed),
            not_resumed: self.not_resumed.load(Relaxed),
            received: self.received.load(Relaxed),
            bad_messages: self.bad_messages.load(Relaxed),
            sent_bytes: self.sent_bytes.load(Relaxed),
            max_waiting_bytes: self.max_waiting.load(Relaxed),
        }
    }
}
