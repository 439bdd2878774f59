//! The dominator tree: who alone keeps whom alive.

use super::{Essential, ObjectGraph, Sizes};

/// No node.
const NONE: u32 = u32::MAX;

/// The immediate dominator of every node.
///
/// The algorithm is Lengauer and Tarjan's (ACM TOPLAS 1, 1979) with path compression, `O(edges * log nodes)` whatever the graph;
/// the simpler one of Cooper, Harvey and Kennedy takes the square of that on graphs that a file can be made of. It works in
/// arrays over preorder numbers, without recursion.
///
/// What no edge that counts leads to hangs on the root, as in DevTools; so does, of garbage that only refers to itself, the first
/// node of each group.
#[derive(Debug, Clone)]
pub struct Dominators {
    /// By node; the root's is itself.
    immediate: Vec<u32>,
    /// Every node, dominators before what they dominate.
    order: Vec<u32>,
}

impl Dominators {
    /// Finds the dominators of a graph over the edges that are essential.
    pub fn of(graph: &ObjectGraph, essential: &Essential) -> Dominators {
        let Walk {
            order,
            parents,
            numbers,
            hangs_on_root,
        } = Walk::through(graph, essential);
        let retainers = Retainers::of(graph, essential, &numbers);
        drop(numbers);
        let dominators = Forest::new(parents).dominators(&retainers, &hangs_on_root);
        let mut immediate = vec![graph.root(); order.len()];
        for (&node, &dominator) in order.iter().zip(&dominators) {
            immediate[node as usize] = order[dominator as usize];
        }
        Dominators { immediate, order }
    }

    /// The immediate dominator of a node; the root's is itself.
    pub fn immediate(&self, node: u32) -> u32 {
        self.immediate[node as usize]
    }

    /// Every node, dominators before what they dominate, the root first.
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

/// A depth-first walk over all nodes. All but `numbers` is by preorder number.
struct Walk {
    /// The node of each number.
    order: Vec<u32>,
    /// The number of the node it was reached from.
    parents: Vec<u32>,
    /// The number of each node.
    numbers: Vec<u32>,
    /// Those that hang on the root for want of something that retains them, ascending.
    hangs_on_root: Vec<u32>,
}

impl Walk {
    fn through(graph: &ObjectGraph, essential: &Essential) -> Walk {
        let count = graph.len();
        let mut walk = Walk {
            order: Vec::with_capacity(count),
            parents: Vec::with_capacity(count),
            numbers: vec![NONE; count],
            hangs_on_root: Vec::new(),
        };
        let mut cursors = Vec::with_capacity(count);
        walk.from(graph.root(), graph, essential, &mut cursors);
        if walk.order.len() < count {
            // First what nothing retains, and with it what it retains; what is left then refers in circles.
            let is_retained = retained_nodes(graph, essential);
            for node in 0..count as u32 {
                if !is_retained[node as usize] {
                    walk.from(node, graph, essential, &mut cursors);
                }
            }
            for node in 0..count as u32 {
                walk.from(node, graph, essential, &mut cursors);
            }
        }
        walk
    }

    /// Walks from a node that has no number yet, as if the root referred to it.
    fn from(
        &mut self,
        start: u32,
        graph: &ObjectGraph,
        essential: &Essential,
        cursors: &mut Vec<u32>,
    ) {
        if self.numbers[start as usize] != NONE {
            return;
        }
        let first = self.order.len() as u32;
        self.hangs_on_root.push(first);
        self.number(start, 0, graph, cursors);
        let mut at = first;
        loop {
            let end = graph.edges_of(self.order[at as usize]).end as u32;
            let mut cursor = cursors[at as usize];
            let mut found = None;
            while cursor < end && found.is_none() {
                let edge = cursor as usize;
                cursor += 1;
                let target = graph.target(edge);
                if self.numbers[target as usize] == NONE && essential.holds(edge) {
                    found = Some(target);
                }
            }
            cursors[at as usize] = cursor;
            match found {
                Some(target) => at = self.number(target, at, graph, cursors),
                None if at == first => return,
                None => at = self.parents[at as usize],
            }
        }
    }

    fn number(
        &mut self,
        node: u32,
        parent: u32,
        graph: &ObjectGraph,
        cursors: &mut Vec<u32>,
    ) -> u32 {
        let number = self.order.len() as u32;
        self.numbers[node as usize] = number;
        self.order.push(node);
        self.parents.push(parent);
        cursors.push(graph.edges_of(node).start as u32);
        number
    }
}

fn retained_nodes(graph: &ObjectGraph, essential: &Essential) -> Vec<bool> {
    let mut is_retained = vec![false; graph.len()];
    for edge in 0..graph.edge_count() {
        if essential.holds(edge) {
            is_retained[graph.target(edge) as usize] = true;
        }
    }
    is_retained
}

/// Who refers to whom, by preorder number.
struct Retainers {
    firsts: Vec<u32>,
    numbers: Vec<u32>,
}

impl Retainers {
    fn of(graph: &ObjectGraph, essential: &Essential, numbers: &[u32]) -> Retainers {
        let mut firsts = vec![0u32; graph.len() + 1];
        let mut count = 0u32;
        for edge in 0..graph.edge_count() {
            if essential.holds(edge) {
                firsts[numbers[graph.target(edge) as usize] as usize] += 1;
                count += 1;
            }
        }
        let mut end = 0;
        for first in &mut firsts {
            end += *first;
            *first = end;
        }
        // Filled from the end of each run, which leaves in `firsts` where it begins.
        let mut retainers = vec![0u32; count as usize];
        for node in 0..graph.len() as u32 {
            for edge in graph.edges_of(node) {
                if essential.holds(edge) {
                    let first = &mut firsts[numbers[graph.target(edge) as usize] as usize];
                    *first -= 1;
                    retainers[*first as usize] = numbers[node as usize];
                }
            }
        }
        Retainers {
            firsts,
            numbers: retainers,
        }
    }

    fn of_number(&self, number: u32) -> &[u32] {
        let number = number as usize;
        &self.numbers[self.firsts[number] as usize..self.firsts[number + 1] as usize]
    }
}

/// The forest of Lengauer and Tarjan, by preorder number.
struct Forest {
    /// The parent of each node in the walk; once it is linked into the forest, an ancestor in that, closer to its root with every compression.
    parents: Vec<u32>,
    /// Nodes from this one up are linked: they are taken from the last to the first.
    linked_from: u32,
    /// Of a linked node its semidominator. Of any other the head of its bucket, which is empty for good once the node is linked: all its members
    /// are below children of it, and those come first. So both share a column.
    semidominators: Vec<u32>,
    labels: Vec<u32>,
    /// Nodes on the way to compress.
    path: Vec<u32>,
}

impl Forest {
    fn new(parents: Vec<u32>) -> Forest {
        let count = parents.len();
        Forest {
            parents,
            semidominators: vec![NONE; count],
            labels: (0..count as u32).collect(),
            linked_from: count as u32,
            path: Vec::new(),
        }
    }

    fn dominators(mut self, retainers: &Retainers, mut hanging: &[u32]) -> Vec<u32> {
        let count = self.parents.len();
        // Buckets as lists: a node is in one at most, and leaves it for good when its dominator is known, so both share a column.
        let mut next_or_dominator = vec![0u32; count];
        for number in (1..count as u32).rev() {
            let at = number as usize;
            let parent = self.parents[at];
            let mut semidominator = parent;
            if hanging.last() == Some(&number) {
                semidominator = 0;
                hanging = &hanging[..hanging.len() - 1];
            }
            for &retainer in retainers.of_number(number) {
                // A node that is not linked is its own semidominator so far.
                let best = match retainer < self.linked_from {
                    true => retainer,
                    false => {
                        let best = self.evaluate(retainer);
                        self.semidominators[best as usize]
                    }
                };
                semidominator = semidominator.min(best);
            }
            self.semidominators[at] = semidominator;
            let bucket = &mut self.semidominators[semidominator as usize];
            next_or_dominator[at] = std::mem::replace(bucket, number);
            self.linked_from = number;
            let mut member = std::mem::replace(&mut self.semidominators[parent as usize], NONE);
            while member != NONE {
                let next = next_or_dominator[member as usize];
                let best = self.evaluate(member);
                let is_below =
                    self.semidominators[best as usize] < self.semidominators[member as usize];
                next_or_dominator[member as usize] = if is_below { best } else { parent };
                member = next;
            }
        }
        for at in 1..count {
            let dominator = next_or_dominator[at];
            if dominator != self.semidominators[at] {
                next_or_dominator[at] = next_or_dominator[dominator as usize];
            }
        }
        next_or_dominator
    }

    /// The node with the lowest semidominator on the way from `number`, which is linked, up to the root of its tree, that root not counted.
    fn evaluate(&mut self, number: u32) -> u32 {
        let mut at = number;
        while self.parents[at as usize] >= self.linked_from {
            self.path.push(at);
            at = self.parents[at as usize];
        }
        while let Some(at) = self.path.pop() {
            let at = at as usize;
            let ancestor = self.parents[at] as usize;
            let (mine, above) = (self.labels[at], self.labels[ancestor]);
            if self.semidominators[above as usize] < self.semidominators[mine as usize] {
                self.labels[at] = above;
            }
            self.parents[at] = self.parents[ancestor];
        }
        self.labels[number as usize]
    }
}
