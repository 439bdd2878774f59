//! What the verdict on a target means for whoever is on call.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::alert::{AlertFigures, AlertKind, Finding, Observation, Severity};
use super::assessment::Assessment;
use super::meter::Meter;
use crate::serve::bounds::WATCHED_COURSES;
use crate::serve::time::WallTime;
use crate::units::{Bytes, HoursAhead, SignedBytes};

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
/// A target of which no snapshot could be had for so many intervals is failing: three tries in a row. A restart of its service costs one.
const FAILING_INTERVALS: f64 = 2.1;

/// What must be remembered of a target from verdict to verdict.
#[derive(Debug, Default)]
struct Course {
    /// The newest snapshot of the first verdict in a row of `stable`.
    stable_at: Option<WallTime>,
    /// Since when no snapshot can be had of it, on the clock of this machine.
    failing_since: Option<WallTime>,
    /// Whether that has been for long enough to be told.
    is_failing: bool,
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
/// * A watched target fails when no snapshot could be had of it for so long that three tries in a row have failed.
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
    pub(super) fn mean(&mut self, assessment: &Assessment, now: WallTime) -> Vec<Meaning> {
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
            meanings.push(course.watch(assessment, now));
        }
        meanings
    }

    /// What the time that has passed means: targets that have begun to fail.
    pub(super) fn begin_to_fail(
        &mut self,
        assessments: &[Arc<Assessment>],
        now: WallTime,
    ) -> Vec<Observation> {
        let long_enough = (self.rules.interval_ms as f64 * FAILING_INTERVALS) as i64;
        let mut begun = Vec::new();
        for assessment in assessments {
            let Some(course) = self.courses.get_mut(&assessment.target) else {
                continue;
            };
            let lasted = course.failing_since.map(|since| now.since(since));
            if !course.is_failing && lasted >= Some(long_enough) {
                course.is_failing = true;
                begun.push(failing(assessment));
            }
        }
        begun
    }

    /// Whether verdicts on this target come.
    pub(super) fn knows(&self, target: &str) -> bool {
        self.courses.contains_key(target)
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

    fn watch(&mut self, assessment: &Assessment, now: WallTime) -> Meaning {
        if assessment.problem.is_none() {
            self.failing_since = None;
            self.is_failing = false;
            return known(AlertKind::WatchFailing, assessment, None);
        }
        self.failing_since.get_or_insert(now);
        match self.is_failing {
            true => Meaning::Known(failing(assessment)),
            false => Meaning::Unknown(AlertKind::WatchFailing),
        }
    }
}

fn failing(assessment: &Assessment) -> Observation {
    let target = &assessment.target;
    let summary = format!("no snapshot, or no verdict, can be had of {target}");
    let problem = assessment.problem.clone().unwrap_or_default();
    Observation {
        kind: AlertKind::WatchFailing,
        scope: Arc::clone(target),
        finding: Some(Finding::new(Severity::Warning, summary, problem)),
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
    let rate = assessment.rate();
    AlertFigures {
        function: suspect.map(|suspect| suspect.function.clone()),
        growth_bytes_per_hour: rate
            .map(|(growth, _)| growth)
            .filter(|growth| growth.is_finite()),
        growth_interval95: rate
            .map(|(_, ends)| ends)
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
    match ends {
        Some([Some(low), _]) if low <= 0.0 => "now".to_owned(),
        Some([Some(low), high]) => format!("in {}", HoursAhead { low, high }),
        _ => "soon".to_owned(),
    }
}
