//! The heap of a target over days, with the projection and the limit; and the course of its suspects.

use super::scene::{Known, Scene};
use crate::render::html;
use crate::report::Part;

pub(super) fn draw(out: &mut String, scene: &Scene) {
    let Some(Known { document, .. }) = scene.known() else {
        return;
    };
    let chart = document.body.iter().find_map(|part| match part {
        Part::Chart(chart) => Some(chart.clone()),
        _ => None,
    });
    if let Some(mut chart) = chart {
        chart.marks = scene.marks(&chart);
        out.push_str(&html::fragment(&Part::Chart(chart)));
    }
}

/// What stands between the chart and the flame graph in a report: suspects, and what else moved.
pub(super) fn draw_suspects(out: &mut String, scene: &Scene) {
    let Some(Known { document, .. }) = scene.known() else {
        return;
    };
    let told = document
        .body
        .iter()
        .take_while(|part| !matches!(part, Part::FlameGraph(_)));
    for part in told.filter(|part| !matches!(part, Part::Chart(_))) {
        out.push_str(&html::fragment(part));
    }
}
