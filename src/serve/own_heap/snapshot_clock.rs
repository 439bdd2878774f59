//! Heap snapshots of this process, when it is time and when somebody asks.

use tokio::sync::{mpsc, watch};
use tokio::time::MissedTickBehavior;

use super::snapshots::{self, OwnSnapshots};
use crate::archive::Trigger;

/// Begins to take snapshots, one at a time; whoever has the sender may ask for one out of turn.
pub(in crate::serve) fn start_clock(
    options: OwnSnapshots,
    mut stopping: watch::Receiver<bool>,
) -> mpsc::Sender<Trigger> {
    let (ask, mut asked) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut turns = tokio::time::interval(options.interval);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first turn is at once, when there is nothing to see yet.
        turns.tick().await;
        loop {
            let trigger = tokio::select! {
                _ = stopping.wait_for(|stop| *stop) => return,
                _ = turns.tick() => Trigger::Periodic,
                trigger = asked.recv() => match trigger {
                    Some(trigger) => trigger,
                    None => return,
                },
            };
            take(options.clone(), trigger).await;
        }
    });
    ask
}

async fn take(options: OwnSnapshots, trigger: Trigger) {
    let taken = tokio::task::spawn_blocking(move || snapshots::take(&options, trigger)).await;
    match taken {
        Ok(Ok(stored)) => {
            tracing::info!(name = %stored.name, "took a heap snapshot of this process")
        }
        Ok(Err(problem)) => tracing::error!(%problem, "no heap snapshot was taken"),
        Err(error) => tracing::error!(%error, "no heap snapshot was taken"),
    }
}
