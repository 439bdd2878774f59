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
    #[error("--since, --until and --last leave no snapshot of {of}")]
    NothingChosen {
        /// Snapshots that there are.
        of: usize,
    },
    /// Nothing can be read.
    #[error("{title}: no snapshot that can be read: {reasons}")]
    NothingReadable {
        /// The series.
        title: String,
        /// Why, of each kind of reason one example.
        reasons: String,
    },
}
