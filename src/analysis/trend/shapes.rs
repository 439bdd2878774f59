//! The courses a call path can take, as columns to fit.

use super::local_level::Timeline;

/// What a course means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Course {
    /// The level stays, or wanders.
    Flat,
    /// The same growth from the first snapshot to the last.
    Linear,
    /// Nothing, and from some time on the same growth to the last snapshot.
    Late,
    /// Growth that becomes faster.
    Accelerating,
    /// Growth that slows down, and ends or will.
    Saturating,
    /// Growth that slows down and does not end: like the square root of time.
    Slowing,
    /// From one snapshot to the next another level.
    Step,
    /// Another level for a while.
    Bump,
}

/// A course with its time of change: one column.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) course: Course,
    /// When it begins, or, of courses that end, when it ends; from 0 to 1.
    pub(super) change: f64,
    /// The values, rising by 1 in all where the course does not end in between.
    pub(super) column: Vec<f64>,
    /// Growth per unit of time (the whole series is 1) at the end, for a column times 1.
    pub(super) end_slope: f64,
    /// The logarithm of its share of the prior of all shapes.
    pub(super) log_prior: f64,
}

/// How often a call path takes each course, before anything is known of it. Most stand still; false alarms are worse than late
/// ones, so growth that ends is expected more often than growth that does not.
const PRIORS: [(Course, f64); 8] = [
    (Course::Flat, 0.775),
    (Course::Linear, 0.035),
    (Course::Late, 0.025),
    (Course::Accelerating, 0.006),
    (Course::Saturating, 0.06),
    (Course::Slowing, 0.009),
    (Course::Step, 0.05),
    (Course::Bump, 0.04),
];

/// All shapes that make a difference on this timeline.
pub(super) fn all(timeline: &Timeline) -> Vec<Shape> {
    let mut shapes = vec![shape(timeline, Course::Flat, 0.0, 0.0, |_, _| 0.0)];
    shapes.push(shape(timeline, Course::Linear, 0.0, 1.0, |at, _| at));
    for power in [2, 3] {
        let slope = f64::from(power);
        shapes.push(shape(
            timeline,
            Course::Accelerating,
            0.0,
            slope,
            |_, since| since.powi(power),
        ));
    }
    for begin in inner_times(timeline, 0.1, 0.85) {
        let slope = 1.0 / (1.0 - begin);
        shapes.push(shape(timeline, Course::Late, begin, slope, |at, _| {
            (at - begin).max(0.0) * slope
        }));
    }
    for end in inner_times(timeline, 0.1, 0.87) {
        // A cache fills from the start of its process; where there were several, all of them do, or only the first.
        shapes.push(shape(timeline, Course::Saturating, end, 0.0, |at, _| {
            at.min(end) / end
        }));
        if timeline.runs() > 1 {
            shapes.push(shape(timeline, Course::Saturating, end, 0.0, |_, since| {
                since.min(end) / end
            }));
        }
    }
    for begin in inner_times(timeline, 0.1, 0.6) {
        for end in inner_times(timeline, begin + 0.15, 0.87) {
            let length = end - begin;
            shapes.push(shape(timeline, Course::Saturating, end, 0.0, |at, _| {
                ((at - begin) / length).clamp(0.0, 1.0)
            }));
        }
    }
    for constant in [0.06, 0.1, 0.15, 0.2, 0.27, 0.35, 0.45] {
        let left = (-1.0_f64 / constant).exp();
        shapes.push(shape(
            timeline,
            Course::Saturating,
            1.0,
            left / constant / (1.0 - left),
            |at, _| (1.0 - (-at / constant).exp()) / (1.0 - left),
        ));
        if timeline.runs() > 1 {
            shapes.push(shape(
                timeline,
                Course::Saturating,
                1.0,
                left / constant / (1.0 - left),
                |_, since| (1.0 - (-since / constant).exp()) / (1.0 - left),
            ));
        }
    }
    shapes.push(shape(timeline, Course::Slowing, 0.0, 0.5, |_, since| {
        since.sqrt()
    }));
    shapes.push(shape(
        timeline,
        Course::Slowing,
        0.0,
        10.0 / 11.0 / 11f64.ln(),
        |_, since| (1.0 + 10.0 * since).ln() / 11f64.ln(),
    ));
    for index in 1..timeline.len() {
        if timeline.begins_run(index) {
            continue;
        }
        let middle = (timeline.at[index] + timeline.at[index - 1]) / 2.0;
        shapes.push(shape(timeline, Course::Step, middle, 0.0, |at, _| {
            f64::from(u8::from(at > middle))
        }));
        for length in [1, 2, 3, 5, 8] {
            // One that is still there at the end would be a step.
            if let Some(&end) = timeline.at.get(index + length) {
                let begin = timeline.at[index];
                shapes.push(shape(timeline, Course::Bump, begin, 0.0, |at, _| {
                    f64::from(u8::from(at >= begin && at < end))
                }));
            }
        }
    }
    set_priors(&mut shapes);
    shapes
}

fn shape(
    timeline: &Timeline,
    course: Course,
    change: f64,
    end_slope: f64,
    value: impl Fn(f64, f64) -> f64,
) -> Shape {
    let column = (0..timeline.len())
        .map(|index| value(timeline.at[index], timeline.since_start(index)))
        .collect();
    Shape {
        course,
        change,
        column,
        end_slope,
        log_prior: 0.0,
    }
}

/// Times of snapshots between two shares of the series, at most [`MOST_TIMES`], evenly chosen.
fn inner_times(timeline: &Timeline, from: f64, to: f64) -> Vec<f64> {
    let inside: Vec<f64> = timeline
        .at
        .iter()
        .copied()
        .filter(|at| (from..=to).contains(at))
        .collect();
    if inside.len() <= MOST_TIMES {
        return inside;
    }
    (0..MOST_TIMES)
        .map(|index| inside[index * (inside.len() - 1) / (MOST_TIMES - 1)])
        .collect()
}

/// More times of change cannot be told apart.
const MOST_TIMES: usize = 16;

/// The prior of a course is shared by its shapes.
fn set_priors(shapes: &mut [Shape]) {
    for (course, prior) in PRIORS {
        let members = shapes.iter().filter(|shape| shape.course == course).count();
        for shape in shapes.iter_mut().filter(|shape| shape.course == course) {
            shape.log_prior = (prior / members as f64).ln();
        }
    }
}
