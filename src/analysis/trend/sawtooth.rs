//! Call paths that rise and fall again and again: what counts is whether the level grows on which the teeth stand.

use super::course_fit::{Background, Counts, UsualNoise};
use super::judgement::{self, Judgement, Pattern};
use super::local_level::Timeline;
use super::shapes::{self, Course};

/// The teeth of a series.
#[derive(Debug)]
pub(super) struct Teeth {
    /// Where in its first tooth the series begins is not known, so what follows that tooth is a run of its own.
    timeline: Timeline,
    /// Time since the last fall.
    phase: Vec<f64>,
}

/// A fall takes at least this part of the whole range away.
const FALL: f64 = 0.35;

/// And it is at least this many standard errors of what was there.
const CERTAIN: f64 = 4.0;

/// A path that falls by less than this often is no sawtooth.
const FEWEST_FALLS: usize = 2;

/// The teeth of a series, if it is a sawtooth.
pub(super) fn teeth(counts: &Counts<'_>) -> Option<Teeth> {
    let values = &counts.values;
    let highest = values.iter().copied().fold(0.0, f64::max);
    let lowest = values.iter().copied().fold(highest, f64::min);
    let falls: Vec<usize> = (1..values.len())
        .filter(|&index| !counts.timeline.begins_run(index))
        .filter(|&index| {
            let fall = values[index - 1] - values[index];
            fall >= FALL * (highest - lowest) && fall >= CERTAIN * values[index - 1].max(1.0).sqrt()
        })
        .collect();
    // What falls without having risen in between is a drain.
    let rises = falls
        .windows(2)
        .filter(|pair| {
            let top = values[pair[0]..pair[1]].iter().copied().fold(0.0, f64::max);
            top - values[pair[0]] >= FALL / 2.0 * (highest - lowest)
        })
        .count();
    if falls.len() < FEWEST_FALLS || rises == 0 {
        return None;
    }
    let mut phase = Vec::with_capacity(values.len());
    let mut run = counts.timeline.run.clone();
    let mut fell_at = 0;
    for index in 0..values.len() {
        // A fall may take two snapshots.
        let goes_on = index > 0 && fell_at == index - 1 && values[index] < values[index - 1];
        if falls.contains(&index) || goes_on && fell_at > 0 || counts.timeline.begins_run(index) {
            fell_at = index;
        }
        phase.push(counts.timeline.at[index] - counts.timeline.at[fell_at]);
        if index >= falls[0] {
            run[index] += 1;
        }
    }
    Some(Teeth {
        timeline: Timeline {
            at: counts.timeline.at.clone(),
            run,
        },
        phase,
    })
}

impl Teeth {
    /// Judges the series with its teeth taken out; what they may explain is put down to them.
    pub(super) fn judge(self, counts: &Counts<'_>, usual: &UsualNoise) -> Judgement {
        // A tooth that begins a little late looks like a step or a bump, and is none.
        let mut shapes = shapes::all(&self.timeline);
        shapes.retain(|shape| !matches!(shape.course, Course::Step | Course::Bump));
        let counts = Counts {
            timeline: &self.timeline,
            values: counts.values.clone(),
        };
        let teeth = Background {
            column: self.phase,
            chance: 0.9,
            most: f64::INFINITY,
        };
        let mut judgement = judgement::of_fits(&counts.fit(&shapes, usual, Some(&teeth)), &shapes);
        if judgement.leak < SURE {
            judgement.pattern = Pattern::Sawtooth;
        }
        judgement
    }
}

/// Below this chance of a leak a sawtooth is called a sawtooth.
const SURE: f64 = 0.5;
