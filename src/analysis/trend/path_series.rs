//! The values of call paths over the judged snapshots, in sampled objects.

use super::course_fit::Counts;
use super::local_level::Timeline;
use super::path_table::SnapshotValues;

/// The values of one call path, or of several together, over the judged snapshots.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct PathSeries {
    /// In the unit of the value.
    pub(super) values: Vec<f64>,
    /// What one sampled object stands for.
    pub(super) weight: f64,
}

/// Snapshots that are judged as one: their mean. Sixty points show every course there is, and a thousand would cost time.
const MOST_POINTS: usize = 60;

/// The judged snapshots, in groups of neighbours of one run.
pub(super) fn points(judged: &[usize], runs: &[u32]) -> Vec<Vec<usize>> {
    let size = judged.len().div_ceil(MOST_POINTS).max(1);
    let mut points: Vec<Vec<usize>> = Vec::new();
    for &snapshot in judged {
        match points.last_mut() {
            Some(point) if point.len() < size && runs[point[0]] == runs[snapshot] => {
                point.push(snapshot);
            }
            _ => points.push(vec![snapshot]),
        }
    }
    points
}

/// Where nothing is known of precision, changes by this part of the heap are as one sampled object.
const GRAIN: f64 = 1e-4;

/// Values that are multiples of a step by chance are so of a small one.
const MOST_STEPS: f64 = 16.0;

/// Fewer levels are multiples of their difference by chance.
const FEWEST_LEVELS: usize = 3;

/// The series of every path, by number.
pub(super) fn all(
    paths: usize,
    snapshots: &[SnapshotValues],
    points: &[Vec<usize>],
) -> Vec<PathSeries> {
    let mut series = vec![
        PathSeries {
            values: vec![0.0; points.len()],
            weight: 0.0
        };
        paths
    ];
    let mut sums = vec![(0.0f64, 0.0f64); paths];
    let mut counted = vec![false; paths];
    for (at, point) in points.iter().enumerate() {
        let share = 1.0 / point.len() as f64;
        for entry in point
            .iter()
            .flat_map(|&snapshot| &snapshots[snapshot].entries)
        {
            let value = f64::from(entry.value);
            series[entry.path as usize].values[at] += value * share;
            counted[entry.path as usize] |= entry.objects > 0.0;
            let sum = &mut sums[entry.path as usize];
            sum.0 += value * value_weight(entry);
            sum.1 += value;
        }
    }
    let highest: f64 =
        sums.iter().map(|(_, value)| value).sum::<f64>() / points.len().max(1) as f64;
    for ((series, (weighted, value)), counted) in series.iter_mut().zip(sums).zip(counted) {
        if value > 0.0 {
            series.weight = match weighted / value {
                // Neither sampled nor counted in objects: nothing but the course itself tells of noise.
                0.0 => GRAIN * highest,
                // With objects their size is known.
                weight if counted => weight,
                weight => weight.max(series.coarseness()),
            };
        }
    }
    series
}

/// What one sampled object of an entry stands for: where nothing was sampled, one object.
fn value_weight(entry: &super::path_table::Entry) -> f64 {
    let object = match entry.objects {
        objects if objects > 0.0 => f64::from(entry.value / objects),
        _ => 0.0,
    };
    f64::from(entry.weight).max(object)
}

impl PathSeries {
    /// The size that all values are multiples of, if there is one that is not tiny: where sizes are not known, it tells of few
    /// objects much larger than the period. 0 where there is none.
    fn coarseness(&self) -> f64 {
        let mut values: Vec<f64> = self.values.iter().copied().chain([0.0]).collect();
        values.sort_by(f64::total_cmp);
        let highest = values[values.len() - 1];
        let step = values
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            // Single precision ends at the 24th bit.
            .filter(|&gap| gap > 1e-6 * highest)
            .fold(f64::INFINITY, f64::min);
        let is_multiple = |value: &f64| {
            let steps = value / step;
            (steps - steps.round()).abs() < 0.02
        };
        // One level is a multiple of itself whatever it is made of.
        let levels = values
            .windows(2)
            .filter(|pair| pair[1] - pair[0] > step / 2.0)
            .count();
        let is_coarse = levels >= FEWEST_LEVELS
            && highest <= MOST_STEPS * step
            && values.iter().all(is_multiple);
        if is_coarse { step } else { 0.0 }
    }

    /// Several paths as one.
    pub(super) fn sum<'s>(members: impl Iterator<Item = &'s PathSeries>) -> PathSeries {
        let mut sum = PathSeries::default();
        let (mut weighted, mut total) = (0.0, 0.0);
        for member in members {
            sum.values.resize(member.values.len(), 0.0);
            for (sum, value) in sum.values.iter_mut().zip(&member.values) {
                *sum += value;
                weighted += value * member.weight;
                total += value;
            }
        }
        sum.weight = if total > 0.0 { weighted / total } else { 0.0 };
        sum
    }

    pub(super) fn counts<'t>(&self, timeline: &'t Timeline) -> Counts<'t> {
        let weight = if self.weight > 0.0 { self.weight } else { 1.0 };
        Counts {
            timeline,
            values: self.values.iter().map(|value| value / weight).collect(),
        }
    }

    pub(super) fn last(&self) -> f64 {
        self.values.last().copied().unwrap_or(0.0)
    }
}
