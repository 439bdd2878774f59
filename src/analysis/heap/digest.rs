//! What is kept of a heap to compare another with it.

use hashbrown::HashMap;

use crate::object_graph::Heap;

use super::collections::{EntryNames, entries};
use super::constructors::{self, Constructor};

/// A heap in short: its objects by number, its constructors, its collections. A tenth of the heap.
#[derive(Debug, Clone, PartialEq)]
pub struct HeapDigest {
    /// The numbers of all objects with bytes, ascending.
    ids: Vec<u64>,
    /// The class of each.
    classes: Vec<u32>,
    /// The classes, by number.
    constructors: Vec<Constructor>,
    /// How many entries each collection has, by the number of its object.
    entries: HashMap<u64, u64>,
}

impl HeapDigest {
    /// What is kept of this heap.
    pub fn of(heap: &Heap<'_>) -> HeapDigest {
        let mut objects: Vec<(u64, u32)> = (0..heap.graph.len() as u32)
            .filter(|&node| heap.sizes.get(node) > 0)
            .map(|node| (heap.graph.id(node), heap.classes.class(node)))
            .collect();
        objects.sort_unstable();
        let names = EntryNames::of(heap);
        let entries = (0..heap.graph.len() as u32)
            .filter_map(|node| Some((heap.graph.id(node), entries(heap, names, node)?)))
            .collect();
        HeapDigest {
            ids: objects.iter().map(|&(id, _)| id).collect(),
            classes: objects.iter().map(|&(_, class)| class).collect(),
            constructors: constructors::by_shape(heap),
            entries,
        }
    }

    /// The constructor of the object with this number, if there is one. Not its shape: an object that gets another property stays the same.
    pub(super) fn constructor_of(&self, id: u64) -> Option<&str> {
        let at = self.ids.binary_search(&id).ok()?;
        Some(self.constructors[self.classes[at] as usize].constructor())
    }

    /// Whether there is an object with this number.
    pub(super) fn has(&self, id: u64) -> bool {
        self.ids.binary_search(&id).is_ok()
    }

    /// The largest number of an object of V8's own heap: all that were there when the snapshot was taken have one up to this. Objects of
    /// the embedder have even numbers made of addresses.
    pub(super) fn last_id(&self) -> u64 {
        let odd = self.ids.iter().rev().find(|&&id| id % 2 == 1);
        odd.copied().unwrap_or_default()
    }

    /// Its classes by shape; those without objects too.
    pub(super) fn constructors(&self) -> &[Constructor] {
        &self.constructors
    }

    /// How many objects there are.
    pub(super) fn len(&self) -> u64 {
        self.ids.len() as u64
    }

    /// How many objects it has that another has not.
    pub(super) fn not_in(&self, other: &HeapDigest) -> u64 {
        let is_new = |id: &&u64| !other.has(**id);
        self.ids.iter().filter(is_new).count() as u64
    }

    /// The entries of the collection with this number; nothing where it is none, or too small to be counted.
    pub(super) fn entries(&self, id: u64) -> Option<u64> {
        self.entries.get(&id).copied()
    }
}
