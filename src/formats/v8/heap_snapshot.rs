//! `.heapsnapshot` and `.heaptimeline` -> [`ObjectGraph`].
//!
//! ```text
//! {"snapshot": {"meta": {"node_fields": ["type", "name", "id", ...], ...}, "node_count": 52458, "edge_count": 297397},
//! "nodes": [9,1,1,0,6,0,0, ...], "edges": [1,1,7, ...], ..., "strings": ["<dummy>", ...]}
//! ```
//!
//! Nodes and edges are flat arrays of integers, a row after another; the edges of a node follow those of the node before it. An edge
//! goes to the place in the array of nodes where its target begins. The columns are found by the names in the header. A `.heaptimeline`
//! is the same with allocation stacks. Source: v8:src/profiler/heap-snapshot-generator.cc, `HeapSnapshotJSONSerializer`.

use std::io::Read;

use super::header::Header;
use super::integers;
use super::json_bytes::JsonBytes;
use super::trace_tree;
use crate::formats::{ReadError, ReadErrorKind};
use crate::limits;
use crate::model::Profile;
use crate::notes::{NoteKind, Notes};
use crate::object_graph::{self, Edges, NodePlace, Nodes, ObjectGraph, Sizes, Strings};

pub(super) const FORMAT: &str = "V8 heap snapshot";

/// Reads a `.heapsnapshot` or `.heaptimeline` as a profile: see [`object_graph::to_profile`] for what its stacks are.
///
/// # Errors
/// As [`read_graph`].
pub fn read(input: &mut dyn Read) -> Result<Profile, ReadError> {
    let mut notes = Notes::default();
    let graph = read_graph(input, &mut notes)?;
    Ok(object_graph::to_profile(graph, &notes)?)
}

/// Reads the graph of a `.heapsnapshot` or `.heaptimeline`. What is remarkable goes to `notes`.
///
/// # Errors
/// The JSON is broken or ends early, the header lacks a column, or a number refers to what is not there.
pub fn read_graph(input: &mut dyn Read, notes: &mut Notes) -> Result<ObjectGraph, ReadError> {
    let mut json = JsonBytes::new(input, FORMAT);
    let mut header = None;
    let (mut nodes, mut edges, mut strings) = (None, None, None);
    let mut locations = Vec::new();
    let (mut functions, mut tree) = (Vec::new(), trace_tree::RawTree::default());
    let (mut key, mut is_first) = (Vec::new(), true);
    json.skip_byte_order_mark()?;
    json.expect(b'{')?;
    while json.next_key(&mut is_first, &mut key)? {
        if key == b"snapshot" {
            header = Some(Header::read(&mut json)?);
            continue;
        }
        let Some(header) = &header else {
            return Err(json.malformed("'snapshot' is not its first key"));
        };
        match key.as_slice() {
            b"nodes" => nodes = Some(read_nodes(&mut json, header)?),
            b"edges" => edges = Some(read_edges(&mut json, header)?),
            b"strings" => strings = Some(read_strings(&mut json)?),
            b"trace_function_infos" => {
                functions = trace_tree::read_functions(&mut json, header)?;
            }
            b"trace_tree" => tree = trace_tree::read_tree(&mut json, header)?,
            b"locations" => locations = read_locations(&mut json, header)?,
            // Samples over time: nothing here needs them.
            _ => json.skip_value()?,
        }
    }
    let (Some(header), Some(mut nodes), Some(edges), Some(strings)) =
        (header, nodes, edges, strings)
    else {
        return Err(json.malformed("'snapshot', 'nodes', 'edges' or 'strings' is missing"));
    };
    note_counts(&header, &nodes, &edges, notes);
    let allocations = match nodes.allocated_at.is_empty() {
        // No node refers to a stack.
        true => None,
        false => tree
            .resolve(&functions, strings.len())
            .map_err(|what| json.malformed(what))?,
    };
    match &allocations {
        Some(tree) => {
            for stack in &mut nodes.allocated_at {
                *stack = tree.number(*stack);
            }
        }
        None => nodes.allocated_at = Vec::new(),
    }
    let root = header.root_index / header.node_columns.count as u64;
    ObjectGraph::new(nodes, edges, strings, root, allocations, locations)
        .map_err(|error| json.malformed(error.to_string()))
}

/// How many rows to make room for: what the header promises, as far as that costs next to nothing if it is not true.
fn room(promised: u64) -> usize {
    promised.min(limits::V8_ROWS_ON_TRUST) as usize
}

fn read_nodes(json: &mut JsonBytes<'_>, header: &Header) -> Result<Nodes, ReadError> {
    let columns = &header.node_columns;
    let room = room(header.node_count);
    let has_stacks = columns.trace_node_id.is_some() && header.trace_function_count > 0;
    let mut nodes = Nodes {
        kinds: Vec::with_capacity(room),
        names: Vec::with_capacity(room),
        ids: Vec::with_capacity(room),
        self_sizes: Sizes::with_capacity(room),
        edge_counts: Vec::with_capacity(room),
        ..Nodes::default()
    };
    let mut row = [0u64; limits::V8_COLUMNS];
    let row = &mut row[..columns.count];
    let mut is_first = true;
    json.expect(b'[')?;
    while read_row(json, row, &mut is_first)? {
        let Some(&kind) = header.node_kinds.get(row[columns.kind] as usize) else {
            return Err(json.malformed(format!("a node of type {}", row[columns.kind])));
        };
        nodes.kinds.push(kind);
        nodes.names.push(narrow(row[columns.name], json)?);
        nodes.ids.push(narrow(row[columns.id], json)?);
        nodes.self_sizes.push(row[columns.self_size]);
        nodes
            .edge_counts
            .push(narrow(row[columns.edge_count], json)?);
        if has_stacks && let Some(column) = columns.trace_node_id {
            nodes.allocated_at.push(narrow(row[column], json)?);
        }
        if let Some(column) = columns.detachedness {
            // A column of its own only once there is something to say.
            let state = row[column].min(u64::from(u8::MAX)) as u8;
            if state != 0 || !nodes.detachedness.is_empty() {
                nodes.detachedness.resize(nodes.kinds.len() - 1, 0);
                nodes.detachedness.push(state);
            }
        }
    }
    if !nodes.detachedness.is_empty() {
        nodes.detachedness.resize(nodes.kinds.len(), 0);
    }
    Ok(nodes)
}

fn read_edges(json: &mut JsonBytes<'_>, header: &Header) -> Result<Edges, ReadError> {
    let columns = &header.edge_columns;
    let room = room(header.edge_count);
    let mut edges = Edges {
        kinds: Vec::with_capacity(room),
        names: Vec::with_capacity(room),
        targets: Vec::with_capacity(room),
    };
    let node_columns = header.node_columns.count as u64;
    let mut row = [0u64; limits::V8_COLUMNS];
    let row = &mut row[..columns.count];
    let mut is_first = true;
    json.expect(b'[')?;
    while read_row(json, row, &mut is_first)? {
        let Some(&kind) = header.edge_kinds.get(row[columns.kind] as usize) else {
            return Err(json.malformed(format!("an edge of type {}", row[columns.kind])));
        };
        let target = row[columns.target];
        if !target.is_multiple_of(node_columns) {
            return Err(json.malformed(format!("an edge to {target}, where no node begins")));
        }
        edges.kinds.push(kind);
        edges.names.push(narrow(row[columns.name], json)?);
        edges.targets.push(narrow(target / node_columns, json)?);
    }
    Ok(edges)
}

/// A number beyond 32 bits becomes the largest there is: V8 writes -1 for a line that is not known as an unsigned number.
fn read_locations(json: &mut JsonBytes<'_>, header: &Header) -> Result<Vec<NodePlace>, ReadError> {
    let Some(columns) = &header.location_columns else {
        json.skip_value()?;
        return Ok(Vec::new());
    };
    let node_columns = header.node_columns.count as u64;
    let clamp = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    let mut locations = Vec::new();
    let mut row = [0u64; limits::V8_COLUMNS];
    let row = &mut row[..columns.count];
    let mut is_first = true;
    json.expect(b'[')?;
    while read_row(json, row, &mut is_first)? {
        let node = row[columns.node];
        if !node.is_multiple_of(node_columns) {
            return Err(json.malformed(format!("a location of {node}, where no node begins")));
        }
        locations.push(NodePlace {
            node: narrow(node / node_columns, json)?,
            script: clamp(row[columns.script]),
            line: clamp(row[columns.line]),
            column: clamp(row[columns.column]),
        });
    }
    Ok(locations)
}

/// Reads one row of integers; false at the end of the array.
#[inline]
pub(super) fn read_row(
    json: &mut JsonBytes<'_>,
    row: &mut [u64],
    is_first: &mut bool,
) -> Result<bool, ReadError> {
    let ready = json.buffer.get(json.at..).unwrap_or_default();
    if !*is_first && let Some(length) = integers::row(ready, row) {
        json.at += length;
        return Ok(true);
    }
    for (index, value) in row.iter_mut().enumerate() {
        if !json.next_item(is_first)? {
            return match index {
                0 => Ok(false),
                _ => Err(json.malformed("nodes or edges end inside a row")),
            };
        }
        *value = json.integer()?;
    }
    Ok(true)
}

pub(super) fn narrow(value: u64, json: &JsonBytes<'_>) -> Result<u32, ReadError> {
    u32::try_from(value).map_err(|_| json.malformed(format!("a number above 32 bits: {value}")))
}

fn read_strings(json: &mut JsonBytes<'_>) -> Result<Strings, ReadError> {
    let mut strings = Strings::default();
    let mut is_first = true;
    json.expect(b'[')?;
    while json.next_item(&mut is_first)? {
        if !strings.add(|text| json.string(text))? {
            return Err(ReadErrorKind::TooLarge {
                what: "the text of all strings of this heap snapshot",
                limit: u64::from(u32::MAX),
            }
            .nowhere());
        }
    }
    Ok(strings)
}

/// V8 counts before it writes; another number is a sign of a tool that changed the file.
fn note_counts(header: &Header, nodes: &Nodes, edges: &Edges, notes: &mut Notes) {
    let found = (nodes.kinds.len() as u64, edges.targets.len() as u64);
    if found != (header.node_count, header.edge_count) {
        notes.add(NoteKind::HeaderDisagrees, || {
            format!(
                "{} nodes and {} edges in the header, {} and {} in the file",
                header.node_count, header.edge_count, found.0, found.1
            )
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::folded;
    use crate::model::ValueIndex;

    /// A file of these columns, nodes and edges; the types of nodes are 0 synthetic, 1 object, 2 string.
    fn file(node_fields: &str, header: &str, nodes: &str, edges: &str, more: &str) -> String {
        format!(
            r#"{{"snapshot":{{"meta":{{"node_fields":[{node_fields}],"node_types":[["synthetic","object","string"],"string"],"edge_fields":["type","name_or_index","to_node"],"edge_types":[["property","weak"],"string_or_number","node"],"trace_function_info_fields":["function_id","name","script_name","script_id","line","column"],"trace_node_fields":["id","function_info_index","count","size","children"]}},"node_count":3,"edge_count":2{header}}},
"nodes":[{nodes}],
"edges":[{edges}],{more}
"strings":["","Thing","text","(root)","work","file:///a.js"]}}"#
        )
    }

    fn check(json: &str, expected: Result<&str, &str>) {
        let found = read(&mut json.as_bytes())
            .map(|profile| {
                let mut lines = Vec::new();
                let space = profile.find_value(|value| value.name == "inuse_space");
                let space = space.unwrap_or(ValueIndex::FIRST);
                assert!(folded::write(&profile, space, &mut lines).is_ok());
                String::from_utf8_lossy(&lines).into_owned()
            })
            .map_err(|error| error.to_string());
        match (found, expected) {
            (Err(message), Err(part)) => assert!(message.contains(part), "{message}"),
            (found, expected) => assert_eq!(found.as_deref().ok(), expected.ok(), "{json}"),
        }
    }

    const OLD: &str = r#""type","name","id","self_size","edge_count""#;
    const NEW: &str =
        r#""type","name","id","self_size","edge_count","trace_node_id","detachedness""#;

    #[test]
    fn old_and_new_columns_are_found_by_name() {
        let held = "Thing 24\nThing;(string) 16\n";
        check(
            &file(
                OLD,
                "",
                "0,0,1,0,1, 1,1,3,24,1, 2,2,5,16,0",
                "0,1,5,0,2,10",
                "",
            ),
            Ok(held),
        );
        check(
            &file(
                NEW,
                "",
                "0,0,1,0,1,0,0, 1,1,3,24,1,0,0, 2,2,5,16,0,0,2",
                "0,1,7,0,2,14",
                "\"samples\":[],",
            ),
            Ok(held),
        );
        // Moved about, as a later version may.
        check(
            &file(
                r#""type","edge_count","id","self_size","name""#,
                "",
                "0,1,1,0,0, 1,1,3,24,1, 2,0,5,16,2",
                "0,1,5,0,2,10",
                "",
            ),
            Ok(held),
        );
    }

    #[test]
    fn sizes_above_32_bits_are_kept_and_ids_above_are_refused() {
        let nodes = "0,0,1,0,1, 1,1,3,5000000000,1, 2,2,5,16,0";
        check(
            &file(OLD, "", nodes, "0,1,5,0,2,10", ""),
            Ok("Thing 5000000000\nThing;(string) 16\n"),
        );
        check(
            &file(
                OLD,
                "",
                &nodes.replace(",3,", ",5000000000,"),
                "0,1,5,0,2,10",
                "",
            ),
            Err("a number above 32 bits: 5000000000"),
        );
    }

    #[test]
    fn places_are_of_nodes() {
        let fields =
            r#""location_fields":["object_index","script_id","line","column"],"edge_types""#;
        let check_places = |locations: &str, expected| {
            let more = format!("\"locations\":[{locations}],");
            let nodes = "0,0,1,0,1, 1,1,3,24,1, 2,2,5,16,0";
            let json = file(OLD, "", nodes, "0,1,5,0,2,10", &more);
            check(&json.replace("\"edge_types\"", fields), expected);
        };
        check_places("5,1,4294967295,0", Ok("Thing 24\nThing;(string) 16\n"));
        check_places("15,1,2,3", Err("location 0 refers to node 3 of 3"));
        check_places("7,1,2,3", Err("a location of 7, where no node begins"));
        check_places("5,1,2", Err("end inside a row"));
    }

    #[test]
    fn objects_with_an_allocation_stack_are_where_they_were_allocated() {
        let trace = r#""trace_function_infos":[0,3,0,0,0,0, 1,4,5,7,3,9],"trace_tree":[1,0,0,0,[2,1,1,24,[]]],"#;
        check(
            &file(
                NEW,
                r#","trace_function_count":2"#,
                "0,0,1,0,1,0,0, 1,1,3,24,1,2,0, 2,2,5,16,0,0,0",
                "0,1,7,0,2,14",
                trace,
            ),
            Ok("(allocated before the recording);Thing;(string) 16\nwork 24\n"),
        );
        check(
            &file(
                NEW,
                r#","trace_function_count":2"#,
                "0,0,1,0,1,0,0, 1,1,3,24,1,2,0, 2,2,5,16,0,0,0",
                "0,1,7,0,2,14",
                &trace.replace("[2,1,", "[2,9,"),
            ),
            Err("refers to function 9 of 2"),
        );
    }
}
