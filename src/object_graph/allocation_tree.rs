//! Where objects were allocated, in files that were recorded with stacks.

use hashbrown::HashMap;

/// One node of the tree of allocation stacks, and the function of its innermost frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllocationNode {
    /// The node of the caller; its own number for the root.
    pub parent: u32,
    /// The string that names the function.
    pub name: u32,
    /// The string that names its script.
    pub script: u32,
    /// The line on which the function begins, 1-based; 0 where it is not known.
    pub line: u32,
    /// The column in which it begins, 1-based; 0 where it is not known.
    pub column: u32,
}

/// The tree of allocation stacks. Number 0 stands for objects of which no stack is known, number 1 is the root.
#[derive(Debug, Clone, Default)]
pub struct AllocationTree {
    nodes: Vec<AllocationNode>,
    by_id: HashMap<u32, u32>,
}

/// What stands for objects without a stack.
pub(super) const NO_STACK: u32 = 0;

impl AllocationTree {
    /// Adds a node under the number the file gives it; callers come before the called. Its own number comes back.
    pub fn add(&mut self, id: u32, node: AllocationNode) -> u32 {
        if self.nodes.is_empty() {
            self.nodes.push(node);
        }
        let number = self.nodes.len() as u32;
        self.nodes.push(node);
        self.by_id.insert(id, number);
        number
    }

    /// The number of the node that the file gives this number; that of no stack if there is none.
    pub fn number(&self, id: u32) -> u32 {
        self.by_id.get(&id).copied().unwrap_or(NO_STACK)
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no stack in it.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The frames from a node outwards; without the root, which stands for no function, unless it is all there is.
    pub(super) fn frames(&self, number: u32) -> impl Iterator<Item = &AllocationNode> {
        let mut at = Some(number);
        std::iter::from_fn(move || {
            let number = at?;
            let node = self.nodes.get(number as usize)?;
            at = (node.parent > 1 && node.parent < number).then_some(node.parent);
            Some(node)
        })
    }
}
