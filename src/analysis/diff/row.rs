//! One row of a comparison, and the order of rows.

use super::{Change, is_significant};
use crate::analysis::call_path::PathFrame;

/// How a row is there on the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Presence {
    /// Only in the second profile.
    Appeared,
    /// In both, larger in the second.
    Grew,
    /// In both, the same.
    Same,
    /// In both, smaller in the second.
    Shrank,
    /// Only in the first profile.
    Vanished,
}

impl Presence {
    /// The stable short name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Presence::Appeared => "appeared",
            Presence::Grew => "grew",
            Presence::Same => "same",
            Presence::Shrank => "shrank",
            Presence::Vanished => "vanished",
        }
    }

    pub(super) fn of(before: u64, after: u64) -> Presence {
        match (before, after) {
            (0, 1..) => Presence::Appeared,
            (1.., 0) => Presence::Vanished,
            (before, after) if after > before => Presence::Grew,
            (before, after) if after < before => Presence::Shrank,
            _ => Presence::Same,
        }
    }
}

/// One row of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it is called: for call paths, the frame to blame.
    pub name: String,
    /// For call paths, the frames from the one to blame to the root; else empty.
    pub frames: Vec<PathFrame>,
    /// How it is there on the two sides.
    pub presence: Presence,
    /// The flat values, or those of the call path.
    pub change: Change,
    /// The cumulative values, before and after; for call paths there are none.
    pub cum: Option<(u64, u64)>,
    /// q-value among all rows.
    pub q_value: Option<f64>,
}

impl Row {
    /// Whether the change is more than sampling noise.
    pub fn is_significant(&self) -> bool {
        is_significant(self.q_value)
    }
}

/// What the rows left out amount to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rest {
    /// How many rows.
    pub rows: usize,
    /// Their value before.
    pub before: u64,
    /// Their value after.
    pub after: u64,
}

/// The order of rows: significant ones first, then by the size of the change, then by size.
pub(super) fn rank(change: &Change, q_value: Option<f64>) -> (bool, u64, u64) {
    (
        is_significant(q_value),
        change.delta().unsigned_abs(),
        change.after.max(change.before),
    )
}

/// Takes the `top` highest by `rank` without sorting the rest.
pub(super) fn take_top<T>(
    rows: &mut Vec<T>,
    top: usize,
    rank: impl Fn(&T) -> (bool, u64, u64) + Copy,
) -> Vec<T> {
    let top = if top == 0 { rows.len() } else { top };
    if rows.len() > top {
        rows.select_nth_unstable_by_key(top, |row| std::cmp::Reverse(rank(row)));
    }
    let rest = rows.split_off(top.min(rows.len()));
    std::mem::replace(rows, rest)
}

/// Puts rows in their order; names decide between equals, so that it is the same in every run.
pub(super) fn sort(rows: &mut [Row]) {
    rows.sort_by(|a, b| {
        rank(&b.change, b.q_value)
            .cmp(&rank(&a.change, a.q_value))
            .then_with(|| a.name.cmp(&b.name))
            .then_with(|| {
                let names = |row: &Row| -> Vec<String> {
                    row.frames.iter().map(|frame| frame.name.clone()).collect()
                };
                names(a).cmp(&names(b))
            })
    });
}
