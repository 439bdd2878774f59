//! What happened to an alert becomes a line in the log, and a notification for each way out.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::courier::{Courier, Way};
use super::gauges::AlertGauges;
use super::notification::Notification;
use super::options::AlertOptions;
use super::queue::Queue;
use super::undelivered::{Undelivered, Via};
use crate::escape;
use crate::serve::bounds::ALERT_STOP_LIMIT;
use crate::serve::store::{AlertChange, AlertOutcome, AlertStatus};

/// Held by the hub, which never waits for it.
#[derive(Debug, Clone, Default)]
pub(in crate::serve) struct Announcer {
    host: Arc<str>,
    queues: Vec<Arc<Queue>>,
}

/// The ways out, each with a task of its own.
#[derive(Debug)]
pub(in crate::serve) struct Outlets {
    couriers: JoinSet<()>,
    queues: Vec<Arc<Queue>>,
    stop: watch::Sender<bool>,
}

impl Outlets {
    /// Starts those that were asked for, with what the last run left. Runs inside a tokio runtime.
    pub(in crate::serve) fn start(
        options: &AlertOptions,
        host: &str,
        gauges: &Arc<AlertGauges>,
        undelivered: &[Undelivered],
    ) -> (Announcer, Outlets) {
        let host: Arc<str> = host.into();
        let (stop, stopping) = watch::channel(false);
        let mut outlets = Outlets {
            couriers: JoinSet::new(),
            queues: Vec::new(),
            stop,
        };
        let webhook = options.webhook.clone().map(|webhook| {
            let queue = Queue::new(Arc::clone(gauges), Via::Webhook);
            (Way::Webhook(webhook), queue)
        });
        let command = options.command.clone().map(|command| {
            let queue = Queue::new(Arc::clone(gauges), Via::Command);
            (Way::Command(command), queue)
        });
        for (way, queue) in webhook.into_iter().chain(command) {
            let queue = Arc::new(queue);
            for late in undelivered.iter().filter(|it| it.via == queue.via()) {
                queue.put(late.notification(&host));
            }
            outlets.queues.push(Arc::clone(&queue));
            let courier = Courier {
                way,
                queue,
                pauses: options.pauses.clone(),
                stopping: stopping.clone(),
            };
            outlets.couriers.spawn(courier.run());
        }
        let announcer = Announcer {
            host,
            queues: outlets.queues.clone(),
        };
        (announcer, outlets)
    }

    /// Lets what waits be tried once more, for a moment; gives what has not arrived.
    pub(in crate::serve) async fn stop(&mut self) -> Vec<Undelivered> {
        self.stop.send_replace(true);
        let all = async { while self.couriers.join_next().await.is_some() {} };
        if tokio::time::timeout(ALERT_STOP_LIMIT, all).await.is_err() {
            self.couriers.abort_all();
            while self.couriers.join_next().await.is_some() {}
            tracing::warn!(
                "a notification was under way when the server ended: it may have arrived"
            );
        }
        let left = self.queues.iter().flat_map(|queue| queue.leave());
        left.collect()
    }
}

impl Announcer {
    /// Logs it, and puts it on its ways.
    pub(in crate::serve) fn tell(&self, change: &AlertChange) {
        log(change);
        if change.notified {
            for queue in &self.queues {
                queue.put(Notification::new(change, &self.host));
            }
        }
    }
}

fn log(change: &AlertChange) {
    let alert = &change.alert;
    let (id, kind) = (escape::terminal(&alert.id), alert.kind.name());
    let scope = escape::terminal(&alert.scope);
    let severity = alert.severity.name();
    let (what, notified) = (change.change.name(), change.notified);
    let summary = escape::terminal(&alert.summary);
    let is_news = change.change != AlertOutcome::Reminded;
    if alert.status == AlertStatus::Active && is_news {
        tracing::warn!(alert = %id, kind, %scope, severity, change = what, notified, "{summary}");
    } else {
        tracing::info!(alert = %id, kind, %scope, severity, change = what, notified, "{summary}");
    }
}
