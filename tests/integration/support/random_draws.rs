//! Reproducible random numbers, and exact draws from the distributions that sampling needs.

/// A random number generator with 64 bits of state, the same on every machine.
///
/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014): every seed is a good one.
#[derive(Debug, Clone)]
pub(crate) struct RandomDraws {
    state: u64,
}

impl RandomDraws {
    /// The sequence of `seed`.
    pub(crate) fn new(seed: u64) -> RandomDraws {
        RandomDraws { state: seed }
    }

    /// 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in (0, 1): never 0, so that its logarithm is finite.
    pub(crate) fn unit(&mut self) -> f64 {
        ((self.bits() >> 12) as f64 + 0.5) / (1u64 << 52) as f64
    }

    /// A number in `0..end`. The bias of multiplying is below 2^-32 for the small ranges of tests.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(end)) >> 64) as u64
    }

    /// A number between `low` and `high` whose logarithm is evenly spread: sizes and counts in heaps look like this.
    pub(crate) fn log_uniform(&mut self, low: f64, high: f64) -> f64 {
        (low.ln() + self.unit() * (high.ln() - low.ln())).exp()
    }

    /// A number between `low` and `high`, evenly spread.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + self.unit() * (high - low)
    }

    /// How many events happen where `mean` are expected: a binomial draw of so many trials that none would see the difference.
    pub(crate) fn poisson(&mut self, mean: f64) -> u64 {
        const TRIALS: u64 = 1 << 48;
        self.binomial(TRIALS, mean / TRIALS as f64)
    }

    /// How many of `trials` succeed when each does with probability `p`.
    pub(crate) fn binomial(&mut self, trials: u64, p: f64) -> u64 {
        if trials == 0 || p <= 0.0 {
            0
        } else if p >= 1.0 {
            trials
        } else if p > 0.5 {
            trials - self.binomial(trials, 1.0 - p)
        } else if trials as f64 * p < 10.0 {
            self.binomial_by_waiting(trials, p)
        } else {
            self.binomial_by_rejection(trials as f64, p)
        }
    }

    /// Leaps from success to success: the failures between two are geometrically distributed.
    fn binomial_by_waiting(&mut self, trials: u64, p: f64) -> u64 {
        let per_failure = (-p).ln_1p();
        let mut position = 0.0;
        let mut successes = 0;
        loop {
            position += (self.unit().ln() / per_failure).floor() + 1.0;
            if position > trials as f64 {
                return successes;
            }
            successes += 1;
        }
    }

    /// Transformed rejection, algorithm BTRS of Hörmann: "The generation of binomial random variates", Journal of
    /// Statistical Computation and Simulation 46 (1993). Exact for `n * p >= 10` and `p <= 0.5`.
    fn binomial_by_rejection(&mut self, n: f64, p: f64) -> u64 {
        let deviation = (n * p * (1.0 - p)).sqrt();
        let b = 1.15 + 2.53 * deviation;
        let a = -0.0873 + 0.0248 * b + 0.01 * p;
        let c = n * p + 0.5;
        let squeeze = 0.92 - 4.2 / b;
        let alpha = (2.83 + 5.1 / b) * deviation;
        let odds = p / (1.0 - p);
        let mode = ((n + 1.0) * p).floor();
        loop {
            let u = self.unit() - 0.5;
            let v = self.unit();
            let us = 0.5 - u.abs();
            let k = ((2.0 * a / us + b) * u + c).floor();
            if us >= 0.07 && v <= squeeze {
                return k as u64;
            }
            if k < 0.0 || k > n {
                continue;
            }
            let height = (v * alpha / (a / (us * us) + b)).ln();
            let bound = (mode + 0.5) * ((mode + 1.0) / (odds * (n - mode + 1.0))).ln()
                + (n + 1.0) * ((n - mode + 1.0) / (n - k + 1.0)).ln()
                + (k + 0.5) * (odds * (n - k + 1.0) / (k + 1.0)).ln()
                + stirling_rest(mode)
                + stirling_rest(n - mode)
                - stirling_rest(k)
                - stirling_rest(n - k);
            if height <= bound {
                return k as u64;
            }
        }
    }

    /// How many marked ones are among `drawn` of `total`, of which `marked` are marked, drawn without putting back.
    /// Takes as many steps as there are marked ones, and few objects of a heap are.
    pub(crate) fn hypergeometric(&mut self, total: u64, marked: u64, drawn: u64) -> u64 {
        let mut places = total;
        let mut drawn_places = drawn;
        for _ in 0..marked {
            if drawn_places == 0 {
                break;
            }
            if self.below(places) < drawn_places {
                drawn_places -= 1;
            }
            places -= 1;
        }
        drawn - drawn_places
    }
}

/// What Stirling's formula leaves out of ln k!: the sum of its series to the third term, and beyond that too little to matter.
fn stirling_rest(k: f64) -> f64 {
    // For small k three terms are not enough: the exact values.
    const EXACT: [f64; 10] = [
        0.081_061_466_795_327_26,
        0.041_340_695_955_409_29,
        0.027_677_925_684_998_34,
        0.020_790_672_103_765_09,
        0.016_644_691_189_821_19,
        0.013_876_128_823_070_75,
        0.011_896_709_945_891_77,
        0.010_411_265_261_972_09,
        0.009_255_462_182_712_733,
        0.008_330_563_433_362_87,
    ];
    if k < 10.0 {
        return EXACT[k as usize];
    }
    let next = k + 1.0;
    let square = next * next;
    (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / 1260.0 / square) / square) / next
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean and variance of `draws`.
    fn moments(draws: impl Iterator<Item = u64>) -> (f64, f64) {
        let draws: Vec<f64> = draws.map(|draw| draw as f64).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let squares: f64 = draws.iter().map(|draw| (draw - mean).powi(2)).sum();
        (mean, squares / (draws.len() - 1) as f64)
    }

    #[test]
    fn binomial_draws_have_the_mean_and_variance_of_theory() {
        let mut random = RandomDraws::new(1);
        let count = 40_000;
        for (n, p) in [
            (5, 0.3),
            (100_000, 0.00003),
            (40, 0.25),
            (60, 0.5),
            (1000, 0.013),
            (1000, 0.9),
            (1 << 40, 1e-9),
        ] {
            let (mean, variance) = moments((0..count).map(|_| random.binomial(n, p)));
            let expected = n as f64 * p;
            let spread = expected * (1.0 - p);
            let error = (spread / f64::from(count)).sqrt();
            assert!(
                (mean - expected).abs() < 4.5 * error,
                "{n} {p}: {mean} {expected}"
            );
            assert!(
                (variance / spread - 1.0).abs() < 0.05,
                "{n} {p}: {variance} {spread}"
            );
        }
    }

    #[test]
    fn binomial_draws_by_rejection_follow_the_exact_probabilities() {
        let (n, p, count) = (40_u64, 0.3, 200_000);
        let mut random = RandomDraws::new(2);
        let mut seen = [0u64; 41];
        for _ in 0..count {
            seen[random.binomial(n, p) as usize] += 1;
        }
        let mut probability = (1.0 - p).powi(n as i32);
        let mut chi_square = 0.0;
        for (k, &seen) in seen.iter().enumerate() {
            let expected = probability * f64::from(count);
            if expected > 5.0 {
                chi_square += (seen as f64 - expected).powi(2) / expected;
            }
            probability *= (n as usize - k) as f64 / (k + 1) as f64 * p / (1.0 - p);
        }
        // Some 21 cells are well filled; the chance of 50 is about 1 in 3,000, and the seed is fixed.
        assert!(chi_square < 50.0, "{chi_square}");
    }

    #[test]
    fn hypergeometric_draws_have_the_mean_and_variance_of_theory() {
        let mut random = RandomDraws::new(3);
        let (total, marked, drawn) = (500_u64, 60_u64, 120_u64);
        let (mean, variance) =
            moments((0..40_000).map(|_| random.hypergeometric(total, marked, drawn)));
        let share = marked as f64 / total as f64;
        let expected = drawn as f64 * share;
        let spread = expected * (1.0 - share) * (total - drawn) as f64 / (total - 1) as f64;
        assert!(
            (mean - expected).abs() < 4.5 * (spread / 40_000.0).sqrt(),
            "{mean} {expected}"
        );
        assert!(
            (variance / spread - 1.0).abs() < 0.05,
            "{variance} {spread}"
        );
        assert_eq!(random.hypergeometric(10, 10, 4), 4);
        assert_eq!(random.hypergeometric(10, 3, 10), 3);
    }

    #[test]
    fn poisson_draws_have_a_variance_equal_to_their_mean() {
        let mut random = RandomDraws::new(5);
        for expected in [0.2, 4.0, 30.0, 50_000.0] {
            let (mean, variance) = moments((0..40_000).map(|_| random.poisson(expected)));
            let error = (expected / 40_000.0).sqrt();
            assert!((mean - expected).abs() < 4.5 * error, "{mean} {expected}");
            assert!((variance / expected - 1.0).abs() < 0.05, "{variance}");
        }
        assert_eq!(random.poisson(0.0), 0);
    }

    #[test]
    fn log_uniform_draws_stay_in_their_range_and_fill_it() {
        let mut random = RandomDraws::new(4);
        let draws: Vec<f64> = (0..10_000)
            .map(|_| random.log_uniform(16.0, 65_536.0))
            .collect();
        assert!(draws.iter().all(|draw| (16.0..=65_536.0).contains(draw)));
        let below_middle = draws.iter().filter(|&&draw| draw < 1024.0).count();
        assert!((4_700..5_300).contains(&below_middle), "{below_middle}");
    }
}
