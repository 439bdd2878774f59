//! The whole picture: heading, legend, axes, lines.

use std::fmt::Write as _;

use super::lines;
use crate::escape;
use crate::render::chart_scale::{amounts, times};
use crate::report::{Chart, ChartClock, LineRole};
use crate::units::Amount;

/// How much room there is: text has one size, so a small picture is another picture, not a smaller one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::render) enum Size {
    /// A window or a sheet of paper.
    Wide,
    /// A telephone.
    Narrow,
}

/// The part of the picture in which lines are drawn, and what its edges stand for.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) highest: f64,
}

impl Field {
    pub(super) fn x(&self, at: f64) -> f64 {
        let share = (at - self.from) / (self.to - self.from);
        self.left + share.clamp(0.0, 1.0) * (self.right - self.left)
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        let share = value / self.highest;
        self.bottom - share.clamp(0.0, 1.0) * (self.bottom - self.top)
    }
}

/// `chart` as an SVG file under `title`: it loads nothing, and is light or dark as the reader has it.
pub fn chart_svg(chart: &Chart, title: &str) -> String {
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    out.push_str(&picture(chart, Some(title), Size::Wide));
    out
}

/// How pictures look, for the pages that they are a part of.
pub(in crate::render) const STYLE: &str = include_str!("chart.css");

/// The picture as a file with a heading and its style in it; or without both, as a part of a page, which has them.
pub(in crate::render) fn picture(chart: &Chart, heading: Option<&str>, size: Size) -> String {
    let (width, height, most_times) = match size {
        Size::Wide => (1040.0, 340.0, 9),
        Size::Narrow => (380.0, 280.0, 4),
    };
    let start = if heading.is_some() { 44.0 } else { 14.0 };
    let legend = Legend::new(chart, width - 24.0);
    let top = start + legend.rows as f64 * LEGEND_ROW + 8.0;
    let height = height + top - 30.0;
    let (from, to) = chart.places().unwrap_or((0.0, 1.0));
    // A single point is in the middle of a length that has no meaning.
    let (from, to) = if to > from {
        (from, to)
    } else {
        (from - 1.0, from + 1.0)
    };
    let ceiling = chart.highest().max(chart.limit_in_sight().unwrap_or(0.0));
    let field = Field {
        left: 68.0,
        right: width - ROOM_RIGHT,
        top,
        bottom: height - 42.0,
        from,
        to,
        highest: if ceiling > 0.0 { ceiling * 1.06 } else { 1.0 },
    };
    let mut out = String::with_capacity(16 * 1024);
    let label = escape::html(heading.unwrap_or(&chart.title)).into_owned();
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" aria-label=\"{label}\">\n<title>{label}</title>\n<desc>{}</desc>\n\
         {}<rect class=\"chart-ground\" width=\"{width}\" height=\"{height}\"/>\n",
        escape::html(&description(chart)),
        match heading {
            Some(_) => format!("<style>{STYLE}</style>\n"),
            None => String::new(),
        },
    );
    if let Some(heading) = heading {
        let _ = writeln!(
            out,
            "<text class=\"chart-title\" x=\"12\" y=\"26\">{}</text>",
            escape::html(&shortened(heading))
        );
    }
    legend.draw(&mut out, start);
    axes(&mut out, chart, &field, most_times);
    lines::restarts(&mut out, &chart.restarts, &field);
    if let Some(cone) = &chart.projection {
        lines::cone(&mut out, cone, &field);
    }
    // The line that matters most lies over the others.
    for role in [LineRole::Beside, LineRole::Part, LineRole::Whole] {
        for line in chart.lines.iter().filter(|line| line.role == role) {
            lines::line(&mut out, chart, line, &field);
        }
    }
    lines::marks(&mut out, chart, &field);
    if let Some(limit) = chart.limit_in_sight() {
        lines::limit(&mut out, limit, chart.is_bytes, &field);
    }
    out.push_str("</svg>\n");
    out
}

/// Between the field and the right edge of the picture.
const ROOM_RIGHT: f64 = 18.0;

/// A longer heading would leave the picture.
const LONGEST_HEADING: usize = 120;

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_HEADING) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn axes(out: &mut String, chart: &Chart, field: &Field, most_times: usize) {
    for mark in amounts(field.highest, chart.is_bytes, 5) {
        let y = field.y(mark.at);
        let class = if mark.at == 0.0 {
            "chart-axis"
        } else {
            "chart-grid"
        };
        let _ = writeln!(
            out,
            "<line class=\"{class}\" x1=\"{:.1}\" y1=\"{y:.1}\" x2=\"{:.1}\" y2=\"{y:.1}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            field.left,
            field.right,
            field.left - 8.0,
            y + 4.0,
            mark.text
        );
    }
    if chart.places().is_none() {
        return;
    }
    for mark in times(chart.clock, field.from, field.to, most_times) {
        let x = field.x(mark.at);
        let _ = write!(
            out,
            "<line class=\"chart-axis\" x1=\"{x:.1}\" y1=\"{:.1}\" x2=\"{x:.1}\" y2=\"{:.1}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            field.bottom,
            field.bottom + 4.0,
            label_place(x, &mark.text, field),
            field.bottom + 17.0,
            mark.text
        );
        if let Some(day) = &mark.day {
            let _ = write!(
                out,
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{day}</text>",
                label_place(x, day, field),
                field.bottom + 32.0
            );
        }
        out.push('\n');
    }
    let unit = match chart.clock {
        ChartClock::Date => "UTC",
        ChartClock::Hours => "after the first",
        ChartClock::Snapshots => "snapshots after the first",
    };
    // Days stand below times, from the first mark up to the right edge; hours and snapshots have none.
    let (x, anchor) = match chart.clock {
        ChartClock::Date => (MARGIN, "start"),
        ChartClock::Hours | ChartClock::Snapshots => (field.right, "end"),
    };
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{unit}</text>",
        field.bottom + 32.0
    );
}

/// No text comes nearer to the edge of the picture.
const MARGIN: f64 = 12.0;

/// About the width of a character of a label.
const LABEL_CHARACTER: f64 = 7.0;

/// The middle of a label below a mark: at the mark, unless it would leave the picture on the right.
fn label_place(mark: f64, text: &str, field: &Field) -> f64 {
    let half = text.chars().count() as f64 * LABEL_CHARACTER / 2.0;
    mark.min(field.right + ROOM_RIGHT - 2.0 - half)
}

/// What is drawn, in one sentence for those who do not see it.
fn description(chart: &Chart) -> String {
    let amount = |value: f64| Amount::rounded(value, chart.is_bytes);
    let mut parts: Vec<String> = chart
        .lines
        .iter()
        .filter_map(|line| {
            let (first, last) = (line.points.first()?, line.points.last()?);
            Some(format!(
                "{} from {} to {}",
                line.name,
                amount(first.value),
                amount(last.value)
            ))
        })
        .collect();
    if let Some(cone) = &chart.projection {
        parts.push(format!(
            "projected to between {} and {}",
            amount(cone.low),
            amount(cone.high)
        ));
    }
    parts.extend(chart.limit.map(|limit| format!("limit {}", amount(limit))));
    match chart.restarts.len() {
        0 => {}
        1 => parts.push("1 restart".to_owned()),
        count => parts.push(format!("{count} restarts")),
    }
    match chart.marks_in_sight().count() {
        0 => {}
        1 => parts.push("1 alert".to_owned()),
        count => parts.push(format!("{count} alerts")),
    }
    parts.join("; ")
}

const LEGEND_ROW: f64 = 20.0;

/// What the lines are called: entries side by side, in as many rows as they need.
struct Legend {
    entries: Vec<(f64, usize, &'static str, String)>,
    rows: usize,
}

impl Legend {
    fn new(chart: &Chart, width: f64) -> Legend {
        let mut named: Vec<(&str, String)> = chart
            .lines
            .iter()
            .map(|line| {
                let sample = match line.role {
                    LineRole::Whole => WHOLE,
                    LineRole::Part => PART,
                    LineRole::Beside => BESIDE,
                };
                let is_estimate = line.points.iter().any(|point| point.error > 0.0);
                let name = match is_estimate {
                    true => format!("{}, 95 %", line.name),
                    false => line.name.clone(),
                };
                (sample, name)
            })
            .collect();
        if chart.projection.is_some() {
            named.push((AHEAD, "projection, 95 %".to_owned()));
        }
        if !chart.restarts.is_empty() {
            named.push((RESTART, "restart".to_owned()));
        }
        if chart.marks_in_sight().next().is_some() {
            named.push((MARK, "alert".to_owned()));
        }
        let points = chart.lines.first().map_or(&[][..], |line| &line.points);
        if points.iter().any(|point| !point.judged) {
            named.push((FAINT, "not judged".to_owned()));
        }
        if let Some(limit) = chart.limit.filter(|_| chart.limit_in_sight().is_none()) {
            let text = format!(
                "limit {}, above the chart",
                Amount::rounded(limit, chart.is_bytes)
            );
            named.push((LIMIT, text));
        }
        let mut legend = Legend {
            entries: Vec::new(),
            rows: 1,
        };
        let mut x = 0.0;
        for (sample, name) in named {
            let taken = 26.0 + shortened(&name).chars().count() as f64 * 6.4 + 18.0;
            if x > 0.0 && x + taken > width {
                x = 0.0;
                legend.rows += 1;
            }
            legend.entries.push((x, legend.rows - 1, sample, name));
            x += taken;
        }
        legend
    }

    fn draw(&self, out: &mut String, start: f64) {
        for (x, row, sample, name) in &self.entries {
            let y = start + *row as f64 * LEGEND_ROW;
            let _ = writeln!(
                out,
                "<g transform=\"translate({:.1} {y:.1})\">{sample}<text x=\"26\" y=\"9\">{}</text></g>",
                x + 12.0,
                escape::html(&shortened(name))
            );
        }
    }
}

const WHOLE: &str = "<rect class=\"chart-whole-area\" y=\"5\" width=\"20\" height=\"7\"/><path class=\"chart-whole\" d=\"M0 5H20\"/>";
const PART: &str = "<rect class=\"chart-part-area\" y=\"5\" width=\"20\" height=\"7\"/><path class=\"chart-part\" d=\"M0 5H20\"/>";
const BESIDE: &str = "<path class=\"chart-beside\" d=\"M0 5H20\"/>";
const AHEAD: &str = "<rect class=\"chart-cone\" width=\"20\" height=\"11\"/><path class=\"chart-ahead\" d=\"M0 5H20\"/>";
const RESTART: &str = "<path class=\"chart-restart\" d=\"M10 -1V12\"/>";
const MARK: &str = "<path class=\"chart-mark-head\" d=\"M4 10h12L10 0z\"/>";
const FAINT: &str = "<circle class=\"chart-dot-faint\" cx=\"10\" cy=\"5\" r=\"3\"/>";
const LIMIT: &str = "<path class=\"chart-limit\" d=\"M0 5H20\"/>";

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
