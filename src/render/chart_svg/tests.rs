use super::*;
use crate::render::chart_text::chart_text;
use crate::render::trend_sample::trend_report;
use crate::report::{ChartLine, ChartMark, ChartPoint};

fn point(at: f64, value: f64) -> ChartPoint {
    ChartPoint {
        at,
        value,
        error: 0.0,
        run: 0,
        judged: true,
    }
}

fn chart(points: Vec<ChartPoint>) -> Chart {
    Chart {
        title: "heap".to_owned(),
        clock: ChartClock::Hours,
        is_bytes: true,
        lines: vec![ChartLine {
            name: "heap".to_owned(),
            role: LineRole::Whole,
            points,
        }],
        restarts: Vec::new(),
        marks: Vec::new(),
        projection: None,
        limit: None,
    }
}

fn sample(snapshots: usize) -> Chart {
    trend_report(snapshots)
        .chart()
        .unwrap_or_else(|| chart(Vec::new()))
}

#[test]
fn whatever_is_drawn_is_a_number() {
    let strange = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -5.0, 1e300];
    let strange = strange.map(|value| point(value, value)).to_vec();
    let twice = vec![point(1.0, 5.0), point(1.0, 7.0)];
    for chart in [
        chart(Vec::new()),
        chart(vec![point(0.0, 0.0)]),
        chart(twice),
        chart(strange),
        sample(1),
        sample(63),
    ] {
        for size in [Size::Wide, Size::Narrow] {
            let svg = picture(&chart, None, size);
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
    }
}

#[test]
fn a_restart_breaks_the_line() {
    let svg = chart_svg(&sample(40), "a");
    assert_eq!(
        svg.matches("<path class=\"chart-whole\" d=\"M6").count() + 1,
        2
    );
    assert_eq!(svg.matches("<line class=\"chart-restart\"").count(), 1);
    assert!(svg.contains(", not judged</title>"));
}

#[test]
fn a_limit_far_above_is_named_and_not_drawn() {
    let mut chart = chart(vec![point(0.0, 1e6), point(1.0, 2e6)]);
    chart.limit = Some(4e6);
    assert!(chart_svg(&chart, "a").contains("<line class=\"chart-limit\""));
    chart.limit = Some(64e9);
    let svg = chart_svg(&chart, "a");
    assert!(!svg.contains("<line class=\"chart-limit\""));
    assert!(svg.contains("limit 59.6 GiB, above the chart"));
}

#[test]
fn a_mark_points_at_its_moment_and_says_what_happened() {
    let mut chart = chart(vec![point(0.0, 1e6), point(10.0, 2e6)]);
    let at = |at: f64| ChartMark {
        at,
        text: "a <b>".to_owned(),
    };
    // One outside of what is drawn would point at something else.
    chart.marks = vec![at(5.0), at(11.0), at(-1.0), at(f64::NAN)];
    let svg = picture(&chart, None, Size::Wide);
    assert_eq!(svg.matches("<g class=\"chart-mark\">").count(), 1);
    assert!(
        svg.contains("<title>5 h later: a &lt;b&gt;</title>"),
        "{svg}"
    );
    assert!(svg.contains(">alert</text>") && svg.contains("1 alert</desc>"));
}

#[test]
fn a_file_brings_its_style_and_a_part_of_a_page_does_not() {
    assert!(chart_svg(&sample(9), "a").contains("<style>"));
    assert!(!picture(&sample(9), None, Size::Wide).contains("style"));
}

#[test]
fn a_hostile_name_is_text_and_nothing_else() {
    let mut chart = sample(9);
    for name in [
        "</title></svg><script>alert(1)</script>",
        "\" onload=\"alert(1)",
        "a\u{0}b\u{1b}\u{ffff}\u{202e}c",
        &"存".repeat(5 * 1024),
    ] {
        chart.lines[0].name = name.to_owned();
        chart.title = name.to_owned();
        let svg = chart_svg(&chart, name);
        assert!(!svg.contains("<script") && !svg.contains("\" onload"));
        assert!(!svg.contains(|c: char| c.is_control() && c != '\n'));
        assert!(!svg.contains(['\u{ffff}', '\u{202e}']));
        assert!(!chart_text(&chart, 60, 8, true).join("").contains('\u{1b}'));
    }
}

#[test]
fn nothing_is_loaded_from_elsewhere_and_the_same_chart_gives_the_same_bytes() {
    let svg = chart_svg(&sample(63), "a");
    let ours = svg.replace("http://www.w3.org/", "");
    for forbidden in ["http:", "https:", "@import", "url(", "<script"] {
        assert!(!ours.contains(forbidden), "{forbidden}");
    }
    assert_eq!(svg, chart_svg(&sample(63), "a"));
}

#[test]
fn characters_draw_the_course_too() {
    let chart = chart(
        (0..8)
            .map(|hour| point(f64::from(hour), f64::from(hour * 1024)))
            .collect(),
    );
    assert_eq!(
        chart_text(&chart, 8, 2, true),
        [
            "7.00 KiB │    ▁▃▆█",
            "         │ ▂▅▇████",
            "       0 └────────",
            "         first snapshot"
        ]
    );
}

#[test]
fn the_times_below_a_chart_of_characters_fit_into_its_width() {
    let mut chart = chart(vec![point(0.0, 1.0), point(90_000.0, 2.0)]);
    chart.clock = ChartClock::Date;
    let below = |columns| {
        chart_text(&chart, columns, 2, true)
            .pop()
            .unwrap_or_default()
    };
    assert_eq!(
        below(60),
        "    1970-01-01 00:00:00 UTC               1970-01-01 00:01:30 UTC"
    );
    assert_eq!(below(28), "    00:00:00             00:01:30");
}

#[test]
fn no_label_of_a_time_leaves_the_picture_or_lies_on_another() {
    // The first mark is near the left edge, the last one at the right.
    let mut chart = chart(vec![point(29e3, 1.0), point(120e3, 2.0)]);
    chart.clock = ChartClock::Date;
    for (size, width) in [(Size::Wide, 1040.0), (Size::Narrow, 380.0)] {
        let svg = picture(&chart, None, size);
        let places: Vec<f64> = svg
            .split("text-anchor=\"middle\">00:")
            .filter_map(|before| {
                let start = before.rfind("<text x=\"")? + 9;
                before[start..].split('"').next()?.parse().ok()
            })
            .collect();
        assert!(places.len() > 2, "{svg}");
        assert!(places.iter().all(|at| at + 28.0 <= width), "{places:?}");
        // The name of the clock has a line of its own below the times.
        let height = |text: &str| -> Option<&str> {
            let before = &svg[..svg.find(text)?];
            before[before.rfind("y=\"")? + 3..].split('"').next()
        };
        assert_ne!(height(">UTC</text>"), height(">00:00:30</text>"));
    }
}
