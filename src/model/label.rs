//! Labels: what a sample carries beside its stack.

use hashbrown::HashMap;

use super::{LabelSetId, StringId};

/// One label of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    /// The key.
    pub key: StringId,
    /// The value.
    pub value: LabelValue,
}

/// The value of a [`Label`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LabelValue {
    /// Text.
    Text(StringId),
    /// A number with its unit; the empty string where the unit is not stated.
    Number {
        /// The number.
        value: i64,
        /// The unit as the profile writes it, like `bytes`.
        unit: StringId,
    },
}

/// All distinct sets of labels; the first is the empty set.
#[derive(Debug, Clone)]
pub(super) struct LabelTable {
    pub(super) sets: Vec<Box<[Label]>>,
}

#[derive(Debug, Clone)]
pub(super) struct LabelInterner {
    table: LabelTable,
    index: HashMap<Box<[Label]>, u32>,
}

impl LabelInterner {
    pub(super) fn new() -> LabelInterner {
        LabelInterner {
            table: LabelTable {
                sets: vec![Box::default()],
            },
            index: HashMap::from_iter([(Box::default(), 0)]),
        }
    }

    pub(super) fn intern(&mut self, labels: &[Label]) -> LabelSetId {
        if labels.is_empty() {
            return LabelSetId::EMPTY;
        }
        if let Some(&id) = self.index.get(labels) {
            return LabelSetId(id);
        }
        let id = self.table.sets.len() as u32;
        self.table.sets.push(labels.into());
        self.index.insert(labels.into(), id);
        LabelSetId(id)
    }

    pub(super) fn into_table(self) -> LabelTable {
        self.table
    }
}
