//! Alerts: those that hold, and those that are over.

use std::cmp::Reverse;
use std::fmt::Write as _;

use super::markup::{ago, in_query, lasting, short};
use super::scene::Scene;
use crate::serve::store::{Alert, AlertKind, Severity, spoken};

/// Alerts that are over and still shown.
const OVER_SHOWN: usize = 10;

pub(super) fn draw(out: &mut String, scene: &Scene) {
    let alerts = &scene.view.alerts;
    match alerts.active.len() {
        0 => out.push_str("<p class=\"rest\">No alert holds.</p>\n"),
        _ => {
            let mut active: Vec<&Alert> = alerts.active.iter().map(|it| &**it).collect();
            // The gravest first, then leaks before what is only not known, and the newest.
            active.sort_by_key(|it| (Reverse(it.severity), it.kind, Reverse(it.created_at)));
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
            None => format!("for {}", lasting(scene.now, alert.created_at)),
        };
        let note = match (&alert.resolution_note, alert.kind) {
            (Some(note), _) => note,
            // The summary has it.
            (None, AlertKind::WatchFailing) => "",
            (None, _) => &alert.last_reason,
        };
        let _ = writeln!(
            out,
            "<li class=\"{class}\" data-key=\"{}\"><p><strong class=\"{class}\">{word}</strong> {} · <a href=\"/?target={}\"><bdi>{}</bdi></a> · {when}</p>\
             <p>{}</p>",
            short(&alert.id, 400),
            in_words(alert.kind),
            in_query(&alert.scope),
            short(spoken(&alert.scope), 80),
            short(&alert.summary, 400),
        );
        if !note.is_empty() {
            let note = short(&note.replace(" -> ", " → "), 400);
            let _ = write!(out, "<p class=\"note\">{note}</p>");
        }
        out.push_str("</li>\n");
    }
    out.push_str("</ul>\n");
}

pub(super) fn in_words(kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::MemoryLeak => "memory leaks",
        AlertKind::MemoryLimit => "limit comes near",
        AlertKind::MemoryPressure => "memory is scarce",
        AlertKind::OomRisk => "about to be killed for memory",
        AlertKind::WatchFailing => "cannot be watched",
    }
}
