//! Collections with many entries.

use std::cmp::Reverse;

use crate::object_graph::{EdgeKind, Heap, Holders, NodeKind};

use super::Top;

/// A collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// Its number in the file.
    pub id: u64,
    /// Its class.
    pub name: String,
    /// How many entries refer to something: numbers in an array, or as key and value, leave no trace in the file.
    pub entries: u64,
    /// Its own bytes, with its table or elements.
    pub shallow: u64,
    /// What would be freed with it.
    pub retained: u64,
    /// Its holders, the nearest first.
    pub holders: Vec<String>,
}

/// Fewer entries are nothing to speak of.
const LEAST_ENTRIES: u64 = 100;

pub(super) fn largest(
    heap: &Heap<'_>,
    holders: &mut Holders<'_, '_>,
    top: usize,
) -> Top<Collection> {
    let graph = heap.graph;
    let names = EntryNames::of(heap);
    let mut found: Vec<(u64, u32)> = (0..graph.len() as u32)
        .filter_map(|node| Some((entries(heap, names, node)?, node)))
        .filter(|&(entries, _)| entries >= LEAST_ENTRIES)
        .filter(|&(_, node)| !heap.scopes.is_scope(graph, node))
        .collect();
    found.sort_unstable_by_key(|&(entries, node)| (Reverse(entries), node));
    let bytes = found.iter().map(|&(_, node)| heap.sizes.get(node)).sum();
    let found = Top::of(found, bytes, top);
    let rows = found.rows.iter().map(|&(entries, node)| {
        let path = holders.path(node);
        Collection {
            id: graph.id(node),
            name: heap.constructor_name(node).to_owned(),
            entries,
            shallow: heap.sizes.get(node),
            retained: heap.retained.get(node),
            holders: holders.names(path),
        }
    });
    Top {
        rows: rows.collect(),
        count: found.count,
        bytes: found.bytes,
    }
}

/// The names that entries are told by.
#[derive(Debug, Clone, Copy)]
pub(super) struct EntryNames {
    table: u32,
    proto: u32,
}

impl EntryNames {
    pub(super) fn of(heap: &Heap<'_>) -> EntryNames {
        let [table, proto] = heap.graph.find_names(["table", "__proto__"]);
        EntryNames { table, proto }
    }
}

/// The entries of a Map, Set, WeakMap or WeakSet, of an array, or of an object that is used as one of them.
pub(super) fn entries(heap: &Heap<'_>, names: EntryNames, node: u32) -> Option<u64> {
    let graph = heap.graph;
    if graph.kind(node) != NodeKind::Object {
        return None;
    }
    let edges = graph.edges_of(node);
    let table = edges
        .clone()
        .find(|&edge| {
            graph.edge_kind(edge) == EdgeKind::Internal && graph.edge_is(edge, names.table)
        })
        .map(|edge| graph.target(edge));
    if let Some(table) = table
        && graph.kind(table) == NodeKind::Array
    {
        return Some(table_entries(
            heap,
            table,
            !graph.name(node).ends_with("Set"),
        ));
    }
    if edges.len() < LEAST_ENTRIES as usize {
        return None;
    }
    let (mut elements, mut properties) = (0, 0);
    for edge in edges {
        match graph.edge_kind(edge) {
            _ if graph.kind(graph.target(edge)) == NodeKind::Hidden => {}
            EdgeKind::Element => elements += 1,
            EdgeKind::Property if !graph.edge_is(edge, names.proto) => properties += 1,
            _ => {}
        }
    }
    // An array has properties too, and a dictionary may have numbers for keys.
    Some(elements.max(properties))
}

/// The table of a Map has a row of key, value and chain for each entry, that of a Set one of key and chain, and the edges are numbered by
/// field (v8:src/objects/ordered-hash-table.h). That of a WeakMap has a pair for each key (`ephemeron-hash-table`). Fields without a value
/// refer to V8's constants, which are hidden.
fn table_entries(heap: &Heap<'_>, table: u32, has_values: bool) -> u64 {
    let graph = heap.graph;
    let width = if has_values { 3 } else { 2 };
    let mut entries = 0;
    let mut pairs = 0;
    let mut last = None;
    let mut first = None;
    for edge in graph.edges_of(table) {
        if graph.kind(graph.target(edge)) == NodeKind::Hidden {
            continue;
        }
        if graph.edge_kind(edge) == EdgeKind::Weak {
            pairs += 1;
            continue;
        }
        let Some(field) = graph
            .edge_name(edge)
            .and_then(|name| name.parse::<u64>().ok())
        else {
            continue;
        };
        // Rows begin after a head whose length depends on the room there is: what the first field says of it is enough to tell rows apart
        // where every entry has the same fields.
        let first = *first.get_or_insert(field);
        let row = field.saturating_sub(first) / width;
        if last.replace(row) != Some(row) {
            entries += 1;
        }
    }
    entries.max(pairs)
}
