//! What changed between two heaps, object by object.

use std::cmp::Reverse;

use hashbrown::HashMap;

use crate::analysis::same_process::SameProcess;
use crate::object_graph::{Heap, Holders, NodeKind};

use super::Top;
use super::alive::AliveIn;
use super::collections::{EntryNames, entries};
use super::constructors::{self, Constructor, outermost};
use super::digest::HeapDigest;
use super::pairing;
use super::retainers::{RetainerCluster, clusters};

/// What changed between two heaps.
#[derive(Debug, Clone, PartialEq)]
pub struct HeapGrowth {
    /// Whether they are of one process, so that objects can be told apart by number.
    pub same_process: SameProcess,
    /// How many objects are new, gone, and still there; nothing across processes.
    pub objects: Option<ObjectChanges>,
    /// Constructors of which there are more objects than before, by growth of what they retain; a row for each shape where objects are told
    /// apart by that; bytes: what is new.
    pub constructors: Top<ConstructorGrowth>,
    /// Collections that are in both heaps and have more entries, by how many; bytes: their own.
    pub collections: Top<CollectionGrowth>,
    /// What is new and still alive in a third heap, where one was given.
    pub alive: Option<AliveIn>,
}

/// Objects of one process in two heaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectChanges {
    /// Only in the second.
    pub new: u64,
    /// Only in the first.
    pub gone: u64,
    /// In both.
    pub kept: u64,
}

/// How the objects of a constructor grew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConstructorGrowth {
    /// The first heap.
    pub before: Constructor,
    /// The second heap.
    pub after: Constructor,
    /// Where the constructor begins, like `lib/cache.js:42`, where the file tells.
    pub place: Option<String>,
    /// How many objects are new and gone; nothing across processes.
    pub changes: Option<ObjectChanges>,
    /// How most of what is new is held; of all objects in the second heap across processes.
    pub held: RetainerCluster,
    /// In how many ways they are held.
    pub ways: usize,
}

/// A collection in both heaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionGrowth {
    /// Its number.
    pub id: u64,
    /// Its class.
    pub name: String,
    /// Entries in the first heap; nothing where they were too few to count.
    pub before: Option<u64>,
    /// Entries in the second.
    pub after: u64,
    /// What it retains in the second heap, in bytes.
    pub retained: u64,
    /// Its holders, the nearest first.
    pub holders: Vec<String>,
}

impl HeapGrowth {
    /// Compares a heap with what was kept of an earlier one; each table has `top` rows, or all of them where that is 0.
    pub fn between(before: &HeapDigest, after: &Heap<'_>, top: usize) -> HeapGrowth {
        let same_process = pairing::same_process(before, after);
        let is_new: Vec<bool> = match same_process.is_yes() {
            true => (0..after.graph.len() as u32)
                .map(|node| after.sizes.get(node) > 0 && !before.has(after.graph.id(node)))
                .collect(),
            false => after.sizes.iter().map(|size| size > 0).collect(),
        };
        let mut holders = Holders::of(after);
        HeapGrowth {
            objects: same_process.is_yes().then(|| {
                let new = is_new.iter().filter(|&&is| is).count() as u64;
                let all = after.sizes.iter().filter(|&size| size > 0).count() as u64;
                let kept = all - new;
                ObjectChanges {
                    new,
                    gone: before.len().saturating_sub(kept),
                    kept,
                }
            }),
            constructors: grown(
                before,
                after,
                &mut holders,
                &is_new,
                same_process.is_yes(),
                top,
            ),
            collections: match same_process.is_yes() {
                true => grown_collections(before, after, &mut holders, top),
                false => Top::of(Vec::new(), 0, top),
            },
            same_process,
            alive: None,
        }
    }
}

fn grown(
    before: &HeapDigest,
    after: &Heap<'_>,
    holders: &mut Holders<'_, '_>,
    is_new: &[bool],
    is_same_process: bool,
    top: usize,
) -> Top<ConstructorGrowth> {
    let earlier: HashMap<&str, &Constructor> = before
        .constructors()
        .iter()
        .map(|row| (row.name.as_str(), row))
        .collect();
    let mut new = vec![0u64; after.classes.len()];
    let mut new_bytes = 0;
    for (node, _) in (0..).zip(is_new).filter(|(_, is_new)| **is_new) {
        new[after.classes.class(node) as usize] += 1;
        new_bytes += after.sizes.get(node);
    }
    let mut rows: Vec<(u32, Constructor, Constructor)> = (0..)
        .zip(constructors::by_shape(after))
        .map(|(class, row)| {
            let none = Constructor {
                name: row.name.clone(),
                shape_of: row.shape_of.clone(),
                objects: 0,
                shallow: 0,
                retained: 0,
            };
            let before = earlier
                .get(row.name.as_str())
                .map_or(none, |&row| row.clone());
            (class, before, row)
        })
        .filter(|(_, before, after)| after.objects > before.objects)
        .collect();
    rows.sort_by(|a, b| {
        let key = |(_, before, after): &(u32, Constructor, Constructor)| {
            let retained = after.retained as i64 - before.retained as i64;
            let shallow = after.shallow as i64 - before.shallow as i64;
            Reverse((retained, shallow))
        };
        key(a).cmp(&key(b)).then_with(|| a.2.name.cmp(&b.2.name))
    });
    let rows = Top::of(rows, new_bytes, top);
    let wanted: Vec<u32> = rows.rows.iter().map(|&(class, ..)| class).collect();
    let mut held = held_by_class(after, holders, is_new, &wanted);
    let rows_said = rows.rows.into_iter().map(|(class, before, row)| {
        let new = new[class as usize];
        let kept = row.objects - new;
        let (place, ways, held) = held.remove(&class).unwrap_or_default();
        ConstructorGrowth {
            changes: is_same_process.then(|| ObjectChanges {
                new,
                gone: before.objects.saturating_sub(kept),
                kept,
            }),
            before,
            after: row,
            place,
            held,
            ways,
        }
    });
    Top {
        rows: rows_said.collect(),
        count: rows.count,
        bytes: rows.bytes,
    }
}

/// Of each class the place of its constructor, in how many ways the chosen objects are held, and how most of them are.
pub(super) fn held_by_class(
    heap: &Heap<'_>,
    holders: &mut Holders<'_, '_>,
    is_chosen: &[bool],
    classes: &[u32],
) -> HashMap<u32, (Option<String>, usize, RetainerCluster)> {
    let mut nodes: HashMap<u32, Vec<u32>> = classes.iter().map(|&c| (c, Vec::new())).collect();
    for (node, _) in (0..).zip(is_chosen).filter(|(_, is)| **is) {
        if let Some(nodes) = nodes.get_mut(&heap.classes.class(node)) {
            nodes.push(node);
        }
    }
    let is_outermost = outermost(heap, |node| {
        is_chosen[node as usize].then(|| heap.classes.class(node))
    });
    nodes
        .into_iter()
        .filter_map(|(class, nodes)| {
            let place = constructor_place(heap, *nodes.first()?);
            let mut top = clusters(heap, holders, &nodes, &is_outermost, 1);
            Some((class, (place, top.count, top.rows.pop()?)))
        })
        .collect()
}

/// Where the constructor of an object begins. A function has a place of its own, which says nothing of others.
pub(super) fn constructor_place(heap: &Heap<'_>, node: u32) -> Option<String> {
    match heap.graph.kind(node) {
        NodeKind::Object => heap.code_place(node),
        _ => None,
    }
}

fn grown_collections(
    before: &HeapDigest,
    after: &Heap<'_>,
    holders: &mut Holders<'_, '_>,
    top: usize,
) -> Top<CollectionGrowth> {
    /// Fewer additional entries are nothing to speak of.
    const LEAST_GROWTH: u64 = 10;
    let graph = after.graph;
    let names = EntryNames::of(after);
    let mut rows: Vec<(u64, Option<u64>, u64, u32)> = (0..graph.len() as u32)
        .filter_map(|node| {
            let now = entries(after, names, node)?;
            // A new collection is growth of its constructor.
            if !before.has(graph.id(node)) {
                return None;
            }
            let earlier = before.entries(graph.id(node));
            let growth = now.saturating_sub(earlier.unwrap_or(0));
            (growth >= LEAST_GROWTH).then_some((growth, earlier, now, node))
        })
        .collect();
    rows.sort_unstable_by_key(|&(growth, .., node)| (Reverse(growth), node));
    let bytes = rows.iter().map(|&(.., node)| after.sizes.get(node)).sum();
    let rows = Top::of(rows, bytes, top);
    let said = rows.rows.iter().map(|&(_, before, now, node)| {
        let path = holders.path(node);
        CollectionGrowth {
            id: graph.id(node),
            name: after.constructor_name(node).to_owned(),
            before,
            after: now,
            retained: after.retained.get(node),
            holders: holders.names(path),
        }
    });
    Top {
        rows: said.collect(),
        count: rows.count,
        bytes: rows.bytes,
    }
}
