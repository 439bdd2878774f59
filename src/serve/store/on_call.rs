//! What is known, as far as it concerns whoever is on call.

use std::sync::Arc;

use super::alert::{Alert, Observation};
use super::alert_book::AlertBook;
use super::alert_pace::AlertPace;
use super::alert_pressure::PressureRuler;
use super::alert_rules::{AlertRuler, AlertRules};
use super::assessment::{Assessment, SELF};
use super::memory::Pressure;
use super::meter::Meter;
use super::whole::Store;
use crate::serve::time::WallTime;

/// What is known, as far as it concerns whoever is on call: alerts, and what makes them of verdicts and of memory that runs short.
#[derive(Debug)]
pub(super) struct OnCall {
    pub(super) alerts: AlertBook,
    verdicts: AlertRuler,
    pressure: PressureRuler,
}

impl OnCall {
    pub(super) fn new() -> OnCall {
        OnCall {
            alerts: AlertBook::new(),
            verdicts: AlertRuler::new(),
            pressure: PressureRuler::default(),
        }
    }

    pub(super) fn set_rules(&mut self, rules: AlertRules, pace: AlertPace) {
        self.verdicts.set(rules);
        self.alerts.set_pace(pace);
    }

    pub(super) fn hear_of_verdict(&mut self, assessment: &Assessment, now: WallTime) {
        for meaning in self.verdicts.mean(assessment, now) {
            self.alerts.learn(meaning, &assessment.target, now);
        }
    }

    /// Time has passed.
    pub(super) fn tidy(&mut self, assessments: &[Arc<Assessment>], now: WallTime) {
        for observation in self.verdicts.begin_to_fail(assessments, now) {
            self.alerts.observe(observation, now);
        }
        let verdicts = &self.verdicts;
        self.alerts.tidy(now, |target| verdicts.knows(target));
    }

    pub(super) fn hear_of_pressure(&mut self, pressure: Option<Pressure>, now: WallTime) {
        for meaning in self.pressure.mean(pressure, now) {
            self.alerts.learn(meaning, SELF, now);
        }
    }

    /// In the order of [`STORE`](crate::serve::bounds::STORE).
    pub(super) fn meters(&self) -> [&Meter; 3] {
        let [alerts, waiting] = self.alerts.meters();
        [alerts, waiting, self.verdicts.meter()]
    }
}

impl Store {
    /// Takes what somebody saw who looks at something else than verdicts.
    pub fn observe(&mut self, observation: Observation, now: WallTime) {
        self.on_call.alerts.observe(observation, now);
    }

    /// When a verdict becomes an alert, and how often somebody is told of one.
    pub fn set_alert_rules(&mut self, rules: AlertRules, pace: AlertPace) {
        self.on_call.set_rules(rules, pace);
    }

    /// Takes back the alerts of an earlier run, before anything is judged.
    pub fn restore_alerts(&mut self, alerts: Vec<Alert>, now: WallTime) {
        self.on_call.alerts.restore(alerts, now);
    }
}
