//! How much of a heap is what.

use crate::object_graph::{Heap, NodeKind};

use super::Top;

/// All nodes of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindTotal {
    /// What V8 calls the kind, like `closure`.
    pub name: &'static str,
    /// How many nodes there are.
    pub objects: u64,
    /// Their own bytes, as the file has them.
    pub bytes: u64,
}

pub(super) fn totals(heap: &Heap<'_>) -> Top<KindTotal> {
    let graph = heap.graph;
    let mut totals: Vec<(NodeKind, KindTotal)> = Vec::new();
    let mut bytes = 0;
    for node in 0..graph.len() as u32 {
        let kind = graph.kind(node);
        let at = totals.iter().position(|(known, _)| *known == kind);
        let at = at.unwrap_or_else(|| {
            let total = KindTotal {
                name: kind.name(),
                objects: 0,
                bytes: 0,
            };
            totals.push((kind, total));
            totals.len() - 1
        });
        let total = &mut totals[at].1;
        total.objects += 1;
        total.bytes += graph.self_size(node);
        bytes += graph.self_size(node);
    }
    let mut rows: Vec<KindTotal> = totals.into_iter().map(|(_, total)| total).collect();
    rows.sort_by_key(|total| (std::cmp::Reverse(total.bytes), total.name));
    Top::of(rows, bytes, 0)
}
