//! Who is told of alerts, and when.

use std::time::Duration;

use super::command::AlertCommand;
use super::pauses::Pauses;
use super::webhook::Webhook;
use crate::serve::store::{AlertPace, AlertRules};

/// Who is told of alerts, and when.
#[derive(Debug, Clone)]
pub struct AlertOptions {
    /// A limit that is expected to be reached within this time is an alert.
    pub within: Duration,
    /// Where notifications are posted to.
    pub webhook: Option<Webhook>,
    /// What is run for each notification.
    pub command: Option<AlertCommand>,
    /// How often somebody is told of one alert.
    pub pace: AlertPace,
    /// How long to wait from one try of the webhook to the next.
    pub pauses: Pauses,
}

impl Default for AlertOptions {
    fn default() -> AlertOptions {
        AlertOptions {
            within: Duration::from_hours(24),
            webhook: None,
            command: None,
            pace: AlertPace::default(),
            pauses: Pauses::default(),
        }
    }
}

impl AlertOptions {
    /// When a verdict becomes an alert, and how often somebody is told of one, with so much time from one snapshot of a
    /// watched service to the next.
    pub(in crate::serve) fn rules(&self, interval: Duration) -> (AlertRules, AlertPace) {
        let ms = |span: Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        let interval_ms = ms(interval);
        let rules = AlertRules {
            within_ms: ms(self.within),
            interval_ms,
        };
        (rules, self.pace)
    }

    /// Whether they can be meant.
    ///
    /// # Errors
    /// They cannot; why.
    pub fn check(&self) -> Result<(), String> {
        const YEAR: Duration = Duration::from_hours(365 * 24);
        if self.within < Duration::from_mins(1) || self.within > YEAR {
            return Err(format!(
                "--alert-within is {:?}: it must be from 1m to 365d",
                self.within
            ));
        }
        Ok(())
    }
}
