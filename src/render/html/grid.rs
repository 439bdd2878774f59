//! A table: cells that know what they sort by, call paths that unfold, bars drawn by the style sheet.

use std::fmt::Write as _;

use super::page::tone_class;
use crate::escape;
use crate::render::spark;
use crate::report::{Align, Cell, Column, Table};

/// A table under its heading.
pub(super) fn grid(out: &mut String, table: &Table) {
    out.push_str("<section class=\"panel\">\n");
    if !table.title.is_empty() {
        let _ = writeln!(out, "<h2>{}</h2>", escape::html(&table.title));
    }
    push_table(out, table, false);
    out.push_str("</section>\n");
}

/// The table alone, for a page that has a heading of its own and the [`style_sheet`](super::style_sheet): its title is for those who do not see it.
pub fn table(table: &Table) -> String {
    let mut out = String::new();
    push_table(&mut out, table, true);
    out
}

fn push_table(out: &mut String, table: &Table, captioned: bool) {
    out.push_str("<div class=\"scroll\"><table>\n");
    if captioned {
        let title = escape::html(&table.title);
        let _ = writeln!(out, "<caption class=\"unseen\">{title}</caption>");
    }
    out.push_str("<thead><tr>");
    for column in &table.columns {
        let _ = write!(
            out,
            "<th scope=\"col\"{}>{}</th>",
            class(&[align(column)]),
            escape::html(&column.title)
        );
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    let shrinks: Vec<bool> = (0..table.columns.len())
        .map(|place| {
            let mut cells = table.rows.iter().filter_map(|row| row.get(place));
            cells.any(|cell| matches!(cell, Cell::Bar(value, _) if *value < 0.0))
        })
        .collect();
    for row in &table.rows {
        out.push_str("<tr>");
        for (place, column) in table.columns.iter().enumerate() {
            push_cell(
                out,
                column,
                row.get(place).unwrap_or(&Cell::Missing),
                shrinks[place],
            );
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table></div>\n");
    if let Some(rest) = &table.rest {
        let _ = writeln!(out, "<p class=\"rest\">{}</p>", escape::html(rest));
    }
}

fn push_cell(out: &mut String, column: &Column, cell: &Cell, both_sides: bool) {
    // On a phone each row is a card, and the header of the column is shown beside the value.
    let label = format!(" data-label=\"{}\"", escape::html(&column.title));
    match cell {
        Cell::Missing => {
            let _ = write!(
                out,
                "<td{}{label}></td>",
                class(&[align(column), "missing"])
            );
        }
        Cell::Text(text, tone) => {
            let wide = if column.flexible { "wide" } else { "short" };
            let _ = write!(
                out,
                "<td{}{label}>{}</td>",
                class(&[align(column), tone_class(*tone), wide]),
                escape::html(text)
            );
        }
        Cell::Number(text, value, tone) => {
            let _ = write!(
                out,
                "<td{}{label}{}>{}</td>",
                class(&[align(column), tone_class(*tone), "number"]),
                sort_key(*value),
                escape::html(text)
            );
        }
        Cell::Path(names, tone) => {
            let _ = write!(out, "<td{}>", class(&["path", tone_class(*tone)]));
            push_path(out, names);
            out.push_str("</td>");
        }
        Cell::Spark(values, tone) => {
            let change = values.last().unwrap_or(&0.0) - values.first().unwrap_or(&0.0);
            let _ = write!(
                out,
                "<td class=\"spark-cell\"{label}{}>{}</td>",
                sort_key(change),
                spark::svg(values, tone_class(*tone))
            );
        }
        Cell::Bar(value, tone) => {
            let value = if value.is_finite() {
                value.clamp(-1.0, 1.0)
            } else {
                0.0
            };
            let _ = write!(
                out,
                "<td class=\"bar\"{}>{}</td>",
                sort_key(value),
                bar(value, both_sides, tone_class(*tone))
            );
        }
    }
}

/// A bar from -1 to 1, with the line that it starts from: at the left edge, or in the middle where others go to the left.
fn bar(value: f64, both_sides: bool, tone: &str) -> String {
    let (zero, full) = if both_sides {
        (50.0, 50.0)
    } else {
        (0.0, 100.0)
    };
    // The smallest change is still seen.
    let width = (value.abs() * full).max(LEAST_BAR).min(full);
    let left = if value < 0.0 { zero - width } else { zero };
    format!(
        "<svg class=\"track\" viewBox=\"0 0 100 18\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <rect class=\"{tone}\" x=\"{left:.1}\" y=\"3\" width=\"{width:.1}\" height=\"12\"/>\
         <path d=\"M{zero} 0V18\"/></svg>"
    )
}

/// Two pixels of a bar of the usual width, in percent.
const LEAST_BAR: f64 = 1.4;

/// The function to blame, its callers in small on one line, and the whole stack to unfold.
fn push_path(out: &mut String, names: &[String]) {
    let Some((leaf, callers)) = names.split_first() else {
        return;
    };
    let leaf = format!("<span class=\"leaf\">{}</span>", escape::html(leaf));
    if callers.is_empty() {
        out.push_str(&leaf);
        return;
    }
    let _ = write!(out, "<details><summary>{leaf}<span class=\"callers\">");
    for caller in callers.iter().take(CALLERS_IN_LINE) {
        let _ = write!(out, " ← <bdi>{}</bdi>", escape::html(caller));
    }
    out.push_str("</span></summary><ol>");
    for name in names {
        let _ = write!(out, "<li>{}</li>", escape::html(name));
    }
    out.push_str("</ol></details>");
}

/// A line on a screen never shows more; the unfolded stack has all of them.
const CALLERS_IN_LINE: usize = 6;

fn align(column: &Column) -> &'static str {
    match column.align {
        Align::Left => "",
        Align::Right => "right",
    }
}

fn class(names: &[&str]) -> String {
    let names: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| !name.is_empty() && *name != "plain")
        .collect();
    if names.is_empty() {
        String::new()
    } else {
        format!(" class=\"{}\"", names.join(" "))
    }
}

fn sort_key(value: f64) -> String {
    if value.is_finite() {
        format!(" data-sort=\"{value}\"")
    } else {
        String::new()
    }
}
