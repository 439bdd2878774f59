//! The course of values as a picture of one line: block characters, or a small SVG.

use std::fmt::Write as _;

/// Block characters for `values`, at most `columns` of them, lowest to highest value. Longer series are gathered in equal parts.
pub(super) fn blocks(values: &[f64], columns: usize, unicode: bool) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    // Rising ink for eyes that have nothing but ASCII.
    const ASCII: [char; 8] = ['_', '.', ',', '-', '=', '+', '*', '#'];
    let characters = if unicode { BLOCKS } else { ASCII };
    levels(values, columns)
        .into_iter()
        .map(|level| characters[((level * 8.0) as usize).min(7)])
        .collect()
}

/// A small SVG for the inside of a page, coloured by the style sheet through `class`.
pub(super) fn svg(values: &[f64], class: &str) -> String {
    const MOST_POINTS: usize = 60;
    let levels = levels(values, MOST_POINTS);
    if levels.is_empty() {
        return String::new();
    }
    let step = WIDTH / (levels.len().max(2) - 1) as f64;
    let mut line = String::new();
    for (place, level) in levels.iter().enumerate() {
        let y = HEIGHT - MARGIN - level * (HEIGHT - 2.0 * MARGIN);
        let _ = write!(line, " {:.1},{y:.1}", place as f64 * step);
    }
    if levels.len() == 1 {
        line = format!(" 0,{0}{line} {WIDTH},{0}", HEIGHT / 2.0);
    }
    let line = line.trim_start();
    format!(
        "<svg class=\"spark {class}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <polygon points=\"0,{HEIGHT} {line} {WIDTH},{HEIGHT}\"/><polyline points=\"{line}\"/></svg>"
    )
}

const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 24.0;

/// Room for the thickness of the line.
const MARGIN: f64 = 2.0;

/// At most `most` numbers from 0, the lowest, to 1, the highest. What never changes lies in the middle.
fn levels(values: &[f64], most: usize) -> Vec<f64> {
    let parts = values.len().min(most.max(1));
    let means: Vec<f64> = (0..parts)
        .map(|part| {
            let members = &values[part * values.len() / parts..(part + 1) * values.len() / parts];
            let known = members.iter().filter(|value| value.is_finite());
            known.clone().sum::<f64>() / known.count().max(1) as f64
        })
        .collect();
    let lowest = means.iter().copied().fold(f64::INFINITY, f64::min);
    let span = means.iter().copied().fold(f64::NEG_INFINITY, f64::max) - lowest;
    let level = |value: f64| match span > 0.0 {
        true => (value - lowest) / span,
        false => 0.5,
    };
    means.into_iter().map(level).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_value_is_low_and_the_highest_is_high() {
        assert_eq!(blocks(&[0.0, 1.0, 2.0, 3.0, 7.0], 24, true), "▁▂▃▄█");
        assert_eq!(blocks(&[7.0, 0.0], 24, false), "#_");
    }

    #[test]
    fn a_long_series_is_gathered() {
        let values: Vec<f64> = (0..1000).map(f64::from).collect();
        assert_eq!(blocks(&values, 8, true), "▁▂▃▄▅▆▇█");
    }

    #[test]
    fn what_never_changes_or_is_no_number_is_drawn_all_the_same() {
        assert_eq!(blocks(&[5.0, 5.0], 24, true), "▅▅");
        assert_eq!(blocks(&[f64::NAN, 0.0, f64::INFINITY], 24, true), "▅▅▅");
        assert_eq!(blocks(&[], 24, true), "");
        assert_eq!(svg(&[], "bad"), "");
        assert!(!svg(&[1.0], "bad").contains("NaN"));
    }
}
