//! Heaps as graphs: every object a node, every reference an edge.
//!
//! What comes in: the columns of a heap snapshot, as a reader fills them. What goes out: who dominates whom, how much each object
//! retains and how it is held, by the rules of Chrome DevTools; and the one [`Profile`](crate::model::Profile)
//! that everything else works on.
//!
//! A heap of a gigabyte has ten million objects and thirty million references. So nodes and edges are columns of integers, every
//! pass is a loop over them, and nothing recurses: a linked list is as deep as it is long.
//!
//! The rules are those of `HeapSnapshot.ts` in the DevTools front end, told in our own words where they are applied:
//! [`Essential`] which references retain, [`Dominators`] the tree, [`owned_sizes`] whose bytes count as whose,
//! [`ClassNames`] how objects are named, plain ones by their properties.
//!
//! [`Heap`] has all of that computed once, to be asked questions: [`Holders`] says how objects are held, in the words of the program, on the
//! [`ShortestPaths`] to them; [`Scopes`] and [`CodePlaces`] name variables, functions and scripts.

mod allocation_tree;
mod class_names;
mod class_paths;
mod code_places;
mod detachedness;
mod dominators;
mod essential;
mod graph;
mod heap;
mod holders;
mod kinds;
mod lower;
mod node_set;
mod owned_sizes;
mod scope_steps;
mod scopes;
mod shapes;
mod shortest_paths;
mod sizes;
mod strings;
#[cfg(test)]
mod tests;
mod walk;
mod weak_pairs;

pub use allocation_tree::{AllocationNode, AllocationTree};
pub use class_names::ClassNames;
pub use code_places::{CodePlace, CodePlaces, Location, short_script};
pub use dominators::Dominators;
pub use essential::Essential;
pub use graph::{Edges, GraphError, Nodes, ObjectGraph};
pub use heap::Heap;
pub use holders::Holders;
pub use kinds::{EdgeKind, NodeKind};
pub use lower::{heap_to_profile, to_profile};
pub use owned_sizes::owned_sizes;
pub use scopes::Scopes;
pub use shortest_paths::ShortestPaths;
pub use sizes::Sizes;
pub use strings::Strings;
