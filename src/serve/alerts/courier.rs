//! Brings notifications one way out: in order, one after another, each tried a bounded number of times.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::command::AlertCommand;
use super::notification::Notification;
use super::pauses::Pauses;
use super::queue::Queue;
use super::webhook::{Failed, Webhook};
use crate::serve::time::WallTime;

/// Brings notifications one way out.
#[derive(Debug)]
pub(super) struct Courier {
    pub(super) way: Way,
    pub(super) queue: Arc<Queue>,
    pub(super) pauses: Pauses,
    pub(super) stopping: watch::Receiver<bool>,
}

/// The way out.
#[derive(Debug, Clone)]
pub(super) enum Way {
    Webhook(Webhook),
    Command(AlertCommand),
}

impl Courier {
    /// Works until it is told to stop. What waits then is tried once more each; what might have arrived later stays with the queue.
    pub(super) async fn run(mut self) {
        loop {
            let mut stopping = self.stopping.clone();
            let next = tokio::select! {
                biased;
                _ = stopping.wait_for(|stop| *stop) => break,
                next = self.queue.take() => next,
            };
            self.bring(&next).await;
        }
        while let Some(last) = self.queue.try_take() {
            self.bring(&last).await;
        }
    }

    async fn bring(&mut self, notification: &Notification) {
        let mut tries = 0;
        loop {
            tries += 1;
            let failed = match self.way.clone().once(notification).await {
                Ok(()) => {
                    self.queue.gauges().delivered.add();
                    self.queue.done();
                    tracing::debug!(notification = %notification.id, tries, "delivered");
                    return;
                }
                Err(failed) => failed,
            };
            let is_stopping = *self.stopping.borrow();
            let pause = self.pauses.after(tries, failed.retry_after);
            match pause.filter(|_| !failed.is_final) {
                Some(_) if is_stopping => {
                    let (notification, why) = (&notification.id, &failed.why);
                    tracing::info!(%notification, to = %self.way, tries, %why, "not delivered before the end");
                    return;
                }
                Some(pause) => {
                    self.queue.gauges().retried.add();
                    let (notification, why) = (&notification.id, &failed.why);
                    tracing::info!(%notification, to = %self.way, tries, %why, seconds = pause.as_secs(), "not delivered, tried again later");
                    self.rest(pause).await;
                }
                None => {
                    self.queue.gauges().failed.add();
                    self.queue.done();
                    let (notification, why) = (&notification.id, &failed.why);
                    tracing::error!(%notification, to = %self.way, tries, %why, "not delivered, given up");
                    return;
                }
            }
        }
    }

    /// Until the pause is over, or no time is left for pauses.
    async fn rest(&mut self, pause: Duration) {
        tokio::select! {
            _ = self.stopping.wait_for(|stop| *stop) => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

impl Way {
    async fn once(self, notification: &Notification) -> Result<(), Failed> {
        match self {
            Way::Webhook(webhook) => {
                let body = notification.body.clone();
                let post = move || webhook.post(&body, WallTime::now());
                tokio::task::spawn_blocking(post)
                    .await
                    .unwrap_or_else(|_| Err(Failed::for_good("the server ends".to_owned())))
            }
            // A command may have done half of its work: it is not run twice for one notification.
            Way::Command(command) => command
                .run(notification)
                .await
                .map_err(|error| Failed::for_good(error.to_string())),
        }
    }
}

impl Failed {
    fn for_good(why: String) -> Failed {
        Failed {
            why,
            is_final: true,
            retry_after: None,
        }
    }
}

/// What may be shown of it.
impl std::fmt::Display for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Way::Webhook(webhook) => webhook.fmt(f),
            Way::Command(_) => f.write_str("the command"),
        }
    }
}
