use super::super::local_level::{Timeline, WANDERING};
use super::super::shapes;
use super::*;

fn timeline(count: usize) -> Timeline {
    let last = (count - 1) as f64;
    Timeline {
        at: (0..count).map(|index| index as f64 / last).collect(),
        run: vec![0; count],
    }
}

/// Some noise that is the same in every run, between -1 and 1.
fn noise(index: usize) -> f64 {
    ((index as f64 * 12.9898).sin() * 43_758.547).fract()
}

fn judged(values: impl Fn(f64) -> f64, count: usize) -> Judgement {
    let timeline = timeline(count);
    let shapes = shapes::all(&timeline);
    let usual = UsualNoise {
        scale: [0.5; WANDERING.len()],
        log_chance: [-(WANDERING.len() as f64).ln(); WANDERING.len()],
    };
    let values = (0..count)
        .map(|index| {
            let value = values(timeline.at[index]);
            (value + noise(index) * value.max(1.0).sqrt()).max(0.0)
        })
        .collect();
    let counts = Counts {
        timeline: &timeline,
        values,
    };
    judge(&counts, &shapes, &usual, None)
}

#[test]
fn courses_are_told_apart() {
    let check = |pattern: Pattern, values: &dyn Fn(f64) -> f64| {
        let found = judged(values, 25);
        assert_eq!(found.pattern, pattern, "{found:?}");
        let is_leak = matches!(pattern, Pattern::LinearLeak | Pattern::AcceleratingLeak);
        assert_eq!(found.leak > 0.7, is_leak, "{found:?}");
    };
    check(Pattern::Flat, &|_| 80.0);
    check(Pattern::LinearLeak, &|at| 40.0 + 150.0 * at);
    check(Pattern::LinearLeak, &|at| {
        40.0 + 300.0 * (at - 0.55).max(0.0)
    });
    check(Pattern::AcceleratingLeak, &|at| 20.0 + 400.0 * at.powi(3));
    check(Pattern::WarmUp, &|at| 150.0 * (1.0 - (-at / 0.15).exp()));
    check(Pattern::WarmUp, &|at| 10.0 + 200.0 * at.min(0.6));
    check(Pattern::Step, &|at| if at < 0.4 { 60.0 } else { 160.0 });
    check(Pattern::Spike, &|at| {
        if (0.4..0.55).contains(&at) {
            200.0
        } else {
            50.0
        }
    });
    check(Pattern::Drain, &|at| 200.0 - 170.0 * at);
    check(Pattern::Sawtooth, &|at| 10.0 + 200.0 * (at * 5.0).fract());
}

#[test]
fn the_rate_is_that_of_the_growth_and_begins_when_it_does() {
    let steady = judged(|at| 40.0 + 150.0 * at, 25);
    assert!((steady.rate.value / 150.0 - 1.0).abs() < 0.15, "{steady:?}");
    assert!(
        steady.rate.low < 150.0 && steady.rate.high > 150.0,
        "{steady:?}"
    );
    assert!(steady.since < 0.1, "{steady:?}");
    let late = judged(|at| 40.0 + 300.0 * (at - 0.55).max(0.0), 25);
    assert!((late.since - 0.55).abs() < 0.12, "{late:?}");
    assert!((late.rate.value / 300.0 - 1.0).abs() < 0.25, "{late:?}");
}

#[test]
fn a_leak_that_loses_all_once_and_goes_on_is_one() {
    let found = judged(
        |at| {
            if at < 0.5 {
                400.0 * at
            } else {
                400.0 * (at - 0.5)
            }
        },
        25,
    );
    assert_eq!(found.pattern, Pattern::LinearLeak, "{found:?}");
    let cache = judged(
        |at| 90.0 * (1.0 - (-(if at < 0.5 { at } else { at - 0.5 }) / 0.06).exp()),
        25,
    );
    assert!(cache.leak < 0.5, "{cache:?}");
}

#[test]
fn six_snapshots_show_what_is_large_and_nothing_else() {
    let large = judged(|at| 20.0 + 500.0 * at, 6);
    assert!(large.leak > 0.7, "{large:?}");
    let small = judged(|at| 80.0 + 12.0 * at, 6);
    assert!(small.leak < 0.5, "{small:?}");
}

#[test]
fn quantiles_are_those_of_the_tables() {
    assert!((t_quantile(5.0) / 2.570_6 - 1.0).abs() < 0.01);
    assert!((t_quantile(23.0) / 2.068_7 - 1.0).abs() < 0.01);
}
