//! A stack as people talk about it: from the frame to blame outward to the root.

use crate::model::{Frame, LocationId, StackId};

use super::frame_class::FrameClass;
use super::frame_filter::View;
use super::granularity::{self, Granularity};

/// Finds the frame to blame in the stacks of one profile.
#[derive(Debug)]
pub struct Blame<'v, 'p> {
    view: &'v View<'p>,
    functions: Vec<FrameClass>,
    /// For locations without names: by mapping, and where there is none.
    mappings: Vec<FrameClass>,
    /// For each location, the highest class among its frames and whether all are allocator frames.
    best: Vec<FrameClass>,
}

/// One frame of a call path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathFrame {
    /// Function, or `module+0xoffset`.
    pub name: String,
    /// Mapped file.
    pub module: String,
    /// Source file; empty where not known.
    pub file: String,
    /// Source line; 0 where not known.
    pub line: u32,
}

impl<'v, 'p> Blame<'v, 'p> {
    /// Classifies all functions and locations of a profile.
    pub fn new(view: &'v View<'p>) -> Blame<'v, 'p> {
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
            best: Vec::new(),
        };
        blame.best = profile
            .locations()
            .map(|(id, _)| {
                view.frames(id)
                    .map(|frame| blame.class(id, frame))
                    .max()
                    .unwrap_or(FrameClass::Allocator)
            })
            .collect();
        blame
    }

    /// The class of one frame.
    pub fn class(&self, location: LocationId, frame: Option<Frame>) -> FrameClass {
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
            .rposition(|location| self.best[location.index()] == FrameClass::Allocator)
            .map_or(0, |last| last + 1)
    }

    /// Where in a stack the frame to blame is: the first of the highest class, from the leaf.
    ///
    /// A named `Library` frame is taken only where there is no `User` frame, and so on down: a stack of allocator frames alone
    /// blames its leaf.
    pub fn location(&self, stack: StackId) -> Option<usize> {
        let stack = self.view.profile().stack(stack);
        let start = self.allocator_end(stack);
        let mut found: Option<(usize, FrameClass)> = None;
        for (index, location) in stack.iter().enumerate().skip(start) {
            let class = self.best[location.index()];
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
    /// [`frames`](Self::frames) leaves out.
    pub fn path(&self, stack: StackId) -> &'p [LocationId] {
        let locations = self.view.profile().stack(stack);
        &locations[self.location(stack).unwrap_or(0)..]
    }

    /// The frames of a stack from the one to blame to the root.
    pub fn frames(&self, stack: StackId) -> impl Iterator<Item = (LocationId, Option<Frame>)> + '_ {
        let path = self.path(stack);
        let best = path.first().map(|first| self.best[first.index()]);
        path.iter()
            .flat_map(|&location| {
                self.view
                    .frames(location)
                    .map(move |frame| (location, frame))
            })
            .skip_while(move |&(location, frame)| Some(self.class(location, frame)) < best)
    }

    /// The same, with names.
    pub fn named_frames(&self, stack: StackId) -> Vec<PathFrame> {
        let profile = self.view.profile();
        self.frames(stack)
            .map(|(location, frame)| PathFrame {
                name: granularity::frame_name(profile, location, frame, Granularity::Function),
                module: granularity::module_name(profile, profile.location(location)),
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
    pub fn is_allocator_only(&self, stack: StackId) -> bool {
        self.view
            .profile()
            .stack(stack)
            .iter()
            .all(|location| self.best[location.index()] == FrameClass::Allocator)
    }

    /// The first frame of a stack that does not belong to the allocator, else its leaf: where flat values are counted.
    pub fn allocation_site(&self, stack: StackId) -> Option<(LocationId, Option<Frame>)> {
        let locations = self.view.profile().stack(stack);
        let start = self.allocator_end(locations);
        locations[start..]
            .iter()
            .flat_map(|&location| {
                self.view
                    .frames(location)
                    .map(move |frame| (location, frame))
            })
            .find(|&(location, frame)| self.class(location, frame) != FrameClass::Allocator)
            .or_else(|| self.view.stack_frames(stack).next())
    }
}

/// Frames from the leaf among which the allocator's entry point is looked for: jemalloc's profiler is five deep, debugging
/// allocators and wrappers add a few.
const ALLOCATOR_DEPTH: usize = 16;
