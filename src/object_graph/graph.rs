//! The graph: nodes and edges in columns.

use super::{AllocationTree, EdgeKind, NodeKind, NodePlace, Sizes, Strings};

/// The columns of all nodes, one entry in each for every node.
#[derive(Debug, Clone, Default)]
pub struct Nodes {
    /// What each node is.
    pub kinds: Vec<NodeKind>,
    /// The string that names it: the constructor of an object, the content of a string.
    pub names: Vec<u32>,
    /// Its number, which it keeps from snapshot to snapshot of one process. V8 has 32 bits for it (`SnapshotObjectId`).
    pub ids: Vec<u32>,
    /// Its own bytes, without what it refers to.
    pub self_sizes: Sizes,
    /// How many edges go out from it.
    pub edge_counts: Vec<u32>,
    /// The allocation stack it came from, a node of the [`AllocationTree`]; empty where the file has none.
    pub allocated_at: Vec<u32>,
    /// 0 not known, 1 attached to the page, 2 detached from it; empty where the file does not tell.
    pub detachedness: Vec<u8>,
}

/// The columns of all edges, in the order of the nodes they go out from.
#[derive(Debug, Clone, Default)]
pub struct Edges {
    /// What each edge is.
    pub kinds: Vec<EdgeKind>,
    /// The string that names it, or its number ([`EdgeKind::has_number`]).
    pub names: Vec<u32>,
    /// The node it goes to, by ordinal.
    pub targets: Vec<u32>,
}

/// A heap as a graph, with every number in it checked.
#[derive(Debug, Clone)]
pub struct ObjectGraph {
    pub(super) nodes: Nodes,
    pub(super) edges: Edges,
    /// Where the edges of each node begin, and at the end how many there are.
    pub(super) first_edges: Vec<u32>,
    pub(super) strings: Strings,
    pub(super) root: u32,
    pub(super) allocations: Option<AllocationTree>,
    /// Where in the source functions and objects come from, by node.
    pub(super) locations: Vec<NodePlace>,
}

/// A promise of the graph that its columns do not keep.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// There is no root.
    #[error("the root is node {root} of {nodes}")]
    NoRoot {
        /// The root's ordinal.
        root: u64,
        /// How many nodes there are.
        nodes: usize,
    },
    /// The nodes claim more or fewer edges than there are.
    #[error("its nodes have {claimed} edges by their own count, and the file has {found}")]
    EdgeCount {
        /// The sum of all nodes' counts.
        claimed: u64,
        /// How many edges there are.
        found: usize,
    },
    /// A handle points outside its table.
    #[error("{what} {index} refers to {target} {number} of {count}")]
    Dangling {
        /// What holds the number.
        what: &'static str,
        /// Which one, from 0.
        index: usize,
        /// What it should be the number of.
        target: &'static str,
        /// The number.
        number: u64,
        /// How many there are.
        count: usize,
    },
    /// The columns of nodes or of edges are not equally long.
    #[error("its columns are not equally long")]
    UnequalColumns,
    /// There are more nodes or edges than 32-bit numbers can count.
    #[error("it has more nodes or edges than fabric takes (4,294,967,294)")]
    TooLarge,
    /// The sizes do not fit 63 bits.
    #[error("the sizes of its nodes add up to more than 63 bits hold")]
    SumOverflows,
}

impl ObjectGraph {
    /// A graph of these columns.
    ///
    /// # Errors
    /// The first promise they do not keep: every edge goes to a node, every name is a string, the edge counts add up, the sizes
    /// can be summed.
    pub fn new(
        mut nodes: Nodes,
        edges: Edges,
        strings: Strings,
        root: u64,
        allocations: Option<AllocationTree>,
        mut locations: Vec<NodePlace>,
    ) -> Result<ObjectGraph, GraphError> {
        let count = nodes.kinds.len();
        let optional = |length: usize, is_needed: bool| match length {
            0 if !is_needed => count,
            length => length,
        };
        let columns = [
            nodes.names.len(),
            nodes.ids.len(),
            nodes.self_sizes.len(),
            nodes.edge_counts.len(),
            optional(nodes.allocated_at.len(), allocations.is_some()),
            optional(nodes.detachedness.len(), false),
        ];
        let edge_columns = [edges.kinds.len(), edges.names.len()];
        if columns.iter().any(|&length| length != count)
            || edge_columns
                .iter()
                .any(|&length| length != edges.targets.len())
        {
            return Err(GraphError::UnequalColumns);
        }
        if count >= u32::MAX as usize || edges.targets.len() >= u32::MAX as usize {
            return Err(GraphError::TooLarge);
        }
        let root = match u32::try_from(root) {
            Ok(root) if (root as usize) < count => root,
            _ => return Err(GraphError::NoRoot { root, nodes: count }),
        };
        // The counts say where the edges of each node begin, in the same column.
        let mut first_edges = std::mem::take(&mut nodes.edge_counts);
        let mut claimed = 0u64;
        for first in &mut first_edges {
            let edge_count = std::mem::replace(first, claimed as u32);
            claimed += u64::from(edge_count);
        }
        first_edges.push(claimed as u32);
        if claimed != edges.targets.len() as u64 {
            return Err(GraphError::EdgeCount {
                claimed,
                found: edges.targets.len(),
            });
        }
        check_below("node", &nodes.names, "string", strings.len())?;
        check_below("edge", &edges.targets, "node", count)?;
        for (index, (&kind, &name)) in edges.kinds.iter().zip(&edges.names).enumerate() {
            if !kind.has_number() && name as usize >= strings.len() {
                return Err(dangling("edge", index, "string", name, strings.len()));
            }
        }
        for (index, location) in locations.iter().enumerate() {
            if location.node as usize >= count {
                return Err(dangling("location", index, "node", location.node, count));
            }
        }
        // As V8 writes them already.
        locations.sort_by_key(|location| location.node);
        if let Some(tree) = &allocations {
            check_below("node", &nodes.allocated_at, "allocation stack", tree.len())?;
        }
        let total = nodes
            .self_sizes
            .iter()
            .try_fold(0u64, |sum, size| sum.checked_add(size));
        if total.is_none_or(|total| total > i64::MAX as u64) {
            return Err(GraphError::SumOverflows);
        }
        Ok(ObjectGraph {
            nodes,
            edges,
            first_edges,
            strings,
            root,
            allocations,
            locations,
        })
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.kinds.len()
    }

    /// Whether there are none; a graph has at least its root.
    pub fn is_empty(&self) -> bool {
        self.nodes.kinds.is_empty()
    }

    /// How many edges there are.
    pub fn edge_count(&self) -> usize {
        self.edges.targets.len()
    }

    /// The node that everything hangs on.
    pub fn root(&self) -> u32 {
        self.root
    }

    /// What a node is.
    pub fn kind(&self, node: u32) -> NodeKind {
        self.nodes.kinds[node as usize]
    }

    /// The name of a node as the file has it.
    pub fn name(&self, node: u32) -> std::borrow::Cow<'_, str> {
        self.strings.get(self.nodes.names[node as usize])
    }

    /// The number of the string that names a node.
    pub fn name_number(&self, node: u32) -> u32 {
        self.nodes.names[node as usize]
    }

    /// The text of a string by its number.
    pub fn text(&self, string: u32) -> std::borrow::Cow<'_, str> {
        self.strings.get(string)
    }

    /// How many strings there are.
    pub fn string_count(&self) -> usize {
        self.strings.len()
    }

    /// The number of a node that it keeps from snapshot to snapshot of one process.
    pub fn id(&self, node: u32) -> u64 {
        u64::from(self.nodes.ids[node as usize])
    }

    /// The bytes of a node itself, as the file has them.
    pub fn self_size(&self, node: u32) -> u64 {
        self.nodes.self_sizes.get(node)
    }

    /// The edges that go out from a node, by ordinal.
    pub fn edges_of(&self, node: u32) -> std::ops::Range<usize> {
        let node = node as usize;
        self.first_edges[node] as usize..self.first_edges[node + 1] as usize
    }

    /// The node an edge goes out from.
    pub fn source(&self, edge: usize) -> u32 {
        let after = self
            .first_edges
            .partition_point(|&first| first as usize <= edge);
        after.saturating_sub(1) as u32
    }

    /// The numbers of strings with these texts, for [`ObjectGraph::edge_is`]; of those that are not there one that no string has.
    pub fn find_names<const N: usize>(&self, texts: [&str; N]) -> [u32; N] {
        self.strings.find(texts)
    }

    /// Whether an edge has the name with this number.
    pub fn edge_is(&self, edge: usize, name: u32) -> bool {
        self.edges.names[edge] == name && !self.edge_kind(edge).has_number()
    }

    /// The name of an edge; nothing where it is a number.
    pub fn edge_name(&self, edge: usize) -> Option<std::borrow::Cow<'_, str>> {
        (!self.edge_kind(edge).has_number()).then(|| self.strings.get(self.edges.names[edge]))
    }

    /// What an edge is.
    pub fn edge_kind(&self, edge: usize) -> EdgeKind {
        self.edges.kinds[edge]
    }

    /// The node an edge goes to.
    pub fn target(&self, edge: usize) -> u32 {
        self.edges.targets[edge]
    }

    /// The nodes that the root refers to and that are objects: where the program's own graph begins. A snapshot taken with V8's
    /// internals exposed has none.
    pub(super) fn user_roots(&self) -> impl Iterator<Item = u32> {
        self.edges_of(self.root)
            .map(|edge| self.target(edge))
            .filter(|&node| self.kind(node) != NodeKind::Synthetic)
    }
}

fn check_below(
    what: &'static str,
    column: &[u32],
    target: &'static str,
    count: usize,
) -> Result<(), GraphError> {
    match column.iter().position(|&number| number as usize >= count) {
        Some(index) => Err(dangling(what, index, target, column[index], count)),
        None => Ok(()),
    }
}

fn dangling(
    what: &'static str,
    index: usize,
    target: &'static str,
    number: u32,
    count: usize,
) -> GraphError {
    GraphError::Dangling {
        what,
        index,
        target,
        number: u64::from(number),
        count,
    }
}
