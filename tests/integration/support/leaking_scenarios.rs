//! Series in which something leaks, from the plain to the hidden.

use std::f64::consts::TAU;

use super::ordinary_service::{ordinary_object, sawtooth, visits};
use super::random_draws::RandomDraws;
use super::series_plan::{Plan, SERIES_HOURS, stack_of};
use super::series_simulation::SAMPLING_PERIOD;

/// 0.3 % of the heap per hour, in small objects.
pub(crate) fn slow(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::twelve_hours(random);
    let object_bytes = random.log_uniform(32.0, 256.0) as u64;
    plan.leak_steadily(0.003, object_bytes, random);
    plan
}

/// 1 % of the heap per hour.
pub(crate) fn one_percent(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::twelve_hours(random);
    plan.leak_steadily(0.01, ordinary_object(random), random);
    plan
}

/// 3 % of the heap per hour.
pub(crate) fn three_percent(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::twelve_hours(random);
    plan.leak_steadily(0.03, ordinary_object(random), random);
    plan
}

/// Another stack swings by ten times what leaks in all.
pub(crate) fn beside_sawtooth(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::twelve_hours(random);
    let rate = random.between(0.003, 0.01);
    plan.leak_steadily(rate, ordinary_object(random), random);
    let swing = 10.0 * rate * plan.heap_bytes * SERIES_HOURS;
    let teeth = stack_of(
        &["shop/batch.(*Buffer).append", "shop/batch.Collect"],
        random,
    );
    let (object_bytes, course) = sawtooth(swing, random);
    plan.add(teeth, object_bytes, course);
    plan
}

/// The leaking stack swings by two to five times what it leaks in all: only the troughs tell.
pub(crate) fn within_sawtooth(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::twelve_hours(random);
    let share = random.between(0.01, 0.02);
    plan.leak_steadily(share, ordinary_object(random), random);
    let swing = random.between(2.0, 5.0) * share * plan.heap_bytes * SERIES_HOURS;
    let stack = plan.leaks[0].stack.clone();
    let (object_bytes, course) = sawtooth(swing, random);
    plan.add(stack, object_bytes, course);
    plan
}

/// Something else shrinks as fast as the leak grows.
pub(crate) fn cancelled(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::twelve_hours(random);
    let share = random.between(0.01, 0.03);
    plan.leak_steadily(share, ordinary_object(random), random);
    let rate = share * plan.heap_bytes;
    let stack = stack_of(&["shop/backlog.(*Task).load", "shop/backlog.Read"], random);
    plan.hold(
        stack,
        ordinary_object(random),
        f64::INFINITY,
        move |hours| rate * (1.2 * SERIES_HOURS - hours),
    );
    plan
}

/// It starts when half of the series and more is over.
pub(crate) fn late(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::twelve_hours(random);
    let stack = plan.leaking_stack(random);
    let since = random.between(0.5, 0.67) * SERIES_HOURS;
    let rate = random.between(0.02, 0.04) * plan.heap_bytes;
    let object_bytes = ordinary_object(random);
    let row = plan.leak_row(stack.clone(), object_bytes, 0.0, random, move |hours| {
        rate * (hours - since).max(0.0)
    });
    plan.plant(stack, vec![row], since);
    plan
}

/// The process is restarted in between, and its successor leaks just as well.
pub(crate) fn across_restart(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::twelve_hours(random);
    let share = random.between(0.01, 0.03);
    plan.leak_steadily(share, ordinary_object(random), random);
    plan.restart = Some(random.between(0.3, 0.7) * SERIES_HOURS);
    plan
}

/// Twenty callers of one allocating function, one of which never lets go.
pub(crate) fn one_of_twenty_callers(random: &mut RandomDraws) -> Plan {
    const LEAF: &str = "shop/codec.(*Row).Clone";
    let mut plan = Plan::twelve_hours(random);
    let guilty = random.below(20);
    for caller in 0..20 {
        let name = format!("shop/table{caller}.(*Query).Scan");
        let stack = stack_of(&[LEAF, &name], random);
        let object_bytes = ordinary_object(random);
        if caller == guilty {
            let rate = random.between(0.01, 0.02) * plan.heap_bytes;
            let held = rate * random.between(0.0, 12.0);
            let row = plan.leak_row(stack.clone(), object_bytes, held, random, move |hours| {
                rate * hours
            });
            plan.plant(stack, vec![row], 0.0);
        } else if caller % 2 == 0 {
            let bytes = plan.heap_bytes * random.log_uniform(0.001, 0.02);
            plan.hold(stack, object_bytes, f64::INFINITY, move |_| bytes);
        } else {
            let bytes = plan.heap_bytes * random.log_uniform(0.001, 0.02);
            let (object_bytes, course) = visits(bytes, 300.0, 0.02, true, random);
            plan.add(stack, object_bytes, course);
        }
    }
    plan
}

/// Three leaks of different rates.
pub(crate) fn three_at_once(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::twelve_hours(random);
    for share in [0.005, 0.01, 0.02] {
        plan.leak_steadily(share, ordinary_object(random), random);
    }
    plan
}

/// It begins with nothing and ends at twice the mean rate.
pub(crate) fn accelerating(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::twelve_hours(random);
    let stack = plan.leaking_stack(random);
    let mean_rate = random.between(0.01, 0.03) * plan.heap_bytes;
    let object_bytes = ordinary_object(random);
    let row = plan.leak_row(stack.clone(), object_bytes, 0.0, random, move |hours| {
        mean_rate * hours * hours / SERIES_HOURS
    });
    plan.plant(stack, vec![row], 0.0);
    plan
}

/// Requests come and go with the day; half of the time each of them leaks, half of the time it is a timer that does.
pub(crate) fn day_night(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::twelve_hours(random);
    let (swing, phase) = (random.between(0.2, 0.6), random.between(0.0, TAU));
    let turns = TAU / 24.0;
    plan.load = Box::new(move |hours| 1.0 + swing * (turns * hours + phase).sin());
    let share = random.between(0.01, 0.03);
    if random.below(2) == 0 {
        plan.leak_steadily(share, ordinary_object(random), random);
    } else {
        let stack = plan.leaking_stack(random);
        let rate = share * plan.heap_bytes;
        let object_bytes = ordinary_object(random);
        let row = plan.leak_row(stack.clone(), object_bytes, 0.0, random, move |hours| {
            let beyond_mean = (phase.cos() - (turns * hours + phase).cos()) / turns;
            rate * (hours + swing * beyond_mean)
        });
        plan.plant(stack, vec![row], 0.0);
    }
    plan
}

/// One owner that is reached by forty paths, none of which gains more than three sampled objects.
pub(crate) fn forty_paths(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::twelve_hours(random);
    let object_bytes = ordinary_object(random);
    let owner = plan.leaking_stack(random)[..2].to_vec();
    let rows = (0..40)
        .map(|path| {
            let route = format!("shop/routes.handle{path}");
            let stack = stack_of(&[&owner[0], &owner[1], &route], random);
            let rate = random.between(1.0, 3.0) * SAMPLING_PERIOD as f64 / SERIES_HOURS;
            let held = rate * random.between(0.0, 12.0);
            plan.leak_row(stack, object_bytes, held, random, move |hours| rate * hours)
        })
        .collect();
    plan.plant(owner, rows, 0.0);
    plan
}

/// Buffers of 1 MiB, most of which are sampled.
pub(crate) fn buffers(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::twelve_hours(random);
    let share = random.between(0.01, 0.03);
    plan.leak_steadily(share, 1 << 20, random);
    plan
}

/// 3 % of the heap per hour, seen 6 or 8 times.
pub(crate) fn few_snapshots(random: &mut RandomDraws) -> Plan {
    let mut plan = Plan::few_snapshots(random);
    plan.leak_steadily(0.03, ordinary_object(random), random);
    plan
}
