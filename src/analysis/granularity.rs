//! What one row of a table is, and what it is called.

use crate::model::{Frame, LocationId, Profile};

use super::frame_class;

/// What one row stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Granularity {
    /// A function.
    Function,
    /// A source file.
    File,
    /// A line of a function.
    Line,
    /// A package, crate or namespace where names show it, else a mapped file.
    Module,
    /// A call path.
    Stack,
}

impl Granularity {
    /// The word of `--by` and of JSON.
    pub fn name(self) -> &'static str {
        match self {
            Granularity::Function => "function",
            Granularity::File => "file",
            Granularity::Line => "line",
            Granularity::Module => "module",
            Granularity::Stack => "stack",
        }
    }
}

/// What a frame is called at a granularity; for [`Granularity::Stack`], as for functions.
pub fn frame_name(
    profile: &Profile,
    id: LocationId,
    frame: Option<Frame>,
    by: Granularity,
) -> String {
    let location = profile.location(id);
    let Some(frame) = frame else {
        return match by {
            Granularity::Module | Granularity::File => profile.module_name(location).to_owned(),
            _ => profile.unnamed(location),
        };
    };
    let function = profile.function(frame.function);
    let (name, file) = (profile.text(function.name), profile.text(function.file));
    by.name_of(name, file, frame.line, || profile.module_name(location))
}

impl Granularity {
    /// What a frame is called whose function, file (empty where not known) and line (0 where not known) these are; `module` is asked
    /// where it goes by that.
    pub(super) fn name_of<'m>(
        self,
        name: &'m str,
        file: &'m str,
        line: u32,
        module: impl FnOnce() -> &'m str,
    ) -> String {
        match self {
            Granularity::Function | Granularity::Stack => name.to_owned(),
            Granularity::File if file.is_empty() => module().to_owned(),
            Granularity::File => file.to_owned(),
            Granularity::Line => match source_place(file, line) {
                place if place.is_empty() => name.to_owned(),
                place => format!("{name} {place}"),
            },
            Granularity::Module => frame_class::package(name, file)
                .unwrap_or_else(module)
                .to_owned(),
        }
    }
}

/// A place in the source, `file:line`; without the line where that is not known, and empty where the file is not.
pub fn source_place(file: &str, line: u32) -> String {
    match (file, line) {
        ("", _) => String::new(),
        (file, 0) => file.to_owned(),
        (file, line) => format!("{file}:{line}"),
    }
}
