//! Verdicts on series whose truth is known: leaks found and missed, false alarms, suspects and rates.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use fabric::analysis::frame_filter::View;
use fabric::analysis::granularity::Granularity;
use fabric::analysis::trend::{
    Circumstances, PathSums, PathTable, Series, SeriesAssessment, Trend, trend,
};
use fabric::analysis::value_choice;
use fabric::formats::pprof;
use fabric::units::Per;

use super::support::heap_simulation::{HeapSimulation, Site, steady_service};
use super::support::heap_snapshot::HeapSnapshot;
use super::support::leak_score::{LeakScore, NamedSuspect};
use super::support::random_draws::RandomDraws;
use super::support::series_scenarios::{SCENARIOS, Scenario};
use super::support::series_simulation::{LabelledSeries, PlantedLeak, SAMPLING_PERIOD, series};

/// How a heap comes to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Sampled at birth, with counters of allocations: Go.
    WithCounters,
    /// Sampled anew for each snapshot, bytes and objects in use.
    SampledAnew,
    /// Sampled at birth, bytes in use alone: jemalloc_pprof.
    BytesOnly,
}

fn encode(heap: &HeapSnapshot, form: Form, time_ms: i64) -> Vec<u8> {
    let nanos = time_ms * 1_000_000;
    match form {
        Form::WithCounters => heap.pprof(nanos),
        Form::SampledAnew => {
            let mut random = RandomDraws::new(time_ms as u64);
            heap.sampled_anew(&mut random).pprof_in_use(nanos, true)
        }
        Form::BytesOnly => heap.pprof_in_use(nanos, false),
    }
    .encode()
}

fn judge(labelled: &LabelledSeries, form: Form) -> Trend {
    let mut table = PathTable::default();
    let (mut snapshots, mut hours) = (Vec::new(), Vec::new());
    for (place, (time_ms, heap)) in labelled.snapshots.iter().enumerate() {
        let bytes = encode(heap, form, *time_ms);
        let profile = pprof::read(bytes.as_slice()).expect("a synthetic profile is read");
        let value = value_choice::choose(&profile, None).expect("it has bytes in use");
        let view = View::whole(&profile);
        let sums = PathSums::new(&view, value, &table.keys());
        snapshots.push(table.enter(&sums, place));
        hours.push(*time_ms as f64 / 3.6e6);
    }
    let circumstances = vec![Circumstances::default(); snapshots.len()];
    trend(&Series {
        table: &table,
        snapshots: &snapshots,
        circumstances: &circumstances,
        times: &hours,
        per: Per::Hour,
        is_bytes: true,
        limit: None,
        by: Granularity::Stack,
    })
}

/// Judges `seeds` series of each scenario, on both cores.
fn score(seeds: std::ops::Range<u64>, form: Form) -> LeakScore {
    let work: Vec<(&Scenario, u64)> = SCENARIOS
        .iter()
        .flat_map(|scenario| seeds.clone().map(move |seed| (scenario, seed)))
        .collect();
    let next = AtomicUsize::new(0);
    let score = Mutex::new(LeakScore::default());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((scenario, seed)) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let labelled = series(scenario.name, *seed);
                    let judged = judge(&labelled, form);
                    let leaking: Vec<NamedSuspect> = judged
                        .suspects
                        .iter()
                        .filter(|suspect| suspect.assessment == SeriesAssessment::Leaking)
                        .map(|suspect| NamedSuspect {
                            stack: suspect
                                .frames
                                .iter()
                                .map(|frame| frame.name.clone())
                                .collect(),
                            bytes_per_hour: suspect.rate.value,
                        })
                        .collect();
                    let said = judged.assessment == SeriesAssessment::Leaking;
                    let mut score = score.lock().unwrap_or_else(PoisonError::into_inner);
                    score.add(scenario.name, &labelled.leaks, said, &leaking);
                }
            });
        }
    });
    score.into_inner().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn leaks_are_found_and_innocent_heaps_left_alone() {
    let seeds = std::env::var("FABRIC_SERIES_SEEDS")
        .ok()
        .and_then(|seeds| seeds.parse().ok())
        .unwrap_or(5);
    for form in [Form::WithCounters, Form::SampledAnew, Form::BytesOnly] {
        let score = score(0..seeds, form);
        println!("{form:?}\n{score}");
        assert!(
            score.precision().is_some_and(|precision| precision >= 0.96),
            "{score}"
        );
        assert!(score.f1().is_some_and(|f1| f1 >= 0.91), "{score}");
        assert!(
            score
                .wrong_suspects_per_hundred()
                .is_some_and(|wrong| wrong <= 3.0),
            "{score}"
        );
        assert!(
            score.median_rate_error().is_some_and(|error| error <= 0.1),
            "{score}"
        );
    }
}

/// A steady service with one more call path that grows by `bytes` in each of 24 steps of half an hour.
fn with_leak(steps: i64, bytes: u64, seed: u64) -> LabelledSeries {
    let mut sites = steady_service(150, seed);
    let stack: Vec<String> = ["shop/cart.(*Cart).Add", "shop/http.handleCart", "main.main"]
        .map(str::to_owned)
        .to_vec();
    sites.push(Site {
        stack: stack.clone(),
        object_bytes: 128,
        live: 0,
        churn: 0.0,
        growth: (bytes / 128) as i64,
        transient: 0,
    });
    let mut process = HeapSimulation::new(&sites, SAMPLING_PERIOD, seed);
    let snapshots = (0..steps)
        .map(|step| {
            if step > 0 {
                process.step();
            }
            (1_760_000_000_000 + step * 1_800_000, process.snapshot())
        })
        .collect();
    LabelledSeries {
        scenario: "leak of the least size",
        snapshots,
        leaks: vec![PlantedLeak {
            stack,
            bytes_per_hour: bytes as f64 * 2.0,
            since_ms: 0,
            rows: vec![150],
        }],
        run_starts: vec![0],
    }
}

#[test]
fn what_is_said_to_be_detectable_is_detected() {
    for steps in [6, 25] {
        let found = (0..40u64)
            .filter(|&seed| {
                let quiet = judge(&with_leak(steps, 0, seed), Form::WithCounters);
                let least = quiet.minimum_detectable.expect("it is known") / 2.0;
                let judged = judge(&with_leak(steps, least as u64, seed), Form::WithCounters);
                let names_it = judged
                    .suspects
                    .first()
                    .is_some_and(|suspect| suspect.frames[0].name == "shop/cart.(*Cart).Add");
                names_it && judged.assessment == SeriesAssessment::Leaking
            })
            .count();
        assert!(found >= 36, "{found} of 40 in {steps} snapshots");
    }
}
