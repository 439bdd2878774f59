//! Targets and the verdicts on them, for Prometheus.

use super::families::{Families, Labels, Number};
use crate::analysis::trend::SeriesAssessment;
use crate::serve::store::{Assessment, LimitTime, View};
use crate::serve::targets::{Scrapes, Targets};
use crate::serve::time::WallTime;

/// The newest verdict on each target. What is not known has no number.
pub(super) fn of_assessments(families: &mut Families, view: &View) {
    type Read = fn(&Assessment, &View) -> Option<Number>;
    let reads: [(&'static str, &'static str, Read); 6] = [
        (
            "leak_assessment",
            "Verdict on a target: 0 insufficient-data, 1 stable, 2 growing, 3 leaking",
            |it, _| Some(Number::Whole(rank(it.assessment))),
        ),
        (
            "leak_growth_bytes_per_hour",
            "How fast a target grows where it is suspected: its suspects together, or its heap where there are none",
            |it, _| it.rate().and_then(|(growth, _)| real(growth)),
        ),
        (
            "heap_growth_bytes_per_hour",
            "Growth of the whole heap in use of a target",
            |it, _| it.growth_bytes_per_hour.and_then(real),
        ),
        (
            "heap_inuse_bytes",
            "Heap in use in the newest snapshot of a target",
            |it, _| it.inuse_bytes.map(Number::Whole),
        ),
        (
            "memory_limit_bytes",
            "Memory ceiling of a target",
            |it, _| it.limit_bytes.map(Number::Whole),
        ),
        (
            "snapshots",
            "Snapshots that the verdict on a target rests on",
            |it, _| Some(Number::Whole(it.snapshots as u64)),
        ),
    ];
    let ages: [(&'static str, &'static str, Read); 2] = [
        (
            "assessment_age_seconds",
            "Since a target was judged",
            |it, view| real(view.taken_at.since(it.judged_at).max(0) as f64 / 1000.0),
        ),
        (
            "snapshot_age_seconds",
            "Since the newest snapshot of a target was taken",
            |it, view| {
                let newest = it.newest_snapshot_at?;
                real(view.taken_at.since(newest).max(0) as f64 / 1000.0)
            },
        ),
    ];
    for (name, help, read) in reads.into_iter().chain(ages) {
        let numbers = view.assessments.iter().filter_map(|it| {
            let labels = vec![("target", it.target.to_string())];
            Some((labels, read(it, view)?))
        });
        families.add_many(name, help, false, numbers.collect());
    }
    let growth = |it: &Assessment| it.rate().map(|(_, ends)| ends.map(Some));
    by_bound(
        families,
        view,
        "leak_growth_interval_bytes_per_hour",
        "Ends of the 95 % interval of how fast a target leaks",
        growth,
    );
    by_bound(
        families,
        view,
        "hours_to_limit",
        "Hours from the newest snapshot of a target until its memory limit is reached: at the earliest and at the latest; absent where unknown or never",
        |it| it.hours_to_limit,
    );
    by_bound(
        families,
        view,
        "limit_reached_timestamp_seconds",
        "When a target reaches its memory limit: at the earliest and at the latest; absent where unknown or never",
        |it| {
            let seconds = |at: WallTime| at.0 as f64 / 1e3;
            let time = LimitTime::of(it, view.taken_at)?;
            Some([Some(seconds(time.earliest)), time.latest.map(seconds)])
        },
    );
    families.add_many(
        "target_failing",
        "1 while a target cannot be watched: it gives no snapshot, or none that can be judged",
        false,
        view.assessments
            .iter()
            .map(|it| {
                let labels = vec![("target", it.target.to_string())];
                (labels, Number::Whole(u64::from(it.problem.is_some())))
            })
            .collect(),
    );
}

pub(super) fn of_targets(families: &mut Families, targets: &Targets) {
    families.add(
        "memory_analyses",
        "Analyses of folders of heap snapshots",
        true,
        Number::Whole(targets.analyses()),
    );
    families.add(
        "memory_comparisons",
        "Comparisons of two heap snapshots",
        true,
        Number::Whole(targets.comparisons()),
    );
    families.add(
        "memory_last_analysis_seconds",
        "How long the last analysis of a folder of heap snapshots took",
        false,
        Number::Real(targets.last_analysis_seconds()),
    );
    type Read = fn(&Scrapes<'_>) -> u64;
    let reads: [(&'static str, &'static str, Read); 2] = [
        (
            "target_scrapes",
            "Times that a watched service was asked for a heap snapshot",
            |it| it.scrapes,
        ),
        ("target_scrape_failures", "Times that none came", |it| {
            it.failures
        }),
    ];
    for (name, help, read) in reads {
        let numbers = targets.scrapes().map(|it| {
            let labels = vec![("target", it.target.to_owned())];
            (labels, Number::Whole(read(&it)))
        });
        families.add_many(name, help, true, numbers.collect());
    }
}

fn by_bound(
    families: &mut Families,
    view: &View,
    name: &'static str,
    help: &'static str,
    read: impl Fn(&Assessment) -> Option<[Option<f64>; 2]>,
) {
    let numbers = view.assessments.iter().flat_map(|it| {
        let ends = read(it).unwrap_or_default();
        let ends = ["low", "high"].into_iter().zip(ends);
        let target = it.target.to_string();
        ends.filter_map(move |(bound, end)| {
            let labels: Labels = vec![("target", target.clone()), ("bound", bound.to_owned())];
            Some((labels, real(end?)?))
        })
    });
    families.add_many(name, help, false, numbers.collect());
}

fn real(number: f64) -> Option<Number> {
    number.is_finite().then_some(Number::Real(number))
}

fn rank(assessment: SeriesAssessment) -> u64 {
    match assessment {
        SeriesAssessment::InsufficientData => 0,
        SeriesAssessment::Stable => 1,
        SeriesAssessment::Growing => 2,
        SeriesAssessment::Leaking => 3,
    }
}
