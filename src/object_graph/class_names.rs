//! How objects are named: by constructor or by kind.

use hashbrown::HashMap;

use super::detachedness::detached_nodes;
use super::{NodeKind, ObjectGraph};

/// The class of every node.
///
/// Named as DevTools does (`calculateObjectNames`): objects by constructor, elements of the page by tag, everything else by kind, like
/// `(string)`, `(array)`, `(compiled code)`, `(system)`, `Function`. Two things differ, so that two processes compare: the number
/// of an object in a name (`scope @1234`) is left out, and roots have their own names instead of `(synthetic)`.
#[derive(Debug, Clone)]
pub struct ClassNames {
    names: Vec<String>,
    of_nodes: Vec<u32>,
}

impl ClassNames {
    /// Names every node of a graph.
    pub fn of(graph: &ObjectGraph) -> ClassNames {
        let is_detached = detached_nodes(graph);
        let mut names: Vec<String> = Vec::new();
        let mut by_name: HashMap<String, u32> = HashMap::new();
        // Kind, string and state say all; there are few of them and many nodes.
        let mut known: HashMap<(NodeKind, u32, bool), u32> = HashMap::new();
        let mut of_nodes = Vec::with_capacity(graph.len());
        for node in 0..graph.len() as u32 {
            let kind = graph.kind(node);
            let string = match kind {
                NodeKind::Object | NodeKind::Native | NodeKind::Synthetic => {
                    graph.nodes.names[node as usize]
                }
                _ => 0,
            };
            let detached = is_detached.get(node as usize).is_some_and(|&is| is);
            let class = *known.entry((kind, string, detached)).or_insert_with(|| {
                let name = class_name(kind, &graph.strings.get(string), detached);
                *by_name.entry(name).or_insert_with_key(|name| {
                    names.push(name.clone());
                    names.len() as u32 - 1
                })
            });
            of_nodes.push(class);
        }
        ClassNames { names, of_nodes }
    }

    /// The number of a node's class; nodes of one class have the same.
    pub fn class(&self, node: u32) -> u32 {
        self.of_nodes[node as usize]
    }

    /// The name of a class.
    pub fn name(&self, class: u32) -> &str {
        &self.names[class as usize]
    }

    /// Whether a class is of objects that the page has let go of.
    pub fn is_detached(&self, class: u32) -> bool {
        self.name(class).starts_with("Detached ")
    }

    /// How many classes there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

fn class_name(kind: NodeKind, name: &str, is_detached: bool) -> String {
    let by_kind = match kind {
        NodeKind::Object | NodeKind::Native => {
            let name = tag(without_number(name));
            return match is_detached {
                true if !name.is_empty() => format!("Detached {name}"),
                _ => non_empty(name, "(object)"),
            };
        }
        NodeKind::Synthetic => return non_empty(name.to_owned(), "(synthetic)"),
        NodeKind::Hidden => "(system)",
        NodeKind::Code => "(compiled code)",
        NodeKind::Closure => "Function",
        NodeKind::RegExp => "RegExp",
        NodeKind::Array => "(array)",
        NodeKind::String => "(string)",
        NodeKind::ConcatenatedString => "(concatenated string)",
        NodeKind::SlicedString => "(sliced string)",
        NodeKind::Number => "(number)",
        NodeKind::Symbol => "(symbol)",
        NodeKind::BigInt => "(bigint)",
        NodeKind::ObjectShape => "(object shape)",
        NodeKind::WasmObject => "(wasm object)",
        NodeKind::Unknown => "(unknown)",
    };
    by_kind.to_owned()
}

fn non_empty(name: String, otherwise: &str) -> String {
    match name.trim().is_empty() {
        true => otherwise.to_owned(),
        false => name,
    }
}

/// `<div class="a">` is a `<div>`.
fn tag(name: &str) -> String {
    let start = if name.starts_with("Detached <") {
        10
    } else {
        0
    };
    match name[start..].find(' ') {
        Some(blank) if name[start.saturating_sub(1)..].starts_with('<') => {
            format!("{}>", &name[..start + blank])
        }
        _ => name.to_owned(),
    }
}

/// `system / Context / scope @1234` without the number of the object.
fn without_number(name: &str) -> &str {
    match name.rsplit_once(" @") {
        Some((before, number))
            if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            before
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_named_as_devtools_names_them() {
        let name = |kind, name| class_name(kind, name, false);
        assert_eq!(name(NodeKind::Object, "LeakyThing"), "LeakyThing");
        assert_eq!(name(NodeKind::Closure, "handler"), "Function");
        assert_eq!(name(NodeKind::Native, "<div class=\"a\">"), "<div>");
        assert_eq!(
            name(NodeKind::Native, "Detached <a href=\"\">"),
            "Detached <a>"
        );
        assert_eq!(
            name(NodeKind::Object, "Window / https://a b"),
            "Window / https://a b"
        );
        assert_eq!(name(NodeKind::Object, "scope @1234"), "scope");
        assert_eq!(name(NodeKind::String, "secret"), "(string)");
        assert_eq!(class_name(NodeKind::Native, "<p>", true), "Detached <p>");
    }
}
