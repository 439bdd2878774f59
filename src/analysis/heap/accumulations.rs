//! Single objects that retain most.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::object_graph::{Heap, Holders, NodeKind};

use super::Top;

/// An object with what it retains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accumulation {
    /// Its number in the file.
    pub id: u64,
    /// Its class, and the name of a function.
    pub name: String,
    /// Where its constructor or the function begins, like `lib/cache.js:42`.
    pub place: Option<String>,
    /// Its own bytes, with the parts that are its own alone.
    pub shallow: u64,
    /// What would be freed with it.
    pub retained: u64,
    /// Its holders on the shortest way to the roots, the nearest first.
    pub holders: Vec<String>,
}

/// An object that hands nearly all it retains on to one other is not where the bytes gather: the other is. MAT's rule for an accumulation point,
/// with this share.
const HANDED_ON: f64 = 0.9;

pub(super) fn biggest(
    heap: &Heap<'_>,
    holders: &mut Holders<'_, '_>,
    top: usize,
) -> Top<Accumulation> {
    let graph = heap.graph;
    let mut hands_on = vec![0u64; graph.len().div_ceil(64)];
    for &node in heap.dominators.order().iter().skip(1) {
        let dominator = heap.dominators.immediate(node);
        let all = heap.retained.get(dominator) as f64;
        if heap.retained.get(node) as f64 >= HANDED_ON * all {
            hands_on[dominator as usize / 64] |= 1 << (dominator % 64);
        }
    }
    let gathers = |&node: &u32| {
        let kind_counts = !matches!(
            graph.kind(node),
            NodeKind::Synthetic | NodeKind::Hidden | NodeKind::ObjectShape
        );
        kind_counts
            && heap.sizes.get(node) > 0
            && hands_on[node as usize / 64] >> (node % 64) & 1 == 0
    };
    let key = |node: u32| (Reverse(heap.retained.get(node)), graph.id(node), node);
    // The least of those that are kept is on top.
    let mut kept = BinaryHeap::new();
    let mut count = 0;
    for node in (0..graph.len() as u32).filter(gathers) {
        count += 1;
        if top == 0 || kept.len() < top {
            kept.push(key(node));
        } else if let Some(mut least) = kept.peek_mut()
            && key(node) < *least
        {
            *least = key(node);
        }
    }
    let nodes = kept.into_sorted_vec().into_iter().map(|(.., node)| node);
    let rows = nodes
        .map(|node| {
            let path = holders.path(node);
            Accumulation {
                id: graph.id(node),
                name: object_name(heap, node),
                place: heap.code_place(node),
                shallow: heap.sizes.get(node),
                retained: heap.retained.get(node),
                holders: holders.names(path),
            }
        })
        .collect();
    Top {
        rows,
        count,
        bytes: heap.sizes.iter().sum(),
    }
}

/// What to call a single object: its class, with the name of a function, of code or of a scope.
pub(super) fn object_name(heap: &Heap<'_>, node: u32) -> String {
    let graph = heap.graph;
    if heap.scopes.is_scope(graph, node) {
        return heap.scopes.label(graph, node, None);
    }
    let class = heap.class_name(node);
    match graph.kind(node) {
        NodeKind::Closure | NodeKind::Code if !graph.name(node).trim().is_empty() => {
            format!("{class} {}", graph.name(node))
        }
        _ => class.to_owned(),
    }
}
