//! What is known, as far as it concerns whoever is on call.

use std::sync::Arc;

use super::alert::{Alert, Observation};
use super::book::AlertBook;
use super::pace::AlertPace;
use super::pressure::PressureRuler;
use super::rules::{AlertRuler, AlertRules};
use crate::serve::store::Pressure;
use crate::serve::store::Store;
use crate::serve::store::meter::Meter;
use crate::serve::store::{Assessment, SELF};
use crate::serve::time::WallTime;

/// What is known, as far as it concerns whoever is on call: alerts, and what makes them of verdicts and of memory that runs short.
#[derive(Debug)]
pub(in crate::serve::store) struct OnCall {
    pub(in crate::serve::store) alerts: AlertBook,
    verdicts: AlertRuler,
    pressure: PressureRuler,
}

impl OnCall {
    pub(in crate::serve::store) fn new() -> OnCall {
        OnCall {
            alerts: AlertBook::new(),
            verdicts: AlertRuler::new(),
            pressure: PressureRuler::default(),
        }
    }

    pub(in crate::serve::store) fn set_rules(&mut self, rules: AlertRules, pace: AlertPace) {
        self.verdicts.set(rules);
        self.alerts.set_pace(pace);
    }

    pub(in crate::serve::store) fn hear_of_verdict(
        &mut self,
        assessment: &Assessment,
        now: WallTime,
    ) {
        for meaning in self.verdicts.mean(assessment, now) {
            self.alerts.learn(meaning, &assessment.target, now);
        }
    }

    /// Time has passed.
    pub(in crate::serve::store) fn tidy(&mut self, assessments: &[Arc<Assessment>], now: WallTime) {
        for observation in self.verdicts.begin_to_fail(assessments, now) {
            self.alerts.observe(observation, now);
        }
        let verdicts = &self.verdicts;
        self.alerts.tidy(now, |target| verdicts.knows(target));
    }

    pub(in crate::serve::store) fn hear_of_pressure(
        &mut self,
        pressure: Option<Pressure>,
        now: WallTime,
    ) {
        for meaning in self.pressure.mean(pressure, now) {
            self.alerts.learn(meaning, SELF, now);
        }
    }

    /// In the order of [`STORE`](crate::serve::bounds::STORE).
    pub(in crate::serve::store) fn meters(&self) -> [&Meter; 3] {
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
