//! How far each object is from the roots.

use hashbrown::HashSet;

use super::weak_pairs::WeakPair;
use super::{EdgeKind, NodeKind, ObjectGraph};

/// What is added to the distance of everything that only V8's own roots reach, as in DevTools: it sorts behind all else.
pub const SYSTEM_DISTANCE: u32 = 100_000_000;

/// The number of edges from the program's global objects to each node, the globals at 1; nothing for what is not reached.
///
/// As DevTools has it (`calculateDistances`): first from the objects that the root refers to, then from the root itself at
/// [`SYSTEM_DISTANCE`]. Weak edges do not count, nor do the entries of descriptor arrays that are no keys; the value of a WeakMap's pair is
/// reached once both its key and its table are.
pub fn distances(graph: &ObjectGraph) -> Vec<Option<u32>> {
    let mut distances = vec![None; graph.len()];
    let mut reached: Vec<u32> = Vec::new();
    for node in graph.user_roots() {
        if distances[node as usize].replace(1).is_none() {
            reached.push(node);
        }
    }
    let root_distance = match reached.is_empty() {
        true => 0,
        false => SYSTEM_DISTANCE,
    };
    let mut half_pairs = HashSet::new();
    spread(graph, reached, &mut distances, &mut half_pairs);
    distances[graph.root() as usize] = Some(root_distance);
    spread(graph, vec![graph.root()], &mut distances, &mut half_pairs);
    distances
}

/// Breadth first, one ring after another.
fn spread<'g>(
    graph: &'g ObjectGraph,
    mut ring: Vec<u32>,
    distances: &mut [Option<u32>],
    half_pairs: &mut HashSet<&'g [u8]>,
) {
    while !ring.is_empty() {
        let mut next = Vec::new();
        for &node in &ring {
            let distance = distances[node as usize].unwrap_or_default() + 1;
            for edge in graph.edges_of(node) {
                let target = graph.target(edge);
                if graph.edge_kind(edge) != EdgeKind::Weak
                    && distances[target as usize].is_none()
                    && leads_on(graph, node, edge, half_pairs)
                {
                    distances[target as usize] = Some(distance);
                    next.push(target);
                }
            }
        }
        ring = next;
    }
}

fn leads_on<'g>(
    graph: &'g ObjectGraph,
    node: u32,
    edge: usize,
    half_pairs: &mut HashSet<&'g [u8]>,
) -> bool {
    let name = graph.edges.names[edge];
    let kind = graph.edge_kind(edge);
    match graph.kind(node) {
        NodeKind::Hidden
            if !kind.has_number()
                && graph.strings.bytes(name) == b"sloppy_function_map"
                && graph.name(node) == "system / NativeContext" =>
        {
            return false;
        }
        // Triples of key, details and value, after two fields of the array itself.
        NodeKind::Array if graph.name(node) == "(map descriptors)" => {
            let index = match kind.has_number() {
                true => Some(name),
                false => std::str::from_utf8(graph.strings.bytes(name))
                    .ok()
                    .and_then(|name| name.parse().ok()),
            };
            return index.is_some_and(|index| index < 2 || index % 3 != 1);
        }
        _ => {}
    }
    if kind == EdgeKind::Internal
        && let Some(pair) = WeakPair::from_name(graph.strings.bytes(name))
        && !half_pairs.remove(pair.pair)
    {
        half_pairs.insert(pair.pair);
        return false;
    }
    true
}
