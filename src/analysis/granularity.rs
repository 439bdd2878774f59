//! What one row of a table is, and what it is called.

use crate::model::{Frame, Location, LocationId, Profile};

use super::frame_class;
use super::stack_key::file_name;

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
            Granularity::Module | Granularity::File => module_name(profile, location),
            _ => unnamed(profile, location),
        };
    };
    let function = profile.function(frame.function);
    let name = profile.text(function.name);
    let file = profile.text(function.file);
    match by {
        Granularity::Function | Granularity::Stack => name.to_owned(),
        Granularity::File if file.is_empty() => module_name(profile, location),
        Granularity::File => file.to_owned(),
        Granularity::Line => match (file, frame.line) {
            ("", _) => name.to_owned(),
            (file, 0) => format!("{name} {file}"),
            (file, line) => format!("{name} {file}:{line}"),
        },
        Granularity::Module => match frame_class::package(name, file) {
            Some(package) => package.to_owned(),
            None => module_name(profile, location),
        },
    }
}

/// The source place of a frame, `file:line`; empty where it is not known.
pub fn frame_place(profile: &Profile, frame: Frame) -> String {
    let file = profile.text(profile.function(frame.function).file);
    match (file, frame.line) {
        ("", _) => String::new(),
        (file, 0) => file.to_owned(),
        (file, line) => format!("{file}:{line}"),
    }
}

/// The mapped file of a location.
pub fn module_name(profile: &Profile, location: Location<'_>) -> String {
    let path = location
        .mapping
        .map_or("", |id| profile.text(profile.mapping(id).path));
    match file_name(path) {
        "" => "[unknown]".to_owned(),
        name => name.to_owned(),
    }
}

/// What a location without names is called: `module+0xoffset`, else its address.
pub fn unnamed(profile: &Profile, location: Location<'_>) -> String {
    match (location.mapping, location.address) {
        (Some(mapping), Some(address)) => format!(
            "{}+{:#x}",
            module_name(profile, location),
            profile.mapping(mapping).offset_of(address)
        ),
        (None, Some(address)) => format!("{address:#x}"),
        (_, None) => "[unknown]".to_owned(),
    }
}
