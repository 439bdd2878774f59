//! How far the logs are read, what could not be read, and what was no event.

use std::fmt::Write as _;

use super::scene::Scene;
use super::table::{column, cut};
use crate::render::html;
use crate::report::{Align, Cell, RowOrder, Table, Tone};
use crate::units::{Bytes, Count};

pub(super) fn draw(out: &mut String, scene: &Scene) {
    let (tail, counters) = (&scene.view.tail, &scene.view.counters);
    let state = match (tail.folder_readable, tail.paused_for_memory, tail.caught_up) {
        (false, ..) => "the folder of logs cannot be read",
        (_, true, _) => "opens no further log: memory",
        (_, _, false) => "still reading what was there at start",
        (_, _, true) => "up to date",
    };
    out.push_str("<dl class=\"facts\">\n");
    for (label, text) in [
        ("state", state.to_owned()),
        (
            "logs",
            format!(
                "{} followed, {} known",
                Count(tail.files_followed),
                Count(tail.files_known)
            ),
        ),
        ("events", Count(counters.events).to_string()),
        (
            "rate",
            format!("{:.1} events a second", counters.rate_per_second),
        ),
        ("waiting to be read", Bytes(tail.bytes_waiting).to_string()),
        (
            "lost before it was read",
            Bytes(tail.bytes_lost).to_string(),
        ),
        ("repeated", Count(counters.duplicates).to_string()),
        ("rejected", Count(counters.rejected).to_string()),
    ] {
        let _ = writeln!(out, "<div><dt>{label}</dt><dd>{text}</dd></div>");
    }
    out.push_str("</dl>\n");
    if !tail.problems.is_empty() {
        let rows = tail.problems.iter().rev().map(|it| {
            vec![
                Cell::Text(cut(&it.file), Tone::Plain),
                Cell::Text(cut(&it.problem), Tone::Warning),
                Cell::Number(Count(it.count).to_string(), it.count as f64, Tone::Plain),
            ]
        });
        out.push_str(&html::table(&Table {
            title: "What could not be read".to_owned(),
            columns: vec![
                column("file", Align::Left, true),
                column("problem", Align::Left, false),
                column("times", Align::Right, false),
            ],
            rows: rows.collect(),
            rest: None,
            order: RowOrder::Time,
        }));
    }
    if !scene.view.rejected.is_empty() {
        let rows = scene.view.rejected.iter().map(|it| {
            vec![
                Cell::Text(it.reason.words().to_owned(), Tone::Plain),
                Cell::Number(Count(it.count).to_string(), it.count as f64, Tone::Plain),
                Cell::Text(cut(&it.example), Tone::Faint),
                Cell::Text(
                    format!("{}, byte {}", cut(&it.file), it.offset),
                    Tone::Faint,
                ),
            ]
        });
        out.push_str(&html::table(&Table {
            title: "Lines that are no events".to_owned(),
            columns: vec![
                column("lines that are no events", Align::Left, false),
                column("times", Align::Right, false),
                column("the first one", Align::Left, true),
                column("where", Align::Left, false),
            ],
            rows: rows.collect(),
            rest: None,
            order: RowOrder::Rank,
        }));
    }
}
