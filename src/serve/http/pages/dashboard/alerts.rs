//! Alerts: those that hold, and those that are over.

use std::fmt::Write as _;

use super::markup::{ago, in_query, lasting, short};
use super::scene::Scene;
use crate::serve::store::{Alert, AlertKind, Severity};

/// Alerts that are over and still shown.
const OVER_SHOWN: usize = 10;

pub(super) fn draw(out: &mut String, scene: &Scene) {
    let alerts = &scene.view.alerts;
    match alerts.active.len() {
        0 => out.push_str("<p class=\"rest\">No alert holds.</p>\n"),
        _ => {
            let mut active: Vec<&Alert> = alerts.active.iter().map(|it| &**it).collect();
            active.sort_by_key(|it| (it.severity != Severity::Critical, it.created_at));
            push_list(out, scene, &active);
        }
    }
    let over: Vec<&Alert> = alerts
        .history
        .iter()
        .take(OVER_SHOWN)
        .map(|it| &**it)
        .collect();
    if !over.is_empty() {
        let _ = writeln!(
            out,
            "<details class=\"over\"><summary>Over: {}</summary>",
            alerts.history.len()
        );
        push_list(out, scene, &over);
        if alerts.history.len() > over.len() {
            out.push_str(
                "<p class=\"rest\">All are at <a href=\"/api/alerts\">/api/alerts</a>.</p>",
            );
        }
        out.push_str("</details>\n");
    }
}

fn push_list(out: &mut String, scene: &Scene, alerts: &[&Alert]) {
    out.push_str("<ul class=\"alerts\">\n");
    for alert in alerts {
        let (class, word) = match (alert.resolved_at, alert.severity) {
            (Some(_), _) => ("faint", "over"),
            (None, Severity::Critical) => ("bad", "critical"),
            (None, Severity::Warning) => ("warning", "warning"),
        };
        let when = match alert.resolved_at {
            Some(over) => format!(
                "began {}, over {}",
                ago(scene.now, alert.created_at),
                ago(scene.now, over)
            ),
            None => format!("since {}", lasting(scene.now, alert.created_at)),
        };
        let note = alert
            .resolution_note
            .as_deref()
            .unwrap_or(&alert.last_reason);
        let _ = writeln!(
            out,
            "<li class=\"{class}\" data-key=\"{}\"><p><strong class=\"{class}\">{word}</strong> {} · <a href=\"/?target={}\"><bdi>{}</bdi></a> · {when}</p>\
             <p>{}</p><p class=\"note\">{}</p></li>",
            short(&alert.id, 400),
            in_words(alert.kind),
            in_query(&alert.scope),
            short(&alert.scope, 80),
            short(&alert.summary, 400),
            short(&note.replace(" -> ", " → "), 400),
        );
    }
    out.push_str("</ul>\n");
}

pub(super) fn in_words(kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::MemoryLeak => "memory leaks",
        AlertKind::MemoryLimit => "limit comes near",
        AlertKind::MemoryPressure => "memory is scarce",
        AlertKind::OomRisk => "about to be killed for memory",
        AlertKind::WatchFailing => "gives no snapshots",
    }
}
