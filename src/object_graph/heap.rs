//! A graph with everything that is computed of it once.

use super::{
    ClassNames, Dominators, Essential, ObjectGraph, Scopes, ShortestPaths, Sizes, owned_sizes,
};

/// A heap as it can be asked questions.
#[derive(Debug, Clone)]
pub struct Heap<'g> {
    /// Objects and references.
    pub graph: &'g ObjectGraph,
    /// Who alone keeps whom alive.
    pub dominators: Dominators,
    /// The bytes of each node with the parts that are its own alone: [`owned_sizes`].
    pub sizes: Sizes,
    /// What would be freed with each node, in bytes.
    pub retained: Sizes,
    /// How nodes are named.
    pub classes: ClassNames,
    /// Scopes and places of code.
    pub scopes: Scopes,
    /// The shortest way to each node.
    pub paths: ShortestPaths,
}

impl<'g> Heap<'g> {
    /// Computes all of it, on two cores.
    pub fn of(graph: &'g ObjectGraph) -> Heap<'g> {
        let essential = Essential::of(graph);
        // Nothing beside the dominators, which need the most memory of all.
        let dominators = Dominators::of(graph, &essential);
        // What is needed to find the sizes is given back before the classes need as much.
        let (paths, (sizes, classes, scopes)) = both(
            || ShortestPaths::of(graph, &essential),
            || (owned_sizes(graph), ClassNames::of(graph), Scopes::of(graph)),
        );
        drop(essential);
        let retained = dominators.retained_sizes(&sizes);
        Heap {
            graph,
            dominators,
            sizes,
            retained,
            classes,
            scopes,
            paths,
        }
    }

    /// The name of a node's constructor or kind, whatever its shape.
    pub fn constructor_name(&self, node: u32) -> &str {
        let class = self.classes.class(node);
        self.classes.name(self.classes.constructor(class))
    }

    /// The name of a node's class.
    pub fn class_name(&self, node: u32) -> &str {
        self.classes.name(self.classes.class(node))
    }
}

/// Does two things at the same time.
fn both<A, B: Send>(one: impl FnOnce() -> A, other: impl FnOnce() -> B + Send) -> (A, B) {
    std::thread::scope(|scope| {
        let other = scope.spawn(other);
        let one = one();
        let other = other
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (one, other)
    })
}
