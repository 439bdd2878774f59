use super::*;
use crate::model::Sampling;
use crate::render::trend_sample::trend_report;
use crate::report::{Cell, ChartClock, Fact, LineRole, Section};

fn sentence(report: &TrendReport) -> String {
    report
        .document()
        .verdict
        .map_or(String::new(), |verdict| verdict.sentence)
}

fn fact(report: &TrendReport, label: &str) -> Option<String> {
    let is_it = |fact: &&Fact| fact.label == label;
    let facts = report.facts();
    facts.iter().find(is_it).map(|fact| fact.text.clone())
}

/// What is told of a series without suspects.
fn quiet(snapshots: usize) -> TrendReport {
    let mut report = trend_report(snapshots);
    report.trend.assessment = SeriesAssessment::Stable;
    report.trend.suspects.clear();
    report.trend.suspect_growth = None;
    report.trend.others.clear();
    report.trend.projection = None;
    report
}

#[test]
fn the_verdict_says_from_what_to_what_how_fast_and_until_when() {
    let mut report = trend_report(63);
    assert_eq!(
        sentence(&report),
        "heap 53.0 MiB → 630 MiB in 7 d 18 h over 63 snapshots; 2 suspects +2.80 MiB/h (95 %: 2.60 to 3.00); \
         reaches 1.50 GiB 9 to 12 d after the last snapshot"
    );
    let limit = |report: &mut TrendReport, change: fn(&mut Limit)| {
        if let Some(limit) = report
            .trend
            .projection
            .as_mut()
            .and_then(|it| it.limit.as_mut())
        {
            change(limit);
        }
    };
    limit(&mut report, |limit| {
        (limit.hours_low, limit.hours_high) = (9.4, None);
    });
    assert!(sentence(&report).ends_with("reaches 1.50 GiB 9 h after the last snapshot or later"));
    limit(&mut report, |limit| {
        limit.ceiling.used_bytes = limit.ceiling.bytes
    });
    assert!(sentence(&report).ends_with("; has reached 1.50 GiB"));
}

#[test]
fn under_stable_no_rate_is_told_that_would_seem_to_go_on() {
    let report = quiet(20);
    assert!(sentence(&report).ends_with("over 20 snapshots; no growth that goes on"));
    assert!(report.suspect_table().is_none() && report.other_table().is_none());
    let chart = report.chart().unwrap_or_else(|| unreachable!());
    assert!(chart.lines.iter().all(|line| line.role != LineRole::Part));
}

#[test]
fn without_time_rates_are_per_snapshot_and_moments_are_numbers() {
    let mut report = trend_report(10);
    report.has_time = false;
    report.clock = Clock::Sequence;
    report.trend.projection = None;
    for (index, point) in report.snapshots.iter_mut().enumerate() {
        point.timestamp_ms = None;
        point.at = index as f64;
    }
    assert!(
        sentence(&report)
            .ends_with("over 10 snapshots; 2 suspects +2.80 MiB/snapshot (95 %: 2.60 to 3.00)")
    );
    assert_eq!(report.moment(2).as_deref(), Some("snapshot 3 of 10"));
    assert_eq!(
        report.chart().map(|chart| chart.clock),
        Some(ChartClock::Snapshots)
    );
    let titles: Vec<String> = report
        .snapshot_table()
        .into_iter()
        .flat_map(|table| table.columns)
        .map(|column| column.title)
        .collect();
    assert!(
        !titles.iter().any(|title| title.contains("time")),
        "{titles:?}"
    );
}

#[test]
fn a_series_of_nothing_or_of_one_has_no_rate_and_no_change() {
    let mut none = quiet(0);
    none.trend.growth = None;
    assert_eq!(sentence(&none), "there are no snapshots");
    assert!(none.chart().is_none() && none.snapshot_table().is_none());
    let mut one = quiet(1);
    one.trend.growth = None;
    assert_eq!(sentence(&one), "heap 53.0 MiB in 1 snapshot");
    let cells = one.snapshot_table().map(|table| table.rows[0].clone());
    assert!(cells.is_some_and(|cells| cells.contains(&Cell::Missing)));
}

#[test]
fn every_row_has_a_cell_for_each_column() {
    let mut bare = trend_report(9);
    for point in &mut bare.snapshots {
        point.input.inuse_objects = None;
        point.input.trigger = None;
        point.resident_bytes = None;
        point.run = 0;
        point.judged = true;
    }
    for report in [trend_report(9), bare] {
        let tables = [
            report.suspect_table(),
            report.other_table(),
            report.snapshot_table(),
        ];
        for table in tables.into_iter().flatten() {
            let columns = table.columns.len();
            assert!(table.rows.iter().all(|row| row.len() == columns));
        }
    }
}

#[test]
fn top_leaves_rows_out_and_says_how_many() {
    let mut report = trend_report(9);
    report.top = 1;
    let table = report.suspect_table();
    let rest = table.as_ref().and_then(|table| table.rest.as_deref());
    assert_eq!(rest, Some("1 more row (--top 0 shows all)"));
    report.top = 0;
    assert_eq!(report.suspect_table().map(|it| it.rows.len()), Some(2));
}

#[test]
fn a_call_path_is_told_from_the_root_down_with_the_end_of_its_source_path() {
    let sections = trend_report(9).suspect_sections();
    let path = sections.first().map_or(&[][..], |section| &section.path);
    assert_eq!(
        path.first().map(String::as_str),
        Some("runtime.goexit  session/store.go:44")
    );
    assert_eq!(
        path.last().map(String::as_str),
        Some("github.com/acme/payments/internal/session.(*Store).Put  session/store.go:40")
    );
}

#[test]
fn what_the_data_cannot_say_depends_on_the_data() {
    let says = |section: Section, words: &str| section.points.iter().any(|it| it.contains(words));
    let mut report = trend_report(9);
    assert!(!says(report.unsaid(), "resident size of the process"));
    assert!(!says(report.unsaid(), "No memory limit"));
    assert!(says(report.unsaid(), "One object in 512 KiB"));
    report.trend.projection = None;
    report.trend.ceiling = None;
    for point in &mut report.snapshots {
        point.resident_bytes = None;
        point.input.sampling = Sampling::Unknown;
    }
    report.clock = Clock::Modified;
    for words in [
        "resident size of the process",
        "No memory limit",
        "sampling interval is not in the files",
        "last changed",
    ] {
        assert!(says(report.unsaid(), words), "{words}");
    }
}

#[test]
fn restarts_and_a_process_coming_up_are_told() {
    let report = trend_report(40);
    assert_eq!(
        fact(&report, "process").as_deref(),
        Some(
            "2 runs: restarted before snapshot 11; judged by 38 of 40 snapshots, without those of a process still coming up"
        )
    );
    assert_eq!(fact(&quiet(0), "process"), Some("2 runs".to_owned()));
}
