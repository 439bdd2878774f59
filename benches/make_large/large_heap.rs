//! A large V8 heap snapshot.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::random_draws::RandomDraws;

/// What comes before the heap: the root, the program's global object and the layouts of objects.
const FIRST_NODES: u64 = 2 + SHAPES;
const SHAPES: u64 = 2000;
/// Property names.
const NAMES: u64 = 5000;

/// Writes `heap.heapsnapshot` with `nodes` nodes into `folder`, in the proportions of the heap of a TypeScript compiler: 2.8 edges and 0.2 strings for each
/// node, 70 bytes of file. A tree that every node has its place in, with as many references across.
pub(crate) fn write(nodes: u64, folder: &Path) -> std::io::Result<()> {
    let mut out =
        BufWriter::with_capacity(1 << 20, File::create(folder.join("heap.heapsnapshot"))?);
    let nodes = nodes.max(FIRST_NODES + 10);
    let kind = |node: u64| match node {
        0 => 9,
        1 => 3,
        node if node < FIRST_NODES => 14,
        // Leaves of the tree are strings, numbers and arrays; what has children is an object, an array or a function.
        node if has_children(node, nodes) => [3, 3, 3, 1, 5][(node % 5) as usize],
        node => [2, 3, 1, 2, 7][(node % 5) as usize],
    };
    let edges_of = |node: u64| match node {
        0 => 1,
        1 => 2 + SHAPES,
        node if node < FIRST_NODES => 1,
        node => children(node, nodes).count() as u64 + if kind(node) == 2 { 1 } else { 3 },
    };
    let edge_count: u64 = (0..nodes).map(edges_of).sum();
    write!(
        out,
        r#"{{"snapshot":{{"meta":{{"node_fields":["type","name","id","self_size","edge_count","trace_node_id","detachedness"],"node_types":[["hidden","array","string","object","code","closure","regexp","number","native","synthetic","concatenated string","sliced string","symbol","bigint","object shape"],"string","number","number","number","number","number"],"edge_fields":["type","name_or_index","to_node"],"edge_types":[["context","element","property","internal","hidden","shortcut","weak"],"string_or_number","node"]}},"node_count":{nodes},"edge_count":{edge_count},"trace_function_count":0}},
"nodes":["#
    )?;
    let mut strings = 1 + SHAPES + NAMES;
    for node in 0..nodes {
        let comma = if node == 0 { "" } else { "\n," };
        let name = match kind(node) {
            2 => {
                strings += 1;
                strings - 1
            }
            3 | 5 => 1 + node * 7 % SHAPES,
            _ => 0,
        };
        let size = if node == 0 { 0 } else { 16 + node % 7 * 8 };
        write!(
            out,
            "{comma}{},{name},{},{size},{},0,0",
            kind(node),
            2 * node + 1,
            edges_of(node)
        )?;
    }
    out.write_all(b"],\n\"edges\":[")?;
    let mut random = RandomDraws::new(8);
    let mut is_first = true;
    let mut edge = |out: &mut BufWriter<File>, kind: u64, name: u64, to: u64| {
        let comma = if std::mem::take(&mut is_first) {
            ""
        } else {
            "\n,"
        };
        write!(out, "{comma}{kind},{name},{}", to * 7)
    };
    for node in 0..nodes {
        match node {
            0 => edge(&mut out, 5, 1, 1)?,
            1 => {
                for to in 2..FIRST_NODES + 2 {
                    edge(&mut out, 2, 1 + SHAPES + to % NAMES, to)?;
                }
            }
            node if node < FIRST_NODES => edge(&mut out, 3, 1 + SHAPES, 1)?,
            node => {
                for to in children(node, nodes) {
                    edge(&mut out, 2, 1 + SHAPES + to % NAMES, to)?;
                }
                edge(&mut out, 3, 1 + SHAPES, 2 + node % SHAPES)?;
                if kind(node) != 2 {
                    // Most references across stay near, as those of a syntax tree do.
                    let near = node - random.below(node.min(2000)).min(node - FIRST_NODES);
                    edge(&mut out, 2, 1 + SHAPES + node % NAMES, near)?;
                    let far = FIRST_NODES + random.below(nodes - FIRST_NODES);
                    edge(&mut out, 1, node % 100, far)?;
                }
            }
        }
    }
    out.write_all(b"],\n\"samples\":[],\n\"locations\":[],\n\"strings\":[\"<dummy>\"")?;
    for string in 1..strings {
        match string {
            shape if shape <= SHAPES => write!(out, ",\n\"Class{shape}\"")?,
            name if name <= SHAPES + NAMES => write!(out, ",\n\"property{name}\"")?,
            text => write!(out, ",\n\"a string of the program, number {text}\"")?,
        }
    }
    out.write_all(b"]}\n")?;
    out.flush()
}

/// The children of a node: two each, in a tree as deep as the logarithm of the heap.
fn children(node: u64, nodes: u64) -> std::ops::Range<u64> {
    let first = FIRST_NODES + 2 + (node - FIRST_NODES) * 2;
    first.min(nodes)..(first + 2).min(nodes)
}

fn has_children(node: u64, nodes: u64) -> bool {
    !children(node, nodes).is_empty()
}
