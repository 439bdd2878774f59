//! A stack as people talk about it: from the frame to blame outward to the root.

use crate::model::NO_STACK;

use super::granularity::{Granularity, source_place};

/// One frame of a call path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

impl PathFrame {
    /// What the frame is called at a granularity, as [`frame_name`](super::granularity::frame_name) has it; for [`Granularity::Stack`], as for functions.
    pub fn name_by(&self, by: Granularity) -> String {
        by.name_of(&self.name, &self.file, self.line, || &self.module)
    }
}

/// What a call path is called, given from the frame to blame on: the name of that frame.
pub fn blamed(path: &[PathFrame]) -> &str {
    path.first().map_or(NO_STACK, |frame| &frame.name)
}

/// The frame to blame with its caller: the same function may leak from one caller and not from another.
pub(super) fn with_caller(path: &[PathFrame]) -> String {
    match path.get(1) {
        None => blamed(path).to_owned(),
        Some(caller) => format!("{} called from {}", blamed(path), caller.name),
    }
}

/// The same with its place in the source, for a sentence that sends somebody there.
pub(super) fn where_to_look(path: &[PathFrame]) -> String {
    let place = path
        .first()
        .map(|frame| source_place(&frame.file, frame.line));
    match place {
        Some(place) if !place.is_empty() => format!("{} ({place})", with_caller(path)),
        _ => with_caller(path),
    }
}
