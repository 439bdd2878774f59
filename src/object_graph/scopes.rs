//! Scopes: the variables that functions close over, and which function they belong to.

use std::borrow::Cow;

use hashbrown::{HashMap, HashSet};

use super::code_places::{CodePlace, CodePlaces, short_script};
use super::{EdgeKind, NodeKind, ObjectGraph};

/// What V8 calls the variables that functions close over.
const SCOPE: &[u8] = b"system / Context";

/// What V8 writes for a function without a name.
const NAMELESS: &str = "(shared function info)";

/// The scopes of a graph by the code they belong to.
///
/// A scope has a name only through its code: its `scope_info` is that of the function whose call made it. Where that function is gone,
/// as the body of a module is once it ran, the functions inside tell at least the script.
#[derive(Debug, Clone, Default)]
pub struct Scopes {
    places: CodePlaces,
    codes: HashMap<u32, ScopeCode>,
    /// The strings that name a scope: `system / Context`, and in some versions a word more.
    names: HashSet<u32>,
    scope_info: u32,
    previous: u32,
}

/// All scopes that calls of one function made.
#[derive(Debug, Clone, Copy, Default)]
struct ScopeCode {
    /// What the closures of the function have in common.
    function: Option<u32>,
    /// A function inside: the first of its script.
    inside: Option<CodePlace>,
    /// Where the function itself begins.
    place: Option<CodePlace>,
    /// How many scopes there are.
    count: u32,
}

impl Scopes {
    /// Finds the scopes of a graph.
    pub fn of(graph: &ObjectGraph) -> Scopes {
        let places = CodePlaces::of(graph);
        let [scope_info, previous, name_or_scope_info, context] =
            graph
                .strings
                .find(["scope_info", "previous", "name_or_scope_info", "context"]);
        let is_scope = |&name: &u32| graph.strings.bytes(name).starts_with(SCOPE);
        let mut scopes = Scopes {
            places: CodePlaces::default(),
            codes: HashMap::new(),
            names: (0..graph.strings.len() as u32).filter(is_scope).collect(),
            scope_info,
            previous,
        };
        let mut infos: HashMap<u32, u32> = HashMap::new();
        for node in 0..graph.len() as u32 {
            match graph.kind(node) {
                NodeKind::Code => {
                    if let Some(info) = graph.internal_field(node, name_or_scope_info)
                        && graph.kind(info) != NodeKind::String
                    {
                        scopes.codes.entry(info).or_default().function = Some(node);
                        infos.insert(node, info);
                    }
                }
                NodeKind::Object if scopes.is_scope(graph, node) => {
                    if let Some(info) = scopes.info(graph, node) {
                        scopes.codes.entry(info).or_default().count += 1;
                    }
                }
                _ => {}
            }
        }
        for location in &graph.locations {
            let node = location.node;
            if graph.kind(node) != NodeKind::Closure {
                continue;
            }
            let place = places.place(graph, node);
            if let Some(info) = graph
                .internal_field(node, context)
                .and_then(|scope| scopes.info(graph, scope))
            {
                let code = scopes.codes.entry(info).or_default();
                code.inside = code.inside.into_iter().chain(place).min();
            }
            if let Some(info) = places
                .shared(graph, node)
                .and_then(|shared| infos.get(&shared))
            {
                scopes.codes.entry(*info).or_default().place = place;
            }
        }
        scopes.places = places;
        scopes
    }

    /// Where functions and objects come from.
    pub fn places(&self) -> &CodePlaces {
        &self.places
    }

    /// Whether a node is a scope.
    pub fn is_scope(&self, graph: &ObjectGraph, node: u32) -> bool {
        graph.kind(node) == NodeKind::Object
            && self.names.contains(&graph.nodes.names[node as usize])
    }

    /// Whether a scope is a module's or a script's own, which lives as long as that, rather than a call's.
    pub fn is_outermost(&self, graph: &ObjectGraph, scope: u32) -> bool {
        match graph.internal_field(scope, self.previous) {
            Some(outer) => !self.is_scope(graph, outer),
            None => true,
        }
    }

    /// How many scopes calls of the same function made that are alive.
    pub fn siblings(&self, graph: &ObjectGraph, scope: u32) -> u32 {
        self.code(graph, scope).map_or(1, |code| code.count)
    }

    /// Where the function begins whose scope it is; else the first function inside.
    pub fn place(&self, graph: &ObjectGraph, scope: u32) -> Option<CodePlace> {
        let code = self.code(graph, scope)?;
        code.place.or(code.inside)
    }

    /// What a scope is called: `scope of subscribe (lib/bus.js)` for the variables of a call of that function, `scope of lib/bus.js` for those of
    /// a module; and one of its variables: `sessions in lib/bus.js`.
    pub fn label(&self, graph: &ObjectGraph, scope: u32, variable: Option<&str>) -> String {
        let name = self.name(graph, scope);
        match (variable, name.is_empty()) {
            (Some(variable), true) => format!("{variable} in a scope"),
            (Some(variable), false) => format!("{variable} in {name}"),
            (None, true) => "a scope".to_owned(),
            (None, false) => format!("scope of {name}"),
        }
    }

    /// Whether an edge of a scope leads to the scope around it.
    pub fn is_outward(&self, graph: &ObjectGraph, edge: usize) -> bool {
        graph.edge_kind(edge) == EdgeKind::Internal && graph.edges.names[edge] == self.previous
    }

    fn name(&self, graph: &ObjectGraph, scope: u32) -> String {
        let code = self.code(graph, scope).unwrap_or_default();
        // The body of a module or script has no name, and V8 says in its place what it is.
        let function = code
            .function
            .map(|function| graph.name(function))
            .filter(|name| name != NAMELESS);
        let script = self.script(graph, scope);
        let script = short_script(&script);
        match (function.as_deref().unwrap_or_default(), &*script) {
            ("", "") => String::new(),
            ("", script) if self.is_outermost(graph, scope) => script.to_owned(),
            ("", script) => format!("a function of {script}"),
            (function, "") => function.to_owned(),
            (function, script) => format!("{function} ({script})"),
        }
    }

    /// The name of the variable through which a scope refers to a node, by the edge. Of the scopes of blocks V8 writes no names.
    pub fn variable<'g>(&self, graph: &'g ObjectGraph, edge: usize) -> Option<Cow<'g, str>> {
        (graph.edge_kind(edge) == EdgeKind::Context)
            .then(|| graph.strings.get(graph.edges.names[edge]))
    }

    /// The script of a scope, as the file has it; empty where it does not lead there.
    pub fn script<'g>(&self, graph: &'g ObjectGraph, scope: u32) -> Cow<'g, str> {
        let script = self.code(graph, scope).and_then(|code| {
            code.place
                .or(code.inside)
                .and_then(|place| place.script)
                .or_else(|| self.places.script_of(graph, code.function?))
        });
        script.map_or(Cow::Borrowed(""), |script| graph.name(script))
    }

    /// What all scopes that calls of one function made have in common.
    pub(super) fn info(&self, graph: &ObjectGraph, scope: u32) -> Option<u32> {
        graph.internal_field(scope, self.scope_info)
    }

    fn code(&self, graph: &ObjectGraph, scope: u32) -> Option<ScopeCode> {
        self.codes.get(&self.info(graph, scope)?).copied()
    }
}
