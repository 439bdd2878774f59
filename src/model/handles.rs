//! Typed handles: an index into one table cannot be used on another.

macro_rules! handle {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(crate) u32);

        impl $name {
            /// The position in its table, for arrays kept beside the table.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

handle!(
    /// A string of the profile's [`StringTable`](super::StringTable).
    StringId
);
handle!(
    /// A [`Function`](super::Function).
    FunctionId
);
handle!(
    /// A [`Mapping`](super::Mapping).
    MappingId
);
handle!(
    /// A [`Location`](super::Location).
    LocationId
);
handle!(
    /// A stack: a run of locations, leaf first.
    StackId
);
handle!(
    /// A set of labels; the first is the empty set.
    LabelSetId
);

impl LabelSetId {
    /// The set without labels.
    pub const EMPTY: LabelSetId = LabelSetId(0);
}

/// The position of a value type, and of its value in each sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueIndex(pub(crate) usize);

impl ValueIndex {
    /// The first value type: every profile has one.
    pub const FIRST: ValueIndex = ValueIndex(0);

    /// The position among the profile's value types.
    pub fn index(self) -> usize {
        self.0
    }
}
