//! What may happen in a series: the table of all scenarios.

use super::random_draws::RandomDraws;
use super::series_plan::Plan;
use super::{leaking_scenarios as leaking, stable_scenarios as stable};

/// What may happen in a series.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scenario {
    /// Its name, by which a series is asked for.
    pub(crate) name: &'static str,
    /// Whether something leaks.
    pub(crate) leaks: bool,
    /// Draws what is to happen.
    pub(crate) plan: fn(&mut RandomDraws) -> Plan,
}

const fn leak(name: &'static str, plan: fn(&mut RandomDraws) -> Plan) -> Scenario {
    Scenario {
        name,
        leaks: true,
        plan,
    }
}

const fn none(name: &'static str, plan: fn(&mut RandomDraws) -> Plan) -> Scenario {
    Scenario {
        name,
        leaks: false,
        plan,
    }
}

/// Everything that may happen, what leaks first.
pub(crate) const SCENARIOS: [Scenario; 34] = [
    leak("slow leak", leaking::slow),
    leak("leak of 1 %", leaking::one_percent),
    leak("leak of 3 %", leaking::three_percent),
    leak("leak beside a sawtooth", leaking::beside_sawtooth),
    leak("leak within a sawtooth", leaking::within_sawtooth),
    leak("leak cancelled in the total", leaking::cancelled),
    leak("late leak", leaking::late),
    leak("leak across a restart", leaking::across_restart),
    leak(
        "leak of one caller of twenty",
        leaking::one_of_twenty_callers,
    ),
    leak("three leaks", leaking::three_at_once),
    leak("accelerating leak", leaking::accelerating),
    leak("leak under day-night load", leaking::day_night),
    leak("leak by forty paths", leaking::forty_paths),
    leak("leak of buffers", leaking::buffers),
    leak("leak in few snapshots", leaking::few_snapshots),
    none("quiet", stable::quiet),
    none("cache warms up", stable::cache_warms_up),
    none("cache fills to its cap", stable::cache_fills_to_cap),
    none("config step", stable::config_step),
    none("config doubles for a while", stable::config_doubles),
    none("day-night load", stable::day_night),
    none("growing traffic", stable::growing_traffic),
    none("traffic burst", stable::traffic_burst),
    none("huge noisy objects", stable::huge_noisy_objects),
    none("wandering churn", stable::wandering_churn),
    none("restart", stable::restart),
    none("sawtooth", stable::teeth),
    none("drain", stable::drain),
    none("quiet in few snapshots", stable::few_quiet),
    none("warm-up in few snapshots", stable::few_warm_up),
    none("day-night in few snapshots", stable::few_day_night),
    none(
        "growing traffic in few snapshots",
        stable::few_growing_traffic,
    ),
    none("fast and quiet", stable::fast_quiet),
    none("fast with a cache", stable::fast_cache),
];

#[cfg(test)]
mod tests {
    use super::super::series_simulation::series;
    use super::*;

    const SEEDS: u64 = 12;

    #[test]
    fn what_leaks_has_a_label_and_what_does_not_has_none() {
        for scenario in SCENARIOS {
            for seed in 0..SEEDS {
                let labelled = !series(scenario.name, seed).leaks.is_empty();
                assert_eq!(labelled, scenario.leaks, "{}", scenario.name);
            }
        }
        assert_eq!(series("three leaks", 1).leaks.len(), 3);
    }

    #[test]
    fn the_rate_of_a_leak_is_its_part_of_the_heap() {
        for (name, share) in [
            ("slow leak", 0.003),
            ("leak of 1 %", 0.01),
            ("leak of 3 %", 0.03),
            ("leak in few snapshots", 0.03),
        ] {
            for seed in 0..SEEDS {
                let series = series(name, seed);
                let leak = &series.leaks[0];
                let first = &series.snapshots[0].1;
                let others = first.live_bytes() - first.rows[leak.rows[0]].live_bytes();
                let measured = leak.bytes_per_hour / others as f64;
                // What wanders is not at its mean, and each relative of the leak adds up to 2 %.
                assert!((measured / share - 1.0).abs() < 0.12, "{name}: {measured}");
            }
        }
    }

    #[test]
    fn the_heap_does_what_the_scenario_says() {
        // The live bytes of the last snapshot, as a multiple of the first.
        let end = |name| -> Vec<f64> {
            (0..SEEDS)
                .map(|seed| {
                    let series = series(name, seed);
                    let last = &series.snapshots[series.snapshots.len() - 1].1;
                    last.live_bytes() as f64 / series.snapshots[0].1.live_bytes() as f64
                })
                .collect()
        };
        for (name, range) in [
            ("quiet", 0.93..1.07),
            ("fast and quiet", 0.93..1.07),
            ("leak of 3 %", 1.15..1.45),
            ("leak cancelled in the total", 0.93..1.07),
            ("cache warms up", 1.07..1.45),
            ("cache fills to its cap", 1.07..1.45),
            ("fast with a cache", 1.07..1.45),
            ("growing traffic", 1.03..1.32),
            ("drain", 0.4..0.9),
        ] {
            let ends = end(name);
            assert!(
                ends.iter().all(|end| range.contains(end)),
                "{name}: {ends:?}"
            );
        }
    }
}
