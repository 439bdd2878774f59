//! Looks at memory, and at whether the hub moves, every few seconds.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::MissedTickBehavior;

use super::http::HubGauges;
use super::hub::{Message, Progress};
use super::own_heap;
use super::store::View;
use super::time::WallTime;

/// How often memory is looked at, in turns of [`TURN`].
const MEMORY_EVERY: u32 = 10;
/// Hub and reader of logs give a sign about once a second each; only what is beyond that is a lag.
const USUAL_PACE: Duration = Duration::from_millis(2500);
const TURN: Duration = Duration::from_secs(1);

/// Looks at memory, and at whether the hub moves.
pub(super) struct Sampler {
    pub(super) is_jemalloc: bool,
    pub(super) host: String,
    pub(super) views: watch::Receiver<Arc<View>>,
    pub(super) hub: mpsc::Sender<Message>,
    pub(super) progress: Arc<Progress>,
    pub(super) gauges: Arc<HubGauges>,
}

impl Sampler {
    pub(super) async fn run(self, mut stopping: watch::Receiver<bool>) {
        let mut turns = tokio::time::interval(TURN);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut count = 0;
        loop {
            tokio::select! {
                _ = stopping.wait_for(|stop| *stop) => return,
                _ = turns.tick() => {}
            }
            let behind = self.progress.age().saturating_sub(USUAL_PACE).as_millis();
            self.gauges
                .set_lag_ms(u64::try_from(behind).unwrap_or(u64::MAX));
            if count % MEMORY_EVERY == 0 && !self.sample().await {
                return;
            }
            count += 1;
        }
    }

    /// `false` when the hub is gone.
    async fn sample(&self) -> bool {
        let workers = self.views.borrow().workers.clone();
        let (host, is_jemalloc) = (self.host.clone(), self.is_jemalloc);
        // A look at a thousand processes takes some milliseconds.
        let looked = tokio::task::spawn_blocking(move || {
            (
                own_heap::sample(WallTime::now(), is_jemalloc),
                own_heap::worker_memory(&workers, &host),
            )
        });
        match looked.await {
            Ok((sample, workers)) => self
                .hub
                .send(Message::Memory(sample, workers))
                .await
                .is_ok(),
            // The runtime ends.
            Err(_) => false,
        }
    }
}
