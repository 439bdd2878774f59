//! Where the memory of one profile is: flat and cumulative values by function, file, line or module, and the top call paths.

use hashbrown::HashMap;

use crate::model::{Frame, LocationId, StackId, ValueIndex};

use super::blame::Blame;
use super::call_path::PathFrame;
use super::frame_filter::View;
use super::granularity::{Granularity, frame_name};
use super::stack_key::PathKeys;

/// The values of one function, file, line or module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HotSpot {
    /// What it is called.
    pub name: String,
    /// Allocated by it: it is the first frame of the stack that is not the allocator's.
    pub flat: u64,
    /// Allocated by it or by what it calls: it is somewhere on the stack. Recursion counts once.
    pub cum: u64,
}

/// The value of one call path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HotPath {
    /// The frames, from the one to blame to the root.
    pub frames: Vec<PathFrame>,
    /// The value.
    pub value: u64,
    /// How many distinct stacks were taken together, because they differ only inside the allocator or a container.
    pub stacks: usize,
}

/// Interns what frames are called, so that each name is made once for each distinct frame.
#[derive(Debug, Default)]
pub(super) struct Entries {
    index: HashMap<String, u32>,
    pub(super) names: Vec<String>,
}

impl Entries {
    /// Names every frame of a profile. Two profiles named by the same `Entries` share the entries of equal names.
    pub(super) fn add_profile(&mut self, view: &View<'_>, by: Granularity) -> LocationEntries {
        let profile = view.profile();
        let mut found = LocationEntries {
            ends: Vec::with_capacity(profile.location_count()),
            entries: Vec::new(),
        };
        for (id, _) in profile.locations() {
            for frame in view.frames(id) {
                let name = frame_name(profile, id, frame, by);
                found.entries.push(self.intern(name));
            }
            found.ends.push(found.entries.len() as u32);
        }
        found
    }

    pub(super) fn intern(&mut self, name: String) -> u32 {
        if let Some(&entry) = self.index.get(&name) {
            return entry;
        }
        let entry = self.names.len() as u32;
        self.names.push(name.clone());
        self.index.insert(name, entry);
        entry
    }
}

/// For each location of one profile, the entries of its frames.
#[derive(Debug)]
pub(super) struct LocationEntries {
    ends: Vec<u32>,
    entries: Vec<u32>,
}

impl LocationEntries {
    pub(super) fn get(&self, location: LocationId) -> &[u32] {
        let index = location.index();
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.entries[start as usize..self.ends[index] as usize]
    }

    /// The entry of one frame of a location.
    pub(super) fn of_frame(
        &self,
        view: &View<'_>,
        location: LocationId,
        frame: Option<Frame>,
    ) -> u32 {
        let position = view.frames(location).position(|other| other == frame);
        self.get(location)[position.unwrap_or(0)]
    }
}

/// Flat and cumulative sums per entry.
pub(super) fn sums(
    view: &View<'_>,
    value: ValueIndex,
    by: Granularity,
    entries: &mut Entries,
) -> Vec<(u64, u64)> {
    let profile = view.profile();
    let blame = Blame::new(view);
    let of_location = entries.add_profile(view, by);
    let values = profile.values(value);
    let mut found = vec![(0u64, 0u64); entries.names.len()];
    // The row in which an entry was last counted, so that recursion counts once without clearing anything.
    let mut counted_in = vec![usize::MAX; entries.names.len()];
    for sample in view.samples() {
        let amount = values[sample.row];
        if amount == 0 {
            continue;
        }
        for &location in profile.stack(sample.stack) {
            for &entry in of_location.get(location) {
                if std::mem::replace(&mut counted_in[entry as usize], sample.row) != sample.row {
                    found[entry as usize].1 += amount;
                }
            }
        }
        if let Some((location, frame)) = blame.allocation_site(sample.stack) {
            found[of_location.of_frame(view, location, frame) as usize].0 += amount;
        }
    }
    found
}

/// All entries with a value, largest flat first, then largest cumulative, then by name.
pub fn hot_spots(view: &View<'_>, value: ValueIndex, by: Granularity) -> Vec<HotSpot> {
    let mut entries = Entries::default();
    let sums = sums(view, value, by, &mut entries);
    let mut spots: Vec<HotSpot> = entries
        .names
        .into_iter()
        .zip(sums)
        .filter(|(_, (_, cum))| *cum > 0)
        .map(|(name, (flat, cum))| HotSpot { name, flat, cum })
        .collect();
    spots.sort_by(|a, b| {
        (b.flat, b.cum)
            .cmp(&(a.flat, a.cum))
            .then_with(|| a.name.cmp(&b.name))
    });
    spots
}

/// All call paths with a value, largest first.
pub fn hot_paths(view: &View<'_>, value: ValueIndex, top: usize) -> (Vec<HotPath>, usize) {
    let profile = view.profile();
    let blame = Blame::new(view);
    let values = profile.values(value);
    let mut by_stack = vec![0u64; profile.stacks().len()];
    for sample in view.samples() {
        by_stack[sample.stack.index()] += values[sample.row];
    }
    let hasher = hashbrown::DefaultHashBuilder::default();
    let keys = PathKeys::new(view, &blame, &hasher);
    let mut paths: HashMap<u64, (u64, usize, StackId)> = HashMap::new();
    for (stack, _) in profile.stacks().iter() {
        let amount = by_stack[stack.index()];
        if amount == 0 {
            continue;
        }
        let path = paths.entry(keys.key(stack)).or_insert((0, 0, stack));
        path.0 += amount;
        path.1 += 1;
    }
    let count = paths.len();
    let mut ordered: Vec<(u64, usize, StackId)> = paths.into_values().collect();
    ordered.sort_unstable_by_key(|&(value, _, stack)| (std::cmp::Reverse(value), stack));
    ordered.truncate(top);
    let found = ordered
        .into_iter()
        .map(|(value, stacks, stack)| HotPath {
            frames: blame.named_frames(stack),
            value,
            stacks,
        })
        .collect();
    (found, count)
}
