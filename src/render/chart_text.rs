//! A chart out of characters, for a terminal and for a code block.

use super::chart_scale::{moment, short_moment};
use crate::report::{Chart, ChartClock, ChartLine, LineRole};
use crate::units::Amount;

/// The first line of `chart` as an area of `columns` by `rows` characters, with its highest amount and its first and last place.
pub(super) fn chart_text(chart: &Chart, columns: usize, rows: usize, unicode: bool) -> Vec<String> {
    let Some(line) = chart.lines.iter().find(|line| line.role == LineRole::Whole) else {
        return Vec::new();
    };
    let (Some(first), Some(last)) = (line.points.first(), line.points.last()) else {
        return Vec::new();
    };
    // At one place there is no course.
    if last.at <= first.at {
        return Vec::new();
    }
    let highest = line
        .points
        .iter()
        .map(|point| point.value)
        .filter(|value| value.is_finite())
        .fold(0.0, f64::max);
    let heights = heights(line, first.at, last.at, columns);
    let top = Amount::rounded(highest, chart.is_bytes).to_string();
    let (wall, corner, floor) = if unicode {
        ('│', '└', '─')
    } else {
        ('|', '+', '-')
    };
    let margin = top.chars().count();
    let mut lines: Vec<String> = (0..rows)
        .map(|row| {
            let label = if row == 0 { top.as_str() } else { "" };
            let level = (rows - 1 - row) as f64;
            let cells: String = heights
                .iter()
                .map(|height| match height {
                    Some(value) if highest > 0.0 => {
                        cell(value / highest * rows as f64 - level, unicode)
                    }
                    _ => ' ',
                })
                .collect();
            format!("{label:>margin$} {wall}{}", cells.trim_end())
        })
        .collect();
    lines.push(format!(
        "{:>margin$} {corner}{}",
        "0",
        floor.to_string().repeat(columns)
    ));
    lines.push(format!(
        "{:margin$} {}",
        "",
        ends(chart.clock, first.at, last.at, columns + 1)
    ));
    lines
}

/// The first place at the left end and the last at the right one; in little room as times of the day, in less the first alone.
fn ends(clock: ChartClock, first: f64, last: f64, room: usize) -> String {
    let width = |text: &str| text.chars().count();
    let full = (moment(clock, first), moment(clock, last));
    let short = (short_moment(clock, first), short_moment(clock, last));
    for (from, to) in [&full, &short] {
        if width(from) + 2 + width(to) <= room {
            let gap = room - width(from);
            return format!("{from}{to:>gap$}");
        }
    }
    full.0
}

/// The character for a cell that is full from 0, empty, to 1.
fn cell(share: f64, unicode: bool) -> char {
    const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    if unicode {
        EIGHTHS[(share.clamp(0.0, 1.0) * 8.0).round() as usize]
    } else if share >= 0.5 {
        '#'
    } else {
        ' '
    }
}

/// The amount in each column: the mean of its points, or what lies between its neighbours of the same run.
fn heights(line: &ChartLine, from: f64, to: f64, columns: usize) -> Vec<Option<f64>> {
    let points = &line.points;
    let width = (to - from) / columns as f64;
    let mut next = 0;
    (0..columns)
        .map(|column| {
            let (start, end) = (
                from + column as f64 * width,
                from + (column + 1) as f64 * width,
            );
            let (mut sum, mut count) = (0.0, 0);
            while let Some(point) = points.get(next)
                && (point.at < end || column + 1 == columns)
            {
                sum += point.value;
                count += 1;
                next += 1;
            }
            if count > 0 {
                return Some(sum / f64::from(count));
            }
            let (before, after) = (points.get(next.checked_sub(1)?)?, points.get(next)?);
            let share = ((start + end) / 2.0 - before.at) / (after.at - before.at);
            (before.run == after.run && share.is_finite())
                .then_some(before.value + share * (after.value - before.value))
        })
        .collect()
}
