//! The load of the service, read off the call paths themselves: where many rise and fall in proportion, that is load.

use super::course_fit::{Background, Counts};
use super::local_level::Timeline;

/// Paths below this mean number of sampled objects are too noisy to show a course.
const FEWEST_COUNTS: f64 = 8.0;

/// So many paths at least have to follow.
const FEWEST_FOLLOWERS: usize = 5;

/// And this part of the paths that would show it.
const LEAST_SHARE: f64 = 0.2;

/// A path follows the load at most this much more than in proportion.
const MOST_ELASTIC: f64 = 1.6;

/// Load that moves by less than this part of its mean explains nothing.
const LEAST_AMPLITUDE: f64 = 0.02;

/// Finds the course that many paths share, if there is one.
pub(super) fn find(timeline: &Timeline, paths: &[Counts<'_>]) -> Option<Background> {
    let large: Vec<&Counts<'_>> = paths
        .iter()
        .filter(|path| path.mean() >= FEWEST_COUNTS)
        .collect();
    let moving: Vec<&Counts<'_>> = large.iter().copied().filter(|path| moves(path)).collect();
    if moving.len() < FEWEST_FOLLOWERS {
        return None;
    }
    let mut column = common_course(timeline, &moving);
    let mut found = None;
    // The first guess is blurred by paths that move on their own; those who follow it show it more clearly.
    for _ in 0..4 {
        if amplitude(&column) < LEAST_AMPLITUDE {
            return None;
        }
        let able: Vec<&Counts<'_>> = large
            .iter()
            .copied()
            .filter(|path| elasticity_error(path, &column) <= CLEAR)
            .collect();
        let followers: Vec<&Counts<'_>> = able
            .iter()
            .copied()
            .filter(|path| follows(path, &column))
            .collect();
        let share = followers.len() as f64 / able.len().max(1) as f64;
        if followers.len() < FEWEST_FOLLOWERS || share < LEAST_SHARE {
            return None;
        }
        column = common_course(timeline, &followers);
        found = Some(share);
    }
    found.map(|share| Background {
        column,
        chance: share.clamp(0.1, 0.8),
        most: MOST_ELASTIC,
    })
}

/// Deviations of a path from its mean, in parts of it.
fn relative(path: &Counts<'_>) -> Vec<f64> {
    let mean = path.mean();
    path.values.iter().map(|value| value / mean - 1.0).collect()
}

/// Whether a path moves by more than its sampling error, judged on means of three.
fn moves(path: &Counts<'_>) -> bool {
    let mean = path.mean();
    path.values.windows(3).any(|three| {
        let deviation = three.iter().sum::<f64>() / 3.0 - mean;
        deviation.abs() > MOVES * (mean / 3.0).sqrt()
    })
}

/// The weighted median of the paths at each time: a path that goes its own way does not move it.
fn common_course(timeline: &Timeline, paths: &[&Counts<'_>]) -> Vec<f64> {
    let courses: Vec<(f64, Vec<f64>)> = paths
        .iter()
        .map(|path| (path.mean().min(MOST_WEIGHT), relative(path)))
        .collect();
    (0..timeline.len())
        .map(|index| {
            let mut values: Vec<(f64, f64)> = courses
                .iter()
                .map(|(weight, course)| (course[index], *weight))
                .collect();
            values.sort_by(|a, b| a.0.total_cmp(&b.0));
            let half = values.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
            let mut sum = 0.0;
            values
                .iter()
                .find(|(_, weight)| {
                    sum += weight;
                    sum >= half
                })
                .map_or(0.0, |(value, _)| *value)
        })
        .collect()
}

/// No single path outweighs the others, however large it is.
const MOST_WEIGHT: f64 = 60.0;

fn squared(column: &[f64]) -> f64 {
    column.iter().map(|value| value * value).sum()
}

fn amplitude(column: &[f64]) -> f64 {
    (squared(column) / column.len().max(1) as f64).sqrt()
}

/// How well a path can show whether it follows a course: the standard error of its elasticity, if it is sampled anew each time.
fn elasticity_error(path: &Counts<'_>, column: &[f64]) -> f64 {
    1.0 / (path.mean() * squared(column)).sqrt()
}

/// Whether a path moves with the course, about in proportion.
fn follows(path: &Counts<'_>, column: &[f64]) -> bool {
    let relative = relative(path);
    let together: f64 = relative.iter().zip(column).map(|(a, b)| a * b).sum();
    let elasticity = together / squared(column);
    let error = elasticity_error(path, column);
    elasticity > CERTAIN * error && (elasticity - 1.0).abs() < IN_PROPORTION + error
}

/// A path shows whether it follows if its elasticity has at most this standard error.
const CLEAR: f64 = 0.33;

/// So many standard errors away from nothing, it follows.
const CERTAIN: f64 = 2.5;

/// In proportion, give or take so much.
const IN_PROPORTION: f64 = 0.6;

/// A mean of three is this many standard errors away from the mean of a path that moves. One in seven does so by chance.
const MOVES: f64 = 2.5;
