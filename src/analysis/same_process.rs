//! Were two profiles taken from the same process, without a restart in between?
//!
//! It decides how large the noise of a difference is: in one process an object that lives through both profiles was sampled
//! or not sampled once, at birth, so its error is the same in both and cancels.

use crate::model::{Measure, Profile, Unit};

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

/// Load addresses above this are chosen by the kernel at random for each process (x86-64 and aarch64 position-independent
/// programs and libraries); below lie programs with fixed addresses, which say nothing.
pub(super) const RANDOMIZED_FROM: u64 = 1 << 32;

/// Decides from process ids, load addresses and the counters of all allocations, in this order.
///
/// `counters` are the sums of objects ever allocated by each matched stack, before and after.
pub fn same_process(
    before: &Profile,
    after: &Profile,
    counters: impl Iterator<Item = (u64, u64)>,
) -> SameProcess {
    if let (Some(a), Some(b)) = (before.origin().pid, after.origin().pid)
        && a != b
    {
        return SameProcess::No(format!("process {a} and process {b}"));
    }
    match load_addresses(before, after) {
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

/// Whether files that both have mapped lie at the same randomized addresses; nothing where no such file is found.
fn load_addresses(before: &Profile, after: &Profile) -> Option<bool> {
    let mut compared = false;
    for a in before.mappings() {
        let path = before.text(a.path);
        let usable = a.addresses == crate::model::AddressSpace::Process
            && a.start >= RANDOMIZED_FROM
            && !path.is_empty()
            // The kernel maps [vsyscall] at one address everywhere, and [vdso] has no file to recognise.
            && !path.starts_with('[');
        if !usable {
            continue;
        }
        let same_part = |b: &&crate::model::Mapping| {
            after.text(b.path) == path && b.file_offset == a.file_offset
        };
        let mut others = after.mappings().iter().filter(same_part).peekable();
        if others.peek().is_some() {
            compared = true;
            if !others.any(|b| b.start == a.start) {
                return Some(false);
            }
        }
    }
    compared.then_some(true)
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
