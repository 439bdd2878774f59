//! Which frame of a stack is to blame: the first that is neither the allocator's nor a container's.

use crate::model::{Frame, LocationId, Producer, Profile, StackId};

use super::call_path::PathFrame;
use super::frame_class::FrameClass;
use super::frame_filter::View;
use super::granularity::{self, Granularity};

/// Finds the frame to blame in the stacks of one profile.
#[derive(Debug)]
pub(super) struct Blame<'v, 'p> {
    view: &'v View<'p>,
    functions: Vec<FrameClass>,
    /// For locations without names: by mapping, and where there is none.
    mappings: Vec<FrameClass>,
    locations: Vec<Judged>,
}

/// Whose code a location is.
#[derive(Debug, Clone, Copy)]
struct Judged {
    /// So many of its frames, from the innermost, are the allocator's or inlined into it.
    allocator_frames: usize,
    /// The highest class among the others; the allocator's where there are none.
    best: FrameClass,
}

impl<'v, 'p> Blame<'v, 'p> {
    /// Classifies all functions and locations of a profile.
    pub(super) fn new(view: &'v View<'p>) -> Blame<'v, 'p> {
        let profile = view.profile();
        let functions: Vec<FrameClass> = profile
            .functions()
            .iter()
            .map(|function| {
                FrameClass::of_function(profile.text(function.name), profile.text(function.file))
            })
            .collect();
        let mappings: Vec<FrameClass> = profile
            .mappings()
            .iter()
            .map(|mapping| FrameClass::of_module(profile.text(mapping.path)))
            .collect();
        let mut blame = Blame {
            view,
            functions,
            mappings,
            locations: Vec::new(),
        };
        blame.locations = profile.locations().map(|(id, _)| blame.judge(id)).collect();
        for &location in common_leaf_end(profile) {
            if profile.location(location).frames.is_empty() {
                blame.locations[location.index()].best = FrameClass::Allocator;
            }
        }
        blame
    }

    fn judge(&self, id: LocationId) -> Judged {
        let classes: Vec<FrameClass> = self
            .view
            .frames(id)
            .map(|frame| self.class(id, frame))
            .collect();
        // Hidden as a whole: nobody's, and no reason to take what it calls for the allocator's.
        if classes.is_empty() {
            return Judged {
                allocator_frames: 0,
                best: FrameClass::Container,
            };
        }
        // What is inlined into the allocator is the allocator's, whatever it is called.
        let allocator_frames = classes
            .iter()
            .rposition(|&class| class == FrameClass::Allocator)
            .map_or(0, |outermost| outermost + 1);
        let others = classes[allocator_frames..].iter().copied();
        Judged {
            allocator_frames,
            best: others.max().unwrap_or(FrameClass::Allocator),
        }
    }

    fn best(&self, location: LocationId) -> FrameClass {
        self.locations[location.index()].best
    }

    /// The class of one frame.
    pub(super) fn class(&self, location: LocationId, frame: Option<Frame>) -> FrameClass {
        match frame {
            Some(frame) => self.functions[frame.function.index()],
            None => match self.view.profile().location(location).mapping {
                Some(mapping) => self.mappings[mapping.index()],
                None => FrameClass::User,
            },
        }
    }

    /// Where in a stack the allocator ends: behind the last of its frames, whatever it calls on its way to the leaf.
    ///
    /// Only the leaf end is looked at, so that a program that calls `malloc` from a signal handler or has a function of that
    /// name further out is not swallowed.
    fn allocator_end(&self, stack: &[LocationId]) -> usize {
        stack
            .iter()
            .take(ALLOCATOR_DEPTH)
            .rposition(|location| self.best(*location) == FrameClass::Allocator)
            .map_or(0, |last| last + 1)
    }

    /// Where in a stack the frame to blame is: the first of the highest class, from the leaf.
    ///
    /// A named `Library` frame is taken only where there is no `User` frame, and so on down: a stack of allocator frames alone
    /// blames its leaf.
    pub(super) fn location(&self, stack: StackId) -> Option<usize> {
        let stack = self.view.profile().stack(stack);
        let start = self.allocator_end(stack);
        let mut found: Option<(usize, FrameClass)> = None;
        for (index, location) in stack.iter().enumerate().skip(start) {
            let class = self.best(*location);
            if class == FrameClass::User {
                return Some(index);
            }
            if found.is_none_or(|(_, best)| class > best) {
                found = Some((index, class));
            }
        }
        found
            .map(|(index, _)| index)
            .or((!stack.is_empty()).then_some(0))
    }

    /// The part of a stack from the frame to blame to the root: its first location may begin with inlined frames that
    /// [`first_frames`](Self::first_frames) leaves out.
    pub(super) fn path(&self, stack: StackId) -> &'p [LocationId] {
        let locations = self.view.profile().stack(stack);
        &locations[self.location(stack).unwrap_or(0)..]
    }

    /// The frames of a location that a path shows which begins there: not those of the allocator, nor what a container inlined
    /// into the frame to blame.
    pub(super) fn first_frames(
        &self,
        location: LocationId,
    ) -> impl Iterator<Item = Option<Frame>> + '_ {
        let judged = self.locations[location.index()];
        // A stack of allocator frames alone is shown as it is.
        let skipped = match judged.best {
            FrameClass::Allocator => 0,
            _ => judged.allocator_frames,
        };
        self.view
            .frames(location)
            .skip(skipped)
            .skip_while(move |&frame| self.class(location, frame) < judged.best)
    }

    /// The frames of a stack from the one to blame to the root.
    pub(super) fn frames(
        &self,
        stack: StackId,
    ) -> impl Iterator<Item = (LocationId, Option<Frame>)> + '_ {
        let path = self.path(stack);
        let (first, callers) = path.split_at(path.len().min(1));
        let first = first.iter().flat_map(|&location| {
            self.first_frames(location)
                .map(move |frame| (location, frame))
        });
        let callers = callers.iter().flat_map(|&location| {
            self.view
                .frames(location)
                .map(move |frame| (location, frame))
        });
        first.chain(callers)
    }

    /// The same, with names.
    pub(super) fn named_frames(&self, stack: StackId) -> Vec<PathFrame> {
        let profile = self.view.profile();
        self.frames(stack)
            .map(|(location, frame)| PathFrame {
                name: granularity::frame_name(profile, location, frame, Granularity::Function),
                module: profile.module_name(profile.location(location)).to_owned(),
                file: frame.map_or(String::new(), |frame| {
                    profile
                        .text(profile.function(frame.function).file)
                        .to_owned()
                }),
                line: frame.map_or(0, |frame| frame.line),
            })
            .collect()
    }

    /// Whether every frame of a stack belongs to the allocator.
    pub(super) fn is_allocator_only(&self, stack: StackId) -> bool {
        self.view
            .profile()
            .stack(stack)
            .iter()
            .all(|location| self.best(*location) == FrameClass::Allocator)
    }

    /// What of a stack lies outside the allocator at its leaf, and how many frames that the allocator inlined its first location begins
    /// with; the whole stack where all of it is the allocator's.
    pub(super) fn outside_allocator(&self, stack: StackId) -> (&'p [LocationId], usize) {
        let locations = self.view.profile().stack(stack);
        match &locations[self.allocator_end(locations)..] {
            [] => (locations, 0),
            outside @ [first, ..] => (outside, self.locations[first.index()].allocator_frames),
        }
    }

    /// The first frame of a stack that does not belong to the allocator, else its leaf: where flat values are counted.
    pub(super) fn allocation_site(&self, stack: StackId) -> Option<(LocationId, Option<Frame>)> {
        let (outside, inner) = self.outside_allocator(stack);
        outside
            .iter()
            .flat_map(|&location| {
                self.view
                    .frames(location)
                    .map(move |frame| (location, frame))
            })
            .nth(inner)
            .or_else(|| self.view.stack_frames(stack).next())
    }
}

/// The leaf end that all stacks of a jemalloc profile share: its profiler, which walks the stack from inside itself. Where it
/// is linked into a program without symbols, nothing else tells it from the program.
fn common_leaf_end(profile: &Profile) -> &[LocationId] {
    let is_jemalloc = matches!(
        profile.origin().producer,
        Producer::Jemalloc | Producer::JemallocPprof
    );
    let stacks = profile.stacks();
    if !is_jemalloc || stacks.len() < 2 {
        return &[];
    }
    let mut stacks = stacks.iter().map(|(_, stack)| stack);
    let first = stacks.next().unwrap_or_default();
    let shared = stacks.fold(first.len(), |shared, stack| {
        let same = first.iter().zip(stack).take_while(|(a, b)| a == b).count();
        shared.min(same)
    });
    // All of a stack is never the profiler's.
    &first[..shared.min(first.len().saturating_sub(1))]
}

/// Frames from the leaf among which the allocator's entry point is looked for: jemalloc's profiler is five deep, debugging
/// allocators and wrappers add a few.
const ALLOCATOR_DEPTH: usize = 16;
