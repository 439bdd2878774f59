//! What the verdict on a target means for whoever is on call.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::alert::{AlertFigures, AlertKind, Finding, Observation, Severity};
use super::assessment::Assessment;
use super::meter::Meter;
use crate::serve::bounds::WATCHED_COURSES;
use crate::serve::time::WallTime;
use crate::units::{Bytes, SignedBytes};

const HOUR_MS: f64 = 3.6e6;

/// When a verdict becomes an alert.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AlertRules {
    /// An alert begins when the memory limit is expected to be reached within so many milliseconds.
    pub within_ms: i64,
    /// Milliseconds from one snapshot of a watched target to the next.
    pub interval_ms: i64,
}

impl Default for AlertRules {
    fn default() -> AlertRules {
        AlertRules {
            within_ms: 24 * 3_600_000,
            interval_ms: 30 * 60_000,
        }
    }
}

/// The last part of `within_ms` is critical, and in it growth that may yet settle counts like a leak.
const LAST_PART: f64 = 0.25;
/// An alert of the limit is over when it is expected later than so many times `within_ms`, so that it does not flutter at the edge.
const OUT_OF_SIGHT: f64 = 1.5;
/// A target that could not be scraped so many times in a row, over all the time that takes, is failing: a restart of its service costs one.
const FAILURES: u32 = 3;

/// What must be remembered of a target from verdict to verdict.
#[derive(Debug, Default)]
struct Course {
    /// The newest snapshot of the first verdict in a row of `stable`.
    stable_at: Option<WallTime>,
    /// Verdicts in a row that came with a problem and without a newer snapshot, and when the first of them came.
    failures: u32,
    failing_since: WallTime,
    newest_snapshot: Option<WallTime>,
}

/// What the verdicts on all targets mean.
///
/// * A leak begins with `leaking`. It is over with `stable` in two verdicts in a row that rest on different snapshots: a verdict is a chance
///   above a mark, and one snapshot can take it across. `growing` is not the end of a leak: it says that something still rises, only less
///   surely so. `insufficient-data` says nothing at all: a restarted service has too few snapshots, and leaks as before.
/// * The limit is near when the *expected* time is below `within_ms`. The earliest time would cry wolf: it is the upper end of the noise. The
///   latest is often never, and would be silent to the end. As the expected time is at most twice the earliest
///   ([`AlertFigures::expected_hours`]), half of `within_ms` is left, with 97.5 % confidence, when the alert begins. What only grows, and may
///   settle as a service does that was just started, counts when it is expected within a quarter: then there is no time to wait and see.
/// * A watched target fails when three times in a row no snapshot could be had of it.
#[derive(Debug)]
pub(super) struct AlertRuler {
    rules: AlertRules,
    courses: BTreeMap<Arc<str>, Course>,
    meter: Meter,
}

/// What a verdict means for one kind of alert.
#[derive(Debug)]
pub(super) enum Meaning {
    /// It is, or is not, the case.
    Known(Observation),
    /// Nothing can be said: what was the case still is.
    Unknown(AlertKind),
}

impl AlertRuler {
    pub(super) fn new() -> AlertRuler {
        AlertRuler {
            rules: AlertRules::default(),
            courses: BTreeMap::new(),
            meter: Meter::new(WATCHED_COURSES),
        }
    }

    pub(super) fn set(&mut self, rules: AlertRules) {
        self.rules = rules;
    }

    pub(super) fn meter(&self) -> &Meter {
        &self.meter
    }

    /// What a verdict means, kind by kind.
    pub(super) fn mean(&mut self, assessment: &Assessment) -> Vec<Meaning> {
        let target = &assessment.target;
        if !self.courses.contains_key(target) {
            let bytes = size_of::<Course>() + size_of::<Arc<str>>() + target.len();
            if self.meter.is_over_with(1, bytes) {
                self.meter.evicted(1);
                return Vec::new();
            }
            self.meter.add(bytes);
            self.courses.insert(Arc::clone(target), Course::default());
        }
        let Some(course) = self.courses.get_mut(target) else {
            return Vec::new();
        };
        let is_over = course.is_stable_again(assessment);
        let mut meanings = vec![
            leak(assessment, is_over),
            limit(assessment, is_over, self.rules),
        ];
        // This server itself is not watched from outside.
        if assessment.url.is_some() {
            meanings.push(course.watch(assessment, self.rules));
        }
        meanings
    }
}

impl Course {
    /// Whether this is the second verdict of `stable` in a row, with a newer snapshot.
    fn is_stable_again(&mut self, assessment: &Assessment) -> bool {
        match (assessment.assessment, assessment.newest_snapshot_at) {
            ("stable", Some(newest)) => {
                let first = *self.stable_at.get_or_insert(newest);
                first != newest
            }
            ("stable", None) | ("insufficient-data", _) => false,
            _ => {
                self.stable_at = None;
                false
            }
        }
    }

    fn watch(&mut self, assessment: &Assessment, rules: AlertRules) -> Meaning {
        let is_newer = assessment.newest_snapshot_at != self.newest_snapshot;
        self.newest_snapshot = assessment.newest_snapshot_at;
        let Some(problem) = &assessment.problem else {
            self.failures = 0;
            return known(AlertKind::WatchFailing, assessment, None);
        };
        if is_newer || self.failures == 0 {
            self.failures = 0;
            self.failing_since = assessment.judged_at;
        }
        self.failures = self.failures.saturating_add(1);
        let lasted = assessment.judged_at.since(self.failing_since);
        let enough = rules.interval_ms.saturating_mul(i64::from(FAILURES) - 1);
        // A timer is not exact.
        if self.failures < FAILURES || lasted < enough - enough / 10 {
            return Meaning::Unknown(AlertKind::WatchFailing);
        }
        let summary = format!(
            "no snapshot of {} in {} tries",
            assessment.target, self.failures
        );
        let finding = Finding::new(Severity::Warning, summary, problem.clone());
        known(AlertKind::WatchFailing, assessment, Some(finding))
    }
}

fn known(kind: AlertKind, assessment: &Assessment, finding: Option<Finding>) -> Meaning {
    Meaning::Known(Observation {
        kind,
        scope: Arc::clone(&assessment.target),
        finding,
    })
}

fn leak(assessment: &Assessment, is_over: bool) -> Meaning {
    let kind = AlertKind::MemoryLeak;
    match assessment.assessment {
        "leaking" => {
            let figures = figures(assessment);
            let who = match &figures.function {
                Some(function) => format!("{} leaks in {function}", assessment.target),
                None => format!("{} leaks", assessment.target),
            };
            let summary = match rate(&figures) {
                Some(rate) => format!("{who}: {rate}"),
                None => who,
            };
            let finding = Finding {
                severity: Severity::Warning,
                summary,
                detail: assessment.sentence.clone(),
                figures,
            };
            known(kind, assessment, Some(finding))
        }
        _ if is_over => known(kind, assessment, None),
        _ => Meaning::Unknown(kind),
    }
}

fn limit(assessment: &Assessment, is_over: bool, rules: AlertRules) -> Meaning {
    let kind = AlertKind::MemoryLimit;
    let unknown = Meaning::Unknown(kind);
    let figures = figures(assessment);
    let part = match assessment.assessment {
        "leaking" => 1.0,
        "growing" => LAST_PART,
        _ if is_over => return known(kind, assessment, None),
        _ => return unknown,
    };
    let Some(limit) = assessment.limit_bytes else {
        // There is no limit any more.
        return known(kind, assessment, None);
    };
    let Some(expected) = figures.expected_hours() else {
        return unknown;
    };
    let within = rules.within_ms as f64 / HOUR_MS;
    if expected > OUT_OF_SIGHT * within {
        return known(kind, assessment, None);
    }
    if expected > part * within {
        return unknown;
    }
    let severity = match expected <= LAST_PART * within {
        true => Severity::Critical,
        false => Severity::Warning,
    };
    let left = time_left(figures.hours_to_limit);
    let finding = Finding {
        severity,
        summary: format!(
            "{} reaches its memory limit of {} {left}",
            assessment.target,
            Bytes(limit)
        ),
        detail: assessment.sentence.clone(),
        figures,
    };
    known(kind, assessment, Some(finding))
}

/// What is no number stays away.
fn figures(assessment: &Assessment) -> AlertFigures {
    let suspect = assessment.suspects.first();
    AlertFigures {
        function: suspect.map(|suspect| suspect.function.clone()),
        growth_bytes_per_hour: assessment
            .growth_bytes_per_hour
            .filter(|growth| growth.is_finite()),
        growth_interval95: assessment
            .growth_interval95
            .filter(|ends| ends.iter().all(|end| end.is_finite())),
        hours_to_limit: assessment
            .hours_to_limit
            .map(|ends| ends.map(|end| end.filter(|end| end.is_finite()))),
    }
}

fn rate(figures: &AlertFigures) -> Option<String> {
    let bytes = |value: f64| SignedBytes(value as i64);
    let growth = bytes(figures.growth_bytes_per_hour?);
    Some(match figures.growth_interval95 {
        Some([low, high]) => format!("{growth} an hour ({} to {})", bytes(low), bytes(high)),
        None => format!("{growth} an hour"),
    })
}

fn time_left(ends: Option<[Option<f64>; 2]>) -> String {
    let hours = |hours: f64| match hours {
        hours if hours < 10.0 => format!("{hours:.1}"),
        hours => format!("{hours:.0}"),
    };
    match ends {
        Some([Some(low), _]) if low <= 0.0 => "now".to_owned(),
        Some([Some(low), Some(high)]) => format!("in {} to {} h", hours(low), hours(high)),
        Some([Some(low), None]) => format!("in {} h at the earliest", hours(low)),
        _ => "soon".to_owned(),
    }
}
