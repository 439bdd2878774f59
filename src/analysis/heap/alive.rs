//! What came between two heaps and is alive in a third.

use std::cmp::Reverse;

use hashbrown::HashMap;

use crate::analysis::same_process::SameProcess;
use crate::object_graph::{Heap, Holders};

use super::Top;
use super::constructors::{self, outermost};
use super::digest::HeapDigest;
use super::growth::held_by_class;
use super::pairing;
use super::retainers::RetainerCluster;

/// Objects that were allocated between the first heap and the second and are alive in a third.
#[derive(Debug, Clone, PartialEq)]
pub struct AliveIn {
    /// How many there are.
    pub objects: u64,
    /// How many there were to begin with: those that are in the second heap and not in the first.
    pub allocated: u64,
    /// By constructor, what retains most first, as they are held in the third; bytes: their own.
    pub constructors: Top<AliveConstructor>,
}

/// Such objects of one constructor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliveConstructor {
    /// Its name, with the shape of its objects where they are told apart by that.
    pub name: String,
    /// Its name without shape, where the row is of one.
    pub shape_of: Option<String>,
    /// Where it begins.
    pub place: Option<String>,
    /// How many objects, what they have themselves, what would be freed with them, and how most of them are held in the third heap.
    pub held: RetainerCluster,
    /// All of them.
    pub objects: u64,
    /// Their own bytes.
    pub shallow: u64,
    /// What would be freed with them.
    pub retained: u64,
    /// In how many ways they are held.
    pub ways: usize,
}

impl AliveIn {
    /// What was allocated between two heaps, of which digests were kept, and is alive in a third of the same process. This is the method of three
    /// snapshots: what came while something was done and is there after it was undone.
    ///
    /// # Errors
    /// Why the third heap is not a later one of the same process.
    pub fn of(
        before: &HeapDigest,
        after: &HeapDigest,
        third: &Heap<'_>,
        top: usize,
    ) -> Result<AliveIn, String> {
        match pairing::same_process(after, third) {
            SameProcess::Yes(_) => {}
            SameProcess::No(reason) => return Err(reason),
            SameProcess::Unknown => return Err("it is older than the second".to_owned()),
        }
        let came = |id: u64| after.has(id) && !before.has(id);
        let is_chosen: Vec<bool> = (0..third.graph.len() as u32)
            .map(|node| third.sizes.get(node) > 0 && came(third.graph.id(node)))
            .collect();
        let mut sums: HashMap<u32, [u64; 3]> = HashMap::new();
        let is_outermost = outermost(third, |node| {
            is_chosen[node as usize].then(|| third.classes.class(node))
        });
        for (node, _) in (0..).zip(&is_chosen).filter(|(_, is)| **is) {
            let [objects, shallow, retained] = sums.entry(third.classes.class(node)).or_default();
            *objects += 1;
            *shallow += third.sizes.get(node);
            if is_outermost[node as usize] {
                *retained += third.retained.get(node);
            }
        }
        let bytes = sums.values().map(|sums| sums[1]).sum();
        let objects = sums.values().map(|sums| sums[0]).sum();
        let mut rows: Vec<(u32, [u64; 3])> = sums.into_iter().collect();
        rows.sort_unstable_by_key(|&(class, [objects, _, retained])| {
            (Reverse(retained), Reverse(objects), class)
        });
        let rows = Top::of(rows, bytes, top);
        let mut holders = Holders::of(third);
        let wanted: Vec<u32> = rows.rows.iter().map(|&(class, _)| class).collect();
        let mut held = held_by_class(third, &mut holders, &is_chosen, &wanted);
        let said = rows
            .rows
            .iter()
            .map(|&(class, [objects, shallow, retained])| {
                let (place, ways, held) = held.remove(&class).unwrap_or_default();
                AliveConstructor {
                    name: third.classes.name(class).to_owned(),
                    shape_of: constructors::shape_of(third, class),
                    place,
                    held,
                    objects,
                    shallow,
                    retained,
                    ways,
                }
            });
        Ok(AliveIn {
            objects,
            allocated: after.not_in(before),
            constructors: Top {
                rows: said.collect(),
                count: rows.count,
                bytes: rows.bytes,
            },
        })
    }
}
