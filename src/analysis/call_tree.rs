//! The stacks of one profile, or of two, as a tree from the root to the allocator: what a flame graph draws.

use hashbrown::HashMap;

use crate::model::{Unit, ValueIndex};

use super::blame::Blame;
use super::frame_filter::View;
use super::granularity::{Granularity, source_place};
use super::hot_spots::Entries;
use super::sampling_error;

/// A call tree. Node 0 is the root; every parent comes before its children.
#[derive(Debug, Clone, PartialEq)]
pub struct CallTree {
    /// What the values are, for titles: `inuse_space`.
    pub value_name: String,
    /// Whether the values are bytes.
    pub is_bytes: bool,
    /// Whether `before` holds the values of a first profile (else it is 0 everywhere).
    pub differential: bool,
    /// The nodes.
    pub nodes: Vec<CallNode>,
}

/// One node: a frame reached by one path from the root.
#[derive(Debug, Clone, PartialEq)]
pub struct CallNode {
    /// Name of the function, or the address where there is no name. Foreign text.
    pub name: String,
    /// File and line or module, for the tooltip; empty where not known. Foreign text.
    pub place: String,
    /// Position of the parent; the root is its own.
    pub parent: u32,
    /// Value with everything below, in the first profile.
    pub before: u64,
    /// Value with everything below, in the second or only profile.
    pub after: u64,
    /// Standard error of `after - before`; `None` where nothing is known about it.
    pub standard_error: Option<f64>,
}

/// The tree of one profile.
pub fn of_profile(view: &View<'_>, value: ValueIndex) -> CallTree {
    let mut builder = Builder::new(view, value, false);
    builder.add(view, value, Side::After);
    builder.finish()
}

/// The tree of two profiles, over each other by the names of their frames.
///
/// Standard errors are those of two processes; in one process the truth is better.
pub fn of_pair(before: (&View<'_>, ValueIndex), after: (&View<'_>, ValueIndex)) -> CallTree {
    let mut builder = Builder::new(before.0, before.1, true);
    builder.add(before.0, before.1, Side::Before);
    builder.add(after.0, after.1, Side::After);
    builder.finish()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

#[derive(Debug)]
struct Builder {
    tree: CallTree,
    entries: Entries,
    places: Vec<String>,
    children: HashMap<(u32, u32), u32>,
    /// Variance of each node's change.
    variances: Vec<f64>,
    known_error: bool,
}

impl Builder {
    fn new(view: &View<'_>, value: ValueIndex, differential: bool) -> Builder {
        let value_type = view.profile().value_type(value);
        Builder {
            tree: CallTree {
                value_name: value_type.name.clone(),
                is_bytes: value_type.unit == Unit::Bytes,
                differential,
                nodes: vec![CallNode {
                    name: "all".to_owned(),
                    place: String::new(),
                    parent: 0,
                    before: 0,
                    after: 0,
                    standard_error: None,
                }],
            },
            entries: Entries::default(),
            places: Vec::new(),
            children: HashMap::new(),
            variances: vec![0.0],
            known_error: true,
        }
    }

    fn add(&mut self, view: &View<'_>, value: ValueIndex, side: Side) {
        let profile = view.profile();
        let of_location = self.entries.add_profile(view, Granularity::Function);
        self.places.resize(self.entries.names.len(), String::new());
        for (id, location) in profile.locations() {
            for (frame, &entry) in view.frames(id).zip(of_location.get(id)) {
                let place = &mut self.places[entry as usize];
                if place.is_empty() {
                    *place = match frame {
                        Some(frame) => {
                            let file = profile.function(frame.function).file;
                            source_place(profile.text(file), frame.line)
                        }
                        None => profile.module_name(location).to_owned(),
                    };
                }
            }
        }
        let values = profile.values(value);
        let blame = Blame::new(view);
        let variances = sampling_error::row_variances(profile, value);
        self.known_error &= variances.is_some();
        for sample in view.samples() {
            let amount = values[sample.row];
            if amount == 0 {
                continue;
            }
            let variance = variances
                .as_ref()
                .map_or(0.0, |variances| variances[sample.row]);
            let mut node = 0u32;
            self.count(node, amount, variance, side);
            // Every stack of jemalloc ends in its profiler: a floor of the same frames, which says nothing.
            let (outside, inner) = blame.outside_allocator(sample.stack);
            for (place, &location) in outside.iter().enumerate().rev() {
                let inlined = if place == 0 { inner } else { 0 };
                for &entry in of_location.get(location).iter().skip(inlined).rev() {
                    node = self.child(node, entry);
                    self.count(node, amount, variance, side);
                }
            }
        }
    }

    fn child(&mut self, parent: u32, entry: u32) -> u32 {
        let next = self.tree.nodes.len() as u32;
        let child = *self.children.entry((parent, entry)).or_insert(next);
        if child == next {
            self.tree.nodes.push(CallNode {
                name: self.entries.names[entry as usize].clone(),
                place: self.places[entry as usize].clone(),
                parent,
                before: 0,
                after: 0,
                standard_error: None,
            });
            self.variances.push(0.0);
        }
        child
    }

    fn count(&mut self, node: u32, amount: u64, variance: f64, side: Side) {
        let index = node as usize;
        match side {
            Side::Before => self.tree.nodes[index].before += amount,
            Side::After => self.tree.nodes[index].after += amount,
        }
        self.variances[index] += variance;
    }

    fn finish(mut self) -> CallTree {
        if self.known_error {
            for (node, variance) in self.tree.nodes.iter_mut().zip(&self.variances) {
                node.standard_error = Some(variance.sqrt());
            }
        }
        self.tree
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::frame_filter::FrameFilter;
    use crate::load::{Progress, Source, load};

    #[test]
    fn a_tree_ends_where_the_allocator_begins_and_loses_no_byte() {
        let file = "fixtures/jemalloc/5.3/jeleak/symbolized/jeleak.023.symbolized.heap";
        let source = Source::from_argument(file);
        let loaded =
            load(&source, None, &Progress::default()).unwrap_or_else(|error| panic!("{error}"));
        let view = FrameFilter::default();
        let view = view.apply(&loaded.profile);
        let tree = of_profile(&view, ValueIndex::FIRST);
        let is_there = |name: &str| tree.nodes.iter().any(|node| node.name.contains(name));
        assert!(is_there("jeleak::open_connection"));
        assert!(!is_there("prof_backtrace") && !is_there("prof_alloc_prep"));
        assert_eq!(tree.nodes[0].after, loaded.profile.total(ValueIndex::FIRST));
        // What a node has is what its children have, but for what is allocated in it.
        for (index, node) in tree.nodes.iter().enumerate() {
            let children: u64 = tree
                .nodes
                .iter()
                .skip(1)
                .filter(|child| child.parent as usize == index)
                .map(|child| child.after)
                .sum();
            assert!(children <= node.after, "{}", node.name);
        }
    }
}
