//! Closures by the function they come from, and those among them that listen.

use std::cmp::Reverse;

use hashbrown::{HashMap, HashSet};

use crate::object_graph::{CodePlace, EdgeKind, Heap, NodeKind, short_script};

use super::Top;

/// Closures of one function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeSite {
    /// The name of the function; `(anonymous)` where it has none.
    pub name: String,
    /// The script, shortened to what is the same on every machine.
    pub script: String,
    /// The line on which the function begins, 1-based.
    pub line: u32,
    /// The column in which it begins, 1-based.
    pub column: u32,
    /// How many closures there are.
    pub objects: u64,
    /// Their own bytes.
    pub shallow: u64,
    /// What would be freed with each of them, summed up: a closure that is retained by another of the same function counts twice.
    pub retained: u64,
}

/// The table of all closures and that of listeners.
pub(super) fn sites(heap: &Heap<'_>, top: usize) -> (Top<CodeSite>, Top<CodeSite>) {
    let graph = heap.graph;
    let listeners = listeners(heap);
    let mut all = Sites::default();
    let mut listening = Sites::default();
    for node in 0..graph.len() as u32 {
        if graph.kind(node) != NodeKind::Closure {
            continue;
        }
        // Functions of V8 itself have no place and are as many in every process.
        let Some(place) = heap.scopes.places().place(graph, node) else {
            continue;
        };
        if place.script.is_none() {
            continue;
        }
        all.add(heap, node, place);
        if listeners.contains(&node) {
            listening.add(heap, node, place);
        }
    }
    (all.top(heap, top), listening.top(heap, top))
}

#[derive(Default)]
struct Sites {
    /// By place and name: objects, bytes, retained bytes.
    found: HashMap<(CodePlace, u32), [u64; 3]>,
}

impl Sites {
    fn add(&mut self, heap: &Heap<'_>, node: u32, place: CodePlace) {
        let key = (place, heap.graph.name_number(node));
        let [objects, shallow, retained] = self.found.entry(key).or_default();
        *objects += 1;
        *shallow += heap.sizes.get(node);
        // As many closures can retain one another as the tree is deep.
        *retained = retained.saturating_add(heap.retained.get(node));
    }

    fn top(self, heap: &Heap<'_>, top: usize) -> Top<CodeSite> {
        let bytes = self.found.values().map(|sums| sums[1]).sum();
        let mut rows: Vec<_> = self.found.into_iter().collect();
        rows.sort_unstable_by_key(|&(key, sums)| (Reverse(sums[0]), Reverse(sums[2]), key));
        let rows = Top::of(rows, bytes, top);
        let graph = heap.graph;
        let site = |((place, name), [objects, shallow, retained]): ((CodePlace, u32), [u64; 3])| {
            let name = graph.text(name);
            let script = place.script.map(|script| graph.name(script));
            CodeSite {
                name: match name.trim().is_empty() {
                    true => "(anonymous)".to_owned(),
                    false => name.into_owned(),
                },
                script: short_script(&script.unwrap_or_default()).into_owned(),
                line: place.line,
                column: place.column,
                objects,
                shallow,
                retained,
            }
        };
        Top {
            rows: rows.rows.into_iter().map(site).collect(),
            count: rows.count,
            bytes: rows.bytes,
        }
    }
}

/// Closures that are called when something happens.
///
/// Node's EventEmitter keeps them in `_events`, by name, as a function or an array of them; one for a single event is wrapped and is the
/// `listener` of its wrapper. EventTarget, in Node as in a page, keeps an object each, named `Listener` or `EventListener`, that refers to the function.
fn listeners(heap: &Heap<'_>) -> HashSet<u32> {
    let graph = heap.graph;
    let [events, listener, proto, constructor] =
        graph.find_names(["_events", "listener", "__proto__", "constructor"]);
    let listener_classes = graph.find_names(["Listener", "EventListener", "V8EventListener"]);
    let mut found = HashSet::new();
    let targets = |node: u32| {
        graph
            .edges_of(node)
            .filter(|&edge| {
                matches!(
                    graph.edge_kind(edge),
                    EdgeKind::Property | EdgeKind::Element
                ) && !graph.edge_is(edge, proto)
            })
            .map(|edge| graph.target(edge))
    };
    let is_function = |&node: &u32| graph.kind(node) == NodeKind::Closure;
    for node in 0..graph.len() as u32 {
        let kind = graph.kind(node);
        if !matches!(kind, NodeKind::Object | NodeKind::Native) {
            continue;
        }
        if listener_classes.contains(&graph.name_number(node)) {
            let callbacks = graph
                .edges_of(node)
                .filter(|&edge| !graph.edge_is(edge, proto) && !graph.edge_is(edge, constructor))
                .map(|edge| graph.target(edge));
            found.extend(callbacks.filter(is_function));
        } else if kind == NodeKind::Object
            && let Some(edge) = graph
                .edges_of(node)
                .find(|&edge| graph.edge_is(edge, events))
        {
            for held in targets(graph.target(edge)) {
                if is_function(&held) {
                    found.insert(held);
                } else if graph.kind(held) == NodeKind::Object {
                    found.extend(targets(held).filter(is_function));
                }
            }
        }
    }
    let wrapped: Vec<u32> = found
        .iter()
        .flat_map(|&node| graph.edges_of(node))
        .filter(|&edge| graph.edge_is(edge, listener))
        .map(|edge| graph.target(edge))
        .filter(is_function)
        .collect();
    found.extend(wrapped);
    found
}
