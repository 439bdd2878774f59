//! Samples, in columns.

use super::{LabelSetId, StackId, ValueIndex};

/// One sample: a stack, its labels and its row in the value columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// The row in the value columns.
    pub row: usize,
    /// The stack.
    pub stack: StackId,
    /// The labels.
    pub labels: LabelSetId,
}

/// All samples.
#[derive(Debug, Clone)]
pub(super) struct SampleTable {
    pub(super) stacks: Vec<StackId>,
    pub(super) labels: Vec<LabelSetId>,
    /// One column for each value type.
    pub(super) values: Vec<Vec<u64>>,
}

impl SampleTable {
    pub(super) fn len(&self) -> usize {
        self.stacks.len()
    }

    pub(super) fn column(&self, index: ValueIndex) -> &[u64] {
        &self.values[index.0]
    }
}
