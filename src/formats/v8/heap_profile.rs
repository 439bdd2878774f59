//! `.heapprofile` -> [`Profile`].
//!
//! ```text
//! {"head": {"callFrame": {"functionName", "url", "lineNumber", ...}, "selfSize": 1056, "children": [...]}, "samples": [{"size"}]}
//! ```
//!
//! The sampling is undone by V8: `selfSize` is the sum over sizes `s` of `s * round(n / (1 - exp(-s / R)))`
//! (v8:src/profiler/sampling-heap-profiler.cc, `ScaleSample`). Neither the interval `R` nor how many objects there are is in the
//! file. The interval is recovered from the smallest sample; the number of objects cannot be: 16,432 bytes at 16 KiB are 158
//! objects of 104 bytes as well as 79 of 208. So the only value is bytes in use, of objects alive (weak callbacks take freed ones out).
//!
//! Files of Chrome 69 and before have no `samples` and no ids. Source: V8's inspector protocol, `HeapProfiler.SamplingHeapProfile`.

use std::io::Read;

use super::json_bytes::JsonBytes;
use crate::formats::{ReadError, recovered_period};
use crate::model::{
    Frame, Function, LabelSetId, LocationId, Origin, Producer, Profile, ProfileBuilder, Sampling,
    SourceFormat, ValueType,
};
use crate::notes::NoteKind;

const FORMAT: &str = "V8 heap profile";

/// Reads a `.heapprofile`.
///
/// # Errors
/// The JSON is broken or ends early, or a node has no call frame or no size.
pub fn read(input: &mut dyn Read) -> Result<Profile, ReadError> {
    let origin = Origin::new(SourceFormat::V8HeapProfile, Sampling::Unknown);
    let mut builder = ProfileBuilder::new(origin, vec![ValueType::inuse_space()]);
    builder.origin_mut().producer = Producer::V8;
    let mut json = JsonBytes::new(input, FORMAT);
    let mut nodes = Vec::new();
    let mut smallest_sample = None;
    let (mut key, mut is_first) = (Vec::new(), true);
    json.skip_byte_order_mark()?;
    json.expect(b'{')?;
    while json.next_key(&mut is_first, &mut key)? {
        match key.as_slice() {
            b"head" => nodes = read_tree(&mut json, &mut builder)?,
            b"samples" => smallest_sample = read_smallest_sample(&mut json)?,
            _ => json.skip_value()?,
        }
    }
    let sampling = match smallest_sample {
        Some(smallest) => recovered_period::recover([smallest].into_iter()),
        None => recovered_period::recover(nodes.iter().map(|node| node.self_size)),
    };
    recovered_period::note(sampling, builder.notes_mut());
    builder.origin_mut().sampling = sampling;
    add_samples(&nodes, &mut builder);
    Ok(builder.finish()?)
}

/// One node of the tree; parents come before their children, the root first.
struct Node {
    parent: u32,
    /// Nothing until its call frame is read.
    location: Option<LocationId>,
    self_size: u64,
}

/// A node or its children, not read to the end yet.
enum Open {
    Node { index: u32, is_first: bool },
    Children { of: u32, is_first: bool },
}

/// Reads the tree with a stack of its own: it is as deep as the file says.
fn read_tree(
    json: &mut JsonBytes<'_>,
    builder: &mut ProfileBuilder,
) -> Result<Vec<Node>, ReadError> {
    let mut nodes = vec![Node::below(0)];
    let mut open = vec![Open::node(0)];
    let mut key = Vec::new();
    json.expect(b'{')?;
    while let Some(innermost) = open.last_mut() {
        match innermost {
            Open::Node { index, is_first } => {
                let index = *index;
                let node = &mut nodes[index as usize];
                if !json.next_key(is_first, &mut key)? {
                    if node.location.is_none() {
                        return Err(json.malformed("a node without a call frame"));
                    }
                    open.pop();
                    continue;
                }
                match key.as_slice() {
                    b"callFrame" => node.location = Some(read_call_frame(json, builder)?),
                    b"selfSize" => node.self_size = read_size(json)?,
                    b"children" => {
                        json.expect(b'[')?;
                        open.push(Open::Children {
                            of: index,
                            is_first: true,
                        });
                    }
                    _ => json.skip_value()?,
                }
            }
            Open::Children { of, is_first } => {
                if json.next_item(is_first)? {
                    json.expect(b'{')?;
                    let index = u32::try_from(nodes.len())
                        .map_err(|_| json.malformed("more than 2^32 nodes"))?;
                    nodes.push(Node::below(*of));
                    open.push(Open::node(index));
                } else {
                    open.pop();
                }
            }
        }
    }
    Ok(nodes)
}

impl Node {
    fn below(parent: u32) -> Node {
        Node {
            parent,
            location: None,
            self_size: 0,
        }
    }
}

impl Open {
    fn node(index: u32) -> Open {
        Open::Node {
            index,
            is_first: true,
        }
    }
}

/// A size in bytes. V8 writes whole numbers; other writers of the protocol may not, so it is rounded.
fn read_size(json: &mut JsonBytes<'_>) -> Result<u64, ReadError> {
    let size = json.number()?;
    match size >= 0.0 && size < u64::MAX as f64 {
        true => Ok(size.round() as u64),
        false => Err(json.malformed(format!("a size of {size} bytes"))),
    }
}

/// Lines and columns count from 0 in the file; -1 says that there is none, as in V8's own code.
fn read_call_frame(
    json: &mut JsonBytes<'_>,
    builder: &mut ProfileBuilder,
) -> Result<LocationId, ReadError> {
    let (mut name, mut url) = (Vec::new(), Vec::new());
    let (mut line, mut column) = (-1.0, -1.0);
    let (mut key, mut is_first) = (Vec::new(), true);
    json.expect(b'{')?;
    while json.next_key(&mut is_first, &mut key)? {
        match key.as_slice() {
            b"functionName" => json.string_anew(&mut name)?,
            b"url" => json.string_anew(&mut url)?,
            b"lineNumber" => line = json.number()?,
            b"columnNumber" => column = json.number()?,
            _ => json.skip_value()?,
        }
    }
    let name = match String::from_utf8_lossy(&name) {
        // As DevTools names it.
        name if name.trim().is_empty() => "(anonymous)".into(),
        name => name,
    };
    let url = String::from_utf8_lossy(&url);
    // A number that is not in this range becomes the nearest one that is.
    let (line, column) = ((line + 1.0) as u32, (column + 1.0) as u32);
    let name = builder.string(&name);
    let file = builder.string(url.strip_prefix("file://").unwrap_or(&url));
    let function = builder.function(Function {
        name,
        system_name: name,
        file,
        start_line: line,
    });
    // The place is where the function begins: where in it the allocation is, V8 does not write.
    Ok(builder.location(
        None,
        None,
        &[Frame {
            function,
            line,
            column,
        }],
    ))
}

/// The smallest size of all samples above 0, in bytes.
fn read_smallest_sample(json: &mut JsonBytes<'_>) -> Result<Option<u64>, ReadError> {
    let mut smallest = None;
    let mut key = Vec::new();
    let mut is_first_sample = true;
    json.expect(b'[')?;
    while json.next_item(&mut is_first_sample)? {
        let mut is_first = true;
        json.expect(b'{')?;
        while json.next_key(&mut is_first, &mut key)? {
            if key != b"size" {
                json.skip_value()?;
                continue;
            }
            let size = read_size(json)?;
            if size > 0 && smallest.is_none_or(|smallest| size < smallest) {
                smallest = Some(size);
            }
        }
    }
    Ok(smallest)
}

/// One sample for each node with bytes; its stack is its path without the root, which stands for no function.
fn add_samples(nodes: &[Node], builder: &mut ProfileBuilder) {
    let mut stack = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        if node.self_size == 0 {
            continue;
        }
        stack.clear();
        let mut at = index;
        while at != 0 && stack.len() < crate::limits::TREE_STACK_FRAMES {
            stack.extend(nodes[at].location);
            at = nodes[at].parent as usize;
        }
        if at != 0 {
            builder.note(NoteKind::CutStack, || {
                format!("a stack of more than {} frames", stack.len())
            });
        }
        let stack = builder.stack(&stack);
        builder.sample(stack, LabelSetId::EMPTY, &[node.self_size]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::folded;
    use crate::model::ValueIndex;

    fn node(name: &str, size: &str, children: &str) -> String {
        format!(
            r#"{{"callFrame":{{"functionName":"{name}","scriptId":"1","url":"file:///srv/a.js","lineNumber":6,"columnNumber":-1}},"selfSize":{size},"children":[{children}]}}"#
        )
    }

    fn check(json: &str, expected: Result<&str, &str>) {
        let found = read(&mut json.as_bytes())
            .map(|profile| {
                let mut lines = Vec::new();
                let written = folded::write(&profile, ValueIndex::FIRST, &mut lines);
                assert!(written.is_ok());
                String::from_utf8_lossy(&lines).into_owned()
            })
            .map_err(|error| error.to_string());
        match (found, expected) {
            (Err(message), Err(part)) => assert!(message.contains(part), "{message}"),
            (found, expected) => assert_eq!(found.as_deref().ok(), expected.ok(), "{json}"),
        }
    }

    #[test]
    fn a_stack_is_the_path_without_the_root() {
        let tree = node(
            "(root)",
            "0",
            &[
                node("", "0", &node("work", "4096", "")),
                node("b", "2e3", ""),
            ]
            .join(","),
        );
        check(
            &format!(r#"{{"head":{tree},"samples":[]}}"#),
            Ok("(anonymous);work 4096\nb 2000\n"),
        );
    }

    #[test]
    fn the_interval_follows_from_the_smallest_sample() {
        let tree = node("(root)", "0", &node("work", "65600", ""));
        let json = format!(
            r#"{{"head":{tree},"samples":[{{"size":32816,"nodeId":2,"ordinal":1}},{{"size":32784}}]}}"#
        );
        let sampling = read(&mut json.as_bytes()).map(|profile| profile.origin().sampling);
        assert_eq!(
            sampling.ok().and_then(Sampling::period),
            Some(32_768),
            "{json}"
        );
    }

    #[test]
    fn functions_keep_the_line_where_they_begin() {
        let json = format!(r#"{{"head":{}}}"#, node("(root)", "0", &node("f", "9", "")));
        let profile = read(&mut json.as_bytes());
        assert!(profile.is_ok_and(|profile| {
            profile.functions().iter().any(|function| {
                function.start_line == 7 && profile.text(function.file) == "/srv/a.js"
            })
        }));
    }

    #[test]
    fn what_is_broken_is_said_with_its_place() {
        check(
            r#"{"head":{"selfSize":0}}"#,
            Err("without a call frame (byte 22)"),
        );
        check(
            r#"{"head":{"callFrame":{"#,
            Err("ends inside V8 heap profile"),
        );
        check(
            &format!(r#"{{"head":{}}}"#, node("a", "-1", "")),
            Err("-1 bytes"),
        );
        check(r#"{"head":[]}"#, Err("'[' where '{' belongs"));
    }

    #[test]
    fn a_tree_of_any_depth_takes_no_recursion() {
        let depth = 200_000;
        let open = r#"{"callFrame":{"functionName":"f"},"selfSize":1,"children":["#;
        let json = format!(r#"{{"head":{}{}}}"#, open.repeat(depth), "]}".repeat(depth));
        let profile = read(&mut json.as_bytes());
        assert!(profile.is_ok_and(|profile| {
            profile.total(ValueIndex::FIRST) == depth as u64
                && profile.notes().get(NoteKind::CutStack).is_some()
        }));
    }
}
