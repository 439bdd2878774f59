//! A set of nodes, one bit for each: that of a large heap still fits the cache of a processor.

/// Some nodes of a graph.
#[derive(Debug, Clone)]
pub(super) struct NodeSet {
    bits: Vec<u64>,
}

impl NodeSet {
    /// None of so many nodes.
    pub(super) fn none_of(count: usize) -> NodeSet {
        NodeSet {
            bits: vec![0; count.div_ceil(64)],
        }
    }

    /// Adds a node; false if it was there already.
    pub(super) fn insert(&mut self, node: u32) -> bool {
        let (word, bit) = (&mut self.bits[node as usize / 64], 1u64 << (node % 64));
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// Whether a node is in it.
    pub(super) fn contains(&self, node: u32) -> bool {
        self.bits[node as usize / 64] >> (node % 64) & 1 != 0
    }
}
