//! What to compare and how, and why two profiles cannot be compared so.

use crate::analysis::frame_filter::FrameFilter;
use crate::analysis::granularity::Granularity;
use crate::analysis::value_choice::NoSuchValue;

/// What to compare and how.
#[derive(Debug, Clone)]
pub struct DiffOptions {
    /// The value type, by name; bytes in use if none is asked for.
    pub sample_index: Option<String>,
    /// What a row is.
    pub by: Granularity,
    /// How many rows to keep; the rest is summed up.
    pub top: usize,
    /// What to see of the stacks.
    pub filter: FrameFilter,
    /// Whether to scale the second profile to the total of the first.
    pub normalize: bool,
}

impl Default for DiffOptions {
    fn default() -> DiffOptions {
        DiffOptions {
            sample_index: None,
            by: Granularity::Stack,
            top: 25,
            filter: FrameFilter::default(),
            normalize: false,
        }
    }
}

/// Two profiles cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DiffError {
    /// They count different things.
    #[error(
        "the two profiles have no value type in common: the first has {before}, the second has {after}"
    )]
    NoCommonValue {
        /// Value types of the first.
        before: String,
        /// Value types of the second.
        after: String,
    },
    /// One of them does not have the value type that was asked for.
    #[error("{side} profile: {cause}")]
    NoSuchValue {
        /// `first` or `second`.
        side: &'static str,
        /// What is wrong.
        cause: NoSuchValue,
    },
}
