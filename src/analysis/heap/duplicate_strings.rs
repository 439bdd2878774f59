//! Strings that are there more than once.

use std::cmp::Reverse;

use hashbrown::HashMap;

use crate::object_graph::{Heap, Holders, NodeKind};

use super::Top;

/// Equal strings.
///
/// V8 cuts strings in the file at 1,024 characters, so two that are longer count as equal where beginning and size are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateString {
    /// The beginning of the text; foreign.
    pub text: String,
    /// How many there are.
    pub objects: u64,
    /// The bytes of all of them.
    pub bytes: u64,
    /// The bytes of all but one.
    pub wasted: u64,
    /// The holders of one of them, the nearest first.
    pub holders: Vec<String>,
}

/// Characters of a string that a table shows.
const SHOWN_CHARACTERS: usize = 60;

pub(super) fn duplicates(
    heap: &Heap<'_>,
    holders: &mut Holders<'_, '_>,
    top: usize,
) -> Top<DuplicateString> {
    let graph = heap.graph;
    // V8 writes each text once, so equal texts have one number.
    let mut equal: HashMap<(u32, u64), (u64, u32)> = HashMap::new();
    for node in 0..graph.len() as u32 {
        if graph.kind(node) == NodeKind::String && graph.self_size(node) > 0 {
            let key = (graph.name_number(node), graph.self_size(node));
            equal.entry(key).or_insert((0, node)).0 += 1;
        }
    }
    let mut rows: Vec<(u64, u64, u64, u32)> = equal
        .into_iter()
        .filter(|&(_, (objects, _))| objects > 1)
        .map(|((_, size), (objects, node))| (size * (objects - 1), objects, size * objects, node))
        .collect();
    rows.sort_unstable_by_key(|&(wasted, _, _, node)| (Reverse(wasted), node));
    let wasted = rows.iter().map(|row| row.0).sum();
    let rows = Top::of(rows, wasted, top);
    let shown = rows.rows.iter().map(|&(wasted, objects, bytes, node)| {
        let path = holders.path(node);
        DuplicateString {
            text: beginning(&graph.name(node)),
            objects,
            bytes,
            wasted,
            holders: holders.names(path),
        }
    });
    Top {
        rows: shown.collect(),
        count: rows.count,
        bytes: rows.bytes,
    }
}

fn beginning(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
