//! Objects of the page that the page has let go of.

use std::cmp::Reverse;

use hashbrown::HashMap;

use crate::object_graph::{Heap, Holders};

use super::Top;
use super::constructors::outermost;

/// Detached objects of one class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetachedClass {
    /// The class, like `Detached <div>`.
    pub name: String,
    /// How many objects there are.
    pub objects: u64,
    /// Their own bytes.
    pub shallow: u64,
    /// What would be freed with them.
    pub retained: u64,
    /// The holders of one of them, the nearest first.
    pub holders: Vec<String>,
}

pub(super) fn classes(
    heap: &Heap<'_>,
    holders: &mut Holders<'_, '_>,
    top: usize,
) -> Top<DetachedClass> {
    let is_detached = |class: u32| heap.classes.is_detached(class);
    let mut rows: HashMap<u32, (DetachedClass, u32)> = HashMap::new();
    if !(0..heap.classes.len() as u32).any(is_detached) {
        return Top::of(Vec::new(), 0, top);
    }
    let is_outermost = outermost(heap, |node| {
        let class = heap.classes.class(node);
        is_detached(class).then_some(class)
    });
    for node in 0..heap.graph.len() as u32 {
        let class = heap.classes.class(node);
        if !is_detached(class) {
            continue;
        }
        let row = &mut rows
            .entry(class)
            .or_insert_with(|| {
                let row = DetachedClass {
                    name: heap.classes.name(class).to_owned(),
                    objects: 0,
                    shallow: 0,
                    retained: 0,
                    holders: Vec::new(),
                };
                (row, node)
            })
            .0;
        row.objects += 1;
        row.shallow += heap.sizes.get(node);
        if is_outermost[node as usize] {
            row.retained += heap.retained.get(node);
        }
    }
    let mut rows: Vec<(DetachedClass, u32)> = rows.into_values().collect();
    rows.sort_by(|(a, _), (b, _)| {
        (Reverse(a.retained), &a.name).cmp(&(Reverse(b.retained), &b.name))
    });
    let bytes = rows.iter().map(|(row, _)| row.shallow).sum();
    let top = Top::of(rows, bytes, top);
    Top {
        rows: top
            .rows
            .into_iter()
            .map(|(row, node)| {
                let path = holders.path(node);
                DetachedClass {
                    holders: holders.names(path),
                    ..row
                }
            })
            .collect(),
        count: top.count,
        bytes: top.bytes,
    }
}
