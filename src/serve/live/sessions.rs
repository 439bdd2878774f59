//! Everything sessions have in common, as the rest of the process sees it.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use tokio::sync::watch;

use super::admission::{ConnectionRates, Seats};
use super::change_log::ChangeLog;
use super::counters::{LiveCounters, LiveCounts};
use super::opening::Openings;
use crate::serve::bounds::{
    Bound, BoundReport, CLIENT_WAITING, CONNECTIONS_BURST, CONNECTIONS_PER_SECOND, PARTING_CLIENTS,
    Usage, WEB_SOCKET_CLIENTS,
};
use crate::serve::store::View;

use super::ending::Ending;

/// What can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveOptions {
    /// Clients at once.
    pub max_clients: u64,
    /// Connections of one address in a second, over time.
    pub connections_per_second: u32,
    /// Connections of one address at once.
    pub connections_burst: u32,
    /// Whether the rate holds for this machine's own addresses too. A proxy on this machine makes all clients look like one: then not.
    pub limit_loopback: bool,
}

impl Default for LiveOptions {
    fn default() -> LiveOptions {
        LiveOptions {
            max_clients: WEB_SOCKET_CLIENTS.cap_entries.unwrap_or(u64::MAX),
            connections_per_second: CONNECTIONS_PER_SECOND,
            connections_burst: CONNECTIONS_BURST,
            limit_loopback: true,
        }
    }
}

/// Everything sessions have in common.
#[derive(Debug)]
pub struct Live {
    pub(super) views: watch::Receiver<Arc<View>>,
    pub(super) changes: Arc<ChangeLog>,
    pub(super) shutdown: watch::Receiver<bool>,
    pub(super) counters: LiveCounters,
    pub(super) openings: Openings,
    pub(super) seats: Arc<Seats>,
    /// Where clients are that were too slow until they are gone.
    pub(super) partings: Arc<Seats>,
    pub(super) rates: ConnectionRates,
}

impl Live {
    /// `views` has the newest view, and has it before its changes are in `changes`; `shutdown` turns true when this process stops, and
    /// closes every session.
    pub fn new(
        views: watch::Receiver<Arc<View>>,
        changes: Arc<ChangeLog>,
        options: LiveOptions,
        shutdown: watch::Receiver<bool>,
    ) -> Live {
        Live {
            views,
            changes,
            shutdown,
            counters: LiveCounters::default(),
            openings: Openings::default(),
            seats: Seats::new(Bound {
                cap_entries: Some(options.max_clients),
                ..WEB_SOCKET_CLIENTS
            }),
            partings: Seats::new(PARTING_CLIENTS),
            rates: ConnectionRates::new(
                options.connections_per_second,
                options.connections_burst,
                options.limit_loopback,
            ),
        }
    }

    /// Clients now, without those that were too slow and are being told so.
    pub fn clients(&self) -> u64 {
        self.seats.now()
    }

    /// What happened to clients since start.
    pub fn counts(&self) -> LiveCounts {
        self.counters.counts(self.seats.now(), self.seats.most())
    }

    /// The bounds of this room, with what they did.
    pub fn bounds(&self) -> Vec<BoundReport> {
        let waiting = BoundReport {
            bound: CLIENT_WAITING,
            usage: Usage {
                evictions: self.counters.endings(Ending::SlowClient),
                high_water_bytes: self.counters.max_waiting.load(Relaxed),
                ..Usage::default()
            },
        };
        vec![
            self.seats.report(),
            self.partings.report(),
            self.changes.report(),
            waiting,
            self.rates.report(),
        ]
    }

    /// Returns when no session is left and nobody parts. Within about a second of shutdown, whatever clients do.
    pub async fn drained(&self) {
        // In this order: a client takes its place among those that part before it gives back its seat.
        self.seats.all_free().await;
        self.partings.all_free().await;
    }
}
