//! Objects by constructor.

use std::cmp::Reverse;

use crate::object_graph::Heap;

use super::Top;

/// All objects of one constructor, or of one kind of V8's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constructor {
    /// Its name, as [`ClassNames`](crate::object_graph::ClassNames) has it.
    pub name: String,
    /// Its name without shape, where the row is of its objects of one shape alone.
    pub shape_of: Option<String>,
    /// How many objects there are; parts that count as their owner's are none.
    pub objects: u64,
    /// Their own bytes, with the parts that are theirs alone.
    pub shallow: u64,
    /// What would be freed if none of them were held: the retained sizes of those that are not retained by another of them.
    pub retained: u64,
}

impl Constructor {
    /// Its name without shape.
    pub(super) fn constructor(&self) -> &str {
        self.shape_of.as_ref().unwrap_or(&self.name)
    }
}

/// All of them, those that retain most first, and the same of the shapes by which objects are told apart.
pub(super) fn constructors(heap: &Heap<'_>, top: usize) -> [Top<Constructor>; 2] {
    let rows = all(heap, |class| heap.classes.constructor(class));
    let bytes = rows.iter().map(|row| row.shallow).sum();
    let has_shapes = (0..heap.classes.len() as u32).any(|class| heap.classes.has_shape(class));
    let mut shapes = match has_shapes {
        true => by_shape(heap),
        false => Vec::new(),
    };
    shapes.retain(|row| row.shape_of.is_some());
    let of_shapes = shapes.iter().map(|row| row.shallow).sum();
    [
        ranked(rows, bytes, top),
        ranked(shapes, of_shapes, top.div_ceil(3)),
    ]
}

fn ranked(mut rows: Vec<Constructor>, bytes: u64, top: usize) -> Top<Constructor> {
    rows.retain(|row| row.objects > 0);
    rows.sort_by(|a, b| {
        (Reverse(a.retained), Reverse(a.shallow), &a.name).cmp(&(
            Reverse(b.retained),
            Reverse(b.shallow),
            &b.name,
        ))
    });
    Top::of(rows, bytes, top)
}

/// A row for each class, by its number: constructors, and apart from them their shapes.
pub(super) fn by_shape(heap: &Heap<'_>) -> Vec<Constructor> {
    all(heap, |class| class)
}

/// The name of a class without its shape, where it has one.
pub(super) fn shape_of(heap: &Heap<'_>, class: u32) -> Option<String> {
    let classes = &heap.classes;
    classes
        .has_shape(class)
        .then(|| classes.name(classes.constructor(class)).to_owned())
}

/// A row for each class, by its number, with the objects of all classes that are counted as that one.
///
/// As DevTools has it (`buildAggregates`, `calculateClassesRetainedSize`): nodes without bytes do not count, and what is below an object of
/// the same class in the dominator tree is in the retained size of that one.
fn all(heap: &Heap<'_>, counted_as: impl Fn(u32) -> u32) -> Vec<Constructor> {
    let mut rows: Vec<Constructor> = (0..heap.classes.len() as u32)
        .map(|class| Constructor {
            name: heap.classes.name(class).to_owned(),
            shape_of: shape_of(heap, class),
            objects: 0,
            shallow: 0,
            retained: 0,
        })
        .collect();
    let class = |node: u32| counted_as(heap.classes.class(node));
    let is_outermost = outermost(heap, |node| Some(class(node)));
    for node in 0..heap.graph.len() as u32 {
        let size = heap.sizes.get(node);
        if size == 0 {
            continue;
        }
        let row = &mut rows[class(node) as usize];
        row.objects += 1;
        row.shallow += size;
        if is_outermost[node as usize] {
            row.retained += heap.retained.get(node);
        }
    }
    rows
}

/// Whether each node with bytes is not retained by another with bytes of the same group. Without a group there is no answer: false.
pub(super) fn outermost(heap: &Heap<'_>, group: impl Fn(u32) -> Option<u32>) -> Vec<bool> {
    let mut answer = vec![false; heap.graph.len()];
    // Groups that are open on the way from the root; they are numbers of classes, or few.
    let mut is_open: Vec<bool> = Vec::new();
    // The way itself: what a node dominates follows it in the order.
    let mut way: Vec<u32> = Vec::new();
    for &node in heap.dominators.order() {
        let dominator = heap.dominators.immediate(node);
        while let Some(left) = way.pop_if(|at| *at != dominator) {
            if answer[left as usize]
                && let Some(group) = group(left)
            {
                is_open[group as usize] = false;
            }
        }
        way.push(node);
        if heap.sizes.get(node) > 0
            && let Some(group) = group(node)
        {
            let group = group as usize;
            if is_open.len() <= group {
                is_open.resize(group + 1, false);
            }
            answer[node as usize] = !std::mem::replace(&mut is_open[group], true);
        }
    }
    answer
}
