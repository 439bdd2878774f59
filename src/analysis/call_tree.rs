//! The stacks of one profile, or of two, as a tree from the root: what a flame graph draws.

/// A call tree. Node 0 is the root; every parent comes before its children.
#[derive(Debug, Clone, PartialEq)]
pub struct CallTree {
    /// What the values are, for titles: `inuse_space`.
    pub value_name: String,
    /// Whether the values are bytes.
    pub is_bytes: bool,
    /// Whether `before` holds the values of a first profile (else it is 0 everywhere).
    pub differential: bool,
    /// The nodes.
    pub nodes: Vec<CallNode>,
}

/// One node: a frame reached by one path from the root.
#[derive(Debug, Clone, PartialEq)]
pub struct CallNode {
    /// Name of the function, or the address where there is no name. Foreign text.
    pub name: String,
    /// File and line or module, for the tooltip; empty where not known. Foreign text.
    pub place: String,
    /// Position of the parent; the root is its own.
    pub parent: u32,
    /// Value with everything below, in the first profile.
    pub before: u64,
    /// Value with everything below, in the second or only profile.
    pub after: u64,
    /// Standard error of `after - before`; `None` where nothing is known about it.
    pub standard_error: Option<f64>,
}
