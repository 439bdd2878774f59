//! Small graphs made by hand, and random ones against brute force.

use super::*;
use crate::notes::Notes;

/// A graph drawn by its edges: `root`, nodes are numbers, node 0 the root. Every node has 10 bytes.
struct Drawing {
    kinds: Vec<NodeKind>,
    names: Vec<&'static str>,
    edges: Vec<(u32, EdgeKind, &'static str, u32)>,
}

impl Drawing {
    fn of(count: usize) -> Drawing {
        let mut kinds = vec![NodeKind::Object; count];
        kinds[0] = NodeKind::Synthetic;
        Drawing {
            kinds,
            names: vec!["Thing"; count],
            edges: Vec::new(),
        }
    }

    fn node(mut self, node: u32, kind: NodeKind, name: &'static str) -> Drawing {
        self.kinds[node as usize] = kind;
        self.names[node as usize] = name;
        self
    }

    fn edge(self, from: u32, to: u32) -> Drawing {
        self.named(from, EdgeKind::Property, "p", to)
    }

    fn named(mut self, from: u32, kind: EdgeKind, name: &'static str, to: u32) -> Drawing {
        self.edges.push((from, kind, name, to));
        self
    }

    fn graph(self) -> ObjectGraph {
        let count = self.kinds.len();
        let mut strings = Strings::default();
        // As V8 does, each text once.
        let mut known = std::collections::HashMap::new();
        let mut add = |text: &'static str| {
            if let Some(&index) = known.get(text) {
                return index;
            }
            let index = strings.len() as u32;
            let added: Result<bool, ()> = strings.add(|bytes| {
                bytes.extend_from_slice(text.as_bytes());
                Ok(())
            });
            assert_eq!(added, Ok(true));
            known.insert(text, index);
            index
        };
        let mut edges = Edges::default();
        let mut edge_counts = vec![0; count];
        let mut drawn = self.edges;
        drawn.sort_by_key(|&(from, ..)| from);
        for (from, kind, name, to) in drawn {
            edge_counts[from as usize] += 1;
            edges.kinds.push(kind);
            edges.names.push(match kind.has_number() {
                true => 0,
                false => add(name),
            });
            edges.targets.push(to);
        }
        let nodes = Nodes {
            names: self.names.iter().map(|name| add(name)).collect(),
            ids: (0..count as u32).map(|node| 2 * node + 1).collect(),
            self_sizes: (0..count)
                .map(|node| if node == 0 { 0 } else { 10 })
                .collect(),
            edge_counts,
            kinds: self.kinds,
            ..Nodes::default()
        };
        ObjectGraph::new(nodes, edges, strings, 0, None, Vec::new())
            .unwrap_or_else(|error| panic!("{error}"))
    }
}

fn dominators(graph: &ObjectGraph) -> Vec<u32> {
    let dominators = Dominators::of(graph, &Essential::of(graph));
    (0..graph.len() as u32)
        .map(|node| dominators.immediate(node))
        .collect()
}

fn retained(graph: &ObjectGraph) -> Vec<u64> {
    let dominators = Dominators::of(graph, &Essential::of(graph));
    let retained = dominators.retained_sizes(&owned_sizes(graph));
    retained.iter().collect()
}

/// The lines of folded stacks that a graph becomes.
fn lowered(graph: ObjectGraph) -> String {
    let profile = to_profile(graph, &Notes::default()).unwrap_or_else(|error| panic!("{error}"));
    let mut lines: Vec<String> = profile
        .samples()
        .map(|sample| {
            let names: Vec<&str> = profile
                .stack(sample.stack)
                .iter()
                .flat_map(|&location| profile.location(location).frames)
                .map(|frame| profile.function_name(frame.function))
                .collect();
            let value = |name: &str| {
                let value = profile.find_value(|value| value.name == name);
                value.map_or(0, |value| profile.values(value)[sample.row])
            };
            let (objects, bytes) = (value("inuse_objects"), value("inuse_space"));
            format!("{} {objects} {bytes}\n", names.join(" <- "))
        })
        .collect();
    lines.sort();
    lines.concat()
}

#[test]
fn the_dominator_is_where_all_ways_meet() {
    let graph = Drawing::of(7)
        .edge(0, 1)
        .edge(1, 2)
        .edge(1, 3)
        .edge(2, 4)
        .edge(3, 4)
        .edge(4, 5)
        .edge(5, 4)
        .edge(5, 6)
        .graph();
    assert_eq!(dominators(&graph), [0, 0, 1, 1, 1, 4, 5]);
    assert_eq!(retained(&graph), [60, 60, 10, 10, 30, 20, 10]);
}

#[test]
fn weak_edges_and_shortcuts_retain_nothing() {
    let graph = Drawing::of(5)
        .edge(0, 1)
        .named(0, EdgeKind::Weak, "w", 2)
        .named(1, EdgeKind::Weak, "w", 2)
        .edge(1, 3)
        .edge(3, 4)
        .named(1, EdgeKind::Shortcut, "s", 4)
        .graph();
    // What only weak edges lead to hangs on the root.
    assert_eq!(dominators(&graph), [0, 0, 0, 1, 3]);
}

#[test]
fn shortcuts_from_the_root_mark_what_is_the_pages() {
    // 1 is a global object, 2 a debugger that looks at 3, which is the page's.
    let graph = Drawing::of(4)
        .named(0, EdgeKind::Shortcut, "global", 1)
        .edge(0, 2)
        .edge(1, 3)
        .edge(2, 3)
        .graph();
    assert_eq!(dominators(&graph), [0, 0, 0, 1]);
}

#[test]
fn the_value_of_a_weak_map_belongs_to_its_key() {
    // 1 holds a table 2 (id 5) and a key 3; both refer to the value 4.
    let (from_table, from_key) = (
        "1 / part of key (K @7) -> value (V @9) pair in WeakMap (table @5)",
        "2 / part of key (K @7) -> value (V @9) pair in WeakMap (table @5)",
    );
    let graph = Drawing::of(5)
        .edge(0, 1)
        .edge(1, 2)
        .edge(1, 3)
        .named(2, EdgeKind::Internal, from_table, 4)
        .named(3, EdgeKind::Internal, from_key, 4)
        .graph();
    assert_eq!(dominators(&graph), [0, 0, 1, 1, 3]);
}

#[test]
fn garbage_that_refers_to_itself_has_a_place() {
    let graph = Drawing::of(5)
        .edge(0, 1)
        .edge(2, 3)
        .edge(3, 4)
        .edge(4, 2)
        .graph();
    assert_eq!(dominators(&graph), [0, 0, 0, 2, 3]);
    assert_eq!(retained(&graph)[0], 40);
}

#[test]
fn a_list_of_a_million_objects_is_as_deep_as_it_is_long() {
    let count = 1_000_000;
    let mut drawing = Drawing::of(count);
    drawing.edges = (1..count as u32)
        .map(|node| (node - 1, EdgeKind::Element, "", node))
        .collect();
    let graph = drawing.graph();
    assert_eq!(retained(&graph)[0], 10 * (count as u64 - 1));
    assert_eq!(lowered(graph), "Thing 999999 9999990\n");
}

/// Without skips on the way up each of the others takes as many steps as the list has.
#[test]
fn many_objects_that_are_held_far_up_a_long_list_take_no_longer() {
    let length = 100_000;
    let mut drawing = Drawing::of(2 * length as usize + 1);
    let shared = 2 * length;
    for node in 1..length {
        drawing = drawing.edge(node - 1, node);
    }
    for other in length..shared {
        drawing = drawing.edge(length - 1, other).edge(1, other);
    }
    for node in 0..shared {
        drawing = drawing.edge(node, shared);
    }
    let found = dominators(&drawing.graph());
    assert_eq!(found[length as usize - 1], length - 2);
    assert!(
        found[length as usize..shared as usize]
            .iter()
            .all(|&it| it == 1)
    );
    assert_eq!(found[shared as usize], 0);
}

#[test]
fn parts_count_as_their_owners() {
    // A map 1 with its table 2, which holds 3; the array 4 has two owners.
    let graph = || {
        Drawing::of(6)
            .node(1, NodeKind::Object, "Map")
            .node(2, NodeKind::Array, "")
            .node(3, NodeKind::Object, "Session")
            .node(4, NodeKind::Array, "")
            .node(5, NodeKind::Closure, "work")
            .edge(0, 1)
            .edge(1, 2)
            .edge(2, 3)
            .edge(3, 4)
            .edge(0, 5)
            .edge(5, 4)
            .graph()
    };
    assert_eq!(
        owned_sizes(&graph()).iter().collect::<Vec<_>>(),
        [0, 20, 0, 10, 10, 10]
    );
    assert_eq!(
        lowered(graph()),
        "(array) 1 10\nFunction 1 10\nMap 1 20\nSession <- Map 1 10\n"
    );
}

#[test]
fn numbers_that_lead_nowhere_are_errors() {
    let check = |change: fn(&mut Nodes, &mut Edges), part: &str| {
        let ObjectGraph {
            mut nodes,
            mut edges,
            strings,
            ..
        } = Drawing::of(2).edge(0, 1).graph();
        nodes.edge_counts = vec![1, 0];
        change(&mut nodes, &mut edges);
        match ObjectGraph::new(nodes, edges, strings, 0, None, Vec::new()) {
            Err(error) => assert!(error.to_string().contains(part), "{error}"),
            Ok(_) => panic!("{part}: an error"),
        }
    };
    check(
        |_, edges| edges.targets[0] = 2,
        "edge 0 refers to node 2 of 2",
    );
    check(
        |_, edges| edges.names[0] = 9,
        "edge 0 refers to string 9 of 2",
    );
    check(
        |nodes, _| nodes.names[1] = 3,
        "node 1 refers to string 3 of 2",
    );
    check(
        |nodes, _| nodes.edge_counts[1] = u32::MAX,
        "have 4294967296 edges",
    );
    check(
        |nodes, _| nodes.self_sizes = [0, u64::MAX].into_iter().collect(),
        "63 bits",
    );
}

/// Whether `node` is still reached when the way through `without` is closed.
fn is_reached(edges: &[(u32, u32)], count: u32, without: u32, node: u32) -> bool {
    let mut seen = vec![false; count as usize];
    let mut open = vec![0u32];
    seen[0] = true;
    while let Some(at) = open.pop() {
        for &(_, to) in edges.iter().filter(|&&(from, _)| from == at) {
            if to != without && !std::mem::replace(&mut seen[to as usize], true) {
                open.push(to);
            }
        }
    }
    seen[node as usize]
}

#[test]
fn dominators_are_what_brute_force_finds() {
    // A generator of its own, so that the graphs are the same on every run.
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let mut draw = |below: u32| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as u32 % below
    };
    for round in 0..400 {
        // Some are deep.
        let count = 2 + draw(if round % 20 == 0 { 80 } else { 14 });
        let mut edges: Vec<(u32, u32)> = (0..draw(3 * count))
            .map(|_| (draw(count), draw(count)))
            .collect();
        // Nothing is garbage, or the rules for it would have to be here again.
        edges.extend((1..count).map(|node| match round % 3 {
            0 => (node - 1, node),
            _ => (draw(node), node),
        }));
        let drawing = edges
            .iter()
            .fold(Drawing::of(count as usize), |drawing, &(from, to)| {
                drawing.edge(from, to)
            });
        let found = dominators(&drawing.graph());
        for node in 1..count {
            let strict: Vec<u32> = (0..count)
                .filter(|&other| other != node)
                .filter(|&other| other == 0 || !is_reached(&edges, count, other, node))
                .collect();
            // The immediate one is dominated by all others.
            let immediate = strict.iter().copied().find(|&candidate| {
                strict.iter().all(|&other| {
                    other == candidate || other == 0 || !is_reached(&edges, count, other, candidate)
                })
            });
            assert_eq!(Some(found[node as usize]), immediate, "{node} of {edges:?}");
        }
    }
}

/// Objects with layouts: the first has `id`, the second adds `name`, both with one array of descriptors; the last keeps what it has as a dictionary.
fn with_layouts(back_pointer_of_first: Option<u32>) -> ObjectGraph {
    let mut drawing = Drawing::of(12).node(6, NodeKind::Array, "");
    for layout in [4, 5, 6, 9] {
        drawing = drawing.node(layout, NodeKind::ObjectShape, "system / Map");
    }
    for object in [1, 2, 3] {
        drawing = drawing.node(object, NodeKind::Object, "Object");
    }
    drawing = drawing
        .node(7, NodeKind::String, "id")
        .node(8, NodeKind::String, "name")
        .node(11, NodeKind::String, "value");
    for object in [1, 2, 3] {
        drawing = drawing.edge(0, object);
    }
    drawing = drawing
        .named(1, EdgeKind::Internal, "map", 4)
        // The value of `id` is a number and leaves no edge.
        .named(2, EdgeKind::Property, "name", 11)
        .named(2, EdgeKind::Internal, "map", 5)
        .named(3, EdgeKind::Property, "b", 11)
        .named(3, EdgeKind::Property, "a", 11)
        .named(3, EdgeKind::Property, "__proto__", 10)
        .named(3, EdgeKind::Internal, "map", 9)
        .named(4, EdgeKind::Internal, "descriptors", 6)
        .named(5, EdgeKind::Internal, "descriptors", 6)
        .named(5, EdgeKind::Internal, "back_pointer", 4)
        .named(6, EdgeKind::Internal, "0", 7)
        .named(6, EdgeKind::Internal, "1", 10)
        .named(6, EdgeKind::Internal, "3", 8);
    if let Some(first) = back_pointer_of_first {
        drawing = drawing.named(4, EdgeKind::Internal, "back_pointer", first);
    }
    drawing.graph()
}

#[test]
fn a_layout_has_the_keys_up_to_its_own_of_those_that_all_share() {
    let names = |graph: &ObjectGraph| -> Vec<String> {
        let classes = ClassNames::of(graph);
        let class = |node| classes.class(node);
        for node in [1, 2, 3] {
            let constructor = classes.constructor(class(node));
            assert_eq!(classes.name(constructor), "Object");
            // There is one of each: paths have it without shape.
            assert_eq!(classes.class_in_paths(node), constructor);
        }
        [1, 2, 3]
            .map(|node| classes.name(class(node)).to_owned())
            .into()
    };
    let expected = ["Object {id}", "Object {id, name}", "Object {a, b}"];
    assert_eq!(names(&with_layouts(None)), expected);
    // The first has one before it, without properties.
    assert_eq!(names(&with_layouts(Some(10))), expected);
    // In a circle nothing is the first; there is a name all the same.
    assert_eq!(names(&with_layouts(Some(5))).len(), 3);
}
