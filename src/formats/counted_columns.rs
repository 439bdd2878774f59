//! Which columns a text profile has: whether it counts what was ever allocated is known only after the first record that does.

use super::{ReadError, ReadErrorKind};
use crate::model::{Profile, ValueType};

/// What a file counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Columns {
    InUse,
    InUseAndAllocated,
}

impl Columns {
    pub(super) fn value_types(self) -> Vec<ValueType> {
        let mut types = vec![ValueType::inuse_objects(), ValueType::inuse_space()];
        if self == Columns::InUseAndAllocated {
            types.extend([ValueType::alloc_objects(), ValueType::alloc_space()]);
        }
        types
    }

    pub(super) fn count(self) -> usize {
        match self {
            Columns::InUse => 2,
            Columns::InUseAndAllocated => 4,
        }
    }
}

/// Why reading stopped.
pub(super) enum Stop {
    /// There are counts of allocated memory: to be read again with columns for them.
    AllocatedCounted,
    Error(ReadError),
}

impl From<ReadError> for Stop {
    fn from(error: ReadError) -> Stop {
        Stop::Error(error)
    }
}

/// Reads a text with the columns that it seems to have, and once more with all of them where a record shows that it counts allocations.
pub(super) fn read(
    seeming: Columns,
    mut read: impl FnMut(Columns) -> Result<Profile, Stop>,
) -> Result<Profile, ReadError> {
    let outcome = match read(seeming) {
        Err(Stop::AllocatedCounted) => read(Columns::InUseAndAllocated),
        outcome => outcome,
    };
    outcome.map_err(|stop| match stop {
        Stop::Error(error) => error,
        // With these columns no reader stops for that.
        Stop::AllocatedCounted => ReadErrorKind::Malformed {
            format: "heap profile",
            what: "the counts change their meaning".to_owned(),
        }
        .nowhere(),
    })
}
