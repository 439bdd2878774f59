//! Is a change more than sampling noise?
//!
//! What came and what went are two estimates with the same weight `w` per sampled object. Where nothing changed on balance,
//! the sampled objects fall on either side with equal chance, so their split is binomial with one half: the exact conditional test
//! of two Poisson means (Przyborowski and Wilenski 1940, Biometrika 31). Beyond a few hundred samples the normal approximation
//! with continuity correction is used. Many rows are tested at once, so rows are judged by q-values
//! (Benjamini and Hochberg 1995, J. R. Statist. Soc. B 57).

/// Above this many samples the normal approximation is within a few percent of the exact tail.
const EXACT_UP_TO: f64 = 256.0;

/// A change as two sums that would be equal if nothing had changed: in two processes the memory of each, in one process
/// the memory born between the profiles and the memory that died.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Evidence {
    /// What speaks for growth.
    pub came: f64,
    /// What speaks for shrinking.
    pub went: f64,
    /// Variance of `came - went`.
    pub variance: f64,
}

impl Evidence {
    /// Standard error of `came - went`.
    pub fn standard_error(&self) -> f64 {
        self.variance.sqrt()
    }

    /// Two-sided p-value of the difference.
    pub fn p_value(&self) -> f64 {
        let change = (self.came - self.went).abs();
        if change == 0.0 {
            return 1.0;
        }
        if self.variance <= 0.0 {
            return 0.0;
        }
        // What one sampled object stands for. Objects much larger than the period are always seen: their weight goes to zero
        // and their number to infinity, which is right, for then there is no sampling error.
        let weight = self.variance / (self.came + self.went);
        let came = self.came / weight;
        let went = self.went / weight;
        if came + went <= EXACT_UP_TO {
            return even_split(came.round(), went.round());
        }
        two_sided((change - weight).max(0.0) / self.standard_error())
    }
}

/// The chance that `a + b` fair coins fall at least as unevenly as `a` to `b`.
fn even_split(a: f64, b: f64) -> f64 {
    let n = a + b;
    if n == 0.0 {
        return 1.0;
    }
    let fewer = a.min(b) as u32;
    // Terms of the binomial from 0 up to the smaller side, each from the one before.
    let mut term = 0.5f64.powi(n as i32);
    let mut tail = term;
    for k in 0..fewer {
        term *= (n - f64::from(k)) / f64::from(k + 1);
        tail += term;
    }
    (2.0 * tail).min(1.0)
}

/// The chance that a standard normal is at least `z` away from zero.
pub fn two_sided(z: f64) -> f64 {
    erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// The chance that Student's t with `freedom` degrees of freedom is at least `t` away from zero.
///
/// By the normal deviate that Wallace gives for it (1959, "Bounds on normal approximations to Student's and the chi-square
/// distributions", Ann. Math. Statist. 30), whose error is below one percent of the deviate from two degrees of freedom on.
pub fn two_sided_t(t: f64, freedom: f64) -> f64 {
    let correction = (8.0 * freedom + 1.0) / (8.0 * freedom + 3.0);
    two_sided(correction * (freedom * (t * t / freedom).ln_1p()).sqrt())
}

/// The `z` that a standard normal exceeds in absolute value with chance `p`.
pub fn two_sided_quantile(p: f64) -> f64 {
    // Bisection on a monotone function: exact enough, and needs no coefficients of its own.
    let (mut low, mut high) = (0.0, 40.0);
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        if two_sided(middle) > p {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

/// Complementary error function for `x >= 0`, with a relative error below 1.2e-7 (Numerical Recipes, 2nd edition, section 6.2).
fn erfc(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.5 * x);
    const COEFFICIENTS: [f64; 10] = [
        0.170_872_77,
        -0.822_152_23,
        1.488_515_87,
        -1.135_203_98,
        0.278_868_07,
        -0.186_288_06,
        0.096_784_18,
        0.374_091_96,
        1.000_023_68,
        -1.265_512_23,
    ];
    let polynomial = COEFFICIENTS
        .iter()
        .fold(0.0, |sum, coefficient| sum * t + coefficient);
    t * (-x * x + polynomial).exp()
}

/// The q-value of each p-value among all of them: the share of false alarms if every row at least as significant is believed.
pub fn q_values(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<u32> = (0..p_values.len() as u32).collect();
    // Rows above one half can only get q-values above one half; they need not be sorted among themselves to say so.
    order.retain(|&index| p_values[index as usize] <= 0.5);
    order.sort_unstable_by(|&a, &b| p_values[a as usize].total_cmp(&p_values[b as usize]));
    let tests = p_values.len() as f64;
    let mut q = vec![1.0; p_values.len()];
    let mut smallest = 1.0f64;
    for (rank, &index) in order.iter().enumerate().rev() {
        smallest = smallest.min(p_values[index as usize] * tests / (rank + 1) as f64);
        q[index as usize] = smallest;
    }
    q
}

/// The share of false alarms among the rows called significant that fabric accepts.
pub const FALSE_DISCOVERY_RATE: f64 = 0.05;

/// How likely a growth of the minimum detectable size is to be found.
pub const POWER: f64 = 0.9;

/// The smallest growth of a row that is found with chance [`POWER`] among `rows` tested rows.
///
/// `turnover` is what would come and go on that row with no growth (the sum of both sides), `weight` what one sampled
/// object stands for: for objects much smaller than the sampling period, the period.
pub fn minimum_detectable(turnover: f64, weight: f64, rows: usize) -> f64 {
    if weight <= 0.0 {
        return 0.0;
    }
    let alarm = two_sided_quantile(FALSE_DISCOVERY_RATE / rows.max(1) as f64);
    // One-sided quantile of POWER: twice the other tail.
    let power = two_sided_quantile(2.0 * (1.0 - POWER));
    let z = alarm + power;
    // g = z sqrt(w (turnover + g)), solved for g; the continuity correction costs one more object.
    let half = z * z * weight / 2.0;
    half + (half * half + z * z * weight * turnover).sqrt() + weight
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!(
            (found / expected - 1.0).abs() < 1e-3,
            "{found} is not {expected}"
        );
    }

    #[test]
    fn tails_of_the_normal_are_those_of_the_tables() {
        close(two_sided(1.959_964), 0.05);
        close(two_sided(3.290_527), 0.001);
        close(two_sided(6.0), 1.973e-9);
        close(two_sided_quantile(0.05), 1.959_964);
        // Tables of Student's t: two-sided 0.05 and 0.001.
        for (t, freedom, expected) in [
            (2.570_6, 5.0, 0.05),
            (2.073_9, 22.0, 0.05),
            (6.868_8, 5.0, 0.001),
        ] {
            let ratio = two_sided_t(t, freedom) / expected;
            assert!((0.88..1.12).contains(&ratio), "{t} {freedom}: {ratio}");
        }
    }

    #[test]
    fn coins_fall_evenly_or_not() {
        close(even_split(0.0, 6.0), 2.0 / 64.0);
        close(even_split(1.0, 9.0), 22.0 / 1024.0);
        close(even_split(5.0, 5.0), 1.0);
    }

    #[test]
    fn a_change_of_huge_objects_is_certain_and_one_of_a_single_sample_is_not() {
        let huge = Evidence {
            came: 1e9,
            went: 9e8,
            variance: 0.0,
        };
        assert_eq!(huge.p_value(), 0.0);
        let single = Evidence {
            came: 524_288.0,
            went: 0.0,
            variance: 524_288.0 * 524_288.0,
        };
        close(single.p_value(), 1.0);
    }

    #[test]
    fn the_exact_and_the_approximate_test_meet() {
        let weight = 524_288.0;
        let check = |came: f64, went: f64| {
            let exact = even_split(came, went);
            let z = ((came - went).abs() - 1.0) / (came + went).sqrt();
            let ratio = two_sided(z) / exact;
            assert!((0.6..1.7).contains(&ratio), "{came} {went}: {ratio}");
        };
        check(150.0, 106.0);
        check(140.0, 116.0);
        let evidence = Evidence {
            came: 300.0 * weight,
            went: 200.0 * weight,
            variance: 500.0 * weight * weight,
        };
        close(evidence.p_value(), two_sided(99.0 / 500f64.sqrt()));
    }

    #[test]
    fn q_values_grow_with_the_number_of_rows() {
        let q = q_values(&[0.01, 0.04, 0.9, 0.02]);
        close(q[0], 0.04);
        close(q[3], 0.04);
        close(q[1], 0.04 * 4.0 / 3.0);
        assert_eq!(q[2], 1.0);
    }
}
