//! The dominator tree: who alone keeps whom alive.

use hashbrown::HashMap;

use super::walk::{FETCHED_AT_ONCE, Reached, Walk};
use super::{Essential, ObjectGraph, Sizes};

/// No semidominator yet.
const NONE: u32 = u32::MAX;

/// The immediate dominator of every node.
///
/// Semidominators are Lengauer and Tarjan's (ACM TOPLAS 1, 1979) with path compression; dominators follow from them as nearest common ancestors in the
/// tree so far (Georgiadis, "Linear-Time Algorithms for Dominators and Related Problems", 2005: SEMI-NCA), found over skips up that tree
/// (Myers, "An applicative random-access stack", 1983). That takes `O(edges * log nodes)` whatever the graph: going up step by step, as
/// SEMI-NCA does, and the algorithm of Cooper, Harvey and Kennedy take the square of that on graphs that a file can be made of.
///
/// Everything works in columns over preorder numbers, without recursion: nodes that belong together are near each other then, and most
/// of what is read is in the processor's cache.
///
/// What no edge that counts leads to hangs on the root, as in DevTools; so does, of garbage that only refers to itself, the first
/// node of each group.
#[derive(Debug, Clone)]
pub struct Dominators {
    /// By node; the root's is itself.
    immediate: Vec<u32>,
    /// Every node, each followed by all that it dominates.
    order: Vec<u32>,
}

impl Dominators {
    /// Finds the dominators of a graph over the edges that are essential.
    pub fn of(graph: &ObjectGraph, essential: &Essential) -> Dominators {
        let Walk {
            order: nodes,
            reached,
            numbers,
            hangs_on_root,
        } = Walk::through(graph, essential);
        let (retainers, reached) = Retainers::of(graph, essential, &nodes, numbers, reached);
        let (forest, parents) = Forest::of(reached);
        let semidominators = forest.semidominators(&retainers, &hangs_on_root);
        drop(retainers);
        let dominators = dominators(&semidominators, parents);
        drop(semidominators);
        let order = by_subtree(&nodes, &dominators);
        let mut immediate = vec![graph.root(); nodes.len()];
        for (&node, &dominator) in nodes.iter().zip(&dominators) {
            immediate[node as usize] = nodes[dominator as usize];
        }
        Dominators { immediate, order }
    }

    /// The immediate dominator of a node; the root's is itself.
    pub fn immediate(&self, node: u32) -> u32 {
        self.immediate[node as usize]
    }

    /// Every node, the root first, each followed by all that it dominates: the preorder of the tree.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// What each node retains: its own bytes and those of all that it dominates. `sizes` are the nodes' own bytes; their sum
    /// fits 64 bits, as [`ObjectGraph::new`] checks.
    pub fn retained_sizes(&self, sizes: &Sizes) -> Sizes {
        let mut retained = sizes.clone();
        for &node in self.order.iter().skip(1).rev() {
            retained.add(self.immediate(node), retained.get(node));
        }
        retained
    }
}

/// Who refers to whom, by preorder number, apart from the edges over which nodes were reached: run behind run, that of the last node at the end.
struct Retainers {
    numbers: Vec<u32>,
    /// How long the run of each node is; [`LONG`] for those in `long`. Nearly all are short, and this is where the most memory is needed.
    lengths: Vec<u8>,
    long: HashMap<u32, u32>,
}

/// What stands for a length that does not fit.
const LONG: u8 = u8::MAX;

impl Retainers {
    /// The parents of all nodes come back beside them.
    fn of(
        graph: &ObjectGraph,
        essential: &Essential,
        order: &[u32],
        numbers: Vec<u32>,
        mut reached: Vec<Reached>,
    ) -> (Retainers, Vec<Reached>) {
        let mut lengths = Vec::with_capacity(order.len());
        let mut long = HashMap::new();
        // From here on `others` says where the next one of its run goes.
        let mut start = 0;
        for (number, reached) in (0..).zip(&mut reached) {
            let length = std::mem::replace(&mut reached.others, start);
            start += length;
            let short = u8::try_from(length).unwrap_or(LONG);
            if short == LONG {
                long.insert(number, length);
            }
            lengths.push(short);
        }
        let mut retainers = vec![0u32; start as usize];
        for (number, &node) in (0..).zip(order) {
            for edge in graph.edges_of(node) {
                if !essential.holds(edge) {
                    continue;
                }
                let target = &mut reached[numbers[graph.target(edge) as usize] as usize];
                if target.parent != number {
                    retainers[target.others as usize] = number;
                    target.others += 1;
                }
            }
        }
        let retainers = Retainers {
            numbers: retainers,
            lengths,
            long,
        };
        (retainers, reached)
    }

    fn length(&self, number: u32) -> u32 {
        match self.lengths[number as usize] {
            LONG => self.long.get(&number).copied().unwrap_or_default(),
            length => u32::from(length),
        }
    }
}

/// The forest of Lengauer and Tarjan, by preorder number.
struct Forest {
    trees: Vec<Linked>,
    /// Nodes from this one up are linked: they are taken from the last to the first.
    linked_from: u32,
    /// Nodes on the way to compress.
    path: Vec<u32>,
}

/// A node of the forest.
#[derive(Debug, Clone, Copy)]
struct Linked {
    /// The parent in the walk; once the node is linked, an ancestor in that, closer to the root of its tree with every compression.
    ancestor: u32,
    /// The lowest semidominator on the way from this node up to that ancestor, which does not count itself.
    best: u32,
}

impl Forest {
    /// The parents in the walk come back beside the forest.
    fn of(reached: Vec<Reached>) -> (Forest, Vec<u32>) {
        let parents: Vec<u32> = reached.iter().map(|reached| reached.parent).collect();
        let linked_from = reached.len() as u32;
        // In the same memory.
        let trees = reached.into_iter().map(|reached| Linked {
            ancestor: reached.parent,
            best: NONE,
        });
        let forest = Forest {
            trees: trees.collect(),
            linked_from,
            path: Vec::new(),
        };
        (forest, parents)
    }

    fn semidominators(mut self, retainers: &Retainers, mut hanging: &[u32]) -> Vec<u32> {
        let count = self.trees.len();
        let mut semidominators = vec![0u32; count];
        let mut end = retainers.numbers.len();
        let mut fetched = end;
        for number in (1..count as u32).rev() {
            let mut semidominator = self.trees[number as usize].ancestor;
            if hanging.last() == Some(&number) {
                semidominator = 0;
                hanging = &hanging[..hanging.len() - 1];
            }
            let start = end - retainers.length(number) as usize;
            while fetched > start {
                let before = fetched.saturating_sub(FETCHED_AT_ONCE);
                self.fetch(&retainers.numbers[before..fetched], number);
                fetched = before;
            }
            for &retainer in &retainers.numbers[start..end] {
                // A node that is not linked is its own semidominator so far.
                let best = match retainer < self.linked_from {
                    true => retainer,
                    false => self.evaluate(retainer),
                };
                semidominator = semidominator.min(best);
            }
            end = start;
            semidominators[number as usize] = semidominator;
            self.trees[number as usize].best = semidominator;
            self.linked_from = number;
        }
        semidominators
    }

    /// Reads what [`Forest::evaluate`] will read first of all these, so that the processor has it by then: one after another each of
    /// them would be waited for, and here all are fetched at the same time.
    fn fetch(&self, retainers: &[u32], linked_from: u32) {
        let mut read = 0;
        for &retainer in retainers {
            if retainer >= linked_from {
                let ancestor = self.trees[retainer as usize].ancestor;
                read ^= self.trees[ancestor as usize].ancestor;
            }
        }
        std::hint::black_box(read);
    }

    /// The lowest semidominator on the way from `number`, which is linked, up to the root of its tree, that root not counted.
    fn evaluate(&mut self, number: u32) -> u32 {
        let mut at = number;
        loop {
            let ancestor = self.trees[at as usize].ancestor;
            if ancestor < self.linked_from {
                break;
            }
            self.path.push(at);
            at = ancestor;
        }
        let mut above = self.trees[at as usize];
        while let Some(at) = self.path.pop() {
            let linked = &mut self.trees[at as usize];
            linked.ancestor = above.ancestor;
            linked.best = linked.best.min(above.best);
            above = *linked;
        }
        above.best
    }
}

/// The dominators from the semidominators and the parents in the walk, by preorder number.
fn dominators(semidominators: &[u32], parents: Vec<u32>) -> Vec<u32> {
    /// Where a node is in the tree, and the ancestor that is skipped to: so many steps up that a way of any length takes its logarithm.
    #[derive(Clone, Copy)]
    struct Place {
        depth: u32,
        skip: u32,
    }
    let mut dominators = parents;
    let mut places = vec![Place { depth: 0, skip: 0 }; dominators.len()];
    for number in 1..dominators.len() {
        let semidominator = semidominators[number];
        let mut at = dominators[number];
        // Numbers fall on the way up.
        while at > semidominator {
            let skip = places[at as usize].skip;
            at = match skip >= semidominator {
                true => skip,
                false => dominators[at as usize],
            };
        }
        dominators[number] = at;
        let one = places[at as usize];
        let two = places[one.skip as usize];
        let three = places[two.skip as usize];
        places[number] = Place {
            depth: one.depth + 1,
            skip: match one.depth - two.depth == two.depth - three.depth {
                true => two.skip,
                false => at,
            },
        };
    }
    dominators
}

/// The nodes so that each is followed by all that it dominates; `nodes` and `dominators` are by preorder number.
fn by_subtree(nodes: &[u32], dominators: &[u32]) -> Vec<u32> {
    let mut sizes = vec![1u32; nodes.len()];
    for number in (1..nodes.len()).rev() {
        sizes[dominators[number] as usize] += sizes[number];
    }
    // Of each node where the next one below it goes.
    let mut places = vec![1u32; nodes.len()];
    let mut order = nodes.to_vec();
    for number in 1..nodes.len() {
        let next = &mut places[dominators[number] as usize];
        let place = *next;
        *next += sizes[number];
        places[number] = place + 1;
        order[place as usize] = nodes[number];
    }
    order
}
