//! Which course did a call path take? Every shape is fitted under every kind of noise, and weighed.
//!
//! The weight of a fit is its marginal likelihood times its prior. The scale of the noise is integrated out under an inverse
//! gamma prior centred on what the other call paths of the series show, which is worth [`PRIOR_FREEDOM`] observations (Smyth 2004,
//! "Linear models and empirical Bayes methods", Stat. Appl. Genet. Mol. Biol. 3, there for genes); the size of a course by the Schwarz criterion (1978,
//! Ann. Statist. 6). So neither a shape nor a kind of noise is decided on: what is said of a path is averaged over all of them.

use super::local_level::{Timeline, WANDERING, Whitener};
use super::shapes::{Course, Shape};

/// The noise that is usual in this series, for each share of [`WANDERING`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct UsualNoise {
    /// Its scale; 1 is everything sampled anew in each snapshot.
    pub(super) scale: [f64; WANDERING.len()],
    /// The logarithm of the chance of a path to have noise of this kind.
    pub(super) log_chance: [f64; WANDERING.len()],
}

/// What the usual noise counts for, in observations.
const PRIOR_FREEDOM: f64 = 2.0;

/// A course that a call path may follow beside its own: the load of the service, or its own teeth.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Background {
    pub(super) column: Vec<f64>,
    /// The chance of a path to follow it, before anything is known.
    pub(super) chance: f64,
    /// How much of it there can be, in parts of the mean of the path.
    pub(super) most: f64,
}

/// One course with one kind of noise, fitted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit {
    /// Position among the shapes.
    pub(super) shape: usize,
    /// Position among the kinds of noise.
    kind: usize,
    /// How much the column has to be stretched, in sampled objects.
    pub(super) size: f64,
    /// Standard error of `size`.
    pub(super) error: f64,
    /// Degrees of freedom of `error`.
    pub(super) freedom: f64,
    /// How much of the background is in it, in sampled objects.
    pub(super) background: f64,
    /// Logarithm of the weight.
    log_weight: f64,
}

/// All fits of a call path.
#[derive(Debug)]
pub(super) struct CourseFits {
    fits: Vec<Fit>,
    /// The weights of `fits`, which sum to 1.
    weights: Vec<f64>,
}

/// The series of a call path, in sampled objects.
#[derive(Debug)]
pub(super) struct Counts<'t> {
    pub(super) timeline: &'t Timeline,
    pub(super) values: Vec<f64>,
}

impl Counts<'_> {
    pub(super) fn mean(&self) -> f64 {
        self.values.iter().sum::<f64>() / self.values.len().max(1) as f64
    }

    /// Whether it never changes: then it says nothing about noise.
    pub(super) fn stands_still(&self) -> bool {
        self.values.windows(2).all(|pair| pair[0] == pair[1])
    }

    /// What the noise is proportional to: the values, smoothed so that their own noise does not decide which of them is believed.
    fn level(&self) -> Vec<f64> {
        let mean = self.mean();
        let count = self.values.len();
        (0..count)
            .map(|index| {
                let near = index.saturating_sub(2)..(index + 3).min(count);
                let same_run = near.filter(|&at| self.timeline.run[at] == self.timeline.run[index]);
                let (sum, members) = same_run.fold((0.0, 0.0), |(sum, members), at| {
                    (sum + self.values[at], members + 1.0)
                });
                ((mean + sum / members) / 2.0).max(1.0)
            })
            .collect()
    }

    /// The least variance of one innovation: growth by so many sampled objects cannot be less noisy than their Poisson
    /// number, and values are whole objects.
    fn least_variance(&self, whitener: &Whitener) -> f64 {
        let last = self.values.len() - 1;
        let net = (1..=last)
            .filter(|&index| !self.timeline.begins_run(index))
            .map(|index| self.values[index] - self.values[index - 1])
            .sum::<f64>();
        (net.abs() / whitener.count.max(1) as f64 + 1.0 / 12.0) / whitener.mean_variance
    }

    /// The scale of the noise around a straight line, for each share of wandering.
    pub(super) fn noise_scale(&self, linear: &Shape) -> [f64; WANDERING.len()] {
        let level = self.level();
        let (mut values, mut column) = (Vec::new(), Vec::new());
        WANDERING.map(|wandering| {
            let whitener = Whitener::new(self.timeline, &level, wandering);
            whitener.whiten(&self.values, &mut values);
            whitener.whiten(&linear.column, &mut column);
            let slope = dot(&values, &column) / dot(&column, &column).max(f64::MIN_POSITIVE);
            let rest = dot(&values, &values) - slope * dot(&values, &column);
            rest.max(0.0) / (whitener.count as f64 - 1.0).max(1.0)
        })
    }

    /// Fits every shape under every kind of noise.
    pub(super) fn fit(
        &self,
        shapes: &[Shape],
        usual: &UsualNoise,
        background: Option<&Background>,
    ) -> CourseFits {
        let level = self.level();
        let mut fits = Vec::new();
        let (mut values, mut column, mut behind) = (Vec::new(), Vec::new(), Vec::new());
        for (kind, wandering) in WANDERING.into_iter().enumerate() {
            let whitener = Whitener::new(self.timeline, &level, wandering);
            whitener.whiten(&self.values, &mut values);
            if let Some(background) = background {
                whitener.whiten(&background.column, &mut behind);
            }
            let judge = Judge {
                values_squared: dot(&values, &values),
                observations: whitener.count as f64,
                usual: usual.scale[kind],
                kind,
                log_chance: usual.log_chance[kind],
                least: self.least_variance(&whitener),
                log_determinant: whitener.log_determinant,
            };
            for (index, shape) in shapes.iter().enumerate() {
                whitener.whiten(&shape.column, &mut column);
                let sums = (dot(&column, &values), dot(&column, &column));
                let without = background.map_or(0.0, |it| (1.0 - it.chance).ln());
                fits.extend(
                    judge
                        .fit(index, shape, sums)
                        .map(|fit| fit.less_likely(without)),
                );
                if let Some(background) = background {
                    let cross = (
                        dot(&behind, &column),
                        dot(&behind, &values),
                        dot(&behind, &behind),
                    );
                    let most = background.most * self.mean();
                    let with = background.chance.ln();
                    fits.extend(
                        judge
                            .fit_with_background(index, shape, sums, cross, most)
                            .map(|fit| fit.less_likely(with)),
                    );
                }
            }
        }
        CourseFits::weigh(fits)
    }
}

/// What is the same for all shapes under one kind of noise.
#[derive(Debug)]
struct Judge {
    values_squared: f64,
    observations: f64,
    usual: f64,
    kind: usize,
    log_chance: f64,
    least: f64,
    log_determinant: f64,
}

impl Judge {
    fn fit(&self, index: usize, shape: &Shape, (with_values, squared): (f64, f64)) -> Option<Fit> {
        if shape.course == Course::Flat {
            return Some(self.weigh(index, shape, 0.0, 0.0, 0.0, self.values_squared, 0.0));
        }
        // A change that the first snapshot of a run hides cannot be seen.
        if squared < 1e-9 {
            return None;
        }
        let size = with_values / squared;
        let rest = self.values_squared - size * with_values;
        Some(self.weigh(index, shape, size, 1.0 / squared, 0.0, rest, 1.0))
    }

    fn fit_with_background(
        &self,
        index: usize,
        shape: &Shape,
        (with_values, squared): (f64, f64),
        (behind_with_column, behind_with_values, behind_squared): (f64, f64, f64),
        most: f64,
    ) -> Option<Fit> {
        if behind_squared < 1e-9 {
            return None;
        }
        // Of a flat course only the background is left.
        let squared = if shape.course == Course::Flat {
            0.0
        } else {
            squared
        };
        let determinant = squared * behind_squared - behind_with_column * behind_with_column;
        let is_flat = shape.course == Course::Flat;
        if !is_flat && (squared < 1e-9 || determinant < 1e-6 * squared * behind_squared) {
            return None;
        }
        let free = if is_flat {
            behind_with_values / behind_squared
        } else {
            (squared * behind_with_values - behind_with_column * with_values) / determinant
        };
        let background = free.clamp(0.0, most);
        let size = if is_flat {
            0.0
        } else {
            (with_values - background * behind_with_column) / squared
        };
        let rest = self.values_squared - 2.0 * background * behind_with_values
            + background * background * behind_squared
            - if is_flat { 0.0 } else { size * size * squared };
        let variance = match (is_flat, background == free) {
            (true, _) => 0.0,
            (false, true) => behind_squared / determinant,
            (false, false) => 1.0 / squared,
        };
        let parameters = if is_flat { 1.0 } else { 2.0 };
        Some(self.weigh(index, shape, size, variance, background, rest, parameters))
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one formula")]
    fn weigh(
        &self,
        index: usize,
        shape: &Shape,
        size: f64,
        unit_variance: f64,
        background: f64,
        rest: f64,
        parameters: f64,
    ) -> Fit {
        // Where the values scatter by no more than sampled objects must, their scatter is known and not estimated.
        let is_known = rest <= self.observations * self.least;
        let rest = rest.max(self.observations * self.least);
        let usual = self.usual.max(self.least);
        let freedom = self.observations + PRIOR_FREEDOM;
        let scale = (rest + PRIOR_FREEDOM * usual) / freedom;
        let log_weight = shape.log_prior + self.log_chance
            - self.log_determinant / 2.0
            - freedom / 2.0 * scale.ln()
            - parameters / 2.0 * (self.observations + 1.0).ln();
        // Growth by n sampled objects is known no better than their Poisson number.
        let error = (unit_variance * scale).max(size.abs()).sqrt();
        Fit {
            shape: index,
            kind: self.kind,
            size,
            error,
            freedom: if is_known {
                KNOWN
            } else {
                freedom - parameters
            },
            background,
            log_weight,
        }
    }
}

/// Degrees of freedom at which Student's t is the normal distribution.
const KNOWN: f64 = 1e6;

impl Fit {
    fn less_likely(mut self, log_prior: f64) -> Fit {
        self.log_weight += log_prior;
        self
    }
}

impl CourseFits {
    fn weigh(fits: Vec<Fit>) -> CourseFits {
        let largest = fits
            .iter()
            .map(|fit| fit.log_weight)
            .fold(f64::NEG_INFINITY, f64::max);
        let raw: Vec<f64> = fits
            .iter()
            .map(|fit| (fit.log_weight - largest).exp())
            .collect();
        let sum: f64 = raw.iter().sum();
        CourseFits {
            fits,
            weights: raw.into_iter().map(|weight| weight / sum).collect(),
        }
    }

    /// The weight of all fits that `belongs` accepts.
    pub(super) fn weight(&self, belongs: impl Fn(&Fit) -> bool) -> f64 {
        self.iter()
            .filter(|(fit, _)| belongs(fit))
            .map(|(_, weight)| weight)
            .sum()
    }

    /// The weight of each kind of noise.
    pub(super) fn kinds_of_noise(&self) -> [f64; WANDERING.len()] {
        let mut sums = [0.0; WANDERING.len()];
        for (fit, weight) in self.iter() {
            sums[fit.kind] += weight;
        }
        sums
    }

    /// All fits with their weights.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Fit, f64)> {
        self.fits.iter().zip(self.weights.iter().copied())
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
