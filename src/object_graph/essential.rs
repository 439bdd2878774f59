//! Which edges keep their target alive.

use hashbrown::HashMap;

use super::node_set::NodeSet;
use super::weak_pairs::table_of_pair;
use super::{EdgeKind, NodeKind, ObjectGraph};

/// The edges that count for dominators, one bit for each.
///
/// As DevTools has it (`computeIsEssentialEdge`), all but
/// * weak edges;
/// * edges of a node to itself;
/// * shortcuts, unless they start at the root, where they mark the program's global objects;
/// * the edge from the table of a WeakMap to a value: the one from the key tells more;
/// * edges from what is not the page's to what is, as a debugger has them. The page's is what the root's shortcuts lead to.
#[derive(Debug, Clone)]
pub struct Essential {
    bits: Vec<u64>,
}

impl Essential {
    /// Looks at every edge of a graph.
    pub fn of(graph: &ObjectGraph) -> Essential {
        let is_page = page_nodes(graph);
        let tables = tables_by_name(graph);
        let mut bits = vec![0u64; graph.edge_count().div_ceil(64)];
        for node in 0..graph.len() as u32 {
            for edge in graph.edges_of(node) {
                let target = graph.target(edge);
                let kind = graph.edge_kind(edge);
                if kind == EdgeKind::Weak || target == node {
                    continue;
                }
                if kind == EdgeKind::Internal
                    && !tables.is_empty()
                    && tables.get(&graph.edges.names[edge]) == Some(&graph.id(node))
                {
                    continue;
                }
                if node != graph.root
                    && (kind == EdgeKind::Shortcut
                        || (!is_page.contains(node) && is_page.contains(target)))
                {
                    continue;
                }
                bits[edge / 64] |= 1 << (edge % 64);
            }
        }
        Essential { bits }
    }

    /// The same without what the stack and open handles refer to. They differ from moment to moment: a function that happens to run while the
    /// snapshot is taken is held in another way than a minute before, and so is everything it holds. What nothing else holds hangs on
    /// the root then.
    pub fn without_momentary(mut self, graph: &ObjectGraph) -> Essential {
        for edge in graph.edges_of(graph.root) {
            let roots = graph.target(edge);
            if graph.kind(roots) != NodeKind::Synthetic {
                continue;
            }
            for edge in graph.edges_of(roots) {
                let group = graph.target(edge);
                let is_momentary = graph.kind(group) == NodeKind::Synthetic
                    && matches!(&*graph.name(group), "(Stack roots)" | "(Handle scope)");
                if is_momentary {
                    for edge in graph.edges_of(group) {
                        self.bits[edge / 64] &= !(1 << (edge % 64));
                    }
                }
            }
        }
        self
    }

    /// The edges that count here and not in `other`.
    pub(super) fn only_in<'e>(&'e self, other: &'e Essential) -> impl Iterator<Item = usize> + 'e {
        self.bits
            .iter()
            .zip(&other.bits)
            .enumerate()
            .filter(|(_, (mine, theirs))| *mine & !*theirs != 0)
            .flat_map(|(word, (mine, theirs))| {
                let only = mine & !theirs;
                (0..64)
                    .filter(move |bit| only >> bit & 1 != 0)
                    .map(move |bit| word * 64 + bit)
            })
    }

    /// Whether this edge keeps its target alive.
    pub fn holds(&self, edge: usize) -> bool {
        self.bits[edge / 64] >> (edge % 64) & 1 != 0
    }
}

/// What the root's shortcuts lead to over edges that are not weak.
fn page_nodes(graph: &ObjectGraph) -> NodeSet {
    let mut is_page = NodeSet::none_of(graph.len());
    let mut open = Vec::new();
    for edge in graph.edges_of(graph.root) {
        let is_global = match graph.edge_kind(edge) {
            EdgeKind::Shortcut => true,
            // In a browser the trees of documents count too.
            EdgeKind::Element => {
                graph.kind(graph.target(edge)) == NodeKind::Synthetic
                    && graph.name(graph.target(edge)) == "(Document DOM trees)"
            }
            _ => false,
        };
        if is_global && is_page.insert(graph.target(edge)) {
            open.push(graph.target(edge));
        }
    }
    while let Some(node) = open.pop() {
        for edge in graph.edges_of(node) {
            let target = graph.target(edge);
            if graph.edge_kind(edge) != EdgeKind::Weak && is_page.insert(target) {
                open.push(target);
            }
        }
    }
    is_page
}

/// The id of the table for each string that names an edge of a WeakMap's pair.
fn tables_by_name(graph: &ObjectGraph) -> HashMap<u32, u64> {
    (0..graph.strings.len() as u32)
        .filter_map(|index| Some((index, table_of_pair(graph.strings.bytes(index))?)))
        .collect()
}
