//! Which objects of the embedder the page has let go of.

use super::{EdgeKind, NodeKind, ObjectGraph};

const ATTACHED: u8 = 1;
const DETACHED: u8 = 2;

/// Whether each node is detached; empty where the file does not tell of any.
///
/// As DevTools has it (`propagateDOMState`): what an attached node refers to is attached, and what a detached node refers to and is not
/// attached is detached. The state passes through native nodes only: JavaScript between them knows nothing of the page.
pub(super) fn detached_nodes(graph: &ObjectGraph) -> Vec<bool> {
    let states = &graph.nodes.detachedness;
    if !states.contains(&DETACHED) {
        return Vec::new();
    }
    let mut found = vec![0u8; graph.len()];
    for state in [ATTACHED, DETACHED] {
        let mut open: Vec<u32> = (0..graph.len() as u32)
            .filter(|&node| states[node as usize] == state && graph.kind(node) == NodeKind::Native)
            .filter(|&node| found[node as usize] == 0)
            .collect();
        for &node in &open {
            found[node as usize] = state;
        }
        while let Some(node) = open.pop() {
            for edge in graph.edges_of(node) {
                let target = graph.target(edge);
                let passes = !matches!(graph.edge_kind(edge), EdgeKind::Hidden | EdgeKind::Weak);
                if passes && found[target as usize] == 0 && graph.kind(target) == NodeKind::Native {
                    found[target as usize] = state;
                    open.push(target);
                }
            }
        }
    }
    found.into_iter().map(|state| state == DETACHED).collect()
}
