//! A call tree -> rectangles. Only geometry: no colours, no text, no output format.
//!
//! Two profiles share one picture, so a frame is as wide as the larger of its two values: what vanished stays visible. Its
//! children may together be larger still (one shrank while another grew), then it is as wide as they are.

use std::cmp::Reverse;

use crate::analysis::call_tree::CallTree;

/// Narrower frames cannot be seen or hit.
const LEAST_WIDTH: f64 = 0.1;

/// Where the frames go.
#[derive(Debug, Clone, PartialEq)]
pub struct FlameLayout {
    /// The frames that can be seen, parents before their children, siblings from left to right.
    pub frames: Vec<FlameFrame>,
    /// How many rows there are.
    pub rows: u32,
    /// How many frames are too narrow to be seen.
    pub hidden: usize,
}

/// A frame that can be seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FlameFrame {
    /// Its position in the nodes of the tree.
    pub node: u32,
    /// Its row: 0 is the root.
    pub row: u32,
    /// Left edge.
    pub x: f64,
    /// Width.
    pub width: f64,
}

/// Lays a tree out in a picture of this width, without recursion: stacks may be thousands of frames deep.
pub fn layout(tree: &CallTree, width: f64) -> FlameLayout {
    let mut result = FlameLayout {
        frames: Vec::new(),
        rows: 0,
        hidden: 0,
    };
    if tree.nodes.is_empty() {
        return result;
    }
    let weights = weights(tree);
    let children = Children::new(tree, &weights);
    let scale = if weights[0] == 0 {
        0.0
    } else {
        width / weights[0] as f64
    };
    let mut open = vec![FlameFrame {
        node: 0,
        row: 0,
        x: 0.0,
        width,
    }];
    while let Some(frame) = open.pop() {
        result.frames.push(frame);
        result.rows = result.rows.max(frame.row + 1);
        let first = open.len();
        let mut x = frame.x;
        for &child in children.of(frame.node) {
            let width = weights[child as usize] as f64 * scale;
            if width < LEAST_WIDTH {
                // They come widest first.
                break;
            }
            open.push(FlameFrame {
                node: child,
                row: frame.row + 1,
                x,
                width,
            });
            x += width;
        }
        // The leftmost is the next to be taken.
        open[first..].reverse();
    }
    result.hidden = tree.nodes.len() - result.frames.len();
    result
}

/// How wide each node is, in units of the value. 128 bits: a sum of 64-bit maxima has no other bound.
fn weights(tree: &CallTree) -> Vec<u128> {
    let mut below = vec![0u128; tree.nodes.len()];
    // Every parent comes before its children, so from the end all children are done before their parent.
    for (index, node) in tree.nodes.iter().enumerate().rev() {
        below[index] = below[index].max(u128::from(node.before.max(node.after)));
        if index > 0 {
            let weight = below[index];
            below[node.parent as usize] += weight;
        }
    }
    below
}

/// The children of every node in one list, widest first, then by name.
struct Children {
    list: Vec<u32>,
    starts: Vec<usize>,
}

impl Children {
    fn new(tree: &CallTree, weights: &[u128]) -> Children {
        let mut list: Vec<u32> = (1..tree.nodes.len() as u32).collect();
        list.sort_by_key(|&node| {
            let index = node as usize;
            let of = &tree.nodes[index];
            (of.parent, Reverse(weights[index]), of.name.as_str(), node)
        });
        let mut starts = vec![0; tree.nodes.len() + 1];
        for &node in &list {
            starts[tree.nodes[node as usize].parent as usize + 1] += 1;
        }
        for index in 1..starts.len() {
            starts[index] += starts[index - 1];
        }
        Children { list, starts }
    }

    fn of(&self, node: u32) -> &[u32] {
        let node = node as usize;
        &self.list[self.starts[node]..self.starts[node + 1]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::call_tree::CallNode;

    /// A tree from (name, parent, before, after).
    fn tree(nodes: &[(&str, u32, u64, u64)]) -> CallTree {
        CallTree {
            value_name: "inuse_space".to_owned(),
            is_bytes: true,
            differential: true,
            nodes: nodes
                .iter()
                .map(|&(name, parent, before, after)| CallNode {
                    name: name.to_owned(),
                    place: String::new(),
                    parent,
                    before,
                    after,
                    standard_error: None,
                })
                .collect(),
        }
    }

    fn placed(tree: &CallTree, width: f64) -> Vec<(&str, u32, f64, f64)> {
        layout(tree, width)
            .frames
            .iter()
            .map(|f| {
                (
                    tree.nodes[f.node as usize].name.as_str(),
                    f.row,
                    f.x,
                    f.width,
                )
            })
            .collect()
    }

    #[test]
    fn siblings_are_sorted_by_width_then_by_name() {
        let tree = tree(&[
            ("all", 0, 0, 10),
            ("b", 0, 0, 2),
            ("a", 0, 0, 2),
            ("wide", 0, 0, 6),
            ("leaf", 2, 0, 1),
        ]);
        assert_eq!(
            placed(&tree, 100.0),
            [
                ("all", 0, 0.0, 100.0),
                ("wide", 1, 0.0, 60.0),
                ("a", 1, 60.0, 20.0),
                ("leaf", 2, 60.0, 10.0),
                ("b", 1, 80.0, 20.0),
            ]
        );
    }

    #[test]
    fn a_frame_that_vanished_keeps_its_width_and_its_parent_has_room_for_it() {
        let tree = tree(&[("all", 0, 10, 10), ("gone", 0, 10, 0), ("new", 0, 0, 10)]);
        assert_eq!(
            placed(&tree, 100.0),
            [
                ("all", 0, 0.0, 100.0),
                ("gone", 1, 0.0, 50.0),
                ("new", 1, 50.0, 50.0),
            ]
        );
    }

    #[test]
    fn frames_too_narrow_to_see_are_counted_with_all_below_them() {
        let tree = tree(&[
            ("all", 0, 0, 100_000),
            ("wide", 0, 0, 99_999),
            ("thin", 0, 0, 1),
            ("below", 2, 0, 1),
        ]);
        let layout = layout(&tree, 1200.0);
        assert_eq!((layout.frames.len(), layout.hidden), (2, 2));
    }

    #[test]
    fn a_tree_of_nothing_is_its_root() {
        assert_eq!(
            placed(&tree(&[("all", 0, 0, 0), ("a", 0, 0, 0)]), 100.0),
            [("all", 0, 0.0, 100.0)]
        );
    }

    #[test]
    fn the_largest_values_do_not_overflow() {
        let tree = tree(&[
            ("all", 0, u64::MAX, u64::MAX),
            ("a", 0, u64::MAX, 0),
            ("b", 0, 0, u64::MAX),
        ]);
        assert_eq!(placed(&tree, 100.0)[2], ("b", 1, 50.0, 50.0));
    }

    #[test]
    fn a_stack_of_five_thousand_frames_needs_no_recursion() {
        let nodes: Vec<_> = (0..5000u32)
            .map(|i| ("f", i.saturating_sub(1), 0, 7))
            .collect();
        assert_eq!(layout(&tree(&nodes), 1200.0).rows, 5000);
    }
}
