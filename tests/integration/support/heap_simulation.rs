//! A heap under a Poisson sampler: what is really live, and what a profiler would have seen of it.
//!
//! A sampler with mean distance R picks an object of size s with probability p = 1 - exp(-s/R), once, when it is allocated.
//! As long as the object lives it stays in the profile. So a profile that follows in the same process shares the sampled
//! survivors with the one before, and its error with them, while one of another process shares nothing. The simulation
//! draws the number of sampled objects of each site, never the objects, so that thousands of pairs take seconds.

use super::heap_snapshot::{HeapSnapshot, SnapshotRow, sampled_share};
use super::random_draws::RandomDraws;

/// A place that allocates objects of one size, and what it does in a step.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Site {
    /// Function names, the leaf first.
    pub(crate) stack: Vec<String>,
    /// Size of each object.
    pub(crate) object_bytes: u64,
    /// Objects live at the start.
    pub(crate) live: u64,
    /// The part of the live objects that a step replaces by new ones, 0 to 1.
    pub(crate) churn: f64,
    /// Objects that a step adds for good, or takes away.
    pub(crate) growth: i64,
    /// Objects that are born and die within a step: only the allocation counters see them.
    pub(crate) transient: u64,
}

/// One process and its sampler.
#[derive(Debug, Clone)]
pub(crate) struct HeapSimulation {
    period: u64,
    random: RandomDraws,
    sites: Vec<Site>,
    states: Vec<SiteState>,
}

/// What becomes of the objects of a site in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moves {
    /// Objects that are born and outlive the step.
    pub(crate) births: u64,
    /// Objects that were live before and die; never more than those.
    pub(crate) deaths: u64,
    /// Objects that are born and die within the step.
    pub(crate) transient: u64,
}

/// What is true of a site, and what the sampler saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct SiteState {
    live: u64,
    allocated: u64,
    sampled_live: u64,
    sampled_allocated: u64,
}

impl HeapSimulation {
    /// A process whose sites hold what they hold at the start. A period of 0 or 1 samples everything.
    pub(crate) fn new(sites: &[Site], period: u64, seed: u64) -> HeapSimulation {
        let mut random = RandomDraws::new(seed);
        let states = sites
            .iter()
            .map(|site| {
                let sampled = random.binomial(site.live, sampled_share(site.object_bytes, period));
                SiteState {
                    live: site.live,
                    allocated: site.live,
                    sampled_live: sampled,
                    sampled_allocated: sampled,
                }
            })
            .collect();
        HeapSimulation {
            period,
            random,
            sites: sites.to_vec(),
            states,
        }
    }

    /// Another process in the same state, with a sampler of its own.
    pub(crate) fn other_process(&self, seed: u64) -> HeapSimulation {
        let sites: Vec<Site> = self
            .sites
            .iter()
            .zip(&self.states)
            .map(|(site, state)| Site {
                live: state.live,
                ..site.clone()
            })
            .collect();
        let mut other = HeapSimulation::new(&sites, self.period, seed);
        for ((site, state), here) in other.sites.iter().zip(&mut other.states).zip(&self.states) {
            // It took the other process just as many allocations to come to where this one is.
            let gone = here.allocated - here.live;
            state.allocated += gone;
            state.sampled_allocated += other
                .random
                .binomial(gone, sampled_share(site.object_bytes, self.period));
        }
        other
    }

    /// The sites, to change what they do from the next step on: a leak that begins, a cache that is full.
    pub(crate) fn sites_mut(&mut self) -> &mut [Site] {
        &mut self.sites
    }

    /// Lets every site do what it does in a step.
    pub(crate) fn step(&mut self) {
        self.step_by(|site, live| {
            let replaced = (live as f64 * site.churn).round() as u64;
            let (added, removed) = match u64::try_from(site.growth) {
                Ok(added) => (added, 0),
                Err(_) => (0, site.growth.unsigned_abs()),
            };
            Moves {
                births: replaced + added,
                deaths: (replaced + removed).min(live),
                transient: site.transient,
            }
        });
    }

    /// Lets every site do what `rule` says of it and its live objects; the sites come in their order.
    pub(crate) fn step_by(&mut self, mut rule: impl FnMut(&Site, u64) -> Moves) {
        for (site, state) in self.sites.iter().zip(&mut self.states) {
            let p = sampled_share(site.object_bytes, self.period);
            let Moves {
                births,
                deaths,
                transient,
            } = rule(site, state.live);
            // Which objects die has nothing to do with which are sampled.
            let sampled_deaths = self
                .random
                .hypergeometric(state.live, state.sampled_live, deaths);
            let sampled_births = self.random.binomial(births, p);
            state.live = state.live - deaths + births;
            state.sampled_live = state.sampled_live - sampled_deaths + sampled_births;
            state.allocated += births + transient;
            state.sampled_allocated += sampled_births + self.random.binomial(transient, p);
        }
    }

    /// The profile that would be written now, and the truth beside it.
    pub(crate) fn snapshot(&self) -> HeapSnapshot {
        let rows = self
            .sites
            .iter()
            .zip(&self.states)
            .map(|(site, state)| SnapshotRow {
                stack: site.stack.clone(),
                object_bytes: site.object_bytes,
                live_objects: state.live,
                sampled_objects: state.sampled_live,
                sampled_allocations: state.sampled_allocated,
                sampled_share: sampled_share(site.object_bytes, self.period),
            })
            .collect();
        HeapSnapshot {
            period: self.period,
            rows,
        }
    }
}

/// Two profiles one step apart, of one process or of two.
pub(crate) fn pair(
    sites: &[Site],
    period: u64,
    same_process: bool,
    seed: u64,
) -> (HeapSnapshot, HeapSnapshot) {
    let mut process = HeapSimulation::new(sites, period, seed);
    let before = process.snapshot();
    process.step();
    if !same_process {
        // Any other seed will do; this one is never that of another pair in a loop over seeds.
        process = process.other_process(!seed);
    }
    (before, process.snapshot())
}

/// A service of `count` sites that neither grow nor shrink: sizes from 16 bytes to 64 KiB, some large holders and many small
/// ones, churn from none to all. Stacks are 4 to 12 deep with shared callers.
pub(crate) fn steady_service(count: usize, seed: u64) -> Vec<Site> {
    let mut random = RandomDraws::new(seed);
    (0..count)
        .map(|index| {
            let object_bytes = random.log_uniform(16.0, 65_536.0) as u64;
            let held_bytes = random.log_uniform(4_096.0, 16_777_216.0);
            let live = (held_bytes / object_bytes as f64).ceil() as u64;
            let depth = 3 + random.below(9) as usize;
            let mut stack = vec![format!("shop/store.(*Site{index}).make")];
            stack.extend(
                (0..depth).map(|level| format!("shop/layer{level}.call{}", index % (level + 2))),
            );
            stack.push("main.main".to_owned());
            Site {
                stack,
                object_bytes,
                live,
                churn: [0.0, 0.02, 0.3, 1.0][random.below(4) as usize],
                growth: 0,
                transient: live * random.below(4),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: u64 = 524_288;
    const ROUNDS: u64 = 20_000;

    fn site(object_bytes: u64, live: u64, churn: f64, growth: i64) -> Site {
        Site {
            stack: vec!["keep".to_owned(), "main".to_owned()],
            object_bytes,
            live,
            churn,
            growth,
            transient: 10,
        }
    }

    /// Mean and variance of what `measure` says of many pairs.
    fn moments(
        site: &Site,
        same_process: bool,
        measure: impl Fn(&SnapshotRow, &SnapshotRow) -> f64,
    ) -> (f64, f64) {
        let sites = [site.clone()];
        let measured: Vec<f64> = (0..ROUNDS)
            .map(|seed| {
                let (a, b) = pair(&sites, PERIOD, same_process, seed);
                measure(&a.rows[0], &b.rows[0])
            })
            .collect();
        let mean = measured.iter().sum::<f64>() / ROUNDS as f64;
        let squares: f64 = measured.iter().map(|value| (value - mean).powi(2)).sum();
        (mean, squares / (ROUNDS - 1) as f64)
    }

    #[track_caller]
    fn check(measured: (f64, f64), mean: f64, variance: f64) {
        let error = (variance / ROUNDS as f64).sqrt();
        assert!(
            (measured.0 - mean).abs() <= 4.5 * error,
            "mean {} instead of {mean}",
            measured.0
        );
        assert!(
            (measured.1 / variance - 1.0).abs() < 0.06,
            "variance {} instead of {variance}",
            measured.1
        );
    }

    /// s² (1 - p) / p, what each object adds to the variance of the estimated bytes.
    fn variance_per_object(object_bytes: u64) -> f64 {
        let p = sampled_share(object_bytes, PERIOD);
        (object_bytes as f64).powi(2) * (1.0 - p) / p
    }

    #[test]
    fn the_estimate_is_right_on_average_and_as_far_off_as_theory_says() {
        for (object_bytes, live) in [(64, 200_000), (4_096, 3_000), (1_048_576, 40)] {
            let site = site(object_bytes, live, 0.0, 0);
            let measured = moments(&site, true, |a, _| a.estimated_bytes());
            let variance = live as f64 * variance_per_object(object_bytes);
            assert!(variance <= PERIOD as f64 * (live * object_bytes) as f64);
            check(measured, (live * object_bytes) as f64, variance);
        }
    }

    #[test]
    fn in_one_process_only_births_and_deaths_blur_the_difference() {
        let site = site(4_096, 8_000, 0.1, 500);
        let measured = moments(&site, true, |a, b| {
            b.estimated_bytes() - a.estimated_bytes()
        });
        let moved = 800.0 + 800.0 + 500.0;
        check(
            measured,
            500.0 * 4_096.0,
            moved * variance_per_object(4_096),
        );
    }

    #[test]
    fn between_two_processes_every_object_blurs_the_difference() {
        let site = site(4_096, 8_000, 0.1, -500);
        let measured = moments(&site, false, |a, b| {
            b.estimated_bytes() - a.estimated_bytes()
        });
        check(
            measured,
            -500.0 * 4_096.0,
            (8_000.0 + 7_500.0) * variance_per_object(4_096),
        );
    }

    #[test]
    fn allocation_counters_only_rise_and_count_the_transient_ones_too() {
        let site = site(65_536, 100, 0.5, 0);
        let p = sampled_share(65_536, PERIOD);
        for same_process in [true, false] {
            let measured = moments(&site, same_process, |a, b| {
                assert!(!same_process || b.sampled_allocations >= a.sampled_allocations);
                b.sampled_allocations as f64
            });
            check(measured, 160.0 * p, 160.0 * p * (1.0 - p));
        }
    }

    #[test]
    fn what_has_stopped_growing_stays_as_it_is() {
        let mut process = HeapSimulation::new(&[site(1_000, 50, 0.0, 7)], 1, 1);
        process.step();
        process.step();
        process.sites_mut()[0].growth = -100;
        assert_eq!(process.snapshot().rows[0].live_bytes(), 64_000);
        process.step();
        assert_eq!(process.snapshot().rows[0].sampled_objects, 0);
        assert_eq!(process.snapshot().live_bytes(), 0);
    }

    #[test]
    fn the_same_seed_gives_the_same_files() {
        let sites = steady_service(300, 7);
        assert_eq!(sites, steady_service(300, 7));
        let (a, b) = pair(&sites, PERIOD, true, 9);
        let (again, _) = pair(&sites, PERIOD, true, 9);
        assert_eq!(a, again);
        assert_eq!(a.live_bytes(), b.live_bytes());
        assert_eq!(a.pprof(1).encode(), again.pprof(1).encode());
        let dump = b.jemalloc(0x5500_0000_0000).text();
        assert!(dump.starts_with("heap_v2/524288\n"));
        let seen = b.rows.iter().filter(|row| row.sampled_allocations > 0);
        assert_eq!(dump.matches("@ 0x").count(), seen.count());
    }
}
