//! What the verdict on a target means for whoever is on call.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::alert::{AlertFigures, AlertKind, Finding, Observation, Severity};
use super::course::{Course, HeapCourse, TryCourse};
use crate::analysis::trend::SeriesAssessment::{Growing, Leaking};
use crate::serve::bounds::WATCHED_COURSES;
use crate::serve::store::meter::Meter;
use crate::serve::store::{Assessment, LimitTime, SELF};
use crate::serve::time::WallTime;
use crate::units::{Bytes, Per, Rate};

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
/// Growth that may yet settle counts only where the series is at least so long, in milliseconds: caches fill when a service starts.
const LEAST_SPAN_MS: i64 = 15 * 60_000;
/// A target is failing when its tries have failed for so many intervals: the third of them comes two intervals after the first.
const FAILING_INTERVALS: i64 = 2;

/// What the verdicts on all targets mean.
///
/// * A leak begins when two verdicts in a row that rest on different snapshots are `leaking` and blame the same function: a verdict is a chance
///   above a mark, one snapshot can take it across, and what fills first when a service starts is seldom what leaks. It is over with `stable`
///   in verdicts in a row over at least ten minutes of the series. `growing` is not the end of a leak: it says that something still rises,
///   only less surely so. `insufficient-data` says nothing at all: a restarted service has too few snapshots, and leaks as before.
/// * The limit is near when the *expected* time is below `within_ms`. The earliest time would cry wolf: it is the upper end of the noise. The
///   latest is often never, and would be silent to the end. As the expected time is at most twice the earliest
///   ([`AlertFigures::expected_hours`]), half of `within_ms` is left, with 97.5 % confidence, when the alert begins. What only grows, and may
///   settle as a service does that was just started, counts when it is expected within a quarter and the series spans a quarter of an hour:
///   then there is no time to wait and see. A limit that is passed is no matter of chance, whatever the verdict is.
/// * A watched target fails when three tries in a row have failed, over two intervals. It does no more when a snapshot was had by this run.
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
        let heap = course.judge(assessment);
        let mut meanings = vec![
            leak(assessment, heap, now),
            limit(assessment, heap, self.rules, now),
        ];
        // Where nobody tries to have snapshots, files come from elsewhere, or do not.
        if assessment.url.is_some() || assessment.last_scrape_at.is_some() {
            let kind = AlertKind::WatchFailing;
            meanings.push(match course.try_for(assessment, now) {
                TryCourse::Failing => Meaning::Known(failing(assessment)),
                TryCourse::Had => known(kind, assessment, None),
                TryCourse::Open => Meaning::Unknown(kind),
            });
        }
        meanings
    }

    /// What the time that has passed means: targets that have begun to fail.
    pub(super) fn begin_to_fail(
        &mut self,
        assessments: &[Arc<Assessment>],
        now: WallTime,
    ) -> Vec<Observation> {
        let lasting = self.rules.interval_ms.saturating_mul(FAILING_INTERVALS);
        let mut begun = Vec::new();
        for assessment in assessments {
            let Some(course) = self.courses.get_mut(&assessment.target) else {
                continue;
            };
            if course.begins_to_fail(lasting, now) {
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

fn failing(assessment: &Assessment) -> Observation {
    let target = &assessment.target;
    let problem = assessment.problem.clone().unwrap_or_default();
    let summary = match assessment.reason() {
        // What is wrong with this server is a sentence already.
        Some(reason) if **target == *SELF => reason.to_owned(),
        Some(reason) => format!("{target} cannot be watched: {reason}"),
        None => format!("{target} cannot be watched"),
    };
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

fn leak(assessment: &Assessment, heap: HeapCourse, now: WallTime) -> Meaning {
    let kind = AlertKind::MemoryLeak;
    match heap {
        HeapCourse::Over => return known(kind, assessment, None),
        HeapCourse::Open => return Meaning::Unknown(kind),
        HeapCourse::Confirmed => {}
    }
    let figures = figures(assessment, now);
    let target = assessment.spoken_name();
    // The rate is that of all of them together.
    let who = match (&figures.function, assessment.suspects.len()) {
        (Some(function), ..2) => format!("{target} leaks in {function}"),
        (Some(function), _) => format!("{target} leaks in {function} and other call paths"),
        (None, _) => format!("{target} leaks"),
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

fn limit(assessment: &Assessment, heap: HeapCourse, rules: AlertRules, now: WallTime) -> Meaning {
    let kind = AlertKind::MemoryLimit;
    let found = |severity, summary| {
        let finding = Finding {
            severity,
            summary,
            detail: assessment.sentence.clone(),
            figures: figures(assessment, now),
        };
        known(kind, assessment, Some(finding))
    };
    let (unknown, over) = (Meaning::Unknown(kind), known(kind, assessment, None));
    let target = assessment.spoken_name();
    let both = assessment.limit_bytes.zip(assessment.inuse_bytes);
    if let Some((limit, inuse)) = both.filter(|_| assessment.is_at_limit()) {
        let (limit, inuse) = (Bytes(limit), Bytes(inuse));
        let summary =
            format!("{target} has passed its memory limit of {limit}: {inuse} are in use");
        return found(Severity::Critical, summary);
    }
    let part = match (assessment.assessment, heap) {
        (_, HeapCourse::Over) => return over,
        // There is no limit any more.
        (Leaking | Growing, _) if assessment.limit_bytes.is_none() => return over,
        (_, HeapCourse::Confirmed) => 1.0,
        (Growing, _) if assessment.span_ms() >= Some(LEAST_SPAN_MS) => LAST_PART,
        _ => return unknown,
    };
    let figures = figures(assessment, now);
    let Some((limit, expected)) = assessment.limit_bytes.zip(figures.expected_hours()) else {
        return unknown;
    };
    let within = rules.within_ms as f64 / HOUR_MS;
    if expected > OUT_OF_SIGHT * within {
        return over;
    }
    if expected > part * within {
        return unknown;
    }
    let severity = match expected <= LAST_PART * within {
        true => Severity::Critical,
        false => Severity::Warning,
    };
    let limit = Bytes(limit);
    let summary = match figures.limit_reached_at {
        Some(time) => format!("{target} reaches its memory limit of {limit} {time}"),
        None => format!("{target} reaches its memory limit of {limit}"),
    };
    found(severity, summary)
}

/// What is no number stays away.
fn figures(assessment: &Assessment, now: WallTime) -> AlertFigures {
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
        limit_reached_at: LimitTime::of(assessment, now),
    }
}

fn rate(figures: &AlertFigures) -> Option<String> {
    let rate = Rate {
        value: figures.growth_bytes_per_hour?,
        is_bytes: true,
        per: Per::Hour,
    };
    Some(match figures.growth_interval95 {
        Some([low, high]) => format!("{rate} (95 %: {})", rate.interval(low, high)),
        None => rate.to_string(),
    })
}
