//! Where in the source text functions and objects come from.

use std::borrow::Cow;

use hashbrown::HashMap;

use super::{EdgeKind, NodeKind, ObjectGraph};

/// What the file says of the place of a node: where a function begins, or the constructor of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodePlace {
    /// The node, by ordinal.
    pub node: u32,
    /// V8's number of the script, which means nothing in another process.
    pub script: u32,
    /// The line, 0-based as in the file.
    pub line: u32,
    /// The column, 0-based as in the file.
    pub column: u32,
}

/// A place in a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodePlace {
    /// The node of the script; nothing where the file does not lead to it.
    pub script: Option<u32>,
    /// The line, 1-based; 0 where it is not known.
    pub line: u32,
    /// The column, 1-based; 0 where it is not known.
    pub column: u32,
}

/// The places of all nodes that have one.
///
/// `locations` of a heap snapshot names scripts by number only. Their names are on the nodes of the scripts, to which every function leads:
/// `shared` is what all closures of one function have in common, and `script_or_debug_info` (`script` in newer versions) its
/// script. Source: v8:src/profiler/heap-snapshot-generator.cc, `ExtractLocation`, `ExtractSharedFunctionInfoReferences`.
#[derive(Debug, Clone, Default)]
pub struct CodePlaces {
    /// The node of each script number.
    scripts: HashMap<u32, u32>,
    shared: u32,
    script_fields: [u32; 2],
}

impl CodePlaces {
    /// Finds the scripts of a graph.
    pub fn of(graph: &ObjectGraph) -> CodePlaces {
        let [shared, old_script, script] =
            graph
                .strings
                .find(["shared", "script_or_debug_info", "script"]);
        let mut places = CodePlaces {
            scripts: HashMap::new(),
            shared,
            script_fields: [old_script, script],
        };
        for location in &graph.locations {
            if graph.kind(location.node) == NodeKind::Closure
                && !places.scripts.contains_key(&location.script)
                && let Some(script) = places.script_of(graph, location.node)
            {
                places.scripts.insert(location.script, script);
            }
        }
        places
    }

    /// Where a function begins, or the constructor of an object; nothing where the file does not tell.
    pub fn place(&self, graph: &ObjectGraph, node: u32) -> Option<CodePlace> {
        let found = graph
            .locations
            .binary_search_by_key(&node, |location| location.node);
        let location = graph.locations.get(found.ok()?)?;
        Some(CodePlace {
            script: self.scripts.get(&location.script).copied(),
            // Of what is not known V8 writes -1, which comes out as 0 here.
            line: location.line.wrapping_add(1),
            column: location.column.wrapping_add(1),
        })
    }

    /// What all closures of a function have in common.
    pub(super) fn shared(&self, graph: &ObjectGraph, closure: u32) -> Option<u32> {
        graph.internal_field(closure, self.shared)
    }

    /// The script of a function or of what its closures have in common.
    pub(super) fn script_of(&self, graph: &ObjectGraph, function: u32) -> Option<u32> {
        let shared = self.shared(graph, function).unwrap_or(function);
        self.script_fields
            .iter()
            .find_map(|&field| graph.internal_field(shared, field))
            .filter(|&script| graph.kind(script) == NodeKind::Code)
    }
}

impl ObjectGraph {
    /// The target of the first field of V8's own with this name.
    pub(super) fn internal_field(&self, node: u32, name: u32) -> Option<u32> {
        self.edges_of(node)
            .find(|&edge| {
                self.edge_kind(edge) == EdgeKind::Internal && self.edges.names[edge] == name
            })
            .map(|edge| self.target(edge))
    }
}

/// The part of the name of a script that tells scripts apart and is the same on every machine: what follows the last
/// `node_modules`, else the last folder and the file.
pub fn short_script(name: &str) -> Cow<'_, str> {
    if name.starts_with("node:") {
        return Cow::Borrowed(name);
    }
    let name = name.split(['?', '#']).next().unwrap_or(name);
    if let Some((_, inside)) = name.rsplit_once("node_modules/") {
        return Cow::Borrowed(inside);
    }
    let file = match name.rmatch_indices('/').nth(1) {
        Some((at, _)) => &name[at + 1..],
        None => name.trim_start_matches('/'),
    };
    Cow::Borrowed(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_named_by_what_is_the_same_on_every_machine() {
        let check = |name, expected: &str| assert_eq!(short_script(name), expected);
        check("node:internal/timers", "node:internal/timers");
        check("file:///srv/app/releases/12/lib/cache.js", "lib/cache.js");
        check(
            "/srv/node_modules/express/lib/router/index.js",
            "express/lib/router/index.js",
        );
        check("/cache.js", "cache.js");
        check("https://a.example/app.js?v=3", "a.example/app.js");
        check("", "");
    }
}
