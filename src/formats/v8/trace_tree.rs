//! The allocation stacks of a `.heaptimeline`.
//!
//! `trace_function_infos` is a flat array of rows. `trace_tree` is nested: a node is a run of `id, function_info_index, count, size` and an
//! array of its children, which are runs in one array, as deep as the stacks.

use super::header::Header;
use super::json_bytes::JsonBytes;
use crate::formats::ReadError;
use crate::object_graph::{AllocationNode, AllocationTree};

/// A function as the file has it; numbers of strings not checked yet, as strings come last.
#[derive(Clone, Copy, Default)]
pub(super) struct RawFunction {
    name: u64,
    script: u64,
    line: u64,
    column: u64,
}

/// The nodes of the tree as they come: callers before the called.
#[derive(Default)]
pub(super) struct RawTree {
    nodes: Vec<RawNode>,
}

#[derive(Clone, Copy)]
struct RawNode {
    id: u32,
    parent: u32,
    function: u64,
}

/// Reads `trace_function_infos`.
pub(super) fn read_functions(
    json: &mut JsonBytes<'_>,
    header: &Header,
) -> Result<Vec<RawFunction>, ReadError> {
    let columns = &header.function_columns;
    let mut functions = Vec::new();
    let mut function = RawFunction::default();
    let (mut at, mut is_first) = (0, true);
    json.expect(b'[')?;
    while json.next_item(&mut is_first)? {
        let value = json.integer()?;
        for (column, field) in [
            (columns.name, &mut function.name),
            (columns.script, &mut function.script),
            (columns.line, &mut function.line),
            (columns.column, &mut function.column),
        ] {
            if column == Some(at) {
                *field = value;
            }
        }
        at += 1;
        if at >= columns.count {
            functions.push(std::mem::take(&mut function));
            at = 0;
        }
    }
    Ok(functions)
}

/// Reads `trace_tree` with a stack of its own.
pub(super) fn read_tree(json: &mut JsonBytes<'_>, header: &Header) -> Result<RawTree, ReadError> {
    let columns = &header.trace_columns;
    let (Some(id_column), Some(function_column)) = (columns.id, columns.function) else {
        json.skip_value()?;
        return Ok(RawTree::default());
    };
    let mut nodes: Vec<RawNode> = Vec::new();
    // Of each array that is open: the node it belongs to, the column reached, whether nothing was read in it.
    let mut open = vec![(0u32, 0usize, true)];
    let (mut id, mut function) = (0, 0);
    json.expect(b'[')?;
    while let Some((owner, at, is_first)) = open.last_mut() {
        if !json.next_item(is_first)? {
            open.pop();
            continue;
        }
        let column = *at;
        *at = (*at + 1) % columns.count;
        if json.peek()? != b'[' {
            let value = json.integer()?;
            if column == id_column {
                id = value;
            } else if column == function_column {
                function = value;
            }
            continue;
        }
        // The children end a row.
        if *at != 0 {
            return Err(json.malformed("an array where a number of the trace tree belongs"));
        }
        let number = u32::try_from(nodes.len())
            .map_err(|_| json.malformed("more than 2^32 allocation stacks"))?;
        nodes.push(RawNode {
            id: u32::try_from(id)
                .map_err(|_| json.malformed(format!("a number above 32 bits: {id}")))?,
            parent: *owner,
            function,
        });
        json.expect(b'[')?;
        open.push((number, 0, true));
    }
    Ok(RawTree { nodes })
}

impl RawTree {
    /// The tree with its functions; nothing where the file has no stacks.
    pub(super) fn resolve(
        self,
        functions: &[RawFunction],
        strings: usize,
    ) -> Result<Option<AllocationTree>, String> {
        let mut tree = AllocationTree::default();
        let narrow = |value: u64| u32::try_from(value).unwrap_or(0);
        let text = |number: u64| match number < strings as u64 {
            true => Ok(narrow(number)),
            false => Err(format!("a function refers to string {number} of {strings}")),
        };
        for node in &self.nodes {
            let Some(function) =
                functions.get(usize::try_from(node.function).unwrap_or(usize::MAX))
            else {
                return Err(format!(
                    "an allocation stack refers to function {} of {}",
                    node.function,
                    functions.len()
                ));
            };
            let node = (
                node.id,
                AllocationNode {
                    // Numbers of the tree count from 1.
                    parent: node.parent + 1,
                    name: text(function.name)?,
                    script: text(function.script)?,
                    line: narrow(function.line),
                    column: narrow(function.column),
                },
            );
            tree.add(node.0, node.1);
        }
        Ok(Some(tree).filter(|tree| !tree.is_empty()))
    }
}
