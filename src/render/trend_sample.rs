//! A series of snapshots for the tests of the renderers.

use crate::analysis::call_path::PathFrame;
use crate::analysis::granularity::Granularity;
use crate::analysis::trend::{
    Ceiling, Estimate, Limit, PathRow, Pattern, Projection, RestartSign, Runs, SeriesAssessment,
    Suspect, Trend,
};
use crate::load::series::Clock;
use crate::model::{PeriodSource, Sampling, SourceFormat};
use crate::notes::Notes;
use crate::render::sample::PATHS;
use crate::report::{Input, SnapshotPoint, TrendReport};

/// A service that leaks, over days with a restart: a number for each hour, from no generator but arithmetic.
pub(crate) fn trend_report(snapshots: usize) -> TrendReport {
    const MIB: f64 = 1024.0 * 1024.0;
    let count = snapshots;
    let restart = count / 4;
    let hours = |index: usize| index as f64 * 3.0;
    // The golden ratio spreads points evenly: noise that is the same everywhere.
    let noise = |index: usize| (index as f64 * 0.618_034).fract() - 0.5;
    let since = |index: usize| {
        hours(if index < restart {
            index
        } else {
            index - restart
        })
    };
    let leak = |index: usize| 4.0 * MIB + 2.1 * MIB * since(index) + 6.0 * MIB * noise(index);
    let other = |index: usize| 12.0 * MIB + 0.7 * MIB * since(index);
    let warm = |index: usize| 180.0 * MIB * (1.0 - (-since(index) / 3.0).exp()) + 40.0 * MIB;
    let values = |value: &dyn Fn(usize) -> f64| -> Vec<f64> { (0..count).map(value).collect() };
    let frames = |path: &[&str]| -> Vec<PathFrame> {
        let frames = path.iter().enumerate();
        frames
            .map(|(depth, name)| PathFrame {
                name: (*name).to_owned(),
                module: "payments".to_owned(),
                file: "/home/ci/build/payments/internal/session/store.go".to_owned(),
                line: 40 + depth as u32,
            })
            .collect()
    };
    let estimate = |value: f64, half: f64| Estimate {
        value: value * MIB,
        low: (value - half) * MIB,
        high: (value + half) * MIB,
    };
    let suspect = |path: &[&str], rate, half, values| Suspect {
        frames: frames(path),
        paths: 1,
        assessment: SeriesAssessment::Leaking,
        pattern: Pattern::LinearLeak,
        rate: estimate(rate, half),
        probability: 0.998,
        p_value: 1e-7,
        q_value: 1e-5,
        since: restart.min(count.saturating_sub(1)),
        values,
        objects: Some(161_482),
        survival: Some(0.981),
        evidence: vec![
            "21.0 MiB to 194 MiB: up 41 times, down 21 times in 62 steps.".to_owned(),
            "Chance that it goes on growing, against all other courses: 99.8 %.".to_owned(),
        ],
    };
    let total = |index: usize| leak(index) + other(index) + warm(index);
    let points = (0..count).map(|index| {
        let timestamp = 1_795_168_800_000 + (hours(index) * 3.6e6) as i64;
        SnapshotPoint {
            input: Input {
                filename: format!("heap-{timestamp}-interval.pb.gz"),
                filepath: format!("/var/lib/fabric/heap-{timestamp}-interval.pb.gz"),
                timestamp_ms: Some(timestamp),
                size_bytes: Some(48_213),
                trigger: Some("interval".to_owned()),
                format: SourceFormat::Pprof,
                sampling: Sampling::Poisson {
                    period: 524_288,
                    source: PeriodSource::Stated,
                },
                inuse_bytes: Some(total(index) as u64),
                inuse_objects: Some((total(index) / 731.0) as u64),
                command: Some("payments".to_owned()),
            },
            timestamp_ms: Some(timestamp),
            at: hours(index),
            total: total(index) as u64,
            standard_error: Some((total(index) * 524_288.0).sqrt() / 2.0),
            resident_bytes: Some((total(index) * 1.25 + 60.0 * MIB) as u64),
            run: u32::from(index >= restart),
            judged: index < restart || index >= restart + 2,
        }
    });
    let snapshots: Vec<SnapshotPoint> = points.collect();
    let last = snapshots.last().and_then(|point| point.resident_bytes);
    let room = 1536.0 * MIB - last.unwrap_or(0) as f64;
    let ceiling = Ceiling {
        bytes: 1536 << 20,
        is_given: false,
        used_bytes: last.unwrap_or(0),
    };
    TrendReport {
        title: "/var/lib/fabric/payments".to_owned(),
        value_name: "inuse_space".to_owned(),
        is_bytes: true,
        by: Granularity::Stack,
        top: 15,
        clock: Clock::Profile,
        has_time: true,
        trend: Trend {
            is_spread: false,
            total_pattern: Pattern::LinearLeak,
            assessment: SeriesAssessment::Leaking,
            evidence: vec![
                "2 call paths grow to the last snapshot: warm-up, steps, cycles and load do not explain it.".to_owned(),
            ],
            recommendations: vec![
                "Find what still refers to these objects: a map or list that only grows.".to_owned(),
            ],
            runs: Runs {
                of: snapshots.iter().map(|point| point.run).collect(),
                reasons: vec![RestartSign::Process],
            },
            judged: Vec::new(),
            growth: Some(estimate(2.9, 0.4)),
            suspect_growth: Some(estimate(2.8, 0.2)),
            ceiling: Some(ceiling),
            projection: Some(Projection {
                growth_24h: estimate(67.2, 4.8),
                is_day_ahead: true,
                limit: Some(Limit {
                    ceiling,
                    hours_low: room / (3.0 * MIB),
                    hours_high: Some(room / (2.6 * MIB)),
                }),
            }),
            suspects: vec![
                suspect(PATHS[0], 2.1, 0.15, values(&leak)),
                suspect(PATHS[1], 0.7, 0.05, values(&other)),
            ],
            others: vec![PathRow {
                name: PATHS[2][0].to_owned(),
                frames: frames(PATHS[2]),
                pattern: Pattern::WarmUp,
                values: values(&warm),
            }],
            unmoved: 211,
            load: Some((-0.41, 0.38)),
            off_heap: None,
            minimum_detectable: Some(0.21 * MIB),
        },
        snapshots,
        notes: Notes::default(),
    }
}
