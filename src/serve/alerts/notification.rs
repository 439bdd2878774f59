//! What a receiver gets: a `fabric.alert/1` document.

use std::sync::Arc;

use serde::Serialize;

use super::chat_text::chat_text;
use crate::serve::store::{Alert, AlertChange, AlertKind, AlertOutcome, AlertStatus};

/// What a receiver gets. The document is made once, and every try sends the same.
#[derive(Debug, Clone)]
pub struct Notification {
    /// `<id of the alert>/<how many times it was told>`: one that comes twice is the same.
    pub id: String,
    /// The document.
    pub body: String,
    /// What happened.
    pub change: AlertOutcome,
    /// The alert.
    pub alert: Arc<Alert>,
    /// It in one line, for a chat.
    pub text: String,
    /// The machine it comes from.
    pub host: Arc<str>,
}

/// The document. All fields are always there, but for the numbers of a leak in the alert.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    schema: &'static str,
    notification_id: &'a str,
    change: AlertOutcome,
    text: &'a str,
    host: &'a str,
    alert: &'a Alert,
}

impl Notification {
    /// That of a change, from the machine `host`.
    pub fn new(change: &AlertChange, host: &Arc<str>) -> Notification {
        Notification::with_note(change, host, "")
    }

    /// The same, with something to add to its text.
    pub(super) fn with_note(change: &AlertChange, host: &Arc<str>, note: &str) -> Notification {
        let alert = &change.alert;
        let id = format!("{}/{}", alert.id, alert.notifications);
        let text = text(change, host, note);
        let document = Document {
            schema: "fabric.alert/1",
            notification_id: &id,
            change: change.change,
            text: &text,
            host,
            alert,
        };
        // What is in an alert always has a JSON form.
        let body = serde_json::to_string(&document).unwrap_or_default();
        Notification {
            body,
            change: change.change,
            alert: Arc::clone(alert),
            host: Arc::clone(host),
            id,
            text,
        }
    }

    /// Bytes it takes, about.
    pub(super) fn bytes(&self) -> usize {
        // The document has all that the alert has.
        self.id.len() + 2 * self.body.len() + self.text.len()
    }
}

/// What a person reads first: is it over, how bad, what, where.
fn text(change: &AlertChange, host: &str, late: &str) -> String {
    let alert = &change.alert;
    let state = match (alert.status, change.change) {
        (AlertStatus::Resolved, _) => "resolved".to_owned(),
        (_, AlertOutcome::Escalated) => format!("{}, worse", alert.severity.name()),
        (_, AlertOutcome::Reminded) => format!("{}, still", alert.severity.name()),
        (_, AlertOutcome::NewEpoch) => format!("{}, again", alert.severity.name()),
        _ => alert.severity.name().to_owned(),
    };
    let summary = chat_text(&alert.summary);
    // How long that is, at the time it is told: what comes late is not counted anew.
    let ahead = match (alert.kind, alert.status, late.is_empty()) {
        (AlertKind::MemoryLimit, AlertStatus::Active, true) => ahead(alert),
        _ => String::new(),
    };
    let note = match (&alert.resolution_note, alert.status) {
        (Some(note), AlertStatus::Resolved) => format!(" - over: {}", chat_text(note)),
        _ => String::new(),
    };
    format!(
        "[{state}] {summary}{ahead}{note}{late} (fabric on {})",
        chat_text(host)
    )
}

/// `, in 39 to 42 minutes`.
fn ahead(alert: &Alert) -> String {
    let (time, told_at) = (alert.figures.limit_reached_at, alert.last_notified_at);
    match time.zip(told_at) {
        Some((time, told_at)) => match time.ahead(told_at) {
            Some(hours) => format!(", in {hours}"),
            None => ", which is past".to_owned(),
        },
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::store::{AlertFigures, LimitTime, Severity};
    use crate::serve::time::WallTime;
    use crate::units::HoursAhead;

    #[test]
    fn a_person_reads_first_whether_it_is_over_and_how_bad_it_is() {
        let mut alert = Alert {
            id: "memory-leak:api#2".into(),
            identity: "memory-leak:api".into(),
            kind: AlertKind::MemoryLeak,
            scope: "api".into(),
            epoch: 2,
            status: AlertStatus::Active,
            severity: Severity::Warning,
            summary: "api leaks in a::<B>::c".into(),
            created_at: WallTime(1),
            first_observed_at: WallTime(1),
            last_observed_at: WallTime(2),
            resolved_at: None,
            occurrences: 3,
            notifications: 4,
            last_notified_at: Some(WallTime(2)),
            last_reason: "so".into(),
            resolution_note: None,
            figures: AlertFigures {
                growth_bytes_per_hour: Some(1.5),
                ..AlertFigures::default()
            },
            told: None,
        };
        let tell = |change, alert: &Alert| {
            let change = AlertChange {
                change,
                notified: true,
                alert: Arc::new(alert.clone()),
            };
            Notification::new(&change, &"box".into())
        };
        let again = tell(AlertOutcome::NewEpoch, &alert);
        assert_eq!(
            again.text,
            "[warning, again] api leaks in a::&lt;B&gt;::c (fabric on box)"
        );
        assert_eq!(again.id, "memory-leak:api#2/4");
        let body: serde_json::Value = serde_json::from_str(&again.body).unwrap_or_default();
        assert_eq!(body["schema"], "fabric.alert/1");
        assert_eq!(body["notificationId"], "memory-leak:api#2/4");
        assert_eq!(body["change"], "new-epoch");
        assert_eq!(body["alert"]["summary"], "api leaks in a::<B>::c");
        assert_eq!(body["alert"]["growthBytesPerHour"], 1.5);
        alert.status = AlertStatus::Resolved;
        alert.resolution_note = Some("it is <gone>".into());
        let over = tell(AlertOutcome::Resolved, &alert);
        assert_eq!(
            over.text,
            "[resolved] api leaks in a::&lt;B&gt;::c - over: it is &lt;gone&gt; (fabric on box)"
        );
        // A limit has a time, and the text says how long that is from when it is told.
        let limit = Alert {
            kind: AlertKind::MemoryLimit,
            status: AlertStatus::Active,
            resolution_note: None,
            summary: "api reaches its memory limit then".into(),
            figures: AlertFigures {
                limit_reached_at: Some(LimitTime {
                    earliest: WallTime(2 + 30 * 60_000),
                    latest: Some(WallTime(2 + 45 * 60_000)),
                }),
                ..AlertFigures::default()
            },
            ..alert
        };
        let near = tell(AlertOutcome::Created, &limit);
        let ahead = HoursAhead {
            low: 0.5,
            high: Some(0.75),
        };
        assert_eq!(
            near.text,
            format!("[warning] api reaches its memory limit then, in {ahead} (fabric on box)")
        );
        assert_eq!(
            near.alert.figures.limit_reached_at,
            limit.figures.limit_reached_at
        );
    }
}
