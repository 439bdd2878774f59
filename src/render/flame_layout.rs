//! A call tree -> rectangles: pure geometry, without names, colours or pixels of a particular format.
//!
//! For two profiles a node must be wide enough for what it was and for what it is: a branch that has vanished is drawn
//! as wide as it used to be. So the extent of a node is the larger of its two values or, where that is more, the sum
//! of its children's extents: `before` may be in one child and `after` in another. Children always fit their parent.

use crate::analysis::call_tree::CallTree;

/// The rectangles of a tree.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FlameLayout {
    /// What is drawn; parents come before their children, and each row from left to right.
    pub rectangles: Vec<Rectangle>,
    /// How many rows there are.
    pub rows: u32,
    /// How many frames are too narrow to be drawn.
    pub left_out: usize,
    /// The width under which frames are not drawn: what was asked for, or more where there would be too many.
    pub narrowest: f64,
}

/// Where one node is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rectangle {
    /// The node's position in the tree.
    pub node: u32,
    /// Row, 0 for the root.
    pub row: u32,
    /// Left edge.
    pub x: f64,
    /// Width.
    pub width: f64,
}

/// Lays out `tree` over `width`, without frames narrower than `narrowest` and with at most about `most` frames, so that
/// what is drawn is bounded however large the tree is.
///
/// Children are ordered by name, not by value: in the pictures of two runs the same branch is then in the same place
/// and can be found again, while its width tells its value anyway.
pub(super) fn flame_layout(
    tree: &CallTree,
    width: f64,
    narrowest: f64,
    most: usize,
) -> FlameLayout {
    let extents = extents(tree);
    let total = extents.first().copied().unwrap_or(0) as f64;
    if total == 0.0 {
        return FlameLayout {
            rectangles: Vec::new(),
            rows: 0,
            left_out: tree.nodes.len(),
            narrowest,
        };
    }
    let width_of = |node: usize| extents[node] as f64 / total * width;
    let narrowest = threshold((0..extents.len()).map(width_of), narrowest, most);

    // A child is never wider than its parent, so what is wide enough is again a tree with the same root.
    let mut children: Vec<(u32, u32)> = (1..tree.nodes.len())
        .filter(|&node| parent(tree, node).is_some() && width_of(node) >= narrowest)
        .map(|node| (tree.nodes[node].parent, node as u32))
        .collect();
    let name = |node: u32| {
        let node = &tree.nodes[node as usize];
        (&node.name, &node.place)
    };
    children.sort_by(|a, b| (a.0, name(a.1), a.1).cmp(&(b.0, name(b.1), b.1)));

    let mut rectangles = vec![Rectangle {
        node: 0,
        row: 0,
        x: 0.0,
        width,
    }];
    let mut at = 0;
    while let Some(&Rectangle {
        node, row, mut x, ..
    }) = rectangles.get(at)
    {
        let first = children.partition_point(|child| child.0 < node);
        for &(_, child) in children[first..].iter().take_while(|child| child.0 == node) {
            let width = width_of(child as usize);
            rectangles.push(Rectangle {
                node: child,
                row: row + 1,
                x,
                width,
            });
            x += width;
        }
        at += 1;
    }
    FlameLayout {
        rows: rectangles.last().map_or(0, |last| last.row + 1),
        left_out: tree.nodes.len() - rectangles.len(),
        rectangles,
        narrowest,
    }
}

/// The parent of a node that is not the root. A parent that does not come before its child would make a cycle possible.
fn parent(tree: &CallTree, node: usize) -> Option<usize> {
    let parent = tree.nodes[node].parent as usize;
    (parent < node).then_some(parent)
}

fn extents(tree: &CallTree) -> Vec<u128> {
    let mut below = vec![0u128; tree.nodes.len()];
    // Children come after their parents, so going backwards every sum is complete when it is used.
    for node in (0..tree.nodes.len()).rev() {
        let own = tree.nodes[node].before.max(tree.nodes[node].after);
        below[node] = below[node].max(u128::from(own));
        if let Some(parent) = parent(tree, node).filter(|_| node > 0) {
            below[parent] += below[node];
        }
    }
    below
}

fn threshold(widths: impl Iterator<Item = f64>, narrowest: f64, most: usize) -> f64 {
    let mut wide: Vec<f64> = widths.filter(|&width| width >= narrowest).collect();
    if wide.len() <= most {
        return narrowest;
    }
    // Of frames that are equally wide, all go or none.
    let (_, &mut first_too_many, _) = wide.select_nth_unstable_by(most, |a, b| b.total_cmp(a));
    first_too_many.next_up()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::tree;

    /// Each rectangle as `row name x+width`.
    fn check(tree: &CallTree, expected: &[&str]) {
        let layout = flame_layout(tree, 100.0, 1.0, 1000);
        let drawn: Vec<String> = layout
            .rectangles
            .iter()
            .map(|r| {
                let name = &tree.nodes[r.node as usize].name;
                format!("{} {name} {}+{}", r.row, r.x, r.width)
            })
            .collect();
        assert_eq!(drawn, expected);
    }

    #[test]
    fn children_lie_under_their_parent_in_the_order_of_their_names() {
        check(
            &tree(
                false,
                None,
                &[
                    (0, "root", 0, 200),
                    (0, "b", 0, 100),
                    (0, "a", 0, 60),
                    (1, "leaf", 0, 50),
                ],
            ),
            &["0 root 0+100", "1 a 0+30", "1 b 30+50", "2 leaf 30+25"],
        );
    }

    #[test]
    fn a_branch_that_vanished_is_as_wide_as_it_was() {
        check(
            &tree(
                true,
                None,
                &[
                    (0, "root", 100, 100),
                    (0, "new", 0, 100),
                    (0, "gone", 100, 0),
                ],
            ),
            &["0 root 0+100", "1 gone 0+50", "1 new 50+50"],
        );
    }

    #[test]
    fn frames_too_narrow_to_see_are_counted_and_not_drawn() {
        let tree = tree(
            false,
            None,
            &[
                (0, "root", 0, 1000),
                (0, "a", 0, 1),
                (1, "b", 0, 1),
                (0, "c", 0, 900),
            ],
        );
        assert_eq!(flame_layout(&tree, 100.0, 1.0, 10).left_out, 2);
        check(&tree, &["0 root 0+100", "1 c 0+90"]);
    }

    #[test]
    fn the_number_of_frames_is_bounded_by_leaving_out_the_narrowest() {
        let mut nodes = vec![(0, "root", 0, 5050)];
        nodes.extend((1..=100).map(|value| (0, "x", 0, value)));
        let layout = flame_layout(&tree(false, None, &nodes), 1000.0, 0.0, 10);
        assert_eq!(layout.rectangles.len(), 10);
        assert!(
            layout
                .rectangles
                .iter()
                .all(|r| r.width >= layout.narrowest)
        );
    }

    #[test]
    fn a_tree_that_is_none_is_drawn_as_far_as_it_is_one() {
        check(
            &tree(
                false,
                None,
                &[
                    (0, "root", 0, 10),
                    (2, "a", 0, 5),
                    (1, "b", 0, 5),
                    (9, "c", 0, 5),
                ],
            ),
            &["0 root 0+100"],
        );
        check(&tree(false, None, &[(0, "root", 0, 0)]), &[]);
        check(&tree(false, None, &[]), &[]);
    }

    #[test]
    fn depth_is_no_recursion_and_values_do_not_overflow() {
        let nodes: Vec<_> = (0..200_000u32)
            .map(|place| (place.saturating_sub(1), "f", u64::MAX, u64::MAX))
            .collect();
        let layout = flame_layout(&tree(true, None, &nodes), 100.0, 0.1, 500_000);
        assert_eq!(layout.rows, 200_000);
    }
}
