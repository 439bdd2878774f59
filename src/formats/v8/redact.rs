//! A copy of a heap snapshot without what the program wrote into its strings.
//!
//! Nodes, edges, places and stacks are copied byte for byte, so the copy has the same objects, sizes and references. Of the strings those stay
//! that are names of code ([`Use`] tells them apart); every other one becomes its length and a keyed hash: equal strings stay equal,
//! and nobody without the key can try guesses.

use std::io::{self, Read, Write};

use hashbrown::HashMap;

use super::header::Header;
use super::heap_snapshot::{FORMAT, narrow, read_row};
use super::json_bytes::JsonBytes;
use super::redacted_names::{self, Use};
use crate::formats::ReadError;
use crate::limits;
use crate::object_graph::{EdgeKind, NodeKind};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redacted {
    /// How many strings there are.
    pub strings: u64,
    /// How many of them were replaced.
    pub replaced: u64,
}

/// Why a copy could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RedactError {
    /// The snapshot cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The copy cannot be written.
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// Copies a `.heapsnapshot` or `.heaptimeline` from `input` to `output` with its strings replaced. `hash` must be keyed, with a key that is forgotten.
///
/// # Errors
/// The input is no whole heap snapshot, or has its strings in front, where nothing is known of their use; or the copy cannot be written.
pub fn redact(
    input: &mut dyn Read,
    output: &mut dyn Write,
    hash: &dyn Fn(&[u8]) -> u64,
) -> Result<Redacted, RedactError> {
    // What fails in here while the copy is written looks like a failed read to the reader of JSON; this remembers which it was.
    let mut output = Remembering {
        output,
        failed: None,
    };
    let mut json = JsonBytes::copying(input, &mut output, FORMAT);
    let done = copy(&mut json, hash);
    drop(json);
    match output.failed {
        Some(error) => Err(RedactError::Write(error)),
        None => done,
    }
}

fn copy(json: &mut JsonBytes<'_>, hash: &dyn Fn(&[u8]) -> u64) -> Result<Redacted, RedactError> {
    let mut header = None;
    let mut nodes = None;
    let mut uses = Uses::default();
    let mut done = None;
    let mut has_edges = false;
    let (mut key, mut is_first) = (Vec::new(), true);
    json.skip_byte_order_mark()?;
    json.expect(b'{')?;
    while json.next_key(&mut is_first, &mut key)? {
        if key == b"snapshot" {
            header = Some(Header::read(json)?);
            continue;
        }
        let Some(header) = &header else {
            return Err(json.malformed("'snapshot' is not its first key").into());
        };
        match key.as_slice() {
            b"nodes" => nodes = Some(read_nodes(json, header, &mut uses)?),
            b"edges" => {
                let Some(nodes) = &nodes else {
                    return Err(json.malformed("'edges' stands before 'nodes'").into());
                };
                read_edges(json, header, nodes, &mut uses)?;
                has_edges = true;
            }
            b"trace_function_infos" => read_functions(json, header, &mut uses)?,
            b"strings" => {
                if !has_edges {
                    return Err(json
                        .malformed(
                            "'strings' stands before 'edges', so nothing tells names from contents",
                        )
                        .into());
                }
                json.instead(|json, output| {
                    done = Some(replace_strings(json, output, &uses, hash)?);
                    Ok::<(), RedactError>(())
                })?;
            }
            _ => json.skip_value()?,
        }
    }
    let done = done.ok_or_else(|| json.malformed("'strings' is missing"))?;
    json.copy_rest()?;
    Ok(done)
}

/// What each string is used for, by its number.
#[derive(Default)]
struct Uses(HashMap<u32, Use>);

impl Uses {
    fn add(&mut self, string: u64, how: Use, json: &JsonBytes<'_>) -> Result<(), ReadError> {
        self.0.entry(narrow(string, json)?).or_default().add(how);
        Ok(())
    }
}

/// What has to be known of the nodes to tell what their edges are.
#[derive(Default)]
struct Nodes {
    edge_counts: Vec<u32>,
    kinds: Vec<NodeKind>,
    names: Vec<u32>,
}

fn read_nodes(
    json: &mut JsonBytes<'_>,
    header: &Header,
    uses: &mut Uses,
) -> Result<Nodes, ReadError> {
    let columns = &header.node_columns;
    let mut nodes = Nodes::default();
    let mut row = [0u64; limits::V8_COLUMNS];
    let row = &mut row[..columns.count];
    let mut is_first = true;
    json.expect(b'[')?;
    while read_row(json, row, &mut is_first)? {
        let kind = header.node_kinds.get(row[columns.kind] as usize);
        let kind = kind.copied().unwrap_or(NodeKind::Unknown);
        let how = match kind {
            NodeKind::String
            | NodeKind::ConcatenatedString
            | NodeKind::SlicedString
            | NodeKind::RegExp
            | NodeKind::Number
            | NodeKind::BigInt
            | NodeKind::Symbol => Use::CONTENT,
            NodeKind::Native => Use::NATIVE,
            _ => Use::CODE,
        };
        uses.add(row[columns.name], how, json)?;
        nodes.kinds.push(kind);
        nodes.names.push(narrow(row[columns.name], json)?);
        let edge_count = narrow(row[columns.edge_count], json)?;
        nodes.edge_counts.push(edge_count);
    }
    Ok(nodes)
}

fn read_edges(
    json: &mut JsonBytes<'_>,
    header: &Header,
    nodes: &Nodes,
    uses: &mut Uses,
) -> Result<(), ReadError> {
    let columns = &header.edge_columns;
    let node_columns = header.node_columns.count;
    let mut row = [0u64; limits::V8_COLUMNS];
    let row = &mut row[..columns.count];
    let mut is_first = true;
    // The properties of the node whose edges are read; more than it may have to be kept are not listed.
    let mut properties: Vec<u64> = Vec::new();
    let mut counts = nodes.edge_counts.iter().zip(&nodes.kinds);
    let (mut left, mut source) = (0u32, NodeKind::Unknown);
    json.expect(b'[')?;
    while read_row(json, row, &mut is_first)? {
        while left == 0 {
            keep_properties(&mut properties, uses, json)?;
            let Some((&count, &kind)) = counts.next() else {
                return Err(json.malformed("there are more edges than its nodes have"));
            };
            (left, source) = (count, kind);
        }
        left -= 1;
        let name = row[columns.name];
        let kind = header.edge_kinds.get(row[columns.kind] as usize);
        match kind.copied().unwrap_or(EdgeKind::Unknown) {
            kind if kind.has_number() => {}
            // The layouts of objects lead to the keys of properties as strings: of those without a reference as their value nothing else tells.
            EdgeKind::Internal if source == NodeKind::ObjectShape => {
                uses.add(name, Use::CODE, json)?;
                let target = row[columns.target] as usize / node_columns.max(1);
                if nodes.kinds.get(target) == Some(&NodeKind::String)
                    && let Some(&key) = nodes.names.get(target)
                    && properties.len() <= redacted_names::DICTIONARY_PROPERTIES
                {
                    properties.push(u64::from(key));
                }
            }
            EdgeKind::Property | EdgeKind::Unknown => {
                uses.add(name, Use::KEY, json)?;
                if properties.len() <= redacted_names::DICTIONARY_PROPERTIES {
                    properties.push(name);
                }
            }
            _ => uses.add(name, Use::CODE, json)?,
        }
    }
    keep_properties(&mut properties, uses, json)
}

/// Marks the properties of an object that has few.
fn keep_properties(
    properties: &mut Vec<u64>,
    uses: &mut Uses,
    json: &JsonBytes<'_>,
) -> Result<(), ReadError> {
    if properties.len() <= redacted_names::DICTIONARY_PROPERTIES {
        for &name in properties.iter() {
            uses.add(name, Use::PROPERTY, json)?;
        }
    }
    properties.clear();
    Ok(())
}

/// Functions of allocation stacks and their scripts are names of code.
fn read_functions(
    json: &mut JsonBytes<'_>,
    header: &Header,
    uses: &mut Uses,
) -> Result<(), ReadError> {
    let columns = &header.function_columns;
    let (mut at, mut is_first) = (0, true);
    json.expect(b'[')?;
    while json.next_item(&mut is_first)? {
        let value = json.integer()?;
        if [columns.name, columns.script].contains(&Some(at)) {
            uses.add(value, Use::CODE, json)?;
        }
        at = (at + 1) % columns.count.max(1);
    }
    Ok(())
}

fn replace_strings(
    json: &mut JsonBytes<'_>,
    output: &mut dyn Write,
    uses: &Uses,
    hash: &dyn Fn(&[u8]) -> u64,
) -> Result<Redacted, RedactError> {
    let mut done = Redacted {
        strings: 0,
        replaced: 0,
    };
    let mut text = Vec::new();
    let mut is_first = true;
    json.expect(b'[')?;
    output.write_all(b"[")?;
    while json.next_item(&mut is_first)? {
        json.string_anew(&mut text)?;
        let number = u32::try_from(done.strings).unwrap_or(u32::MAX);
        let how = uses.0.get(&number).copied().unwrap_or_default();
        let kept = String::from_utf8_lossy(&text);
        let replaced = redacted_names::replacement(&kept, how, hash);
        if done.strings > 0 {
            output.write_all(b",\n")?;
        }
        done.strings += 1;
        done.replaced += u64::from(replaced.is_some());
        let said = replaced.as_deref().unwrap_or(&kept);
        serde_json::to_writer(&mut *output, said).map_err(io::Error::from)?;
    }
    output.write_all(b"]")?;
    Ok(done)
}

/// Keeps the first failure to write.
struct Remembering<'w> {
    output: &'w mut dyn Write,
    failed: Option<io::Error>,
}

impl Remembering<'_> {
    fn remember<T>(&mut self, done: io::Result<T>) -> io::Result<T> {
        done.map_err(|error| {
            let kind = error.kind();
            self.failed.get_or_insert(error);
            kind.into()
        })
    }
}

impl Write for Remembering<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let done = self.output.write(bytes);
        self.remember(done)
    }

    fn flush(&mut self) -> io::Result<()> {
        let done = self.output.flush();
        self.remember(done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(json: &str) -> Result<String, String> {
        let mut output = Vec::new();
        let hash = |text: &[u8]| text.len() as u64;
        redact(&mut json.as_bytes(), &mut output, &hash).map_err(|error| error.to_string())?;
        Ok(String::from_utf8_lossy(&output).into_owned())
    }

    const FILE: &str = r#"{"snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count"],"node_types":[["synthetic","object","string"],"string"],"edge_fields":["type","name_or_index","to_node"],"edge_types":[["property","internal"],"string_or_number","node"]},"node_count":3,"edge_count":2},
"nodes":[0,0,1,0,1, 1,1,3,24,1, 2,2,5,16,0],
"edges":[0,3,5, 0,4,10],
"locations":[5,1,2,3],
"strings":["","Session","my secret","session","e-mail"]}
"#;

    #[test]
    fn contents_are_replaced_and_everything_else_stays_byte_for_byte() {
        let expected = FILE
            .replace(
                r#""my secret""#,
                r#""(redacted: 9 characters, 0000000000000009)""#,
            )
            .replace(
                r#""e-mail""#,
                r#""(redacted: 6 characters, 0000000000000006)""#,
            )
            .replace("\",\"Ses", "\",\n\"Ses")
            .replace("n\",\"(r", "n\",\n\"(r")
            .replace(")\",\"s", ")\",\n\"s");
        assert_eq!(redacted(FILE), Ok(expected));
    }

    #[test]
    fn a_file_that_ends_early_is_an_error() {
        for end in [10, 200, 400, FILE.len() - 5] {
            let error = redacted(&FILE[..end]).err().unwrap_or_default();
            assert!(error.contains("ends inside"), "{end}: {error}");
        }
    }

    #[test]
    fn a_copy_that_cannot_be_written_is_told_from_an_input_that_cannot_be_read() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let found = redact(&mut FILE.as_bytes(), &mut Full, &|_| 0);
        assert!(matches!(found, Err(RedactError::Write(_))), "{found:?}");
    }
}
