//! Files by how often workers modify them.

use std::fmt::Write as _;

use super::markup::{ago_text, html_text};
use super::scene::Scene;
use super::table::{column, cut};
use crate::render::html;
use crate::report::{Align, Cell, RowOrder, Table, Tone};
use crate::serve::query::{self, HeatEntry, HeatLevel, HeatSort, HeatmapQuery};
use crate::serve::time::WallTime;
use crate::units::Count;

const SHOWN: usize = 30;
const WORKERS_NAMED: usize = 3;

/// The links by which files are put in another order.
pub(super) fn orders(scene: &Scene) -> String {
    let mut out = String::from("<nav class=\"orders\" aria-label=\"Order of files\">by ");
    for (name, sort) in HeatSort::BY_NAME {
        let current = match sort == scene.asked.sort {
            true => " aria-current=\"true\"",
            false => "",
        };
        let _ = write!(
            out,
            "<a href=\"{}\" data-sort-by=\"{name}\"{current}>{name}</a> ",
            html_text(&scene.asked.address(&[("sort", name)], "files"))
        );
    }
    out.push_str("</nav>\n");
    out
}

pub(super) fn draw(out: &mut String, scene: &Scene) {
    out.push_str(&orders(scene));
    let query = HeatmapQuery {
        max_entries: SHOWN,
        sort_by: scene.asked.sort,
        ..HeatmapQuery::default()
    };
    let files = query::heatmap(&scene.view, &query);
    if files.is_empty() {
        out.push_str("<p class=\"rest\">No worker has modified a file within the last hour.</p>\n");
        return;
    }
    let most = files.iter().map(|it| it.modifications).max().unwrap_or(1);
    let all = scene.view.files.iter().count();
    let table = Table {
        title: "Files by modifications".to_owned(),
        columns: vec![
            column("file", Align::Left, true),
            column("times", Align::Right, false),
            column("", Align::Left, false),
            column("by", Align::Left, false),
            column("last", Align::Left, false),
        ],
        rows: files.iter().map(|it| row(scene, it, most)).collect(),
        rest: (all > files.len()).then(|| {
            format!(
                "{} more files are at /api/heatmap.",
                Count((all - files.len()) as u64)
            )
        }),
        order: RowOrder::Rank,
    };
    out.push_str(&html::table(&table));
}

fn row(scene: &Scene, file: &HeatEntry, most: u64) -> Vec<Cell> {
    let tone = match file.heat_level {
        HeatLevel::Cold | HeatLevel::Warm => Tone::Faint,
        HeatLevel::Hot => Tone::Warning,
        HeatLevel::Critical => Tone::Bad,
    };
    let named = file.workers.iter().take(WORKERS_NAMED);
    let mut workers: Vec<String> = named.map(|it| cut(&it.worker_id)).collect();
    let more = file.workers.len().saturating_sub(WORKERS_NAMED);
    if more > 0 {
        workers.push(format!("{more} more"));
    }
    let mut who = workers.join(", ");
    if file.has_collision {
        who.push_str(" (colliding)");
    }
    let who_tone = if file.has_collision {
        Tone::Warning
    } else {
        Tone::Plain
    };
    vec![
        Cell::Text(cut(&file.path), Tone::Plain),
        Cell::Number(
            Count(file.modifications).to_string(),
            file.modifications as f64,
            Tone::Plain,
        ),
        Cell::Bar(file.modifications as f64 / most.max(1) as f64, tone),
        Cell::Text(who, who_tone),
        Cell::Text(
            ago_text(scene.now, WallTime(file.last_modified.0)),
            Tone::Faint,
        ),
    ]
}
