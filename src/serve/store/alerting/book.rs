//! Alerts by identity: when each began, who was told what and when, and when it was over.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::alert::{
    Alert, AlertChange, AlertKind, AlertOutcome, AlertStatus, Alerts, Finding, Observation, Told,
};
use super::pace::{AlertPace, has_passed, is_clearly_worse};
use super::rules::Meaning;
use crate::serve::bounds::{ALERTS, ALERTS_WAITING};
use crate::serve::store::meter::Meter;
use crate::serve::time::WallTime;

/// Alerts by identity. One instance of each is active at most; one that begins again is a new epoch.
///
/// Whatever is known of an identity follows from its alerts: a restart that has them back tells nobody the same again.
#[derive(Debug)]
pub(in crate::serve::store) struct AlertBook {
    pace: AlertPace,
    /// The newest epoch of each identity, active or over.
    newest: BTreeMap<Arc<str>, Entry>,
    /// Epochs before those.
    past: Vec<Arc<Alert>>,
    changes: Vec<AlertChange>,
    shown: Arc<Alerts>,
    is_stale: bool,
    revision: u64,
    meter: Meter,
    waiting: Meter,
}

/// The newest epoch of an identity, and what is known of all.
#[derive(Debug)]
struct Entry {
    alert: Arc<Alert>,
    /// Whether those who were told of this identity believe that it is active.
    is_believed: bool,
    /// When they were last told, of any epoch.
    last_told: Option<WallTime>,
    /// When anything was last heard of it, were it only that nothing can be said.
    heard: WallTime,
}

impl AlertBook {
    pub(in crate::serve::store) fn new() -> AlertBook {
        AlertBook {
            pace: AlertPace::default(),
            newest: BTreeMap::new(),
            past: Vec::new(),
            changes: Vec::new(),
            shown: Arc::default(),
            is_stale: false,
            revision: 0,
            meter: Meter::new(ALERTS),
            waiting: Meter::new(ALERTS_WAITING),
        }
    }

    pub(in crate::serve::store) fn set_pace(&mut self, pace: AlertPace) {
        self.pace = pace;
    }

    /// Takes back what an earlier run knew, in any order; called before anything is observed.
    pub(in crate::serve::store) fn restore(&mut self, mut alerts: Vec<Alert>, now: WallTime) {
        alerts.sort_by(|a, b| (&a.identity, a.epoch).cmp(&(&b.identity, b.epoch)));
        for alert in alerts {
            let alert = Arc::new(alert);
            let before = self.newest.get(&alert.identity);
            // Two of one epoch are none of ours.
            if before.is_some_and(|before| before.alert.epoch == alert.epoch) {
                continue;
            }
            if !self.make_room(owned(&alert)) {
                break;
            }
            let before = self.newest.get(&alert.identity);
            let last_told = before.and_then(|before| before.last_told);
            let is_believed = match &alert.told {
                Some(told) => told.status == AlertStatus::Active,
                None => before.is_some_and(|before| before.is_believed),
            };
            let entry = Entry {
                is_believed,
                last_told: alert.last_notified_at.max(last_told),
                heard: now,
                alert,
            };
            self.put(entry);
        }
        // Only the newest of an identity can hold.
        for past in &mut self.past {
            if past.status == AlertStatus::Active {
                let past = Arc::make_mut(past);
                past.status = AlertStatus::Resolved;
                past.resolved_at = Some(past.last_observed_at);
            }
        }
        self.is_stale = true;
    }

    /// Somebody looked.
    pub(in crate::serve::store) fn observe(&mut self, observation: Observation, now: WallTime) {
        let identity = identity(observation.kind, &observation.scope);
        match observation.finding {
            Some(finding) => self.found(
                &identity,
                observation.kind,
                &observation.scope,
                finding,
                now,
            ),
            None => self.resolve(&identity, observation.kind.resolution(), now),
        }
    }

    /// Somebody looked at `scope`. Where nothing can be said, what was active stays so.
    pub(super) fn learn(&mut self, meaning: Meaning, scope: &str, now: WallTime) {
        match meaning {
            Meaning::Known(observation) => self.observe(observation, now),
            Meaning::Unknown(kind) => {
                let identity = identity(kind, scope);
                if let Some(entry) = self.newest.get_mut(&*identity) {
                    entry.heard = now;
                }
            }
        }
    }

    /// Tells what is due by now, and ends what nobody has said anything about for long and whose target is not watched.
    pub(in crate::serve::store) fn tidy(
        &mut self,
        now: WallTime,
        is_watched: impl Fn(&str) -> bool,
    ) {
        let forgotten: Vec<Arc<str>> = self
            .newest
            .iter()
            .filter(|(_, entry)| {
                entry.alert.status == AlertStatus::Active
                    && !is_watched(&entry.alert.scope)
                    && now.since(entry.heard) >= self.pace.forget_ms
            })
            .map(|(identity, _)| Arc::clone(identity))
            .collect();
        for identity in forgotten {
            self.resolve(&identity, "nothing has been heard of it for long", now);
        }
        let all: Vec<Arc<str>> = self.newest.keys().map(Arc::clone).collect();
        for identity in all {
            if let Some(change) = self.due(&identity, now) {
                self.tell(&identity, change, now);
            }
        }
    }

    /// What happened since this was last called, in order.
    pub(in crate::serve::store) fn take_changes(&mut self) -> Vec<AlertChange> {
        for change in &self.changes {
            self.waiting.remove(owned(&change.alert));
        }
        std::mem::take(&mut self.changes)
    }

    pub(in crate::serve::store) fn shown(&mut self) -> Arc<Alerts> {
        if std::mem::take(&mut self.is_stale) {
            let newest = self.newest.values().map(|entry| &entry.alert);
            let (active, over): (Vec<_>, Vec<_>) = newest
                .cloned()
                .partition(|alert| alert.status == AlertStatus::Active);
            let mut history: Vec<Arc<Alert>> = over;
            history.extend(self.past.iter().cloned());
            history.sort_by_key(|alert| std::cmp::Reverse((alert.resolved_at, alert.created_at)));
            self.shown = Arc::new(Alerts {
                revision: self.revision,
                active,
                history,
            });
        }
        Arc::clone(&self.shown)
    }

    pub(in crate::serve::store) fn meters(&self) -> [&Meter; 2] {
        [&self.meter, &self.waiting]
    }

    fn found(
        &mut self,
        identity: &str,
        kind: AlertKind,
        scope: &Arc<str>,
        finding: Finding,
        now: WallTime,
    ) {
        let finding = finding.cut();
        let before = self.newest.get_mut(identity);
        if let Some(entry) = before
            && entry.alert.status == AlertStatus::Active
        {
            let old = owned(&entry.alert);
            let alert = Arc::make_mut(&mut entry.alert);
            alert.severity = finding.severity;
            alert.summary = finding.summary;
            alert.last_reason = finding.detail;
            alert.figures = finding.figures;
            alert.last_observed_at = now;
            alert.occurrences += 1;
            entry.heard = now;
            self.meter.resize(old, owned(&entry.alert));
            self.is_stale = true;
            if let Some(change) = self.due(identity, now) {
                self.tell(identity, change, now);
            }
            return;
        }
        let before = self.newest.get(identity);
        let epoch = before
            .map_or(0, |entry| entry.alert.epoch)
            .saturating_add(1);
        let identity: Arc<str> = before.map_or_else(
            || identity.into(),
            |entry| Arc::clone(&entry.alert.identity),
        );
        let alert = Alert {
            id: format!("{identity}#{epoch}").into(),
            identity: Arc::clone(&identity),
            kind,
            scope: Arc::clone(scope),
            epoch,
            status: AlertStatus::Active,
            severity: finding.severity,
            summary: finding.summary,
            created_at: now,
            first_observed_at: now,
            last_observed_at: now,
            resolved_at: None,
            occurrences: 1,
            notifications: 0,
            last_notified_at: None,
            last_reason: finding.detail,
            resolution_note: None,
            figures: finding.figures,
            told: None,
        };
        let (is_believed, last_told) =
            before.map_or((false, None), |entry| (entry.is_believed, entry.last_told));
        if !self.make_room(owned(&alert)) {
            return;
        }
        self.put(Entry {
            alert: Arc::new(alert),
            is_believed,
            last_told,
            heard: now,
        });
        self.happened(&identity, beginning(epoch), now);
    }

    fn resolve(&mut self, identity: &str, note: &'static str, now: WallTime) {
        let Some(entry) = self.newest.get_mut(identity) else {
            return;
        };
        entry.heard = now;
        if entry.alert.status == AlertStatus::Resolved {
            return;
        }
        let old = owned(&entry.alert);
        let alert = Arc::make_mut(&mut entry.alert);
        alert.status = AlertStatus::Resolved;
        alert.resolved_at = Some(now);
        alert.resolution_note = Some(note.to_owned());
        self.meter.resize(old, owned(&entry.alert));
        self.happened(identity, AlertOutcome::Resolved, now);
    }

    /// It began or ended: tells it, at once or, in the time of rest, only those who look.
    fn happened(&mut self, identity: &str, change: AlertOutcome, now: WallTime) {
        if self.due(identity, now) == Some(change) {
            self.tell(identity, change, now);
        } else {
            self.push(identity, change, false);
        }
    }

    /// What those who were told of it should hear now.
    fn due(&self, identity: &str, now: WallTime) -> Option<AlertOutcome> {
        let entry = self.newest.get(identity)?;
        let rested = |span| entry.last_told.is_none_or(|at| has_passed(at, span, now));
        if !rested(self.pace.cooldown_ms) {
            return None;
        }
        let alert = &entry.alert;
        match (alert.status, &alert.told) {
            (AlertStatus::Active, None) => Some(beginning(alert.epoch)),
            (AlertStatus::Active, Some(told)) if is_clearly_worse(alert, told) => {
                Some(AlertOutcome::Escalated)
            }
            (AlertStatus::Active, Some(_)) => {
                rested(self.pace.reminder_ms(alert.notifications)).then_some(AlertOutcome::Reminded)
            }
            // Of what nobody heard the beginning, nobody hears the end.
            (AlertStatus::Resolved, _) => entry.is_believed.then_some(AlertOutcome::Resolved),
        }
    }

    fn tell(&mut self, identity: &str, change: AlertOutcome, now: WallTime) {
        if let Some(entry) = self.newest.get_mut(identity) {
            let old = owned(&entry.alert);
            let alert = Arc::make_mut(&mut entry.alert);
            alert.notifications = alert.notifications.saturating_add(1);
            alert.last_notified_at = Some(now);
            alert.told = Some(Told {
                status: alert.status,
                severity: alert.severity,
                figures: alert.figures.clone(),
            });
            entry.is_believed = alert.status == AlertStatus::Active;
            entry.last_told = Some(now);
            self.meter.resize(old, owned(&entry.alert));
            self.push(identity, change, true);
        }
    }

    fn push(&mut self, identity: &str, change: AlertOutcome, notified: bool) {
        let Some(entry) = self.newest.get(identity) else {
            return;
        };
        self.is_stale = true;
        self.revision += 1;
        let alert = Arc::clone(&entry.alert);
        self.waiting.add(owned(&alert));
        self.changes.push(AlertChange {
            change,
            notified,
            alert,
        });
        while self.waiting.is_over() && !self.changes.is_empty() {
            self.waiting.remove(owned(&self.changes.remove(0).alert));
            self.waiting.evicted(1);
        }
    }

    /// Takes the place of the epoch before, which goes to the past.
    fn put(&mut self, entry: Entry) {
        self.meter.add(owned(&entry.alert));
        let identity = Arc::clone(&entry.alert.identity);
        if let Some(before) = self.newest.insert(identity, entry) {
            self.past.push(before.alert);
        }
    }

    /// Lets those that were over first leave until there is room for one more. `false` where all that is left is active.
    fn make_room(&mut self, bytes: usize) -> bool {
        while self.meter.is_over_with(1, bytes) {
            let of_past = (0..self.past.len()).min_by_key(|&at| self.past.get(at).map(over));
            if let Some(at) = of_past {
                let gone = self.past.swap_remove(at);
                self.meter.remove(owned(&gone));
                self.meter.evicted(1);
                continue;
            }
            let resolved = self
                .newest
                .iter()
                .filter(|(_, entry)| entry.alert.status == AlertStatus::Resolved)
                .min_by_key(|(_, entry)| over(&entry.alert))
                .map(|(identity, _)| Arc::clone(identity));
            self.meter.evicted(1);
            let Some(gone) = resolved.and_then(|identity| self.newest.remove(&identity)) else {
                return false;
            };
            self.meter.remove(owned(&gone.alert));
        }
        true
    }

    /// Entries and bytes, counted anew.
    #[cfg(test)]
    pub(in crate::serve::store) fn walk(&self) -> (u64, u64) {
        let newest = self.newest.values().map(|entry| &entry.alert);
        let all: Vec<usize> = newest.chain(&self.past).map(|alert| owned(alert)).collect();
        (all.len() as u64, all.iter().sum::<usize>() as u64)
    }
}

fn identity(kind: AlertKind, scope: &str) -> String {
    format!("{}:{scope}", kind.name())
}

/// Bytes of an alert with all it owns, and of its place here.
fn owned(alert: &Alert) -> usize {
    size_of::<Entry>() + alert.owned()
}

fn beginning(epoch: u32) -> AlertOutcome {
    match epoch {
        1 => AlertOutcome::Created,
        _ => AlertOutcome::NewEpoch,
    }
}

fn over(alert: &Arc<Alert>) -> (Option<WallTime>, WallTime) {
    (alert.resolved_at, alert.created_at)
}
