//! The `snapshot` object at the front of a `.heapsnapshot`: which columns the file has, and what its numbers mean.

use serde::Deserialize;

use super::json_bytes::JsonBytes;
use crate::formats::ReadError;
use crate::limits;
use crate::object_graph::{EdgeKind, NodeKind};

/// What the header says, with the columns found by their names: versions of V8 have different ones, in different places.
pub(super) struct Header {
    pub(super) node_columns: NodeColumns,
    pub(super) node_kinds: Vec<NodeKind>,
    pub(super) edge_columns: EdgeColumns,
    pub(super) edge_kinds: Vec<EdgeKind>,
    pub(super) function_columns: FunctionColumns,
    /// The columns of a node of the trace tree, which hold arrays as well as numbers.
    pub(super) trace_columns: TraceColumns,
    /// Since V8 6.9.
    pub(super) location_columns: Option<LocationColumns>,
    pub(super) node_count: u64,
    pub(super) edge_count: u64,
    /// Where the root begins in the flat array of nodes.
    pub(super) root_index: u64,
    /// 0 where the file was not recorded with allocation stacks.
    pub(super) trace_function_count: u64,
}

/// Where each column of a node is, and how many there are.
pub(super) struct NodeColumns {
    pub(super) count: usize,
    pub(super) kind: usize,
    pub(super) name: usize,
    pub(super) id: usize,
    pub(super) self_size: usize,
    pub(super) edge_count: usize,
    /// Since V8 4.4.
    pub(super) trace_node_id: Option<usize>,
    /// Since V8 8.9.
    pub(super) detachedness: Option<usize>,
}

/// Where each column of an edge is, and how many there are.
pub(super) struct EdgeColumns {
    pub(super) count: usize,
    pub(super) kind: usize,
    pub(super) name: usize,
    pub(super) target: usize,
}

/// Where each column of a function of the trace tree is, and how many there are.
pub(super) struct FunctionColumns {
    pub(super) count: usize,
    pub(super) name: Option<usize>,
    pub(super) script: Option<usize>,
    pub(super) line: Option<usize>,
    pub(super) column: Option<usize>,
}

/// Where each column of a node of the trace tree is.
pub(super) struct TraceColumns {
    pub(super) count: usize,
    pub(super) id: Option<usize>,
    pub(super) function: Option<usize>,
}

/// Where each column of a location is, and how many there are.
pub(super) struct LocationColumns {
    pub(super) count: usize,
    pub(super) node: usize,
    pub(super) script: usize,
    pub(super) line: usize,
    pub(super) column: usize,
}

#[derive(Deserialize)]
struct RawHeader {
    meta: RawMeta,
    #[serde(default)]
    node_count: u64,
    #[serde(default)]
    edge_count: u64,
    #[serde(default)]
    root_index: u64,
    #[serde(default)]
    trace_function_count: u64,
}

#[derive(Deserialize)]
struct RawMeta {
    node_fields: Vec<String>,
    node_types: Vec<RawType>,
    edge_fields: Vec<String>,
    edge_types: Vec<RawType>,
    #[serde(default)]
    trace_function_info_fields: Vec<String>,
    #[serde(default)]
    trace_node_fields: Vec<String>,
    #[serde(default)]
    location_fields: Vec<String>,
}

/// What a column holds: a word, or the list of names its numbers stand for.
#[derive(Deserialize)]
#[serde(untagged)]
enum RawType {
    Names(Vec<String>),
    Other(serde::de::IgnoredAny),
}

impl Header {
    /// Reads the value of the key `snapshot`.
    pub(super) fn read(json: &mut JsonBytes<'_>) -> Result<Header, ReadError> {
        let Some(raw) = json.raw_value(limits::V8_HEADER_BYTES)? else {
            return Err(json.malformed("a header of more than a megabyte"));
        };
        let raw: RawHeader = serde_json::from_slice(&raw)
            .map_err(|error| json.malformed(format!("its header cannot be read: {error}")))?;
        let RawMeta {
            node_fields,
            node_types,
            edge_fields,
            edge_types,
            trace_function_info_fields: function_fields,
            trace_node_fields: trace_fields,
            location_fields,
        } = raw.meta;
        let needed = |fields: &[String], name: &str| {
            position(fields, name)
                .ok_or_else(|| json.malformed(format!("its header has no column '{name}'")))
        };
        let node_columns = NodeColumns {
            count: node_fields.len(),
            kind: needed(&node_fields, "type")?,
            name: needed(&node_fields, "name")?,
            id: needed(&node_fields, "id")?,
            self_size: needed(&node_fields, "self_size")?,
            edge_count: needed(&node_fields, "edge_count")?,
            trace_node_id: position(&node_fields, "trace_node_id"),
            detachedness: position(&node_fields, "detachedness"),
        };
        let edge_columns = EdgeColumns {
            count: edge_fields.len(),
            kind: needed(&edge_fields, "type")?,
            name: needed(&edge_fields, "name_or_index")?,
            target: needed(&edge_fields, "to_node")?,
        };
        // A row is read into a buffer of its own; a header of a megabyte has room for names without end.
        if node_columns
            .count
            .max(edge_columns.count)
            .max(location_fields.len())
            > limits::V8_COLUMNS
        {
            return Err(json.malformed("its header has more than 64 columns"));
        }
        let names = |types: &[RawType], column: usize| match types.get(column) {
            Some(RawType::Names(names)) => Ok(names.clone()),
            _ => Err(json.malformed("its header does not name the types of nodes or edges")),
        };
        Ok(Header {
            node_kinds: names(&node_types, node_columns.kind)?
                .iter()
                .map(|name| NodeKind::from_name(name))
                .collect(),
            edge_kinds: names(&edge_types, edge_columns.kind)?
                .iter()
                .map(|name| EdgeKind::from_name(name))
                .collect(),
            node_columns,
            edge_columns,
            function_columns: FunctionColumns {
                count: function_fields.len(),
                name: position(&function_fields, "name"),
                script: position(&function_fields, "script_name"),
                line: position(&function_fields, "line"),
                column: position(&function_fields, "column"),
            },
            trace_columns: TraceColumns {
                count: trace_fields.len(),
                id: position(&trace_fields, "id"),
                function: position(&trace_fields, "function_info_index"),
            },
            location_columns: location_columns(&location_fields),
            node_count: raw.node_count,
            edge_count: raw.edge_count,
            root_index: raw.root_index,
            trace_function_count: raw.trace_function_count,
        })
    }
}

/// Nothing where a column is not there: places are worth knowing, and no heap is unreadable without them.
fn location_columns(fields: &[String]) -> Option<LocationColumns> {
    Some(LocationColumns {
        count: fields.len(),
        node: position(fields, "object_index")?,
        script: position(fields, "script_id")?,
        line: position(fields, "line")?,
        column: position(fields, "column")?,
    })
}

fn position(fields: &[String], name: &str) -> Option<usize> {
    fields.iter().position(|field| field == name)
}
