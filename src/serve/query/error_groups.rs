//! Errors that are the same but for numbers and names, as they are at a time.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::serve::event::LogEvent;
use crate::serve::store::{ERROR_ACTIVE_MS, ErrorGroup, Fingerprint, View};
use crate::serve::time::{EventTime, WallTime};

/// So many of its newest events a group shows.
const SHOWN_EVENTS: usize = 5;

/// How grave a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorSeverity {
    /// Once, or no longer.
    Low,
    /// 2 to 4 times.
    Medium,
    /// 5 to 9 times.
    High,
    /// 10 times and more.
    Critical,
}

impl ErrorSeverity {
    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            ErrorSeverity::Low => "low",
            ErrorSeverity::Medium => "medium",
            ErrorSeverity::High => "high",
            ErrorSeverity::Critical => "critical",
        }
    }
}

/// A group of errors as it is at a time.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupedErrors {
    /// Its name.
    pub id: String,
    /// What they have in common.
    pub fingerprint: Fingerprint,
    /// Time of the first.
    pub first_seen: EventTime,
    /// Time of the newest.
    pub last_seen: EventTime,
    /// How many.
    pub count: u64,
    /// Who had them.
    pub affected_workers: Vec<Arc<str>>,
    /// Whether one was heard of in the last five minutes.
    pub is_active: bool,
    /// How grave it is.
    pub severity: ErrorSeverity,
    /// The newest five, oldest first.
    pub recent_events: Vec<Arc<LogEvent>>,
}

/// The groups together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorStats {
    /// How many groups.
    pub total_groups: u64,
    /// How many of them are active.
    pub active_groups: u64,
    /// How many errors are in them.
    pub total_errors: u64,
    /// How many groups of each category there are.
    pub by_category: BTreeMap<&'static str, u64>,
    /// How many groups of each severity there are.
    pub by_severity: BTreeMap<&'static str, u64>,
}

/// How grave a group is at a time, and whether it is active.
pub fn severity_of(group: &ErrorGroup, now: WallTime) -> (bool, ErrorSeverity) {
    let is_active = now.since(group.last_heard) < ERROR_ACTIVE_MS;
    let severity = match group.count {
        _ if !is_active => ErrorSeverity::Low,
        0..=1 => ErrorSeverity::Low,
        2..=4 => ErrorSeverity::Medium,
        5..=9 => ErrorSeverity::High,
        _ => ErrorSeverity::Critical,
    };
    (is_active, severity)
}

/// The groups of a view at a time: active ones first, then the gravest, then the largest.
pub fn error_groups(view: &View, now: WallTime, active_only: bool) -> Vec<GroupedErrors> {
    let groups = view.error_groups.iter().map(|group| as_it_is(group, now));
    let mut groups: Vec<GroupedErrors> = groups
        .filter(|group| group.is_active || !active_only)
        .collect();
    groups.sort_by(|a, b| {
        let key = |it: &GroupedErrors| Reverse((it.is_active, it.severity, it.count));
        key(a).cmp(&key(b)).then_with(|| a.id.cmp(&b.id))
    });
    groups
}

/// The groups of a view together.
pub fn error_stats(view: &View, now: WallTime) -> ErrorStats {
    let mut stats = ErrorStats::default();
    for group in &view.error_groups {
        let (is_active, severity) = severity_of(group, now);
        stats.total_groups += 1;
        stats.active_groups += u64::from(is_active);
        stats.total_errors += group.count;
        let category = group.fingerprint.category;
        *stats.by_category.entry(category).or_default() += 1;
        *stats.by_severity.entry(severity.name()).or_default() += 1;
    }
    stats
}

fn as_it_is(group: &ErrorGroup, now: WallTime) -> GroupedErrors {
    let (is_active, severity) = severity_of(group, now);
    let events = &group.recent_events;
    let shown = events.len().saturating_sub(SHOWN_EVENTS);
    GroupedErrors {
        id: group.id.clone(),
        fingerprint: group.fingerprint.clone(),
        first_seen: group.first_seen,
        last_seen: group.last_seen,
        count: group.count,
        affected_workers: group.affected_workers.clone(),
        is_active,
        severity,
        recent_events: events.get(shown..).unwrap_or_default().to_vec(),
    }
}
