//! What became of the last try to have a snapshot of a target.

use super::trouble::Trouble;
use crate::serve::time::WallTime;

/// What became of the last try to have a snapshot of a target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::serve) struct LastTry {
    /// When it ended; nothing before the first.
    pub(in crate::serve) at: Option<WallTime>,
    /// Why it gave none.
    pub(in crate::serve) trouble: Option<Trouble>,
}

impl LastTry {
    /// One that ended at `at`.
    pub(in crate::serve) fn ended(at: WallTime, trouble: Option<Trouble>) -> LastTry {
        LastTry {
            at: Some(at),
            trouble,
        }
    }
}
