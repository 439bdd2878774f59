//! Objects of one constructor told apart by their properties: `{id, name, ts}`.

use hashbrown::HashMap;

use super::{EdgeKind, NodeKind, ObjectGraph};

/// The properties that a shape is called by; of more it says how many.
const NAMED: usize = 6;

/// The characters of a property that a shape is called by.
const NAME_CHARACTERS: usize = 40;

/// An object with more properties than this is used as a dictionary, and its keys are data.
const MOST_PROPERTIES: usize = 32;

/// The same for an object that V8 keeps as a dictionary, as it does with every one from which a key was taken away.
const DICTIONARY_PROPERTIES: usize = 16;

/// The most properties an object can have before V8 makes it a dictionary are 1,020, each a step on the way from the first layout to its own
/// (v8:src/objects/property-details.h, `kMaxNumberOfDescriptors`); some steps add none.
const MAP_STEPS: usize = 2048;

/// A shape; equal for objects that are called the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Shape(u32);

/// The shapes of a graph, found when they are asked for.
///
/// The edges of an object do not tell its properties: of one whose value is a small integer V8 writes none, and so the objects that
/// one line of code makes would differ by their values. Their layout (`map`) tells: it leads to an array of descriptors with the
/// keys of all properties, in the order in which they were added, at every third place. Layouts share that array with those they were made
/// from by adding a property; how many of the keys are their own follows from how many layouts (`back_pointer`) lie between. An object that
/// V8 made a dictionary has a layout without descriptors: there the edges are all there is, in the order of a hash, and they are sorted.
/// Keys that are numbers are not among them, they are data; so are the keys of objects with many. DevTools, which has shapes since
/// 2025 (`inferInterfaceDefinitions`), goes by edges alone. Source: v8:src/profiler/heap-snapshot-generator.cc,
/// `ExtractPropertyReferences`, `ExtractDescriptorArrayReferences`; v8:src/objects/map.cc, `ShareDescriptor`.
#[derive(Debug)]
pub(super) struct Shapes<'g> {
    graph: &'g ObjectGraph,
    map: u32,
    proto: u32,
    layouts: HashMap<u32, Layout>,
    /// How many steps the layout is away from its first that has added most to an array of descriptors.
    deepest: HashMap<u32, u32>,
    /// What is known of layouts, and of dictionaries by the numbers of their keys.
    of_layouts: HashMap<u32, Option<Shape>>,
    of_keys: HashMap<Vec<u32>, Option<Shape>>,
    texts: Vec<String>,
    by_text: HashMap<String, Shape>,
}

/// A layout with descriptors.
#[derive(Debug, Clone, Copy)]
struct Layout {
    descriptors: u32,
    /// How many steps it is away from the first.
    depth: u32,
}

impl<'g> Shapes<'g> {
    /// Looks at all layouts of a graph.
    pub(super) fn of(graph: &'g ObjectGraph) -> Shapes<'g> {
        let [map, proto, descriptors, back_pointer] =
            graph.find_names(["map", "__proto__", "descriptors", "back_pointer"]);
        let mut shapes = Shapes {
            graph,
            map,
            proto,
            layouts: HashMap::new(),
            deepest: HashMap::new(),
            of_layouts: HashMap::new(),
            of_keys: HashMap::new(),
            texts: Vec::new(),
            by_text: HashMap::new(),
        };
        let mut depths = HashMap::new();
        for node in 0..graph.len() as u32 {
            // Versions without a kind of their own for layouts have them among what is hidden or code.
            if !matches!(
                graph.kind(node),
                NodeKind::ObjectShape | NodeKind::Hidden | NodeKind::Code
            ) {
                continue;
            }
            if let Some(descriptors) = graph.internal_field(node, descriptors) {
                let depth = depth(graph, back_pointer, node, &mut depths);
                shapes.layouts.insert(node, Layout { descriptors, depth });
                let deepest = shapes.deepest.entry(descriptors).or_default();
                *deepest = depth.max(*deepest);
            }
        }
        shapes
    }

    /// The shape of an object; nothing where it has no properties, or more than a record has.
    pub(super) fn shape(&mut self, node: u32) -> Option<Shape> {
        let graph = self.graph;
        // What V8 has for all objects comes behind what each has for itself.
        let map = graph.edges_of(node).rev().find(|&edge| {
            graph.edge_kind(edge) == EdgeKind::Internal && graph.edge_is(edge, self.map)
        });
        let Some(map) = map.map(|edge| graph.target(edge)) else {
            return self.of_properties(node);
        };
        if let Some(&known) = self.of_layouts.get(&map) {
            return known;
        }
        let Some(&layout) = self.layouts.get(&map) else {
            return self.of_properties(node);
        };
        let shape = self.of_layout(layout);
        self.of_layouts.insert(map, shape);
        shape
    }

    /// What a shape is called.
    pub(super) fn text(&self, shape: Shape) -> &str {
        &self.texts[shape.0 as usize]
    }

    fn of_layout(&mut self, layout: Layout) -> Option<Shape> {
        let graph = self.graph;
        let mut keys: Vec<(usize, u32)> = graph
            .edges_of(layout.descriptors)
            .filter(|&edge| graph.edge_kind(edge) == EdgeKind::Internal)
            .filter_map(|edge| {
                let place: usize = graph.edge_name(edge)?.parse().ok()?;
                let key = graph.target(edge);
                let is_key = matches!(graph.kind(key), NodeKind::String | NodeKind::Symbol);
                (place.is_multiple_of(3) && is_key).then_some((place / 3, key))
            })
            .collect();
        keys.sort_unstable();
        let in_all = keys.last().map_or(0, |&(place, _)| place + 1);
        let deepest = self.deepest.get(&layout.descriptors).copied();
        let added_later = deepest.unwrap_or(layout.depth) - layout.depth;
        let own = in_all.saturating_sub(added_later as usize);
        keys.retain(|&(place, _)| place < own);
        if keys.len() > MOST_PROPERTIES {
            return None;
        }
        let names = keys.iter().take(NAMED).map(|&(_, key)| {
            match graph.kind(key) {
                // V8 does not write which.
                NodeKind::Symbol => "[symbol]".to_owned(),
                _ => property(&graph.name(key)),
            }
        });
        self.named(names.collect(), keys.len())
    }

    fn of_properties(&mut self, node: u32) -> Option<Shape> {
        let graph = self.graph;
        let mut keys = Vec::new();
        for edge in graph.edges_of(node) {
            if graph.edge_kind(edge) != EdgeKind::Property || graph.edge_is(edge, self.proto) {
                continue;
            }
            // An accessor is there once by its name and once more for each of its functions.
            let is_accessor = graph.kind(graph.target(edge)) == NodeKind::Closure
                && graph
                    .edge_name(edge)
                    .is_some_and(|name| name.starts_with("get ") || name.starts_with("set "));
            if is_accessor {
                continue;
            }
            if keys.len() == DICTIONARY_PROPERTIES {
                return None;
            }
            keys.push(graph.edges.names[edge]);
        }
        keys.sort_unstable();
        if let Some(&known) = self.of_keys.get(&keys) {
            return known;
        }
        let mut names: Vec<String> = keys.iter().map(|&key| property(&graph.text(key))).collect();
        names.sort_unstable();
        let count = names.len();
        names.truncate(NAMED);
        let shape = self.named(names, count);
        self.of_keys.insert(keys, shape);
        shape
    }

    fn named(&mut self, names: Vec<String>, count: usize) -> Option<Shape> {
        if names.is_empty() {
            return None;
        }
        let text = match count - names.len() {
            0 => format!("{{{}}}", names.join(", ")),
            more => format!("{{{}, and {more} more}}", names.join(", ")),
        };
        Some(*self.by_text.entry(text).or_insert_with_key(|text| {
            self.texts.push(text.clone());
            Shape(self.texts.len() as u32 - 1)
        }))
    }
}

/// How many layouts lie between a layout and its first, that one counted.
fn depth(graph: &ObjectGraph, back_pointer: u32, map: u32, depths: &mut HashMap<u32, u32>) -> u32 {
    let mut open = Vec::new();
    let mut at = map;
    let mut depth = loop {
        if let Some(&known) = depths.get(&at) {
            break known;
        }
        match graph.internal_field(at, back_pointer) {
            // A file that was made for it may lead in circles.
            Some(before) if open.len() < MAP_STEPS => {
                open.push(at);
                at = before;
            }
            _ => {
                depths.insert(at, 0);
                break 0;
            }
        }
    };
    while let Some(map) = open.pop() {
        depth += 1;
        depths.insert(map, depth);
    }
    depth
}

/// A property as a shape says it: quoted where it would be taken for several, cut where it is long.
fn property(name: &str) -> String {
    let mut short: String = name.chars().take(NAME_CHARACTERS).collect();
    if short.len() < name.len() {
        short.push('…');
    }
    if let Some(symbol) = short.strip_prefix("<symbol ") {
        return format!("[{}]", symbol.trim_end_matches('>'));
    }
    match short.is_empty() || short.contains([',', '{', '}', '"', ' ']) {
        true => format!("{short:?}"),
        false => short,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_that_are_no_words_are_quoted_and_long_ones_are_cut() {
        assert_eq!(property("id"), "id");
        assert_eq!(property("content-type"), "content-type");
        assert_eq!(property("a, b"), "\"a, b\"");
        assert_eq!(property("<symbol kState>"), "[kState]");
        assert_eq!(property(""), "\"\"");
        assert_eq!(property(&"x".repeat(41)), format!("{}…", "x".repeat(40)));
    }
}
