//! `focus`, `ignore`, `hide`: which samples count, and which frames are seen.

use regex::Regex;

use crate::model::{Frame, LocationId, ModelError, Profile, ProfileBuilder, Sample, StackId};
use crate::notes::{NoteKind, Notes};

/// What the user wants to see. Expressions are matched against function names, source files and mapped files, as pprof does.
#[derive(Debug, Clone, Default)]
pub struct FrameFilter {
    /// Only samples with a frame that matches.
    pub focus: Option<Regex>,
    /// No samples with a frame that matches.
    pub ignore: Option<Regex>,
    /// Frames that match are left out of stacks.
    pub hide: Option<Regex>,
}

/// A profile seen through a filter.
#[derive(Debug, Clone)]
pub struct View<'p> {
    profile: &'p Profile,
    /// Whether each stack counts; nothing where all do.
    kept: Option<Vec<bool>>,
    /// Whether each location is seen at all, and each of its frames; nothing where all are.
    hidden: Option<Vec<HiddenFrames>>,
    notes: Notes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HiddenFrames {
    None,
    All,
    /// Bit `n` is set where frame `n` is hidden; frames beyond the 64th are always seen.
    Some(u64),
}

impl FrameFilter {
    /// Whether nothing is filtered.
    pub fn is_empty(&self) -> bool {
        self.focus.is_none() && self.ignore.is_none() && self.hide.is_none()
    }

    /// The profile through this filter.
    pub fn apply<'p>(&self, profile: &'p Profile) -> View<'p> {
        let mut view = View {
            profile,
            kept: None,
            hidden: None,
            notes: Notes::default(),
        };
        if let Some(focus) = &self.focus {
            let matching = view.matching_stacks(focus, "--focus");
            view.kept = Some(matching);
        }
        if let Some(ignore) = &self.ignore {
            let matching = view.matching_stacks(ignore, "--ignore");
            let kept = view
                .kept
                .get_or_insert_with(|| vec![true; profile.stacks().len()]);
            for (kept, ignored) in kept.iter_mut().zip(matching) {
                *kept &= !ignored;
            }
        }
        if let Some(hide) = &self.hide {
            view.hide(hide);
        }
        view
    }
}

impl<'p> View<'p> {
    /// The profile with nothing filtered.
    pub fn whole(profile: &'p Profile) -> View<'p> {
        FrameFilter::default().apply(profile)
    }

    /// The profile behind the filter.
    pub fn profile(&self) -> &'p Profile {
        self.profile
    }

    /// What filtering remarked: an expression that matched nothing.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// The samples that count.
    pub fn samples(&self) -> impl Iterator<Item = Sample> + '_ {
        self.profile
            .samples()
            .filter(|sample| self.keeps(sample.stack))
    }

    /// Whether samples of this stack count.
    #[inline]
    pub fn keeps(&self, stack: StackId) -> bool {
        self.kept.as_ref().is_none_or(|kept| kept[stack.index()])
    }

    /// The frames of a location that are seen, inlined ones first. A location without names is one unnamed frame.
    pub fn frames(
        &self,
        location: LocationId,
    ) -> impl DoubleEndedIterator<Item = Option<Frame>> + 'p {
        let hidden = self
            .hidden
            .as_ref()
            .map_or(HiddenFrames::None, |hidden| hidden[location.index()]);
        let frames = self.profile.location(location).frames;
        let unnamed = (frames.is_empty() && hidden != HiddenFrames::All).then_some(None);
        frames
            .iter()
            .enumerate()
            .filter(move |(index, _)| match hidden {
                HiddenFrames::None => true,
                HiddenFrames::All => false,
                HiddenFrames::Some(bits) => *index >= 64 || bits >> index & 1 == 0,
            })
            .map(|(_, &frame)| Some(frame))
            .chain(unnamed)
    }

    /// The frames of a stack that are seen, leaf first.
    pub fn stack_frames(
        &self,
        stack: StackId,
    ) -> impl DoubleEndedIterator<Item = (LocationId, Option<Frame>)> + '_ {
        self.profile
            .stack(stack)
            .iter()
            .flat_map(|&location| self.frames(location).map(move |frame| (location, frame)))
    }

    /// What is seen, as a profile of its own: for outputs that are profiles themselves.
    ///
    /// # Errors
    /// The stacks that are left do not fit the model; those of the whole profile did.
    pub fn to_profile(&self) -> Result<Profile, ModelError> {
        let mut builder = ProfileBuilder::without_stacks(self.profile);
        let locations: Vec<Option<LocationId>> = self
            .profile
            .locations()
            .map(|(id, location)| {
                let seen: Vec<Option<Frame>> = self.frames(id).collect();
                let frames: Vec<Frame> = seen.iter().copied().flatten().collect();
                (!seen.is_empty())
                    .then(|| builder.location(location.address, location.mapping, &frames))
            })
            .collect();
        let mut stack = Vec::new();
        let mut values = Vec::new();
        for sample in self.samples() {
            stack.clear();
            let seen = self.profile.stack(sample.stack).iter();
            stack.extend(seen.filter_map(|location| locations[location.index()]));
            let stack = builder.stack(&stack);
            let labels = builder.labels(self.profile.labels(sample.labels));
            values.clear();
            values.extend(self.profile.row(sample));
            builder.sample(stack, labels, &values);
        }
        builder.finish()
    }

    fn matching_stacks(&mut self, pattern: &Regex, flag: &str) -> Vec<bool> {
        let locations = self.matching_locations(pattern);
        let stacks: Vec<bool> = self
            .profile
            .stacks()
            .iter()
            .map(|(_, stack)| stack.iter().any(|location| locations[location.index()]))
            .collect();
        if !stacks.contains(&true) {
            self.notes.add(NoteKind::FilterMatchedNothing, || {
                format!("{flag} '{pattern}'")
            });
        }
        stacks
    }

    fn matching_locations(&self, pattern: &Regex) -> Vec<bool> {
        let functions = self.matching_functions(pattern);
        let mappings = self.matching_mappings(pattern);
        self.profile
            .locations()
            .map(|(_, location)| {
                location.mapping.is_some_and(|id| mappings[id.index()])
                    || location
                        .frames
                        .iter()
                        .any(|frame| functions[frame.function.index()])
            })
            .collect()
    }

    fn matching_functions(&self, pattern: &Regex) -> Vec<bool> {
        self.profile
            .functions()
            .iter()
            .map(|function| {
                pattern.is_match(self.profile.text(function.name))
                    || pattern.is_match(self.profile.text(function.file))
            })
            .collect()
    }

    fn matching_mappings(&self, pattern: &Regex) -> Vec<bool> {
        self.profile
            .mappings()
            .iter()
            .map(|mapping| pattern.is_match(self.profile.text(mapping.path)))
            .collect()
    }

    fn hide(&mut self, pattern: &Regex) {
        let functions = self.matching_functions(pattern);
        let mappings = self.matching_mappings(pattern);
        let hidden: Vec<HiddenFrames> = self
            .profile
            .locations()
            .map(|(_, location)| {
                if location.mapping.is_some_and(|id| mappings[id.index()]) {
                    return HiddenFrames::All;
                }
                let bits = location
                    .frames
                    .iter()
                    .take(64)
                    .enumerate()
                    .filter(|(_, frame)| functions[frame.function.index()])
                    .fold(0u64, |bits, (index, _)| bits | 1 << index);
                match bits {
                    0 => HiddenFrames::None,
                    _ if bits.count_ones() as usize == location.frames.len() => HiddenFrames::All,
                    bits => HiddenFrames::Some(bits),
                }
            })
            .collect();
        if hidden.iter().all(|&hidden| hidden == HiddenFrames::None) {
            self.notes.add(NoteKind::FilterMatchedNothing, || {
                format!("--hide '{pattern}'")
            });
        }
        self.hidden = Some(hidden);
    }
}
