//! One value of a profile, or of two, -> lines.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::escape;
use crate::model::{NO_STACK, Profile, StackId, ValueIndex};

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
            push(&profile.unnamed(location));
        }
        for frame in location.frames.iter().rev() {
            push(profile.function_name(frame.function));
        }
    }
    if path.is_empty() {
        // A line needs a path.
        path.push_str(NO_STACK);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::jemalloc;

    fn check(text: &str, expected: &str) {
        let mut out = Vec::new();
        let written = jemalloc::read(text.as_bytes()).map(|profile| {
            let space = profile.find_value(|value| value.name == "inuse_space");
            space.map(|space| write(&profile, space, &mut out))
        });
        assert!(matches!(written, Ok(Some(Ok(())))));
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[test]
    fn frames_come_root_first_with_inlined_ones_and_module_offsets() {
        check(
            "--- symbol\n0x1f root;x--inlined\n---\nheap_v2/1\n  t*: 2: 20 [0: 0]\n@ 0x1008 0x20 0x9000\n  t*: 2: 20 [0: 0]\n\
             MAPPED_LIBRARIES:\n1000-2000 r-xp 00000400 00:00 0 /srv/app\n",
            "0x8fff;root,x;inlined;app+0x407 20\n",
        );
    }

    #[test]
    fn stacks_without_bytes_are_left_out_and_those_without_frames_are_not() {
        check(
            "heap_v2/1\n@ 0x10\n  t*: 0: 0 [0: 0]\n@\n  t*: 1: 8 [0: 0]\n",
            "[no stack] 8\n",
        );
    }
}
