//! What the objects of one stack do as time goes by: who is born, who dies, and who is never let go.

use super::heap_simulation::Moves;
use super::random_draws::RandomDraws;

/// A number that depends on the time in hours since the first snapshot.
pub(crate) type Curve = Box<dyn Fn(f64) -> f64>;

/// How long a process takes after a restart until it holds what it always holds.
const REFILL_HOURS: f64 = 1.0;

/// What the objects of one stack do.
pub(crate) enum Course {
    /// A level that the program keeps to exactly: tables, caches, configuration.
    Held {
        /// Objects to be live.
        level: Curve,
        /// Mean lifetime of the objects, which are replaced; infinite where nothing is.
        lifetime: f64,
    },
    /// Objects that belong to requests, connections or jobs, which come at random and stay for a random time: each brings
    /// its objects and takes them along. Few of them, and the level wanders by itself.
    Visits {
        /// Visits at a time, on average, at a load of 1.
        mean: f64,
        /// Visits at a time that the program never exceeds.
        at_most: u64,
        /// Objects of each visit.
        objects_each: u64,
        /// Mean duration of a visit.
        lifetime: f64,
        /// Whether there are more of them when the load is higher.
        by_load: bool,
    },
    /// A batch that grows and is dropped as a whole, again and again.
    Teeth {
        /// Objects right before the drop.
        top: f64,
        /// Hours from drop to drop.
        period: f64,
        /// Hours from the last drop to the first snapshot.
        phase: f64,
    },
    /// Objects that are never let go.
    Leak {
        /// Objects that had leaked before the first snapshot.
        held: f64,
        /// Objects that leaked since.
        gained: Curve,
        /// Objects of the same stack that are let go at once, for each one that is not.
        freed_each: u64,
    },
}

/// What all stacks of a process have in common.
pub(crate) struct Surroundings<'a> {
    /// Requests, as a multiple of the usual.
    pub(crate) load: &'a Curve,
    /// When the process was started, if that was within the series.
    pub(crate) started: Option<f64>,
}

impl Surroundings<'_> {
    /// The part of its usual level that the process has come to after its start.
    fn filled(&self, hours: f64) -> f64 {
        self.started.map_or(1.0, |started| {
            ((hours - started) / REFILL_HOURS).clamp(0.0, 1.0)
        })
    }
}

impl Course {
    /// The objects that are live when the process, or the series, begins.
    pub(crate) fn live_at_start(
        &self,
        hours: f64,
        around: &Surroundings,
        random: &mut RandomDraws,
    ) -> u64 {
        match self {
            Course::Visits {
                at_most,
                objects_each,
                ..
            } => random.poisson(self.level(hours, around)).min(*at_most) * objects_each,
            Course::Leak { .. } => self.level(hours, around) as u64,
            Course::Held { .. } | Course::Teeth { .. } => self.level(hours, around).round() as u64,
        }
    }

    /// What becomes of `live` objects from one moment to another.
    pub(crate) fn moves(
        &self,
        live: u64,
        (from, to): (f64, f64),
        around: &Surroundings,
        random: &mut RandomDraws,
    ) -> Moves {
        let level = self.level(to, around);
        match *self {
            Course::Held { lifetime, .. } => {
                let gone = random.binomial(live, gone_share(to - from, lifetime));
                let kept = (live - gone).min(level.round() as u64);
                let births = level.round() as u64 - kept;
                Moves {
                    births,
                    deaths: live - kept,
                    transient: (level * (to - from) / lifetime - births as f64).max(0.0) as u64,
                }
            }
            Course::Visits {
                at_most,
                objects_each,
                lifetime,
                ..
            } => {
                let visits = live / objects_each;
                let gone = random.binomial(visits, gone_share(to - from, lifetime));
                // As many come as it takes for the expected number to go from one level to the other.
                let stay = 1.0 - gone_share(to - from, lifetime);
                let expected = (level - stay * self.level(from, around)).max(0.0);
                let come = random.poisson(expected).min(at_most - (visits - gone));
                let passing = (level * (to - from) / lifetime - expected).max(0.0);
                Moves {
                    births: come * objects_each,
                    deaths: gone * objects_each,
                    transient: random.poisson(passing) * objects_each,
                }
            }
            Course::Teeth { period, phase, .. } => {
                let drops = |hours: f64| ((hours + phase) / period).floor();
                let deaths = if drops(to) > drops(from) { live } else { 0 };
                Moves {
                    births: (level.round() as u64).saturating_sub(live - deaths),
                    deaths,
                    transient: 0,
                }
            }
            Course::Leak { freed_each, .. } => {
                let births = (level as u64).saturating_sub(live);
                Moves {
                    births,
                    deaths: 0,
                    transient: births * freed_each,
                }
            }
        }
    }

    /// Objects to be live, or visits to be expected.
    fn level(&self, hours: f64, around: &Surroundings) -> f64 {
        match self {
            Course::Held { level, .. } => level(hours) * around.filled(hours),
            Course::Visits { mean, by_load, .. } => {
                let load = if *by_load { (around.load)(hours) } else { 1.0 };
                mean * load * around.filled(hours)
            }
            Course::Teeth { top, period, phase } => {
                top * ((hours + phase) / period).fract() * around.filled(hours)
            }
            Course::Leak { held, gained, .. } => match around.started {
                Some(started) => gained(hours) - gained(started),
                None => held + gained(hours),
            },
        }
    }
}

/// The part of the objects that die within `hours`.
fn gone_share(hours: f64, lifetime: f64) -> f64 {
    -(-hours / lifetime).exp_m1()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Live objects at the start and after each hour.
    fn lived(course: &Course, started: Option<f64>, hours: u64) -> Vec<u64> {
        let load: Curve = Box::new(|hours| 1.0 + hours);
        let around = Surroundings {
            load: &load,
            started,
        };
        let mut random = RandomDraws::new(3);
        let mut live = course.live_at_start(0.0, &around, &mut random);
        let mut lived = vec![live];
        for hour in 0..hours {
            let span = (hour as f64, (hour + 1) as f64);
            let moves = course.moves(live, span, &around, &mut random);
            assert!(moves.deaths <= live);
            live = live - moves.deaths + moves.births;
            lived.push(live);
        }
        lived
    }

    #[test]
    fn what_is_held_is_at_its_level_although_its_objects_are_replaced() {
        let course = |lifetime| Course::Held {
            level: Box::new(|hours| 100.0 + 10.0 * hours),
            lifetime,
        };
        for lifetime in [0.1, 3.0, f64::INFINITY] {
            assert_eq!(lived(&course(lifetime), None, 3), [100, 110, 120, 130]);
            assert_eq!(lived(&course(lifetime), Some(0.0), 2), [0, 110, 120]);
        }
    }

    #[test]
    fn visits_wander_around_what_is_expected() {
        let course = |lifetime, by_load| Course::Visits {
            mean: 400.0,
            at_most: 100_000,
            objects_each: 3,
            lifetime,
            by_load,
        };
        for lifetime in [0.01, 5.0] {
            let levels = lived(&course(lifetime, false), None, 2_000);
            let mean = levels.iter().sum::<u64>() as f64 / levels.len() as f64;
            assert!((mean - 1_200.0).abs() < 20.0, "{mean}");
            let far = levels.iter().filter(|&&level| level.abs_diff(1_200) > 120);
            // Two standard deviations of 3 * 20.
            let share = far.count() as f64 / levels.len() as f64;
            assert!((0.01..0.12).contains(&share), "{share}");
        }
        let loaded = lived(&course(0.01, true), None, 9);
        assert!((11_000..13_000).contains(&loaded[9]), "{loaded:?}");
        assert_eq!(lived(&course(5.0, false), Some(0.0), 1)[0], 0);
    }

    #[test]
    fn teeth_rise_and_drop() {
        let course = Course::Teeth {
            top: 40.0,
            period: 4.0,
            phase: 1.0,
        };
        assert_eq!(lived(&course, None, 4), [10, 20, 30, 0, 10]);
    }

    #[test]
    fn a_leak_only_grows_and_begins_anew_after_a_restart() {
        let course = Course::Leak {
            held: 5.0,
            gained: Box::new(|hours| 1.5 * hours),
            freed_each: 0,
        };
        assert_eq!(lived(&course, None, 3), [5, 6, 8, 9]);
        assert_eq!(lived(&course, Some(0.0), 3), [0, 1, 3, 4]);
    }
}
