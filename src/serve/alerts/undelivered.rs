//! Notifications that had not arrived when the server was stopped, for its next start.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::notification::Notification;
use crate::serve::store::{Alert, AlertChange, AlertOutcome, AlertStatus};

/// A notification that had not arrived when the server was stopped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::serve) struct Undelivered {
    /// The way it was to go.
    pub(super) via: Via,
    /// What had happened.
    pub(super) change: AlertOutcome,
    /// The alert as it was then.
    pub(super) alert: Arc<Alert>,
    /// Whether that was over when the server was stopped.
    #[serde(skip)]
    pub(super) is_over: bool,
}

/// A way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Via {
    /// The webhook.
    Webhook,
    /// The command.
    Command,
}

impl Undelivered {
    /// What was to go a way.
    pub(super) fn new(via: Via, notification: &Notification) -> Undelivered {
        Undelivered {
            via,
            change: notification.change,
            alert: Arc::clone(&notification.alert),
            is_over: false,
        }
    }

    /// Compares it with what became of its alert.
    pub(super) fn look_at(&mut self, alerts: &[Alert]) {
        let is_over = |it: &Alert| it.id == self.alert.id && it.status == AlertStatus::Resolved;
        self.is_over = self.alert.status == AlertStatus::Active && alerts.iter().any(is_over);
    }

    /// It under its old id, with words that say that it is late.
    pub(super) fn notification(&self, host: &Arc<str>) -> Notification {
        let change = AlertChange {
            change: self.change,
            notified: true,
            alert: Arc::clone(&self.alert),
        };
        let late = match self.is_over {
            true => " - told late, as the server was stopped: it is over meanwhile",
            false => " - told late, as the server was stopped",
        };
        Notification::with_note(&change, host, late)
    }
}
