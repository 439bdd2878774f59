//! One value of a profile, or of two, -> lines.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::escape;
use crate::model::{Location, Profile, StackId, ValueIndex};

/// Writes one value type as folded stacks, sorted, equal lines added up.
///
/// # Errors
/// What `out` returns.
pub fn write(profile: &Profile, value: ValueIndex, out: &mut dyn Write) -> io::Result<()> {
    for (path, value) in lines(profile, value) {
        writeln!(out, "{path} {value}")?;
    }
    Ok(())
}

/// Writes one value type of two profiles as folded stacks with two counts, before and after: what differential flame graph
/// tools read. Stacks that only one side has are there with a 0.
///
/// # Errors
/// What `out` returns.
pub fn write_pair(
    before: (&Profile, ValueIndex),
    after: (&Profile, ValueIndex),
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut pairs: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for (path, value) in lines(before.0, before.1) {
        pairs.entry(path).or_default().0 = value;
    }
    for (path, value) in lines(after.0, after.1) {
        pairs.entry(path).or_default().1 = value;
    }
    for (path, (before, after)) in pairs {
        writeln!(out, "{path} {before} {after}")?;
    }
    Ok(())
}

fn lines(profile: &Profile, value: ValueIndex) -> BTreeMap<String, u64> {
    let mut lines = BTreeMap::new();
    let values = profile.values(value);
    for sample in profile.samples() {
        if values[sample.row] > 0 {
            *lines.entry(path(profile, sample.stack)).or_default() += values[sample.row];
        }
    }
    lines
}

fn path(profile: &Profile, stack: StackId) -> String {
    let mut path = String::new();
    for &id in profile.stack(stack).iter().rev() {
        let location = profile.location(id);
        let mut push = |name: &str| {
            if !path.is_empty() {
                path.push(';');
            }
            path.push_str(&escape::folded(name));
        };
        if location.frames.is_empty() {
            push(&unnamed(profile, location));
        }
        for frame in location.frames.iter().rev() {
            push(profile.function_name(frame.function));
        }
    }
    if path.is_empty() {
        // A line needs a path.
        path.push_str("[no stack]");
    }
    path
}

fn unnamed(profile: &Profile, location: Location<'_>) -> String {
    let module = location
        .mapping
        .map(|id| profile.text(profile.mapping(id).path))
        .and_then(|path| path.rsplit('/').next());
    match (module, location.address) {
        (Some(module), Some(address)) => format!("{module}+{address:#x}"),
        (_, Some(address)) => format!("{address:#x}"),
        (_, None) => "[unknown]".to_owned(),
    }
}
