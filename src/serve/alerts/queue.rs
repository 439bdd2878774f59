//! Notifications that wait for one way out.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use super::gauges::{AlertGauges, OutletGauges};
use super::notification::Notification;
use crate::serve::bounds::{ALERT_QUEUE_PER_WAY, ALERT_QUEUE_PER_WAY_BYTES};

/// Notifications that wait for one way out. Whoever puts one in never waits: a full queue lets its oldest go.
#[derive(Debug)]
pub(super) struct Queue {
    /// Held to move one in or out.
    waiting: Mutex<VecDeque<Notification>>,
    something: Notify,
    gauges: Arc<AlertGauges>,
    way: fn(&AlertGauges) -> &OutletGauges,
}

impl Queue {
    pub(super) fn new(gauges: Arc<AlertGauges>, way: fn(&AlertGauges) -> &OutletGauges) -> Queue {
        Queue {
            waiting: Mutex::default(),
            something: Notify::new(),
            gauges,
            way,
        }
    }

    pub(super) fn gauges(&self) -> &OutletGauges {
        (self.way)(&self.gauges)
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
        next
    }

    fn tell(&self, waiting: &VecDeque<Notification>) {
        self.gauges()
            .set_waiting(waiting.len() as u64, bytes(waiting) as u64);
    }
}

fn bytes(waiting: &VecDeque<Notification>) -> usize {
    waiting.iter().map(Notification::bytes).sum()
}
