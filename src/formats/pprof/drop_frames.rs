//! `drop_frames` and `keep_frames`: frames that the profile itself calls uninteresting.
//!
//! The rule is pprof's (`profile/prune.go`): seen from the root, at the first location with a matching function everything
//! toward the leaf is removed, but never before the first function that does not match, so that no stack becomes empty.

use regex::Regex;

use crate::formats::ReadError;
use crate::model::{Frame, LocationId, Profile, ProfileBuilder};
use crate::notes::NoteKind;

/// What the rule does with a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    Nothing,
    /// The outermost frame matches: the location goes too.
    Whole,
    /// An inlined frame matches: the frames outside it stay.
    Beneath,
}

/// Applies the expressions `drop` and, where it is not empty, `keep`. One that is not a regular expression Rust knows is
/// remarked on and not applied.
pub(super) fn apply(profile: Profile, drop: &str, keep: &str) -> Result<Profile, ReadError> {
    let compile = |pattern: &str| Regex::new(&format!("^(?:{pattern})$"));
    let (drop_rx, keep_rx) = match (compile(drop), keep.is_empty().then_some(()), compile(keep)) {
        (Ok(drop), Some(()), _) => (drop, None),
        (Ok(drop), None, Ok(keep)) => (drop, Some(keep)),
        _ => {
            let mut notes = crate::notes::Notes::default();
            notes.add(NoteKind::IgnoredPart, || {
                format!("drop_frames '{drop}' is not a regular expression fabric knows")
            });
            return Ok(profile.with_notes(&notes));
        }
    };
    let matches: Vec<bool> = profile
        .functions()
        .iter()
        .map(|function| {
            let name = simplified(profile.text(function.name));
            drop_rx.is_match(name) && !keep_rx.as_ref().is_some_and(|keep| keep.is_match(name))
        })
        .collect();
    if !matches.contains(&true) {
        return Ok(profile);
    }
    rebuild(&profile, &matches)
}

/// The name up to its parameters, without the dots that PowerPC puts in front.
fn simplified(name: &str) -> &str {
    let name = name.trim_start_matches('.');
    let mut from = 0;
    while let Some(found) = name[from..].find('(') {
        let at = from + found;
        if name[at..].starts_with("(anonymous namespace)") {
            from = at + "(anonymous namespace)".len();
        } else if name[..at].ends_with("operator") && name[at..].starts_with("()") {
            from = at + 2;
        } else {
            return &name[..at];
        }
    }
    name
}

fn rebuild(profile: &Profile, matches: &[bool]) -> Result<Profile, ReadError> {
    let mut builder = ProfileBuilder::without_stacks(profile);
    let mut cuts = Vec::with_capacity(profile.location_count());
    let mut renamed = Vec::with_capacity(profile.location_count());
    for (_, location) in profile.locations() {
        let matching = location
            .frames
            .iter()
            .rposition(|frame: &Frame| matches[frame.function.index()]);
        let (cut, frames) = match matching {
            None => (Cut::Nothing, location.frames),
            Some(last) if last + 1 == location.frames.len() => (Cut::Whole, location.frames),
            Some(last) => (Cut::Beneath, &location.frames[last + 1..]),
        };
        cuts.push(cut);
        renamed.push(builder.location(location.address, location.mapping, frames));
    }
    let mut dropped = 0u64;
    let mut stack: Vec<LocationId> = Vec::new();
    let mut values = Vec::new();
    for sample in profile.samples() {
        let locations = profile.stack(sample.stack);
        let start = kept_from(locations, &cuts);
        dropped += u64::from(start > 0);
        stack.clear();
        stack.extend(locations[start..].iter().map(|id| renamed[id.index()]));
        let stack = builder.stack(&stack);
        let labels = builder.labels(profile.labels(sample.labels));
        values.clear();
        values.extend(profile.row(sample));
        builder.sample(stack, labels, &values);
    }
    builder
        .notes_mut()
        .add_many(NoteKind::DroppedFrames, dropped, || {
            "the leaf end of a stack".to_owned()
        });
    Ok(builder.finish()?)
}

/// Where the part of a stack that stays begins.
fn kept_from(locations: &[LocationId], cuts: &[Cut]) -> usize {
    let mut found_user = false;
    for (index, location) in locations.iter().enumerate().rev() {
        match cuts[location.index()] {
            Cut::Nothing => found_user = true,
            Cut::Whole if found_user => return index + 1,
            Cut::Beneath if found_user => return index,
            Cut::Whole | Cut::Beneath => {}
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_without_their_parameters() {
        let check = |name, expected| assert_eq!(simplified(name), expected);
        check("malloc", "malloc");
        check("operator new(unsigned long)", "operator new");
        check(
            "(anonymous namespace)::grow(int)",
            "(anonymous namespace)::grow",
        );
        check("Sink::operator()(int)", "Sink::operator()");
        check("..malloc", "malloc");
    }

    #[test]
    fn the_leaf_end_goes_and_the_first_user_frame_stays() {
        let ids = |numbers: &[u32]| numbers.iter().map(|&n| LocationId(n)).collect::<Vec<_>>();
        let cuts = [Cut::Nothing, Cut::Whole, Cut::Beneath];
        let check = |stack: &[u32], expected| assert_eq!(kept_from(&ids(stack), &cuts), expected);
        check(&[1, 0, 0], 1);
        check(&[0, 1, 0], 2);
        check(&[0, 2, 0], 1);
        check(&[0, 0], 0);
        check(&[1, 1], 0);
        check(&[0, 1], 0);
    }
}
