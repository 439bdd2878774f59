//! The lines of a chart with their areas, the projection and the marks in it.

use std::fmt::Write as _;

use super::picture::Field;
use crate::escape;
use crate::render::chart_scale::moment;
use crate::report::{Chart, ChartLine, ChartPoint, Cone, LineRole};
use crate::units::Amount;

/// One line: area and error band below, then the line, then its points.
pub(super) fn line(out: &mut String, chart: &Chart, line: &ChartLine, field: &Field) {
    let (stroke, area) = match line.role {
        LineRole::Whole => ("chart-whole", Some("chart-whole-area")),
        LineRole::Part => ("chart-part", Some("chart-part-area")),
        LineRole::Beside => ("chart-beside", None),
    };
    let points: Vec<ChartPoint> = line
        .points
        .iter()
        .copied()
        .filter(|point| point.at.is_finite() && point.value.is_finite())
        .collect();
    for run in points.chunk_by(|a, b| a.run == b.run) {
        let [first, .., last] = run else { continue };
        let course = places(run.iter().map(|point| (point.at, point.value)), field);
        if let Some(area) = area {
            let _ = writeln!(
                out,
                "<path class=\"{area}\" d=\"M{:.1} {:.1}L{course}L{:.1} {:.1}Z\"/>",
                field.x(first.at),
                field.y(0.0),
                field.x(last.at),
                field.y(0.0)
            );
        }
        if run.iter().any(|point| point.error > 0.0) {
            let edge = |side: f64| {
                move |point: &ChartPoint| (point.at, point.value + side * point.half_width())
            };
            let above = places(run.iter().map(edge(1.0)), field);
            let below = places(run.iter().rev().map(edge(-1.0)), field);
            let _ = writeln!(out, "<path class=\"chart-error\" d=\"M{above}L{below}Z\"/>");
        }
        let _ = writeln!(out, "<path class=\"{stroke}\" d=\"M{course}\"/>");
    }
    if line.role == LineRole::Whole {
        dots(out, chart, &points, field);
    }
}

fn places(points: impl Iterator<Item = (f64, f64)>, field: &Field) -> String {
    let mut out = String::new();
    for (place, (at, value)) in points.enumerate() {
        let space = if place == 0 { "" } else { " " };
        let _ = write!(out, "{space}{:.1} {:.1}", field.x(at), field.y(value));
    }
    out
}

/// Dots closer than this hide the line: then only the mouse finds them.
const DOT_ROOM: f64 = 16.0;

/// Points closer than this cannot be told apart with the mouse either.
const HOVER_ROOM: f64 = 3.0;

/// Points with what they stand for. Those that were not judged are seen however many there are.
fn dots(out: &mut String, chart: &Chart, points: &[ChartPoint], field: &Field) {
    let room = (field.right - field.left) / points.len().max(1) as f64;
    for point in points {
        let (class, radius) = match point.judged {
            false => ("chart-dot-faint", 3),
            true if room >= DOT_ROOM => ("chart-dot", 3),
            true if room >= HOVER_ROOM => ("chart-hover", 4),
            true => continue,
        };
        let error = match point.error > 0.0 {
            true => format!(" ± {}", Amount::rounded(point.half_width(), chart.is_bytes)),
            false => String::new(),
        };
        let judged = if point.judged { "" } else { ", not judged" };
        let _ = writeln!(
            out,
            "<circle class=\"{class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius}\"><title>{}: {}{error}{judged}</title></circle>",
            field.x(point.at),
            field.y(point.value),
            escape::html(&moment(chart.clock, point.at)),
            Amount::rounded(point.value, chart.is_bytes),
        );
    }
}

/// Where the line leads: a dashed line in a cone, which ends at the upper edge of the field where it would leave it.
pub(super) fn cone(out: &mut String, cone: &Cone, field: &Field) {
    let at_top = |value: f64| {
        let share = (field.highest - cone.value) / (value - cone.value);
        (value > field.highest).then_some(cone.from + share * (cone.to - cone.from))
    };
    let mut corners = vec![(cone.from, cone.value)];
    corners.extend(at_top(cone.high).map(|at| (at, field.highest)));
    corners.push((cone.to, cone.high.min(field.highest)));
    match at_top(cone.low) {
        Some(at) => corners.push((at, field.highest)),
        None => corners.push((cone.to, cone.low)),
    }
    let end = match at_top(cone.middle) {
        Some(at) => (at, field.highest),
        None => (cone.to, cone.middle),
    };
    let middle = [(cone.from, cone.value), end];
    let _ = writeln!(
        out,
        "<path class=\"chart-cone\" d=\"M{}Z\"/>\n<path class=\"chart-ahead\" d=\"M{}\"/>",
        places(corners.into_iter(), field),
        places(middle.into_iter(), field)
    );
}

/// The limit as a line across the field.
pub(super) fn limit(out: &mut String, limit: f64, is_bytes: bool, field: &Field) {
    let y = field.y(limit);
    let _ = writeln!(
        out,
        "<line class=\"chart-limit\" x1=\"{:.1}\" y1=\"{y:.1}\" x2=\"{:.1}\" y2=\"{y:.1}\"/>\n\
         <text class=\"chart-limit-text\" x=\"{:.1}\" y=\"{:.1}\">limit {}</text>",
        field.left,
        field.right,
        field.left + 6.0,
        y - 5.0,
        Amount::rounded(limit, is_bytes)
    );
}

/// Restarts as lines from top to bottom.
pub(super) fn restarts(out: &mut String, restarts: &[f64], field: &Field) {
    for &at in restarts.iter().filter(|at| at.is_finite()) {
        let x = field.x(at);
        let _ = writeln!(
            out,
            "<line class=\"chart-restart\" x1=\"{x:.1}\" y1=\"{:.1}\" x2=\"{x:.1}\" y2=\"{:.1}\"/>",
            field.top, field.bottom
        );
    }
}

/// Moments that are pointed at, each with what it says: a triangle at the ground and a line up from it.
pub(super) fn marks(out: &mut String, chart: &Chart, field: &Field) {
    for mark in chart.marks_in_sight() {
        let x = field.x(mark.at);
        let _ = writeln!(
            out,
            "<g class=\"chart-mark\"><title>{}: {}</title><line class=\"chart-mark-line\" x1=\"{x:.1}\" y1=\"{:.1}\" x2=\"{x:.1}\" y2=\"{:.1}\"/>\
             <path class=\"chart-mark-head\" d=\"M{:.1} {:.1}h12l-6 -10z\"/></g>",
            escape::html(&moment(chart.clock, mark.at)),
            escape::html(&mark.text),
            field.top,
            field.bottom,
            x - 6.0,
            field.bottom
        );
    }
}
