//! The walk that numbers nodes for the dominators: depth first over the edges that keep something alive.

use super::node_set::NodeSet;
use super::{Essential, ObjectGraph};

/// No number yet.
const NONE: u32 = u32::MAX;

/// So much is read ahead at the same time: more than a processor has open reads (10 to 50), few enough to stay in its nearest cache.
pub(super) const FETCHED_AT_ONCE: usize = 64;

/// A depth-first walk over all nodes: their order, and how they were reached.
pub(super) struct Walk {
    /// The node of each number.
    pub(super) order: Vec<u32>,
    /// By number.
    pub(super) reached: Vec<Reached>,
    /// The number of each node.
    pub(super) numbers: Vec<u32>,
    /// Those that hang on the root for want of something that retains them, ascending.
    pub(super) hangs_on_root: Vec<u32>,
}

/// How a node was reached.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reached {
    /// The number of the node it was reached from first.
    pub(super) parent: u32,
    /// How many edges lead to it from others.
    pub(super) others: u32,
}

impl Walk {
    pub(super) fn through(graph: &ObjectGraph, essential: &Essential) -> Walk {
        let count = graph.len();
        let mut walk = Walk {
            order: Vec::with_capacity(count),
            reached: Vec::with_capacity(count),
            numbers: vec![NONE; count],
            hangs_on_root: Vec::new(),
        };
        let mut cursors = Vec::with_capacity(count);
        walk.from(graph.root(), graph, essential, &mut cursors);
        if walk.order.len() < count {
            // First what nothing retains, and with it what it retains; what is left then refers in circles.
            let is_retained = retained_nodes(graph, essential);
            for node in 0..count as u32 {
                if !is_retained.contains(node) {
                    walk.from(node, graph, essential, &mut cursors);
                }
            }
            for node in 0..count as u32 {
                walk.from(node, graph, essential, &mut cursors);
            }
        }
        walk
    }

    /// Walks from a node that has no number yet, as if the root referred to it.
    fn from(
        &mut self,
        start: u32,
        graph: &ObjectGraph,
        essential: &Essential,
        cursors: &mut Vec<u32>,
    ) {
        if self.numbers[start as usize] != NONE {
            return;
        }
        let first = self.order.len() as u32;
        self.hangs_on_root.push(first);
        self.number(start, 0, graph, cursors);
        let mut at = first;
        loop {
            let end = graph.edges_of(self.order[at as usize]).end as u32;
            let mut cursor = cursors[at as usize];
            let mut found = None;
            while cursor < end && found.is_none() {
                let edge = cursor as usize;
                cursor += 1;
                if !essential.holds(edge) {
                    continue;
                }
                let target = graph.target(edge);
                match self.numbers[target as usize] {
                    NONE => found = Some(target),
                    number => {
                        let reached = &mut self.reached[number as usize];
                        reached.others += u32::from(reached.parent != at);
                    }
                }
            }
            cursors[at as usize] = cursor;
            match found {
                Some(target) => at = self.number(target, at, graph, cursors),
                None if at == first => return,
                None => at = self.reached[at as usize].parent,
            }
        }
    }

    fn number(
        &mut self,
        node: u32,
        parent: u32,
        graph: &ObjectGraph,
        cursors: &mut Vec<u32>,
    ) -> u32 {
        let number = self.order.len() as u32;
        self.numbers[node as usize] = number;
        self.order.push(node);
        self.reached.push(Reached { parent, others: 0 });
        let edges = graph.edges_of(node);
        cursors.push(edges.start as u32);
        // The walk reads these one after another, each when it comes back from the one before; here they are fetched at the same time.
        let mut read = 0;
        for edge in edges.take(FETCHED_AT_ONCE) {
            let target = graph.target(edge);
            read ^= self.numbers[target as usize] ^ graph.first_edges[target as usize];
        }
        std::hint::black_box(read);
        number
    }
}

fn retained_nodes(graph: &ObjectGraph, essential: &Essential) -> NodeSet {
    let mut is_retained = NodeSet::none_of(graph.len());
    for edge in 0..graph.edge_count() {
        if essential.holds(edge) {
            is_retained.insert(graph.target(edge));
        }
    }
    is_retained
}
