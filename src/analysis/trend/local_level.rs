//! The noise of a series: a level that wanders, seen through sampling error.
//!
//! The local level model (Harvey, "Forecasting, Structural Time Series Models and the Kalman Filter", 1989, section 2.2). Where
//! the sampled objects live from snapshot to snapshot, errors stay and only births and deaths move the level: a random walk. Where
//! everything is sampled anew, errors are independent. Real heaps lie between, so the share of the random walk is not decided but
//! averaged over. The filter turns a series, and each shape it is compared with, into innovations that are independent
//! of each other; least squares on those is generalised least squares on the series. The level each run begins with is diffuse:
//! a restart costs one point and nothing else.

/// When the snapshots were taken, and the runs they belong to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Timeline {
    /// From 0 (first snapshot) to 1 (last).
    pub(super) at: Vec<f64>,
    /// The run of each snapshot, rising.
    pub(super) run: Vec<u32>,
}

impl Timeline {
    pub(super) fn len(&self) -> usize {
        self.at.len()
    }

    /// Whether a snapshot is the first of its run.
    pub(super) fn begins_run(&self, index: usize) -> bool {
        index == 0 || self.run[index] != self.run[index - 1]
    }

    pub(super) fn runs(&self) -> usize {
        (0..self.len())
            .filter(|&index| self.begins_run(index))
            .count()
    }

    /// Time since the run of a snapshot began.
    pub(super) fn since_start(&self, index: usize) -> f64 {
        let start = (0..=index).rev().find(|&at| self.begins_run(at));
        self.at[index] - self.at[start.unwrap_or(0)]
    }
}

/// The shares of the random walk that are averaged over.
pub(super) const WANDERING: [f64; 5] = [0.0, 0.15, 0.4, 0.75, 1.0];

/// Makes innovations of a series, for one share of the random walk.
#[derive(Debug)]
pub(super) struct Whitener {
    /// For each snapshot: nothing for the first of a run, else the gain and the standard deviation of the innovation.
    steps: Vec<Option<(f64, f64)>>,
    /// Sum of the logarithms of the variances of the innovations.
    pub(super) log_determinant: f64,
    /// How many innovations there are.
    pub(super) count: usize,
    /// Their mean variance.
    pub(super) mean_variance: f64,
}

impl Whitener {
    /// `level` is what the noise is proportional to, in sampled objects: the expected values. The noise is scaled so that one
    /// stands for everything being sampled anew in each snapshot, whatever the share.
    pub(super) fn new(timeline: &Timeline, level: &[f64], wandering: f64) -> Whitener {
        let count = timeline.len();
        let mean_level = level.iter().sum::<f64>() / count.max(1) as f64;
        let steps_in_all = (count - timeline.runs().min(count)).max(1);
        let gap = |index: usize| timeline.at[index] - timeline.at[index - 1];
        let mean_gap = (1..count)
            .filter(|&index| !timeline.begins_run(index))
            .map(gap)
            .sum::<f64>()
            / steps_in_all as f64;
        let mut steps = Vec::with_capacity(count);
        let (mut log_determinant, mut sum, mut innovations) = (0.0, 0.0, 0);
        let mut variance = 0.0;
        for (index, &level) in level.iter().enumerate() {
            let seen = (1.0 - wandering) * level;
            if timeline.begins_run(index) {
                variance = seen;
                steps.push(None);
                continue;
            }
            let gaps = if mean_gap > 0.0 {
                gap(index) / mean_gap
            } else {
                1.0
            };
            // A hair of wandering keeps equal times from dividing by nothing.
            variance += 2.0 * wandering * mean_level * gaps.max(1e-3);
            let total = variance + seen;
            let gain = variance / total;
            steps.push(Some((gain, total.sqrt())));
            variance *= 1.0 - gain;
            log_determinant += total.ln();
            sum += total;
            innovations += 1;
        }
        Whitener {
            steps,
            log_determinant,
            count: innovations,
            mean_variance: sum / innovations.max(1) as f64,
        }
    }

    /// The innovations of a column, each divided by its standard deviation.
    pub(super) fn whiten(&self, column: &[f64], out: &mut Vec<f64>) {
        out.clear();
        let mut level = 0.0;
        for (&value, step) in column.iter().zip(&self.steps) {
            match step {
                None => level = value,
                Some((gain, deviation)) => {
                    let innovation = value - level;
                    level += gain * innovation;
                    out.push(innovation / deviation);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline(runs: &[u32]) -> Timeline {
        let last = (runs.len() - 1) as f64;
        Timeline {
            at: (0..runs.len()).map(|index| index as f64 / last).collect(),
            run: runs.to_vec(),
        }
    }

    fn innovations(timeline: &Timeline, wandering: f64, column: &[f64]) -> Vec<f64> {
        let level = vec![1.0; column.len()];
        let mut out = Vec::new();
        Whitener::new(timeline, &level, wandering).whiten(column, &mut out);
        out
    }

    #[test]
    fn a_random_walk_is_whitened_to_its_steps() {
        let found = innovations(&timeline(&[0; 4]), 1.0, &[5.0, 7.0, 6.0, 6.0]);
        let unit = 2f64.sqrt();
        let expected = [2.0 / unit, -1.0 / unit, 0.0];
        for (a, b) in found.iter().zip(expected) {
            assert!((a - b).abs() < 1e-12, "{found:?}");
        }
    }

    #[test]
    fn independent_errors_are_compared_with_the_mean_so_far() {
        let found = innovations(&timeline(&[0; 3]), 0.0, &[2.0, 4.0, 6.0]);
        // 4 against 2, then 6 against 3, with variances 2 and 3/2.
        assert!((found[0] - 2.0 / 2f64.sqrt()).abs() < 1e-9, "{found:?}");
        assert!((found[1] - 3.0 / 1.5f64.sqrt()).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn a_restart_costs_one_point_and_its_jump_is_forgotten() {
        let two = timeline(&[0, 0, 1, 1]);
        assert_eq!(innovations(&two, 0.4, &[3.0, 3.0, 90.0, 90.0]), [0.0, 0.0]);
        assert_eq!(two.runs(), 2);
        assert_eq!(two.since_start(3), 1.0 - two.at[2]);
    }
}
