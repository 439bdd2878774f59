//! What somebody on call is told: a leak, a limit that comes near, pressure, a service that cannot be watched.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::serve::bounds::{ALERT_NAME_BYTES, ALERT_REASON_BYTES, ALERT_SUMMARY_BYTES};
use crate::serve::store::LimitTime;
use crate::serve::time::WallTime;

/// What an alert is about. With its scope it is the identity of the alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlertKind {
    /// The verdict on a target is `leaking`.
    MemoryLeak,
    /// The growth of a target reaches its memory limit soon.
    MemoryLimit,
    /// The memory of this server is scarce.
    MemoryPressure,
    /// The system is about to end this server for its memory.
    OomRisk,
    /// A target that is watched gives no snapshots.
    WatchFailing,
}

/// How much an alert matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It can wait for the morning.
    Warning,
    /// It cannot.
    Critical,
}

/// Whether an alert holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlertStatus {
    /// It holds.
    Active,
    /// It is over.
    Resolved,
}

/// Numbers of a leak. Rates are in bytes per hour.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AlertFigures {
    /// The function to blame; foreign text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// Growth of the heap in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub growth_bytes_per_hour: Option<f64>,
    /// Its 95 % interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub growth_interval95: Option<[f64; 2]>,
    /// Hours from the newest snapshot until the memory limit is reached: the earliest and the latest with 95 % confidence; the latest may be never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours_to_limit: Option<[Option<f64>; 2]>,
    /// The same as times: whenever it is read, it is true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_reached_at: Option<LimitTime>,
}

/// Something is the case.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// It in one sentence; foreign text.
    pub summary: String,
    /// Why that is said; foreign text.
    pub detail: String,
    /// The numbers of a leak.
    pub figures: AlertFigures,
}

impl Finding {
    /// One without numbers of a leak.
    pub fn new(severity: Severity, summary: String, detail: String) -> Finding {
        Finding {
            severity,
            summary,
            detail,
            figures: AlertFigures::default(),
        }
    }

    /// Foreign text may be of any length.
    pub(super) fn cut(mut self) -> Finding {
        at_most(&mut self.summary, ALERT_SUMMARY_BYTES);
        at_most(&mut self.detail, ALERT_REASON_BYTES);
        if let Some(function) = &mut self.figures.function {
            at_most(function, ALERT_NAME_BYTES);
        }
        self
    }
}

fn at_most(text: &mut String, bytes: usize) {
    if text.len() > bytes {
        text.truncate(text.floor_char_boundary(bytes.saturating_sub(3)));
        text.push('…');
    }
    text.shrink_to_fit();
}

impl Alert {
    /// Bytes of it with all it owns.
    pub(super) fn owned(&self) -> usize {
        let told = self.told.as_ref().map_or(0, |told| told.figures.owned());
        size_of::<Alert>()
            + self.id.len()
            + self.identity.len()
            + self.scope.len()
            + self.summary.capacity()
            + self.last_reason.capacity()
            + self.resolution_note.as_ref().map_or(0, String::capacity)
            + self.figures.owned()
            + told
    }
}

/// Somebody looked. Where nothing can be told there is no observation: what was active stays so.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// What was looked for.
    pub kind: AlertKind,
    /// Where: the name of a target.
    pub scope: Arc<str>,
    /// What was found; nothing, and it is certain that it is not, or no longer, the case.
    pub finding: Option<Finding>,
}

/// An alert from its beginning to its end: one epoch of its identity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Alert {
    /// `<identity>#<epoch>`.
    pub id: Arc<str>,
    /// `<kind>:<scope>`.
    pub identity: Arc<str>,
    /// What it is about.
    pub kind: AlertKind,
    /// The target.
    pub scope: Arc<str>,
    /// How many times this identity has begun, with this one.
    pub epoch: u32,
    /// Whether it holds.
    pub status: AlertStatus,
    /// How much it matters, as last observed.
    pub severity: Severity,
    /// It in one sentence, as last observed; foreign text.
    pub summary: String,
    /// When it began.
    pub created_at: WallTime,
    /// When it was first observed.
    pub first_observed_at: WallTime,
    /// When it was last observed.
    pub last_observed_at: WallTime,
    /// When it was over.
    pub resolved_at: Option<WallTime>,
    /// How many times it was observed.
    pub occurrences: u64,
    /// How many times somebody was told of it.
    pub notifications: u32,
    /// When somebody was last told.
    pub last_notified_at: Option<WallTime>,
    /// Why it was last said to be the case; foreign text.
    pub last_reason: String,
    /// Why it is said to be over.
    pub resolution_note: Option<String>,
    /// The numbers of a leak, as last observed.
    #[serde(flatten)]
    pub figures: AlertFigures,
    /// What the last notification of it said.
    pub told: Option<Told>,
}

/// What a notification said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// Whether the alert held.
    pub status: AlertStatus,
    /// How much it mattered.
    pub severity: Severity,
    /// The numbers of the leak.
    #[serde(flatten)]
    pub figures: AlertFigures,
}

/// What happened to an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlertOutcome {
    /// It began for the first time.
    Created,
    /// It began again.
    NewEpoch,
    /// It became clearly worse.
    Escalated,
    /// It still holds.
    Reminded,
    /// It is over.
    Resolved,
}

/// Something happened to an alert.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AlertChange {
    /// What.
    pub change: AlertOutcome,
    /// Whether somebody is to be told of it.
    pub notified: bool,
    /// The alert as it is now.
    pub alert: Arc<Alert>,
}

/// All alerts that are remembered.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Alerts {
    /// Rises whenever something happens that is worth keeping: one begins, is told, or is over.
    #[serde(skip)]
    pub revision: u64,
    /// Those that hold, in the order of their identities.
    pub active: Vec<Arc<Alert>>,
    /// Those that are over, the newest first.
    pub history: Vec<Arc<Alert>>,
}

impl AlertKind {
    /// The word of JSON and of metrics.
    pub fn name(self) -> &'static str {
        match self {
            AlertKind::MemoryLeak => "memory-leak",
            AlertKind::MemoryLimit => "memory-limit",
            AlertKind::MemoryPressure => "memory-pressure",
            AlertKind::OomRisk => "oom-risk",
            AlertKind::WatchFailing => "watch-failing",
        }
    }

    /// All there are.
    pub const ALL: [AlertKind; 5] = [
        AlertKind::MemoryLeak,
        AlertKind::MemoryLimit,
        AlertKind::MemoryPressure,
        AlertKind::OomRisk,
        AlertKind::WatchFailing,
    ];

    /// What is said when it is over.
    pub(super) fn resolution(self) -> &'static str {
        match self {
            AlertKind::MemoryLeak => "the verdict has been stable for ten minutes or longer",
            AlertKind::MemoryLimit => "the limit is out of sight again",
            AlertKind::MemoryPressure => "there is room again",
            AlertKind::OomRisk => "the memory is below the mark again",
            AlertKind::WatchFailing => "it gives snapshots again",
        }
    }
}

impl Severity {
    /// The word of JSON.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Warning => "warning",
            Severity::Critical => "critical",
        }
    }
}

impl AlertStatus {
    /// The word of JSON.
    pub fn name(self) -> &'static str {
        match self {
            AlertStatus::Active => "active",
            AlertStatus::Resolved => "resolved",
        }
    }
}

impl AlertOutcome {
    /// The word of JSON.
    pub fn name(self) -> &'static str {
        match self {
            AlertOutcome::Created => "created",
            AlertOutcome::NewEpoch => "new-epoch",
            AlertOutcome::Escalated => "escalated",
            AlertOutcome::Reminded => "reminded",
            AlertOutcome::Resolved => "resolved",
        }
    }
}

impl AlertFigures {
    /// Hours until the limit is reached if growth goes on as it most likely is; nothing where no limit is in sight.
    ///
    /// The ends of the interval are room / rate, and it is the rates whose interval is symmetric: the rate in their middle gives the harmonic
    /// mean of the ends. A latest end of never is a rate of nothing. So it is at most twice the earliest.
    pub fn expected_hours(&self) -> Option<f64> {
        let [earliest, latest] = self.hours_to_limit?;
        let earliest = earliest?;
        if earliest <= 0.0 {
            return Some(0.0);
        }
        let slowest = latest
            .filter(|latest| *latest > 0.0)
            .map_or(0.0, f64::recip);
        Some(2.0 / (earliest.recip() + slowest))
    }

    /// Bytes on the heap.
    fn owned(&self) -> usize {
        self.function.as_ref().map_or(0, String::capacity)
    }
}
