//! Profiles one by one -> the values of each call path, snapshot by snapshot.
//!
//! A profile is put together to call paths, which is most of the work and needs nothing shared, and then entered into the table,
//! which gives each path its number. After that the profile can go: what stays of a snapshot is a few bytes for each path in it.

use hashbrown::{DefaultHashBuilder, HashMap};

use crate::analysis::call_path::PathFrame;
use crate::analysis::frame_filter::View;
use crate::analysis::lasting_name::lasting_name;
use crate::analysis::process_marks::ProcessMarks;
use crate::analysis::stack_key::PathKeys;
use crate::analysis::stack_values::StackValues;
use crate::model::{Sampling, StackId, ValueIndex};

/// All call paths of a series, by number, and the frames they are made of.
#[derive(Debug, Default)]
pub struct PathTable {
    hasher: DefaultHashBuilder,
    numbers: HashMap<u64, u32>,
    paths: Vec<Path>,
    frames: Vec<PathFrame>,
    frame_numbers: HashMap<PathFrame, u32>,
    functions: HashMap<String, u32>,
}

#[derive(Debug, Clone)]
struct Path {
    /// The profile whose frames are shown: the first that has the path.
    place: usize,
    frames: Box<[u32]>,
    /// The functions of the frames: the same for frames whose names are, with what compilers add taken off, as in the keys.
    functions: Box<[u32]>,
}

/// One snapshot of a series as the analysis sees it.
#[derive(Debug, Clone)]
pub struct SnapshotValues {
    /// The call paths in it, by number.
    pub(super) entries: Vec<Entry>,
    /// Sum of the value over all call paths.
    pub total: u64,
    /// Objects in use, where the profile counts them.
    pub objects: Option<u64>,
    /// Standard error of the total; nothing where the precision is not known.
    pub standard_error: Option<f64>,
    /// How precise the profile is.
    pub sampling: Sampling,
    /// Whether the value counts allocations so far, freed or not.
    pub is_cumulative: bool,
    pub(super) counts_allocations: bool,
    pub(super) marks: ProcessMarks,
}

/// One call path in one snapshot. Estimates of sampled values have few significant digits: single precision keeps them all.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) path: u32,
    pub(super) value: f32,
    /// What one sampled object stands for, in the unit of the value; 0 where nothing is in use.
    pub(super) weight: f32,
    pub(super) objects: f32,
    pub(super) allocated: f32,
}

/// One profile put together to call paths.
#[derive(Debug)]
pub struct PathSums<'v, 'p> {
    values: StackValues<'v, 'p>,
    sums: Vec<(u64, StackId, Sums)>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    value: u64,
    variance: f64,
    objects: u64,
    allocated: u64,
}

impl<'v, 'p> PathSums<'v, 'p> {
    /// Sums up `value` of a view by call path. `keys` comes from the table of the series: [`PathTable::keys`].
    pub fn new(view: &'v View<'p>, value: ValueIndex, keys: &PathHasher) -> PathSums<'v, 'p> {
        let values = StackValues::new(view, value);
        let mut index: HashMap<u64, usize> = HashMap::new();
        let mut sums: Vec<(u64, StackId, Sums)> = Vec::new();
        let path_keys = PathKeys::new(view, values.blame(), &keys.0);
        for stack in values.stacks() {
            let key = path_keys.key(stack);
            let at = *index.entry(key).or_insert_with(|| {
                sums.push((key, stack, Sums::default()));
                sums.len() - 1
            });
            let sum = &mut sums[at].2;
            sum.value += values.value(stack);
            sum.variance += values.variance(stack);
            sum.objects += values.objects(stack);
            sum.allocated += values.allocated(stack).unwrap_or(0);
        }
        drop(path_keys);
        PathSums { values, sums }
    }
}

/// What makes the keys of call paths comparable within one series.
#[derive(Debug, Clone)]
pub struct PathHasher(DefaultHashBuilder);

impl PathTable {
    /// What [`PathSums::new`] needs of this table.
    pub fn keys(&self) -> PathHasher {
        PathHasher(self.hasher.clone())
    }

    /// Enters a profile, the `place`th of the series. Profiles may come in any order: what is shown of a path is that of
    /// the first place.
    pub fn enter(&mut self, profile: &PathSums<'_, '_>, place: usize) -> SnapshotValues {
        let values = &profile.values;
        let mut entries: Vec<Entry> = profile
            .sums
            .iter()
            .map(|&(key, example, sums)| Entry {
                path: self.number(key, values, example, place),
                value: sums.value as f32,
                weight: match sums.value {
                    0 => 0.0,
                    value => (sums.variance / value as f64) as f32,
                },
                objects: sums.objects as f32,
                allocated: sums.allocated as f32,
            })
            .collect();
        entries.sort_unstable_by_key(|entry| entry.path);
        let variance: f64 = profile.sums.iter().map(|(_, _, sums)| sums.variance).sum();
        SnapshotValues {
            entries,
            total: values.total(),
            objects: values
                .counts_objects()
                .then(|| profile.sums.iter().map(|(_, _, sums)| sums.objects).sum()),
            standard_error: values.has_variances().then(|| variance.sqrt()),
            sampling: values.sampling(),
            is_cumulative: values.is_cumulative(),
            counts_allocations: values.is_in_use() && values.counts_allocations(),
            marks: ProcessMarks::of(values.view().profile()),
        }
    }

    fn number(
        &mut self,
        key: u64,
        values: &StackValues<'_, '_>,
        example: StackId,
        place: usize,
    ) -> u32 {
        let known = self.numbers.get(&key).copied();
        if let Some(number) = known
            && self.paths[number as usize].place <= place
        {
            return number;
        }
        let named = values.blame().named_frames(example);
        let functions = named.iter().map(|frame| self.function(frame)).collect();
        let frames = named
            .into_iter()
            .map(|frame| self.frame_number(frame))
            .collect();
        let path = Path {
            place,
            frames,
            functions,
        };
        match known {
            Some(number) => {
                self.paths[number as usize] = path;
                number
            }
            None => {
                let number = self.paths.len() as u32;
                self.paths.push(path);
                self.numbers.insert(key, number);
                number
            }
        }
    }

    fn function(&mut self, frame: &PathFrame) -> u32 {
        let next = self.functions.len() as u32;
        let name = lasting_name(&frame.name);
        match self.functions.get(name.as_ref()) {
            Some(&number) => number,
            None => {
                self.functions.insert(name.into_owned(), next);
                next
            }
        }
    }

    fn frame_number(&mut self, frame: PathFrame) -> u32 {
        if let Some(&number) = self.frame_numbers.get(&frame) {
            return number;
        }
        let number = self.frames.len() as u32;
        self.frame_numbers.insert(frame.clone(), number);
        self.frames.push(frame);
        number
    }

    /// Numbers the paths by their frames, here and in the snapshots, once all are entered: which of two profiles was read first
    /// must not be seen in a result, and sums of floating point numbers would show it.
    pub fn put_in_order<'s>(&mut self, snapshots: impl Iterator<Item = &'s mut SnapshotValues>) {
        let mut order: Vec<u32> = (0..self.paths.len() as u32).collect();
        let names = |number: &u32| {
            let path = &self.paths[*number as usize];
            let frames = path
                .frames
                .iter()
                .map(|&frame| &self.frames[frame as usize]);
            (path.place, frames.collect::<Vec<_>>())
        };
        order.sort_by(|a, b| names(a).cmp(&names(b)));
        let mut new = vec![0u32; order.len()];
        for (number, &old) in order.iter().enumerate() {
            new[old as usize] = number as u32;
        }
        self.paths = order
            .iter()
            .map(|&old| self.paths[old as usize].clone())
            .collect();
        for number in self.numbers.values_mut() {
            *number = new[*number as usize];
        }
        for snapshot in snapshots {
            for entry in &mut snapshot.entries {
                entry.path = new[entry.path as usize];
            }
            snapshot.entries.sort_unstable_by_key(|entry| entry.path);
        }
    }

    /// How many call paths there are.
    pub fn len(&self) -> usize {
        self.paths.len()
    }

    /// Whether no call path was entered.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// The functions of a path by number, from the one to blame to the root.
    pub(super) fn functions(&self, path: u32) -> &[u32] {
        &self.paths[path as usize].functions
    }

    /// The frames of a path, from the one to blame to the root.
    pub(super) fn frames(&self, path: u32) -> impl Iterator<Item = &PathFrame> {
        let frames = self.paths[path as usize].frames.iter();
        frames.map(|&frame| &self.frames[frame as usize])
    }
}
