//! The memory of this process over the last minutes, drawn as the heap over days is.

use super::scene::Scene;
use crate::render::html;
use crate::report::{Chart, ChartClock, ChartLine, ChartPoint, LineRole, Part};
use crate::serve::store::MemorySample;

pub(super) fn draw(out: &mut String, scene: &Scene) {
    let samples = &scene.view.memory.samples;
    if samples.is_empty() {
        out.push_str("<section class=\"panel\"><h2>Memory of this server</h2><p class=\"rest\">No sample has been taken yet.</p></section>\n");
        return;
    }
    let limit = scene.view.assessments.iter().find(|it| it.is_own());
    let chart = Chart {
        title: "Memory of this server".to_owned(),
        clock: ChartClock::Date,
        is_bytes: true,
        lines: vec![
            line("heap in use", LineRole::Whole, samples, |it| it.heap_used),
            line("resident size", LineRole::Beside, samples, |it| it.rss),
        ],
        restarts: Vec::new(),
        marks: Vec::new(),
        projection: None,
        limit: limit
            .and_then(|it| it.limit_bytes)
            .map(|bytes| bytes as f64),
    };
    out.push_str(&html::fragment(&Part::Chart(chart)));
}

fn line(
    name: &str,
    role: LineRole,
    samples: &[MemorySample],
    value: impl Fn(&MemorySample) -> u64,
) -> ChartLine {
    let points = samples.iter().map(|sample| ChartPoint {
        at: sample.timestamp.0 as f64,
        value: value(sample) as f64,
        error: 0.0,
        run: 0,
        judged: true,
    });
    ChartLine {
        name: name.to_owned(),
        role,
        points: points.collect(),
    }
}
