//! Errors that are alike.

use super::markup::ago_text;
use super::scene::Scene;
use super::table::{column, cut};
use crate::render::html;
use crate::report::{Align, Cell, RowOrder, Table, Tone};
use crate::serve::query::{self, ErrorSeverity, GroupedErrors};
use crate::serve::time::WallTime;
use crate::units::Count;

const SHOWN: usize = 30;

pub(super) fn draw(out: &mut String, scene: &Scene) {
    let groups = query::error_groups(&scene.view, scene.now, false);
    if groups.is_empty() {
        out.push_str("<p class=\"rest\">No error has been heard of.</p>\n");
        return;
    }
    let more = groups.len().saturating_sub(SHOWN);
    let table = Table {
        title: "Errors that are alike".to_owned(),
        columns: vec![
            column("severity", Align::Left, false),
            column("times", Align::Right, false),
            column("error", Align::Left, true),
            column("workers", Align::Right, false),
            column("last", Align::Left, false),
        ],
        rows: groups.iter().take(SHOWN).map(|it| row(scene, it)).collect(),
        rest: (more > 0).then(|| format!("{more} more are at /api/errors/groups.")),
        order: RowOrder::Rank,
    };
    out.push_str(&html::table(&table));
}

fn row(scene: &Scene, group: &GroupedErrors) -> Vec<Cell> {
    let tone = match group.severity {
        ErrorSeverity::Critical | ErrorSeverity::High => Tone::Bad,
        ErrorSeverity::Medium => Tone::Warning,
        ErrorSeverity::Low => Tone::Faint,
    };
    let state = match group.is_active {
        true => group.severity.name().to_owned(),
        false => "over".to_owned(),
    };
    vec![
        Cell::Text(state, tone),
        Cell::Number(
            Count(group.count).to_string(),
            group.count as f64,
            Tone::Plain,
        ),
        Cell::Text(cut(&group.fingerprint.sample_message), Tone::Plain),
        Cell::Number(
            Count(group.affected_workers.len() as u64).to_string(),
            group.affected_workers.len() as f64,
            Tone::Plain,
        ),
        Cell::Text(
            ago_text(scene.now, WallTime(group.last_seen.0)),
            Tone::Faint,
        ),
    ]
}
