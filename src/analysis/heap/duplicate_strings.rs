//! Strings that are there more than once.

use std::cmp::Reverse;

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
    let strings = || {
        (0..graph.len() as u32)
            .filter(|&node| graph.kind(node) == NodeKind::String && graph.self_size(node) > 0)
            .map(|node| (graph.name_number(node), node))
    };
    // V8 writes each text once, so equal texts have one number. Most are there once.
    let mut copies = vec![0u8; graph.string_count()];
    for (name, _) in strings() {
        let copies = &mut copies[name as usize];
        *copies = copies.saturating_add(1);
    }
    let mut strings: Vec<(u32, u32)> = strings()
        .filter(|&(name, _)| copies[name as usize] > 1)
        .collect();
    let equal = |&(name, node): &(u32, u32)| (name, graph.self_size(node));
    strings.sort_unstable_by_key(|string| (equal(string), string.1));
    let mut rows: Vec<(u64, u64, u64, u32)> = strings
        .chunk_by(|a, b| equal(a) == equal(b))
        .filter(|copies| copies.len() > 1)
        .map(|copies| {
            let (objects, node) = (copies.len() as u64, copies[0].1);
            let size = graph.self_size(node);
            (size * (objects - 1), objects, size * objects, node)
        })
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
