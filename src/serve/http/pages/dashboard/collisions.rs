//! Workers in each other's way, the gravest first.

use super::markup::ago_text;
use super::scene::Scene;
use super::table::{column, cut};
use crate::render::html;
use crate::report::{Align, Cell, RowOrder, Table, Tone};
use crate::serve::query::{CollisionSeverity, collision_alerts};
use crate::serve::time::WallTime;

const SHOWN: usize = 50;

pub(super) fn draw(out: &mut String, scene: &Scene) {
    let alerts = collision_alerts(&scene.view);
    if alerts.is_empty() {
        out.push_str("<p class=\"rest\">Nobody is in anybody's way.</p>\n");
        return;
    }
    let more = alerts.len().saturating_sub(SHOWN);
    let rows = alerts.iter().take(SHOWN).map(|alert| {
        let tone = match alert.severity {
            CollisionSeverity::Error => Tone::Bad,
            CollisionSeverity::Warning => Tone::Warning,
            CollisionSeverity::Info => Tone::Faint,
        };
        let workers: Vec<&str> = alert.workers.iter().map(|it| &**it).collect();
        vec![
            Cell::Text(alert.severity.name().to_owned(), tone),
            Cell::Text(cut(&alert.description), Tone::Plain),
            Cell::Text(cut(&workers.join(", ")), Tone::Plain),
            // Events are timed by whoever wrote them; for a person the difference is small.
            Cell::Text(
                ago_text(scene.now, WallTime(alert.timestamp.0)),
                Tone::Faint,
            ),
        ]
    });
    let table = Table {
        title: "Collisions".to_owned(),
        columns: vec![
            column("severity", Align::Left, false),
            column("what", Align::Left, true),
            column("workers", Align::Left, false),
            column("since", Align::Left, false),
        ],
        rows: rows.collect(),
        rest: (more > 0).then(|| format!("{more} more are at /api/collisions/all.")),
        order: RowOrder::Rank,
    };
    out.push_str(&html::table(&table));
}
