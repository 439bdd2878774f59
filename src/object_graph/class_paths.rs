//! Paths of classes through the dominator tree: the same for all objects that are held in the same way.

use hashbrown::HashMap;

use crate::limits;

/// A tree of class names. What differs from object to object only in how often its holders repeat has one path: linked lists
/// and trees are as deep as they have elements.
#[derive(Debug, Default)]
pub(super) struct ClassPaths {
    /// Parents come before their children.
    nodes: Vec<PathNode>,
    children: HashMap<(u32, u32), u32>,
    /// Steps that were not taken because the path was as long as it may be.
    cut: u64,
}

#[derive(Debug, Clone, Copy)]
struct PathNode {
    parent: u32,
    class: u32,
    depth: u32,
}

/// Runs of up to so many classes that repeat are one: a list of `Node`s is `Node`, a tree of `Map (array) Node` is these three.
const LONGEST_RUN: usize = 4;

/// Where all paths begin.
pub(super) const START: u32 = u32::MAX;

impl ClassPaths {
    /// The path that goes on from `at` with `class`.
    pub(super) fn step(&mut self, at: u32, class: u32) -> u32 {
        if let Some(&known) = self.children.get(&(at, class)) {
            return known;
        }
        let next = self.folded(at, class).unwrap_or_else(|| {
            let depth = self.depth(at) + 1;
            if depth as usize > limits::DOMINATOR_PATH_FRAMES {
                self.cut += 1;
                return at;
            }
            self.nodes.push(PathNode {
                parent: at,
                class,
                depth,
            });
            self.nodes.len() as u32 - 1
        });
        self.children.insert((at, class), next);
        next
    }

    /// The earlier place on the path that a repeated run ends at, if `class` completes one.
    fn folded(&self, at: u32, class: u32) -> Option<u32> {
        // The last steps, the newest first, and where each of them leads.
        let mut classes = [None; 2 * LONGEST_RUN];
        let mut places = [START; 2 * LONGEST_RUN];
        classes[0] = Some(class);
        for (index, node) in self.upward(at).take(2 * LONGEST_RUN - 1).enumerate() {
            classes[index + 1] = Some(self.nodes[node as usize].class);
            places[index + 1] = node;
        }
        (1..=LONGEST_RUN)
            .find(|&run| classes[2 * run - 1].is_some() && classes[..run] == classes[run..2 * run])
            .map(|run| places[run])
    }

    /// The places from `at` to the beginning of its path.
    pub(super) fn upward(&self, at: u32) -> impl Iterator<Item = u32> {
        let above = |&at: &u32| Some(self.nodes[at as usize].parent).filter(|&at| at != START);
        std::iter::successors(Some(at).filter(|&at| at != START), above)
    }

    fn depth(&self, at: u32) -> u32 {
        match at {
            START => 0,
            at => self.nodes[at as usize].depth,
        }
    }

    /// The last class of a path.
    pub(super) fn class(&self, at: u32) -> u32 {
        self.nodes[at as usize].class
    }

    /// How many paths there are.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// How many paths were cut.
    pub(super) fn cut(&self) -> u64 {
        self.cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(steps: &[u32], expected: &[u32]) {
        let mut paths = ClassPaths::default();
        let end = steps.iter().fold(START, |at, &class| paths.step(at, class));
        let mut found: Vec<u32> = paths.upward(end).map(|at| paths.class(at)).collect();
        found.reverse();
        assert_eq!(found, expected, "{steps:?}");
    }

    #[test]
    fn a_run_that_repeats_is_one() {
        check(&[1, 2, 2, 2], &[1, 2]);
        check(&[1, 2, 3, 2, 3, 2, 3], &[1, 2, 3]);
        check(&[1, 2, 3, 2, 3, 2], &[1, 2, 3, 2]);
        check(&[1, 2, 3, 4, 2, 3, 4, 5], &[1, 2, 3, 4, 5]);
        check(&[1, 2, 1, 3], &[1, 2, 1, 3]);
    }

    #[test]
    fn a_path_has_an_end() {
        let steps: Vec<u32> = (0..1000).collect();
        check(&steps, &steps[..limits::DOMINATOR_PATH_FRAMES]);
    }
}
