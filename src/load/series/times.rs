//! Which times of a series can be believed.

use super::entry::SeriesEntry;

/// What the positions of a [`Timeline`](super::Timeline) count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Clock {
    /// Milliseconds since 1970, from the profiles or the JSON beside them, for single files from their names.
    Profile,
    /// Milliseconds since 1970, from the names of the files.
    Name,
    /// Numbers in the series, from the names of the files: a rate is one per snapshot.
    Sequence,
    /// Milliseconds since 1970, when the files were last changed: copying sets these times anew.
    Modified,
    /// Milliseconds since the first, at the interval the caller knows.
    Interval,
}

impl Clock {
    /// The stable short name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Clock::Profile => "profile",
            Clock::Name => "name",
            Clock::Sequence => "sequence",
            Clock::Modified => "modified",
            Clock::Interval => "interval",
        }
    }

    /// Whether positions are milliseconds.
    pub fn is_time(self) -> bool {
        self != Clock::Sequence
    }
}

/// A profile is named a moment before or after it is taken. More is another time zone or another clock.
const NAME_TOLERANCE_MS: u64 = 60_000;

/// The times that snapshots were given when they were taken, one for each entry. At most a quarter of them is missing; nothing
/// where more are, so that a series is not ordered by a few of its files.
pub(super) fn recorded(entries: &[&SeriesEntry]) -> Option<(Clock, Vec<Option<i64>>)> {
    let own = telling(entries, |_, entry| entry.captured_at_ms);
    let beside = |entry: &SeriesEntry| entry.sidecar.as_ref()?.captured_at;
    let inside = telling(entries, |at, entry| own[at].or_else(|| beside(entry)));
    let named = telling(entries, |_, entry| entry.told.time_ms);
    let agree = std::iter::zip(&inside, &named).all(|pair| match pair {
        (Some(inside), Some(named)) => inside.abs_diff(*named) <= NAME_TOLERANCE_MS,
        _ => true,
    });
    let is_inside = inside.iter().any(Option::is_some);
    let mixed = match is_inside && agree {
        true => std::iter::zip(&inside, &named)
            .map(|(inside, named)| inside.or(*named))
            .collect(),
        false => inside,
    };
    let missing = |times: &[Option<i64>]| times.iter().filter(|time| time.is_none()).count();
    let (clock, times) = match missing(&mixed) <= missing(&named) {
        true if is_inside => (Clock::Profile, mixed),
        _ => (Clock::Name, named),
    };
    let is_any = times.iter().any(Option::is_some);
    (is_any && missing(&times) * 4 <= times.len()).then_some((clock, times))
}

/// Times that tell something: zero is what writers without a clock put there, and several contents with one time are several
/// copies of a constant.
fn telling(
    entries: &[&SeriesEntry],
    time: impl Fn(usize, &SeriesEntry) -> Option<i64>,
) -> Vec<Option<i64>> {
    let times: Vec<Option<i64>> = entries
        .iter()
        .enumerate()
        .map(|(at, entry)| time(at, entry).filter(|&ms| ms != 0))
        .collect();
    let mut known = std::iter::zip(entries, &times)
        .filter_map(|(entry, time)| Some((entry.fingerprint, (*time)?)));
    let Some((content, first)) = known.next() else {
        return times;
    };
    let (mut several, mut constant) = (false, true);
    for (other, time) in known {
        several |= other != content;
        constant &= time == first;
    }
    match several && constant {
        true => vec![None; times.len()],
        false => times,
    }
}
