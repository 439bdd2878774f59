//! Why a series is not judged.

use thiserror::Error;

use crate::analysis::value_choice::NoSuchValue;
use crate::load::series::SelectError;

/// Why a series is not judged.
#[derive(Debug, Error)]
pub enum SeriesRefusal {
    /// What was asked for is not there.
    #[error("{snapshot}: {problem}")]
    NoSuchValue {
        /// The snapshot that has no such value.
        snapshot: String,
        /// What it has.
        problem: NoSuchValue,
    },
    /// There are several services, or none that was asked for.
    #[error(transparent)]
    Select(#[from] SelectError),
    /// What was chosen leaves nothing.
    #[error("{flags} leave{} none of {of} snapshots{there}", if flags.contains(" and ") { "" } else { "s" })]
    NothingChosen {
        /// The flags that chose.
        flags: String,
        /// Snapshots that there are.
        of: usize,
        /// From when to when they are, with a separator, where they tell.
        there: String,
    },
    /// Nothing can be read.
    #[error("{0}")]
    NothingReadable(String),
}
