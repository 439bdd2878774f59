//! Workers in each other's way, the gravest first.

use super::markup::{LINE_CHARS, ago_text};
use super::scene::Scene;
use crate::render::html;
use crate::report::{Align, Cell, Column, RowOrder, Table, Tone};
use crate::serve::query;
use crate::serve::time::WallTime;

const SHOWN: usize = 50;

pub(super) fn draw(out: &mut String, scene: &Scene) {
    let alerts = query::alerts(&scene.view);
    if alerts.is_empty() {
        out.push_str("<p class=\"rest\">Nobody is in anybody's way.</p>\n");
        return;
    }
    let column = |title: &str, flexible| Column {
        title: title.to_owned(),
        align: Align::Left,
        dispensable: 0,
        flexible,
    };
    let more = alerts.len().saturating_sub(SHOWN);
    let rows = alerts.iter().take(SHOWN).map(|alert| {
        let tone = match alert.severity() {
            "error" => Tone::Bad,
            "warning" => Tone::Warning,
            _ => Tone::Faint,
        };
        let workers: Vec<&str> = alert.workers.iter().map(|it| &**it).collect();
        vec![
            Cell::Text(alert.severity().to_owned(), tone),
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
            column("severity", false),
            column("what", true),
            column("workers", false),
            column("since", false),
        ],
        rows: rows.collect(),
        rest: (more > 0).then(|| format!("{more} more are at /api/collisions/all.")),
        order: RowOrder::Rank,
    };
    out.push_str(&html::table(&table));
}

/// The beginning of foreign text; the table escapes it.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(LINE_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
