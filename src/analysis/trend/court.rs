//! Every call path is judged, then every function as a whole; what comes out are the cases that carry the verdict.

use hashbrown::{HashMap, HashSet};

use super::course_fit::{Background, Counts, UsualNoise};
use super::judgement::{self, Estimate, Judgement};
use super::load_course;
use super::local_level::{Timeline, WANDERING};
use super::owners::{self, Group};
use super::path_series::PathSeries;
use super::path_table::PathTable;
use super::shapes::{self, Course, Shape};
use crate::analysis::granularity::Granularity;
use crate::analysis::halves::map_on_both_cores;
use crate::analysis::significance::q_values;

/// From this chance on a call path is called leaking.
pub(super) const LEAKING_FROM: f64 = 0.65;

/// From this chance on of still rising at the end a call path is called growing.
const GROWING_FROM: f64 = 0.65;

/// The q-value up to which growth is believed. It is a second opinion: the chance of a leak is the stricter test, as it weighs every
/// other course and every kind of noise, and it alone keeps false alarms rare.
const ACCEPTED_FALSE_DISCOVERIES: f64 = 0.2;

/// A path that never has more sampled objects than this cannot be told from nothing.
const FEWEST_COUNTS: f64 = 3.0;

/// What all cases share.
#[derive(Debug)]
pub(super) struct Court<'t> {
    timeline: &'t Timeline,
    shapes: Vec<Shape>,
    usual: UsualNoise,
    pub(super) load: Option<Background>,
}

/// One call path, or several of one owner, with what was found out.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) members: Vec<u32>,
    /// How many frames the members have in common, from the frame to blame.
    pub(super) depth: usize,
    pub(super) series: PathSeries,
    pub(super) judgement: Judgement,
    pub(super) q_value: f64,
    /// Whether it is a row of its own, and not the sum of others that are.
    pub(super) is_row: bool,
}

/// A path worth judging: it has enough samples.
fn is_candidate(series: &PathSeries) -> bool {
    let highest = series.values.iter().copied().fold(0.0, f64::max);
    series.weight > 0.0 && highest >= FEWEST_COUNTS * series.weight
}

impl<'t> Court<'t> {
    /// Learns from all paths what noise is usual and whether they share a load.
    pub(super) fn new(timeline: &'t Timeline, all: &[PathSeries]) -> Court<'t> {
        let shapes = shapes::all(timeline);
        let counts: Vec<Counts<'_>> = all
            .iter()
            .filter(|series| is_candidate(series))
            .map(|series| series.counts(timeline))
            .collect();
        let usual = usual_noise(&counts, &shapes);
        let load = load_course::find(timeline, &counts);
        Court {
            timeline,
            shapes,
            usual,
            load,
        }
    }

    /// Judges all paths and owners, on both cores.
    pub(super) fn cases(&self, table: &PathTable, all: &[PathSeries]) -> Vec<Case> {
        let paths: Vec<u32> = (0..all.len() as u32)
            .filter(|&path| is_candidate(&all[path as usize]))
            .collect();
        let mut cases = map_on_both_cores(&paths, |&path| {
            let series = all[path as usize].clone();
            let depth = table.functions(path).len();
            self.case(vec![path], depth, series)
        });
        self.add_owners(table, all, &mut cases);
        let p_values: Vec<f64> = cases.iter().map(|case| case.judgement.p_value).collect();
        for (case, q_value) in cases.iter_mut().zip(q_values(&p_values)) {
            case.q_value = q_value;
        }
        self.merge_owners(table, all, &mut cases);
        cases
    }

    /// Everything together.
    pub(super) fn whole(&self, total: &PathSeries) -> Case {
        Case {
            q_value: 0.0,
            ..self.case(Vec::new(), 0, total.clone())
        }
    }

    /// All paths by the name of the frame to blame: what a table by function, file, line or module shows.
    pub(super) fn named_cases(
        &self,
        table: &PathTable,
        all: &[PathSeries],
        by: Granularity,
    ) -> Vec<Case> {
        let mut index: HashMap<String, usize> = HashMap::new();
        let mut groups: Vec<Vec<u32>> = Vec::new();
        for path in 0..all.len() as u32 {
            let Some(first) = table.frames(path).next() else {
                continue;
            };
            let at = *index.entry(first.name_by(by)).or_insert_with(|| {
                groups.push(Vec::new());
                groups.len() - 1
            });
            groups[at].push(path);
        }
        let summed: Vec<(Vec<u32>, PathSeries)> = groups
            .into_iter()
            .map(|members| {
                let series = PathSeries::sum(members.iter().map(|&path| &all[path as usize]));
                (members, series)
            })
            .filter(|(_, series)| is_candidate(series))
            .collect();
        map_on_both_cores(&summed, |(members, series)| {
            self.case(members.clone(), 1, series.clone())
        })
    }

    fn case(&self, members: Vec<u32>, depth: usize, series: PathSeries) -> Case {
        let counts = series.counts(self.timeline);
        Case {
            judgement: judgement::judge(&counts, &self.shapes, &self.usual, self.load.as_ref()),
            members,
            depth,
            series,
            q_value: 1.0,
            is_row: true,
        }
    }

    /// Functions that leak in many paths, each too little to see: judged without the paths that are seen on their own.
    fn add_owners(&self, table: &PathTable, all: &[PathSeries], cases: &mut Vec<Case>) {
        let taken: HashSet<u32> = cases
            .iter()
            .filter(|case| case.judgement.leak >= LEAKING_FROM)
            .flat_map(|case| case.members.iter().copied())
            .collect();
        let mut left: Vec<u32> = (0..all.len() as u32)
            .filter(|path| all[*path as usize].weight > 0.0 && !taken.contains(path))
            .collect();
        for depth in [2, 1] {
            let groups: Vec<(Group, PathSeries)> = owners::by_first_frames(table, &left, depth)
                .into_iter()
                .map(|group| {
                    let members = group.members.iter().map(|&path| &all[path as usize]);
                    let series = PathSeries::sum(members);
                    (group, series)
                })
                .filter(|(_, series)| is_candidate(series))
                .collect();
            let judged = map_on_both_cores(&groups, |(group, series)| Case {
                is_row: false,
                ..self.case(group.members.clone(), group.depth, series.clone())
            });
            for case in judged {
                if case.judgement.leak >= LEAKING_FROM {
                    left.retain(|path| !case.members.contains(path));
                    cases.push(case);
                }
            }
        }
    }

    /// Leaking paths that make up nearly all of what their owner holds become one case: forty ways into one function that leaks
    /// are one leak, and three leaking callers of a function that others use well are three.
    fn merge_owners(&self, table: &PathTable, all: &[PathSeries], cases: &mut Vec<Case>) {
        let everything: Vec<u32> = (0..all.len() as u32).collect();
        for depth in [2, 1] {
            for group in owners::by_first_frames(table, &everything, depth) {
                let inside = |case: &Case| {
                    case.is_leak() && case.members.iter().all(|path| group.members.contains(path))
                };
                // Two or three callers are named one by one: the reader has to look at each.
                let fewest = if depth == 1 { FEWEST_CALLERS } else { 2 };
                if cases.iter().filter(|case| inside(case)).count() < fewest {
                    continue;
                }
                let held = |paths: &mut dyn Iterator<Item = u32>| -> f64 {
                    paths.map(|path| all[path as usize].last()).sum()
                };
                let leaking = held(
                    &mut cases
                        .iter()
                        .filter(|case| inside(case))
                        .flat_map(|case| case.members.iter().copied()),
                );
                if leaking < NEARLY_ALL * held(&mut group.members.iter().copied()) {
                    continue;
                }
                let q_value = cases
                    .iter()
                    .filter(|case| inside(case))
                    .map(|case| case.q_value)
                    .fold(1.0, f64::min);
                let members: Vec<u32> = cases
                    .iter()
                    .filter(|case| inside(case))
                    .flat_map(|case| case.members.iter().copied())
                    .collect();
                let series = PathSeries::sum(members.iter().map(|&path| &all[path as usize]));
                let depth = owners::common_depth(table, &members);
                let merged = Case {
                    q_value,
                    is_row: false,
                    ..self.case(members, depth, series)
                };
                if merged.is_leak() {
                    cases.retain(|case| !inside(case));
                    cases.push(merged);
                }
            }
        }
    }

    /// Growth of a series from end to end as a straight line, averaged over the kinds of noise, in its unit.
    pub(super) fn growth(&self, series: &PathSeries) -> Estimate {
        let linear: Vec<Shape> = self
            .shapes
            .iter()
            .filter(|shape| shape.course == Course::Linear)
            .cloned()
            .collect();
        let fits = series.counts(self.timeline).fit(&linear, &self.usual, None);
        let (mut mean, mut square, mut freedom) = (0.0, 0.0, 0.0);
        for (fit, weight) in fits.iter() {
            mean += weight * fit.size;
            square += weight * (fit.size * fit.size + fit.error * fit.error);
            freedom += weight * fit.freedom;
        }
        let half = (square - mean * mean).max(0.0).sqrt() * judgement::t_quantile(freedom);
        let growth = Estimate {
            value: mean,
            low: mean - half,
            high: mean + half,
        };
        growth.scaled(series.weight)
    }
}

/// From this many leaking callers on it is the function that is named.
const FEWEST_CALLERS: usize = 4;

/// A group is one leak if its leaking members hold this part of what all hold.
const NEARLY_ALL: f64 = 0.9;

impl Case {
    /// Whether it is as sure as a leak has to be.
    pub(super) fn is_leak(&self) -> bool {
        self.judgement.leak >= LEAKING_FROM && self.q_value < ACCEPTED_FALSE_DISCOVERIES
    }

    /// Whether it may be one.
    pub(super) fn is_growing(&self) -> bool {
        self.judgement.rising >= GROWING_FROM && self.q_value < ACCEPTED_FALSE_DISCOVERIES
    }

    /// Growth over the whole series at the rate of its end, in the unit of the value.
    pub(super) fn growth(&self) -> Estimate {
        self.judgement.rate.scaled(self.series.weight)
    }
}

/// What the calmer paths show: a prior for those of which too little is known.
fn usual_noise(paths: &[Counts<'_>], shapes: &[Shape]) -> UsualNoise {
    let linear = shapes.iter().find(|shape| shape.course == Course::Linear);
    let scales: Vec<[f64; WANDERING.len()]> = linear.map_or(Vec::new(), |linear| {
        paths
            .iter()
            .filter(|path| path.mean() >= FEWEST_COUNTS && !path.stands_still())
            .map(|path| path.noise_scale(linear))
            .collect()
    });
    let scale = std::array::from_fn(|kind| {
        let mut values: Vec<f64> = scales.iter().map(|scale| scale[kind]).collect();
        values.sort_by(f64::total_cmp);
        let calm = values.get(values.len() / 4).copied();
        calm.unwrap_or(1.0).clamp(0.05, 1.0)
    });
    let any = UsualNoise {
        scale,
        log_chance: [0.0; WANDERING.len()],
    };
    UsualNoise {
        log_chance: kinds_of_noise(paths, shapes, &any).map(f64::ln),
        ..any
    }
}

/// How often each kind of noise is found where its kind shows.
fn kinds_of_noise(
    paths: &[Counts<'_>],
    shapes: &[Shape],
    any: &UsualNoise,
) -> [f64; WANDERING.len()] {
    let simple: Vec<Shape> = shapes
        .iter()
        .filter(|shape| matches!(shape.course, Course::Flat | Course::Linear))
        .cloned()
        .collect();
    let mut sums = [RARE; WANDERING.len()];
    for path in paths
        .iter()
        .filter(|path| path.mean() >= TELLING && !path.stands_still())
    {
        let found = path.fit(&simple, any, None).kinds_of_noise();
        for (sum, found) in sums.iter_mut().zip(found) {
            *sum += found;
        }
    }
    let all: f64 = sums.iter().sum();
    sums.map(|sum| sum / all)
}

/// Each kind of noise is believed in as if so many paths had shown it.
const RARE: f64 = 1.0;

/// Mean sampled objects from which on a path shows what kind of noise it has.
const TELLING: f64 = 6.0;
