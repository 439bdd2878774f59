//! All fits of a call path -> what it does, how fast and since when.

use super::course_fit::{Background, Counts, CourseFits, Fit, UsualNoise};
use super::shapes::{Course, Shape};
use super::{reset, sawtooth};
use crate::analysis::significance::{two_sided_quantile, two_sided_t};

/// What a call path does over the series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// It stays, or wanders about.
    Flat,
    /// It rises, ever slower, and holds or will hold.
    WarmUp,
    /// It changed once, from one snapshot to the next.
    Step,
    /// It rises and falls again and again.
    Sawtooth,
    /// It grows at the same rate to the last snapshot.
    LinearLeak,
    /// It grows ever faster.
    AcceleratingLeak,
    /// It was higher (or lower) for a while.
    Spike,
    /// It shrinks.
    Drain,
    /// It goes up and down with many others, in proportion.
    LoadFollowing,
    /// None of these is much more likely than the others.
    Inconclusive,
}

impl Pattern {
    /// The stable short name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Pattern::Flat => "flat",
            Pattern::WarmUp => "warm-up",
            Pattern::Step => "step",
            Pattern::Sawtooth => "sawtooth",
            Pattern::LinearLeak => "linear-leak",
            Pattern::AcceleratingLeak => "accelerating-leak",
            Pattern::Spike => "spike",
            Pattern::Drain => "drain",
            Pattern::LoadFollowing => "load-following",
            Pattern::Inconclusive => "inconclusive",
        }
    }
}

/// What is found out about one series of values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Judgement {
    pub(super) pattern: Pattern,
    /// The chance that it grows to the end and goes on.
    pub(super) leak: f64,
    /// The chance that it still rises at the end, as a leak or ever slower.
    pub(super) rising: f64,
    /// Growth at the end in sampled objects for each unit of time, if it still rises: of leaks, where that is likely.
    pub(super) rate: Estimate,
    /// The chance of growth like this, or more, where nothing grows.
    pub(super) p_value: f64,
    /// When it began, from 0 to 1.
    pub(super) since: f64,
}

/// A number with a 95 % interval.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// Below this chance a pattern is not named.
const NAMED_FROM: f64 = 0.4;

/// Judges one series. `shapes` are those of its timeline.
pub(super) fn judge(
    counts: &Counts<'_>,
    shapes: &[Shape],
    usual: &UsualNoise,
    background: Option<&Background>,
) -> Judgement {
    if let Some(teeth) = sawtooth::teeth(counts) {
        return teeth.judge(counts, usual);
    }
    if let Some(timeline) = reset::cut(counts) {
        let judgement = reset::judge(&timeline, counts, usual);
        if judgement.leak >= reset::SURE {
            return judgement;
        }
    }
    of_fits(&counts.fit(shapes, usual, background), shapes)
}

/// What the fits say together.
pub(super) fn of_fits(fits: &CourseFits, shapes: &[Shape]) -> Judgement {
    let is_leak = |fit: &Fit| fit.size > 0.0 && goes_on(shapes[fit.shape].course);
    let leak = fits.weight(is_leak);
    let is_rising = |fit: &Fit| fit.size > 0.0 && rises(&shapes[fit.shape]);
    let rising = fits.weight(is_rising);
    let (pattern, weight) = most_likely(fits, shapes);
    let rate = if leak >= rising / 2.0 {
        rate(fits, shapes, is_leak)
    } else {
        rate(fits, shapes, is_rising)
    };
    Judgement {
        pattern: if weight < NAMED_FROM {
            Pattern::Inconclusive
        } else {
            pattern
        },
        leak,
        rising,
        rate,
        p_value: p_value(fits, shapes),
        since: since(fits, shapes),
    }
}

fn goes_on(course: Course) -> bool {
    matches!(course, Course::Linear | Course::Late | Course::Accelerating)
}

/// At the end a course that slows down still has this part of its mean slope: it rises.
const STILL_RISING: f64 = 0.3;

fn rises(shape: &Shape) -> bool {
    goes_on(shape.course) || shape.end_slope >= STILL_RISING
}

/// The pattern with the largest weight, and its weight.
fn most_likely(fits: &CourseFits, shapes: &[Shape]) -> (Pattern, f64) {
    let mut weights: Vec<(Pattern, f64)> = Vec::new();
    for (fit, weight) in fits.iter() {
        let pattern = pattern(fit, shapes[fit.shape].course);
        match weights.iter_mut().find(|(found, _)| *found == pattern) {
            Some((_, sum)) => *sum += weight,
            None => weights.push((pattern, weight)),
        }
    }
    weights
        .into_iter()
        .max_by(|(_, a), (_, b)| a.total_cmp(b))
        .unwrap_or((Pattern::Inconclusive, 0.0))
}

fn pattern(fit: &Fit, course: Course) -> Pattern {
    let grows = fit.size > 0.0;
    match course {
        Course::Flat if fit.background > 0.0 => Pattern::LoadFollowing,
        Course::Flat => Pattern::Flat,
        Course::Step => Pattern::Step,
        Course::Bump => Pattern::Spike,
        _ if !grows => Pattern::Drain,
        Course::Linear | Course::Late => Pattern::LinearLeak,
        Course::Accelerating => Pattern::AcceleratingLeak,
        Course::Saturating | Course::Slowing => Pattern::WarmUp,
    }
}

/// Rate at the end, averaged over the fits that are leaks.
fn rate(fits: &CourseFits, shapes: &[Shape], is_leak: impl Fn(&Fit) -> bool) -> Estimate {
    let (mut mass, mut mean, mut square, mut freedom) = (0.0, 0.0, 0.0, 0.0);
    for (fit, weight) in fits.iter().filter(|(fit, _)| is_leak(fit)) {
        let slope = shapes[fit.shape].end_slope;
        let (rate, error) = (fit.size * slope, fit.error * slope);
        mass += weight;
        mean += weight * rate;
        square += weight * (rate * rate + error * error);
        freedom += weight * fit.freedom;
    }
    if mass <= 0.0 {
        return Estimate::default();
    }
    let mean = mean / mass;
    let deviation = (square / mass - mean * mean).max(0.0).sqrt();
    let half = deviation * t_quantile(freedom / mass);
    Estimate {
        value: mean,
        low: mean - half,
        high: mean + half,
    }
}

/// The t that a Student's t exceeds in absolute value with chance 0.05: the inverse of [`two_sided_t`].
pub(super) fn t_quantile(freedom: f64) -> f64 {
    let freedom = freedom.max(1.0);
    let z = two_sided_quantile(0.05) * (8.0 * freedom + 3.0) / (8.0 * freedom + 1.0);
    (freedom * ((z * z / freedom).exp() - 1.0)).sqrt()
}

/// The smallest p-value of the courses that go on, each averaged over the kinds of noise, and corrected for how many times of change
/// a course has to offer.
fn p_value(fits: &CourseFits, shapes: &[Shape]) -> f64 {
    let of_course = |course: Course, choices: f64| {
        let (mut mass, mut sum) = (0.0, 0.0);
        for (fit, weight) in fits
            .iter()
            .filter(|(fit, _)| shapes[fit.shape].course == course)
        {
            mass += weight;
            if fit.size > 0.0 {
                sum += weight * two_sided_t(fit.size / fit.error, fit.freedom);
            } else {
                sum += weight;
            }
        }
        if mass > 0.0 {
            (choices * sum / mass).min(1.0)
        } else {
            1.0
        }
    };
    // Neighbouring times of change are nearly the same test: a handful of choices, not one for each.
    of_course(Course::Linear, 1.0)
        .min(of_course(Course::Late, 4.0))
        .min(of_course(Course::Accelerating, 2.0))
}

/// When growth began: the weighted mean over late and other leaks would lie where nothing happened, so the more likely one's.
fn since(fits: &CourseFits, shapes: &[Shape]) -> f64 {
    let course = |fit: &Fit| shapes[fit.shape].course;
    let late = fits.weight(|fit| fit.size > 0.0 && course(fit) == Course::Late);
    let other = fits.weight(|fit| {
        fit.size > 0.0 && matches!(course(fit), Course::Linear | Course::Accelerating)
    });
    if late <= other {
        return 0.0;
    }
    let sum: f64 = fits
        .iter()
        .filter(|(fit, _)| fit.size > 0.0 && course(fit) == Course::Late)
        .map(|(fit, weight)| weight * shapes[fit.shape].change)
        .sum();
    sum / late
}

impl Estimate {
    /// The same in another unit.
    pub(super) fn scaled(self, factor: f64) -> Estimate {
        Estimate {
            value: self.value * factor,
            low: self.low * factor,
            high: self.high * factor,
        }
    }
}

#[cfg(test)]
#[path = "judgement_tests.rs"]
mod tests;
