//! The shortest way from the roots to every object.

use super::node_set::NodeSet;
use super::{Essential, NodeKind, ObjectGraph};

/// No edge.
const NONE: u32 = u32::MAX;

/// For each node the edge over which it is reached first.
///
/// A shortest way through V8's own parts says nothing to the reader of a program. So it is looked for in three rings: first from the
/// program's global objects through objects, functions and scopes; then from all roots, through everything; and at last through what the
/// stack and open handles refer to, which is gone a moment later. Only edges that keep their target alive are ways.
#[derive(Debug, Clone)]
pub struct ShortestPaths {
    reached_by: Vec<u32>,
}

impl ShortestPaths {
    /// Walks through a graph, breadth first.
    pub fn of(graph: &ObjectGraph, essential: &Essential) -> ShortestPaths {
        let mut paths = ShortestPaths {
            reached_by: vec![NONE; graph.len()],
        };
        let steady = essential.clone().without_momentary(graph);
        let mut is_reached = NodeSet::none_of(graph.len());
        let mut reached = Vec::new();
        let root = graph.root();
        // It is held by nobody, even where a broken file has an edge from it to itself.
        is_reached.insert(root);
        for edge in graph.edges_of(root) {
            let node = graph.target(edge);
            if graph.kind(node) != NodeKind::Synthetic && is_reached.insert(node) {
                paths.reached_by[node as usize] = edge as u32;
                reached.push(node);
            }
        }
        let of_the_program = |node: u32| {
            !matches!(
                graph.kind(node),
                NodeKind::ObjectShape | NodeKind::Code | NodeKind::Hidden
            )
        };
        let mut begins = paths.spread(graph, &steady, of_the_program, reached, &mut is_reached);
        begins.push(root);
        let everything = |_| true;
        paths.spread(graph, &steady, everything, begins, &mut is_reached);
        // What is left begins at the edges that are gone a moment later.
        let mut reached = Vec::new();
        for edge in essential.only_in(&steady) {
            let node = graph.target(edge);
            if is_reached.insert(node) {
                paths.reached_by[node as usize] = edge as u32;
                reached.push(node);
            }
        }
        paths.spread(graph, essential, everything, reached, &mut is_reached);
        paths
    }

    /// Who holds a node on its shortest way, and the edge; nothing for the root and for what is not reached.
    pub fn holder(&self, graph: &ObjectGraph, node: u32) -> Option<(u32, usize)> {
        let edge = self.reached_by[node as usize];
        (edge != NONE).then(|| (graph.source(edge as usize), edge as usize))
    }

    /// Goes on from the nodes in `ring` to all they lead to, one ring after another: only two of them are there at a time. What is reached and does
    /// not lead on comes back.
    fn spread(
        &mut self,
        graph: &ObjectGraph,
        essential: &Essential,
        leads_on: impl Fn(u32) -> bool,
        mut ring: Vec<u32>,
        is_reached: &mut NodeSet,
    ) -> Vec<u32> {
        let mut ends = Vec::new();
        let mut next = Vec::new();
        while !ring.is_empty() {
            for &node in &ring {
                for edge in graph.edges_of(node) {
                    let target = graph.target(edge);
                    if essential.holds(edge) && is_reached.insert(target) {
                        self.reached_by[target as usize] = edge as u32;
                        match leads_on(target) {
                            true => next.push(target),
                            false => ends.push(target),
                        }
                    }
                }
            }
            std::mem::swap(&mut ring, &mut next);
            next.clear();
        }
        ends
    }
}
