//! Whose bytes count as whose.

use super::{EdgeKind, NodeKind, ObjectGraph, Sizes};

/// Not reached from any owner.
const UNVISITED: u32 = u32::MAX;
/// Reached from more than one.
const SHARED: u32 = u32::MAX - 1;

/// The bytes of each node, where the arrays and hidden parts that only one node reaches count as that node's: a Map is as large as
/// its table, an array as its elements. The sum stays the same.
///
/// As DevTools has it (`calculateShallowSizes`): every node but hidden ones, arrays and external string data owns itself, and
/// each of these belongs to the one owner from which edges lead to it that are not weak. Where the root refers to no object, the snapshot was
/// taken with V8's internals exposed, and all sizes stay as they are.
pub fn owned_sizes(graph: &ObjectGraph) -> Sizes {
    let mut sizes = graph.nodes.self_sizes.clone();
    if graph.user_roots().next().is_none() {
        return sizes;
    }
    for (node, owner) in (0..).zip(owners(graph)) {
        if owner == UNVISITED || owner == SHARED || owner == node {
            continue;
        }
        // Roots have no size of their own to which something could be added.
        if owner == graph.root() || graph.kind(owner) == NodeKind::Synthetic {
            continue;
        }
        let size = sizes.take(node);
        // Never above the sum of all, which was checked.
        sizes.add(owner, size);
    }
    sizes
}

fn owners(graph: &ObjectGraph) -> Vec<u32> {
    let mut owners: Vec<u32> = (0..graph.len() as u32)
        .map(|node| match owns_itself(graph, node) {
            true => node,
            false => UNVISITED,
        })
        .collect();
    let mut open = Vec::new();
    // In which order nodes are visited makes no difference to what is found.
    for start in 0..graph.len() as u32 {
        if !owns_itself(graph, start) {
            continue;
        }
        open.push(start);
        while let Some(node) = open.pop() {
            let owner = owners[node as usize];
            for edge in graph.edges_of(node) {
                if graph.edge_kind(edge) == EdgeKind::Weak {
                    continue;
                }
                let target = graph.target(edge);
                let found = &mut owners[target as usize];
                if *found == UNVISITED {
                    *found = owner;
                    open.push(target);
                } else if *found != target && *found != owner && *found != SHARED {
                    *found = SHARED;
                    open.push(target);
                }
            }
        }
    }
    owners
}

fn owns_itself(graph: &ObjectGraph, node: u32) -> bool {
    match graph.kind(node) {
        NodeKind::Hidden | NodeKind::Array => false,
        NodeKind::Native => graph.name(node) != "system / ExternalStringData",
        _ => true,
    }
}
