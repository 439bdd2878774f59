//! Were two profiles taken from the same process, without a restart in between?
//!
//! It decides how large the noise of a difference is: in one process an object that lives through both profiles was sampled
//! or not sampled once, at birth, so its error is the same in both and cancels.

use crate::model::{Measure, Profile, Unit};

use super::process_marks::ProcessMarks;
use super::stack_key::file_name;

/// The answer, with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SameProcess {
    /// Yes, because of this.
    Yes(String),
    /// No, because of this.
    No(String),
    /// The profiles do not tell.
    Unknown,
}

impl SameProcess {
    /// Whether it is certain that they are.
    pub fn is_yes(&self) -> bool {
        matches!(self, SameProcess::Yes(_))
    }
}

/// Decides from process ids, load addresses and the counters of all allocations, in this order.
///
/// `counters` are the sums of objects ever allocated by each matched stack, before and after.
pub fn same_process(
    before: &Profile,
    after: &Profile,
    counters: impl Iterator<Item = (u64, u64)>,
) -> SameProcess {
    let marks = (ProcessMarks::of(before), ProcessMarks::of(after));
    if let Some((a, b)) = marks.0.other_pid(&marks.1) {
        return SameProcess::No(format!("process {a} and process {b}"));
    }
    match marks.0.same_addresses(&marks.1) {
        Some(true) => {
            return SameProcess::Yes("its files are mapped at the same addresses".to_owned());
        }
        Some(false) => {
            return SameProcess::No("their files are mapped at different addresses".to_owned());
        }
        None => {}
    }
    from_counters(before, after, counters)
}

/// Counters of all allocations only grow while a process lives.
fn from_counters(
    before: &Profile,
    after: &Profile,
    counters: impl Iterator<Item = (u64, u64)>,
) -> SameProcess {
    let objects = |profile: &Profile| profile.value_of(Measure::Allocated, Unit::Objects);
    if objects(before).is_none() || objects(after).is_none() {
        return SameProcess::Unknown;
    }
    let program = |profile: &Profile| {
        profile
            .mappings()
            .first()
            .map(|mapping| file_name(profile.text(mapping.path)).to_owned())
    };
    if program(before) != program(after) {
        return SameProcess::No("they are different programs".to_owned());
    }
    let (mut grew, mut fell, mut total) = (0u64, 0u64, 0u64);
    for (a, b) in counters {
        if a == 0 {
            continue;
        }
        total += 1;
        if b > a {
            grew += 1;
        // Values are rounded estimates: one object less is not a restart.
        } else if b + 1 < a {
            fell += 1;
        }
    }
    if total == 0 {
        SameProcess::Unknown
    } else if fell == 0 {
        SameProcess::Yes(format!(
            "none of its {total} allocation counters went down, {grew} went up"
        ))
    } else if fell * 50 > total {
        SameProcess::No(format!("{fell} of {total} allocation counters went down"))
    } else {
        SameProcess::Unknown
    }
}
