//! Notifications that wait for one way out.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::gauges::{AlertGauges, OutletGauges};
use super::notification::Notification;
use super::undelivered::{Undelivered, Via};
use crate::serve::bounds::{ALERT_QUEUE_PER_WAY, ALERT_QUEUE_PER_WAY_BYTES};

/// Notifications that wait for one way out. Whoever puts one in never waits: a full queue lets its oldest go.
#[derive(Debug)]
pub(super) struct Queue {
    /// Held to move one in or out.
    waiting: Mutex<VecDeque<Notification>>,
    /// What was taken and has not arrived, the oldest first; the last of them is under way.
    taken: Mutex<Vec<Notification>>,
    something: Notify,
    gauges: Arc<AlertGauges>,
    via: Via,
}

impl Queue {
    pub(super) fn new(gauges: Arc<AlertGauges>, via: Via) -> Queue {
        Queue {
            waiting: Mutex::default(),
            taken: Mutex::default(),
            something: Notify::new(),
            gauges,
            via,
        }
    }

    pub(super) fn gauges(&self) -> &OutletGauges {
        match self.via {
            Via::Webhook => &self.gauges.webhook,
            Via::Command => &self.gauges.command,
        }
    }

    /// Adds one.
    pub(super) fn put(&self, notification: Notification) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push_back(notification);
        while waiting.len() > 1
            && (waiting.len() > ALERT_QUEUE_PER_WAY || bytes(&waiting) > ALERT_QUEUE_PER_WAY_BYTES)
        {
            if let Some(lost) = waiting.pop_front() {
                self.gauges().dropped.add();
                tracing::warn!(notification = %lost.id, "too many notifications wait: the oldest is dropped");
            }
        }
        self.tell(&waiting);
        drop(waiting);
        self.something.notify_one();
    }

    /// The oldest, as soon as there is one.
    pub(super) async fn take(&self) -> Notification {
        loop {
            if let Some(next) = self.try_take() {
                return next;
            }
            self.something.notified().await;
        }
    }

    /// The oldest, if there is one.
    pub(super) fn try_take(&self) -> Option<Notification> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let next = waiting.pop_front();
        self.tell(&waiting);
        let next = next?;
        self.taken().push(next.clone());
        Some(next)
    }

    /// What was taken last has arrived, or is given up.
    pub(super) fn done(&self) {
        self.taken().pop();
    }

    /// What has not arrived, at the end. There is no more of it than the queue held, and one that was under way.
    pub(super) fn leave(&self) -> Vec<Undelivered> {
        // A command may have done half of its work.
        if self.via == Via::Command
            && let Some(lost) = self.taken().pop()
        {
            self.gauges().failed.add();
            tracing::error!(notification = %lost.id, "its command was ended with the server");
        }
        while self.try_take().is_some() {}
        let taken = std::mem::take(&mut *self.taken());
        let left = taken.iter().map(|it| Undelivered::new(self.via, it));
        left.collect()
    }

    /// The way out.
    pub(super) fn via(&self) -> Via {
        self.via
    }

    fn taken(&self) -> MutexGuard<'_, Vec<Notification>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, waiting: &VecDeque<Notification>) {
        self.gauges()
            .waiting
            .set(waiting.len() as u64, bytes(waiting) as u64);
    }
}

fn bytes(waiting: &VecDeque<Notification>) -> usize {
    waiting.iter().map(Notification::bytes).sum()
}
