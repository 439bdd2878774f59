//! Series of profiles whose truth is known: what a service does over half a day, what leaks in it, and what its sampler saw.
//!
//! [`SCENARIOS`] names what may happen. A scenario and a seed make a [`Plan`], of which each stack has its own course; the
//! plan is played through [`HeapSimulation`], so that a sampled object stays in all profiles for as long as it lives.

use super::heap_simulation::{HeapSimulation, Site};
use super::heap_snapshot::{HeapSnapshot, hash};
use super::live_course::{Course, Surroundings};
use super::random_draws::RandomDraws;
use super::series_plan::Plan;
use super::series_scenarios::SCENARIOS;

/// The mean sampling distance of all series, that of Go and jemalloc.
pub(crate) const SAMPLING_PERIOD: u64 = 524_288;

/// The first snapshot of every series: 2023-11-14 22:13:20 UTC.
const FIRST_TIME_MS: i64 = 1_700_000_000_000;

/// A series with the truth beside it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LabelledSeries {
    /// What happens in it, one of [`SCENARIOS`].
    pub(crate) scenario: &'static str,
    /// Profiles by time, in milliseconds since 1970. All have the same rows in the same order.
    pub(crate) snapshots: Vec<(i64, HeapSnapshot)>,
    /// What leaks; nothing if nothing does.
    pub(crate) leaks: Vec<PlantedLeak>,
    /// The index of the first snapshot of each process: 0, and one more for each restart.
    pub(crate) run_starts: Vec<usize>,
}

/// Something that leaks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PlantedLeak {
    /// Function names, the leaf first; if several stacks leak together, what all of them begin with.
    pub(crate) stack: Vec<String>,
    /// How fast: the slope of the best straight line through what was leaked, from its beginning on, the same in all processes.
    pub(crate) bytes_per_hour: f64,
    /// When it begins; the first snapshot if it began before.
    pub(crate) since_ms: i64,
    /// The rows of the snapshots that leak. Other rows may have the same stack and do not.
    pub(crate) rows: Vec<usize>,
}

/// The series of a scenario, the same for the same seed.
pub(crate) fn series(scenario: &str, seed: u64) -> LabelledSeries {
    let scenario = SCENARIOS
        .iter()
        .find(|known| known.name == scenario)
        .expect("the scenario is one of SCENARIOS");
    // The name goes in so that equal seeds of different scenarios have nothing in common.
    let mut random = RandomDraws::new(hash(scenario.name).wrapping_add(seed << 20));
    let plan = (scenario.plan)(&mut random);
    play(scenario.name, &plan, &mut random)
}

fn play(scenario: &'static str, plan: &Plan, random: &mut RandomDraws) -> LabelledSeries {
    let mut around = Surroundings {
        load: &plan.load,
        started: None,
    };
    let mut heap = start_process(plan, 0.0, &around, random);
    let mut run_starts = vec![0];
    let mut snapshots = vec![(time_ms(0.0), heap.snapshot())];
    for (index, span) in plan.hours.windows(2).enumerate() {
        let mut from = span[0];
        if let Some(restart) = plan.restart.filter(|&at| at > from && at <= span[1]) {
            from = restart;
            around.started = plan.restart;
            heap = start_process(plan, restart, &around, random);
            run_starts.push(index + 1);
        }
        let mut stacks = plan.stacks.iter();
        heap.step_by(|_, live| {
            let planned = stacks.next().expect("a site for each stack");
            planned.course.moves(live, (from, span[1]), &around, random)
        });
        snapshots.push((time_ms(span[1]), heap.snapshot()));
    }
    LabelledSeries {
        scenario,
        snapshots,
        leaks: planted_leaks(plan, &run_starts),
        run_starts,
    }
}

fn start_process(
    plan: &Plan,
    hours: f64,
    around: &Surroundings,
    random: &mut RandomDraws,
) -> HeapSimulation {
    let sites: Vec<Site> = plan
        .stacks
        .iter()
        .map(|planned| Site {
            stack: planned.stack.clone(),
            object_bytes: planned.object_bytes,
            live: planned.course.live_at_start(hours, around, random),
            // The course says what they do.
            churn: 0.0,
            growth: 0,
            transient: 0,
        })
        .collect();
    HeapSimulation::new(&sites, SAMPLING_PERIOD, random.bits())
}

/// What was planned, as rates: of the curves and not of what the simulation made of them.
fn planted_leaks(plan: &Plan, run_starts: &[usize]) -> Vec<PlantedLeak> {
    let leaked = |row: &usize, hours: f64| match &plan.stacks[*row].course {
        Course::Leak { gained, .. } => gained(hours) * plan.stacks[*row].object_bytes as f64,
        _ => 0.0,
    };
    plan.leaks
        .iter()
        .map(|leak| {
            let points: Vec<(f64, f64)> = plan
                .hours
                .iter()
                .map(|&hours| (hours, leak.rows.iter().map(|row| leaked(row, hours)).sum()))
                .collect();
            PlantedLeak {
                stack: leak.stack.clone(),
                bytes_per_hour: slope(&points, run_starts, leak.since),
                since_ms: time_ms(leak.since),
                rows: leak.rows.clone(),
            }
        })
        .collect()
}

/// The slope of the least squares lines through the points of each run from `since` on, of which all have the same slope.
fn slope(points: &[(f64, f64)], run_starts: &[usize], since: f64) -> f64 {
    let (mut products, mut squares) = (0.0, 0.0);
    for (run, &start) in run_starts.iter().enumerate() {
        let end = run_starts.get(run + 1).copied().unwrap_or(points.len());
        let run: Vec<(f64, f64)> = points[start..end]
            .iter()
            .copied()
            .filter(|&(x, _)| x >= since)
            .collect();
        let count = run.len().max(1) as f64;
        let mean_x = run.iter().map(|&(x, _)| x).sum::<f64>() / count;
        let mean_y = run.iter().map(|&(_, y)| y).sum::<f64>() / count;
        for (x, y) in run {
            products += (x - mean_x) * (y - mean_y);
            squares += (x - mean_x).powi(2);
        }
    }
    products / squares
}

fn time_ms(hours: f64) -> i64 {
    FIRST_TIME_MS + (hours * 3_600_000.0).round() as i64
}

#[cfg(test)]
mod tests {
    use fabric::formats::pprof;
    use fabric::model::ValueType;

    use super::super::series_scenarios::Scenario;
    use super::*;

    const SEEDS: u64 = 12;

    fn every_series() -> impl Iterator<Item = (Scenario, LabelledSeries)> {
        SCENARIOS.into_iter().flat_map(|scenario| {
            (0..SEEDS).map(move |seed| (scenario, series(scenario.name, seed)))
        })
    }

    fn hours(series: &LabelledSeries, time: i64) -> f64 {
        (time - series.snapshots[0].0) as f64 / 3_600_000.0
    }

    #[test]
    fn the_same_seed_gives_the_same_series_and_another_seed_another() {
        for scenario in SCENARIOS {
            let first = series(scenario.name, 5);
            assert_eq!(first, series(scenario.name, 5));
            assert_ne!(first.snapshots, series(scenario.name, 6).snapshots);
            assert_eq!(first.scenario, scenario.name);
        }
    }

    #[test]
    fn leaked_bytes_grow_at_the_rate_that_the_label_says() {
        for (_, series) in every_series() {
            for leak in &series.leaks {
                let truth: Vec<(f64, f64)> = series
                    .snapshots
                    .iter()
                    .map(|(time, snapshot)| {
                        let live = leak.rows.iter().map(|&row| snapshot.rows[row].live_bytes());
                        (hours(&series, *time), live.sum::<u64>() as f64)
                    })
                    .collect();
                let since = hours(&series, leak.since_ms);
                let rate = slope(&truth, &series.run_starts, since);
                assert!(
                    (rate / leak.bytes_per_hour - 1.0).abs() < 0.05,
                    "{}: {rate} instead of {}",
                    series.scenario,
                    leak.bytes_per_hour
                );
            }
        }
    }

    #[test]
    fn no_innocent_stack_is_taken_for_a_leak() {
        for (scenario, series) in every_series() {
            for leak in &series.leaks {
                let owner = &leak.stack[..2];
                for (index, row) in series.snapshots[0].1.rows.iter().enumerate() {
                    let same = row.stack.windows(2).any(|pair| pair == owner);
                    let expected = leak.rows.contains(&index)
                        || (scenario.name == "leak within a sawtooth" && row.stack == leak.stack);
                    assert_eq!(same, expected, "{}: {:?}", scenario.name, row.stack);
                }
            }
        }
    }

    #[test]
    fn snapshots_are_as_many_and_as_far_apart_as_the_scenario_says() {
        let mut uneven = 0;
        for (scenario, series) in every_series() {
            let count = series.snapshots.len();
            let times = series.snapshots.iter().map(|(time, _)| *time);
            let gaps: Vec<i64> = times
                .clone()
                .zip(times.skip(1))
                .map(|(a, b)| b - a)
                .collect();
            assert!(gaps.iter().all(|&gap| gap > 0));
            let span: i64 = gaps.iter().sum();
            if scenario.name.starts_with("fast") {
                assert_eq!(gaps, [8_000; 23]);
            } else {
                assert_eq!(span, 43_200_000);
                let few = scenario.name.ends_with("few snapshots");
                assert!(if few {
                    [6, 8].contains(&count)
                } else {
                    count == 25
                });
                uneven += usize::from(gaps.iter().any(|&gap| gap != gaps[0]));
            }
            let rows = series.snapshots[0].1.rows.len();
            assert!((150..=200).contains(&rows), "{rows}");
            let restarts = scenario.name.ends_with("restart");
            assert_eq!(series.run_starts.len(), 1 + usize::from(restarts));
            if restarts {
                let start = series.run_starts[1];
                let bytes = |index: usize| series.snapshots[index].1.live_bytes();
                assert!(bytes(start) < bytes(start - 1) || start == count - 1);
            }
        }
        let series = SCENARIOS.len() * SEEDS as usize;
        assert!(uneven * 10 > series && uneven * 2 < series, "{uneven}");
    }

    #[test]
    fn fabric_reads_every_snapshot_as_what_was_sampled() {
        for scenario in SCENARIOS {
            let series = series(scenario.name, 3);
            let (time, snapshot) = &series.snapshots[series.snapshots.len() / 2];
            let bytes = snapshot.pprof(time * 1_000_000).encode();
            let profile = pprof::read(bytes.as_slice()).expect("a synthetic profile is read");
            assert_eq!(profile.origin().captured_at_ms, Some(*time));
            let inuse = profile
                .find_value(|kind| kind.means_the_same(&ValueType::inuse_space()))
                .expect("there are live bytes");
            let estimated = snapshot.rows.iter().map(|row| row.estimated_bytes() as u64);
            assert_eq!(profile.total(inuse), estimated.sum::<u64>());
        }
    }
}
