//! How objects are named: by constructor or by kind, and by shape.

use hashbrown::HashMap;

use super::detachedness::detached_nodes;
use super::shapes::{Shape, Shapes};
use super::{NodeKind, ObjectGraph};
use crate::limits;

/// The class of every node.
///
/// Named as DevTools does (`calculateObjectNames`): objects by constructor, elements of the page by tag, everything else by kind, like
/// `(string)`, `(array)`, `(compiled code)`, `(system)`, `Function`. Two things differ, so that two processes compare: the number
/// of an object in a name (`scope @1234`) is left out, and roots have their own names instead of `(synthetic)`.
///
/// Constructors that say nothing are told apart by shape, each a class of its own: `Object {id, name}`. These are `Object`, and names of one or
/// two characters, which a minifier gave. [`ClassNames::constructor`] leads back to the class without shape. A shape depends on the object
/// alone, so it is called the same in every process.
#[derive(Debug, Clone)]
pub struct ClassNames {
    names: Vec<String>,
    /// Of each class the one without shape; its own where it has none.
    constructors: Vec<u32>,
    /// Of each class the one that paths have in its place.
    in_paths: Vec<u32>,
    of_nodes: Vec<u32>,
    unshaped: u64,
}

/// A shape that fewer objects have does not name them in paths: a single object changes its shape whenever it gets another property, and
/// everything below it would vanish and come again.
const SHAPE_IN_PATHS: u32 = 10;

impl ClassNames {
    /// Names every node of a graph.
    pub fn of(graph: &ObjectGraph) -> ClassNames {
        let is_detached = detached_nodes(graph);
        let mut shapes = Shapes::of(graph);
        let mut found = Classes::default();
        let mut is_vague: Vec<bool> = Vec::new();
        // Kind, string and state say all; there are few of them and many nodes.
        let mut known: HashMap<(NodeKind, u32, bool), u32> = HashMap::new();
        let mut shaped: HashMap<(u32, Shape), Option<u32>> = HashMap::new();
        let mut of_nodes = Vec::with_capacity(graph.len());
        let (mut unshaped, mut shape_count) = (0, 0);
        for node in 0..graph.len() as u32 {
            let kind = graph.kind(node);
            let string = match kind {
                NodeKind::Object | NodeKind::Native | NodeKind::Synthetic => {
                    graph.nodes.names[node as usize]
                }
                _ => 0,
            };
            let detached = is_detached.get(node as usize).is_some_and(|&is| is);
            let mut class = *known.entry((kind, string, detached)).or_insert_with(|| {
                let name = class_name(kind, &graph.strings.get(string), detached);
                let is_one = kind == NodeKind::Object && says_nothing(&name);
                let class = found.number(name, None);
                is_vague.resize(found.names.len(), false);
                is_vague[class as usize] |= is_one;
                class
            });
            if is_vague.get(class as usize).is_some_and(|&is| is)
                && kind == NodeKind::Object
                && let Some(shape) = shapes.shape(node)
            {
                let of_shape = *shaped.entry((class, shape)).or_insert_with(|| {
                    let is_room = shape_count < limits::V8_SHAPES;
                    shape_count += usize::from(is_room);
                    let constructor = &found.names[class as usize];
                    let name = format!("{constructor} {}", shapes.text(shape));
                    is_room.then(|| found.number(name, Some(class)))
                });
                unshaped += u64::from(of_shape.is_none());
                class = of_shape.unwrap_or(class);
            }
            of_nodes.push(class);
        }
        let mut counts = vec![0u32; found.names.len()];
        for &class in &of_nodes {
            counts[class as usize] += 1;
        }
        let in_paths = (0..).zip(&found.constructors).zip(counts);
        let in_paths =
            in_paths.map(
                |((class, &constructor), count)| match count < SHAPE_IN_PATHS {
                    true => constructor,
                    false => class,
                },
            );
        ClassNames {
            in_paths: in_paths.collect(),
            names: found.names,
            constructors: found.constructors,
            of_nodes,
            unshaped,
        }
    }

    /// The number of a node's class; nodes of one class have the same.
    pub fn class(&self, node: u32) -> u32 {
        self.of_nodes[node as usize]
    }

    /// The class that a class is of one shape of; the class itself where it is not of a shape.
    pub fn constructor(&self, class: u32) -> u32 {
        self.constructors[class as usize]
    }

    /// Whether a class is of one shape of another.
    pub fn has_shape(&self, class: u32) -> bool {
        self.constructor(class) != class
    }

    /// The class of a node as a step of a path that is compared with others: without its shape where few have it.
    pub fn class_in_paths(&self, node: u32) -> u32 {
        self.in_paths[self.class(node) as usize]
    }

    /// How many objects have a shape that no class could be made for: there were [`limits::V8_SHAPES`] already. Their class is their constructor's.
    pub fn unshaped(&self) -> u64 {
        self.unshaped
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

/// Classes as they are found.
#[derive(Default)]
struct Classes {
    names: Vec<String>,
    constructors: Vec<u32>,
    by_name: HashMap<String, u32>,
}

impl Classes {
    fn number(&mut self, name: String, constructor: Option<u32>) -> u32 {
        *self.by_name.entry(name).or_insert_with_key(|name| {
            let class = self.names.len() as u32;
            self.names.push(name.clone());
            self.constructors.push(constructor.unwrap_or(class));
            class
        })
    }
}

/// Whether a constructor is that of all plain objects, or has a name that a minifier gave it.
fn says_nothing(constructor: &str) -> bool {
    constructor == "Object" || (1..=2).contains(&constructor.len())
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
