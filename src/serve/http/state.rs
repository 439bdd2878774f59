//! What every handler is given.

use std::sync::Arc;

use tokio::sync::{Semaphore, watch};

use super::answer::AnswerBudget;
use super::gauges::HttpGauges;
use super::guard::Guard;
use super::hub_gauges::HubGauges;
use super::ingest::Ingest;
use super::live_gauges::LiveGauges;
use crate::serve::alerts::AlertGauges;
use crate::serve::own_heap::OwnHeap;
use crate::serve::store::View;
use crate::serve::targets::Targets;

/// Answers that take a while are made so many at a time, so that one core is left to the hub.
const COMPUTATIONS: usize = 1;

/// What every handler is given. Clones are the same one.
#[derive(Clone)]
pub struct HttpState {
    /// The latest picture.
    pub views: watch::Receiver<Arc<View>>,
    /// What the WebSocket room says of itself.
    pub live: Arc<dyn LiveGauges>,
    /// Keeps what is posted.
    pub ingest: Ingest,
    /// Who may ask for what.
    pub guard: Arc<Guard>,
    /// What is counted here.
    pub gauges: Arc<HttpGauges>,
    /// How the hub keeps up.
    pub hub: Arc<HubGauges>,
    /// What became of notifications of alerts.
    pub alerts: Arc<AlertGauges>,
    /// The heap of this process.
    pub own_heap: OwnHeap,
    /// Name of this machine, for posted events that do not say where they are from.
    pub host: Arc<str>,
    /// Folders of heap snapshots that are judged.
    pub targets: Targets,
    /// What answers on their way keep alive.
    pub answers: Arc<AnswerBudget>,
    /// How many answers that take a while are made at once.
    pub(super) computations: Arc<Semaphore>,
}

impl HttpState {
    /// With everything that has no default.
    pub fn new(
        views: watch::Receiver<Arc<View>>,
        live: Arc<dyn LiveGauges>,
        ingest: Ingest,
        guard: Arc<Guard>,
        gauges: Arc<HttpGauges>,
        host: &str,
    ) -> HttpState {
        HttpState {
            views,
            live,
            ingest,
            guard,
            gauges,
            hub: Arc::default(),
            alerts: Arc::default(),
            own_heap: OwnHeap::absent(),
            host: host.into(),
            targets: Targets::default(),
            answers: Arc::default(),
            computations: Arc::new(Semaphore::new(COMPUTATIONS)),
        }
    }

    /// The latest picture.
    pub fn view(&self) -> Arc<View> {
        Arc::clone(&self.views.borrow())
    }
}
