//! Series in which nothing leaks, whatever it looks like.

use std::f64::consts::TAU;

use super::live_course::Course;
use super::ordinary_service::{ordinary_object, sawtooth, visits};
use super::random_draws::RandomDraws;
use super::series_plan::{Plan, SERIES_HOURS, stack_of};

/// Nothing but the ordinary coming and going.
pub(crate) fn quiet(random: &mut RandomDraws) -> Plan {
    Plan::twelve_hours(random)
}

/// A cache that comes ever closer to its size.
pub(crate) fn cache_warms_up(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::twelve_hours(random);
    warm_up(&mut plan, random);
    plan
}

/// A cache that fills evenly, until it is full at two thirds of the series.
pub(crate) fn cache_fills_to_cap(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::twelve_hours(random);
    let full = random.between(0.63, 0.70) * SERIES_HOURS;
    cache(&mut plan, random, move |hours| (hours / full).min(1.0));
    plan
}

/// A larger configuration is loaded once.
pub(crate) fn config_step(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::twelve_hours(random);
    let (at, factor) = (random.between(0.5, 11.5), random.between(1.2, 2.5));
    config(
        &mut plan,
        random,
        move |hours| {
            if hours < at { 1.0 } else { factor }
        },
    );
    plan
}

/// The old configuration is held beside the new one for a while.
pub(crate) fn config_doubles(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::twelve_hours(random);
    let (from, hold) = (random.between(0.5, 10.0), random.between(0.5, 2.0));
    config(&mut plan, random, move |hours| {
        if (from..from + hold).contains(&hours) {
            2.0
        } else {
            1.0
        }
    });
    plan
}

/// Requests come and go with the day, of which half is seen.
pub(crate) fn day_night(random: &mut RandomDraws) -> Plan {
    with_day_night(Plan::twelve_hours(random), random)
}

/// Ever more requests.
pub(crate) fn growing_traffic(random: &mut RandomDraws) -> Plan {
    with_growing_traffic(Plan::twelve_hours(random), random)
}

/// Twice the requests for an hour; in one series of four that hour is not over at the end.
pub(crate) fn traffic_burst(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::twelve_hours(random);
    let from = if random.below(4) == 0 {
        random.between(SERIES_HOURS - 1.0, SERIES_HOURS - 0.1)
    } else {
        random.between(0.0, SERIES_HOURS - 1.0)
    };
    plan.load = Box::new(move |hours| {
        if (from..from + 1.0).contains(&hours) {
            2.0
        } else {
            1.0
        }
    });
    plan
}

/// Up to six objects of 4 to 32 MiB in each of one to three stacks.
pub(crate) fn huge_noisy_objects(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::twelve_hours(random);
    for number in 0..1 + random.below(3) {
        let leaf = format!("shop/render.(*Canvas{number}).alloc");
        let course = Course::Visits {
            mean: random.between(0.5, 4.0),
            at_most: 6,
            objects_each: 1,
            lifetime: random.log_uniform(0.1, 3.0),
            by_load: false,
        };
        let object_bytes = random.log_uniform(4.0, 32.0) * 1_048_576.0;
        plan.add(
            stack_of(&[&leaf, "shop/render.Draw"], random),
            object_bytes as u64,
            course,
        );
    }
    plan
}

/// Few but large sessions that last for hours: their number wanders by 15 to 25 %, and takes hours to come back.
pub(crate) fn wandering_churn(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::twelve_hours(random);
    let count = 8 + random.below(9);
    for number in 0..count {
        let leaf = format!("shop/stream.(*Session{number}).buffer");
        let bytes = plan.heap_bytes * 0.4 / count as f64;
        let (mean, lifetime) = (
            random.log_uniform(15.0, 45.0),
            random.log_uniform(2.0, 20.0),
        );
        let (object_bytes, course) = visits(bytes, mean, lifetime, false, random);
        plan.add(
            stack_of(&[&leaf, "shop/stream.Open"], random),
            object_bytes,
            course,
        );
    }
    plan
}

/// Another process, which holds nothing at first and everything after an hour.
pub(crate) fn restart(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::twelve_hours(random);
    plan.restart = Some(random.between(1.0, 11.0));
    plan
}

/// One to three stacks that grow and drop.
pub(crate) fn teeth(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::twelve_hours(random);
    for number in 0..1 + random.below(3) {
        let swing = plan.heap_bytes * random.between(0.05, 0.4);
        let leaf = format!("shop/batch{number}.(*Buffer).append");
        let (object_bytes, course) = sawtooth(swing, random);
        plan.add(
            stack_of(&[&leaf, "shop/batch.Collect"], random),
            object_bytes,
            course,
        );
    }
    plan
}

/// The load balancer sends ever less, and a backlog is worked off.
pub(crate) fn drain(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::twelve_hours(random);
    let (rest, tau) = (random.between(0.05, 0.2), random.between(1.0, 4.0));
    plan.load = Box::new(move |hours| rest + (1.0 - rest) * (-hours / tau).exp());
    let backlog = plan.heap_bytes * random.between(0.1, 0.3);
    let done = random.between(3.0, 12.0);
    let stack = stack_of(&["shop/backlog.(*Task).load", "shop/backlog.Read"], random);
    plan.hold(
        stack,
        ordinary_object(random),
        f64::INFINITY,
        move |hours| backlog * (1.0 - hours / done).max(0.0),
    );
    plan
}

/// [`quiet`] with 6 or 8 snapshots.
pub(crate) fn few_quiet(random: &mut RandomDraws) -> Plan {
    Plan::few_snapshots(random)
}

/// [`cache_warms_up`] with 6 or 8 snapshots.
pub(crate) fn few_warm_up(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::few_snapshots(random);
    warm_up(&mut plan, random);
    plan
}

/// [`day_night`] with 6 or 8 snapshots.
pub(crate) fn few_day_night(random: &mut RandomDraws) -> Plan {
    with_day_night(Plan::few_snapshots(random), random)
}

/// [`growing_traffic`] with 6 or 8 snapshots.
pub(crate) fn few_growing_traffic(random: &mut RandomDraws) -> Plan {
    with_growing_traffic(Plan::few_snapshots(random), random)
}

/// 24 snapshots, 8 seconds apart.
pub(crate) fn fast_quiet(random: &mut RandomDraws) -> Plan {
    Plan::three_minutes(random)
}

/// 24 snapshots, 8 seconds apart, of a cache that warms up.
pub(crate) fn fast_cache(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::three_minutes(random);
    warm_up(&mut plan, random);
    plan
}

fn with_day_night(mut plan: Plan, random: &mut RandomDraws) -> Plan {
    let (swing, phase) = (random.between(0.2, 0.6), random.between(0.0, TAU));
    plan.load = Box::new(move |hours| 1.0 + swing * (TAU * hours / 24.0 + phase).sin());
    plan
}

fn with_growing_traffic(mut plan: Plan, random: &mut RandomDraws) -> Plan {
    let growth = random.between(0.3, 1.0);
    plan.load = Box::new(move |hours| 1.0 + growth * hours / SERIES_HOURS);
    plan
}

/// 2 to 5 hours of 12 until two thirds are there.
fn warm_up(plan: &mut Plan, random: &mut RandomDraws) {
    let tau = random.between(2.0, 5.0) / SERIES_HOURS * plan.span();
    cache(plan, random, move |hours| 1.0 - (-hours / tau).exp());
}

/// A cache of three stacks, 10 to 40 % of the heap when full, whose objects are replaced as they get old.
fn cache(plan: &mut Plan, random: &mut RandomDraws, filled: impl Fn(f64) -> f64 + Copy + 'static) {
    let full = plan.heap_bytes * random.between(0.1, 0.4);
    let lifetime = plan.span() * random.between(0.3, 3.0);
    for (leaf, share) in [("newKey", 0.1), ("newEntry", 0.2), ("copyValue", 0.7)] {
        let leaf = format!("shop/cache.{leaf}");
        let stack = stack_of(&[&leaf, "shop/cache.(*LRU).Put"], random);
        plan.hold(stack, ordinary_object(random), lifetime, move |hours| {
            full * share * filled(hours)
        });
    }
}

/// A configuration in five stacks, 2 to 10 % of the heap.
fn config(plan: &mut Plan, random: &mut RandomDraws, size: impl Fn(f64) -> f64 + Copy + 'static) {
    let usual = plan.heap_bytes * random.between(0.02, 0.1) / 5.0;
    for part in ["Rules", "Prices", "Routes", "Texts", "Limits"] {
        let leaf = format!("shop/config.(*{part}).parse");
        let stack = stack_of(&[&leaf, "shop/config.Load"], random);
        plan.hold(
            stack,
            ordinary_object(random),
            f64::INFINITY,
            move |hours| usual * size(hours),
        );
    }
}
