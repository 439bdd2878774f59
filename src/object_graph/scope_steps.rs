//! Scopes and their variables as steps of paths through the dominator tree.

use hashbrown::HashMap;

use super::{EdgeKind, ObjectGraph, Scopes};

/// What a path says of scopes: `sessions in lib/cache.js` above what a variable holds, `scope of lib/cache.js` of the scope itself.
pub(super) struct ScopeSteps {
    /// The names of the steps, each with its script.
    names: Vec<(String, u32)>,
    by_name: HashMap<(String, u32), u32>,
    /// The step of each kind of scope and variable.
    known: HashMap<(u32, Option<u32>), u32>,
    scripts: Vec<String>,
    /// Of each scope the number of what it is called, and whether paths begin there.
    scopes: HashMap<u32, (u32, bool)>,
    /// What each kind of scope is called, and its script.
    kinds: Vec<(String, u32)>,
    /// The variables of all scopes: what they hold, the scope, and the string that names them.
    variables: Vec<(u32, u32, u32)>,
    /// The texts of those strings.
    texts: HashMap<u32, String>,
}

impl ScopeSteps {
    pub(super) fn of(graph: &ObjectGraph, scopes: &Scopes) -> ScopeSteps {
        let mut steps = ScopeSteps {
            names: Vec::new(),
            by_name: HashMap::new(),
            known: HashMap::new(),
            scripts: Vec::new(),
            scopes: HashMap::new(),
            kinds: Vec::new(),
            variables: Vec::new(),
            texts: HashMap::new(),
        };
        let mut kinds: HashMap<(Option<u32>, bool), u32> = HashMap::new();
        let mut scripts: HashMap<String, u32> = HashMap::new();
        for node in 0..graph.len() as u32 {
            if !scopes.is_scope(graph, node) {
                continue;
            }
            let is_outermost = scopes.is_outermost(graph, node);
            // Of the scopes that calls of one function made one is named for all.
            let code = (scopes.info(graph, node), is_outermost);
            let kind = *kinds.entry(code).or_insert_with(|| {
                let script = scopes.script(graph, node).into_owned();
                let script = *scripts.entry(script).or_insert_with_key(|script| {
                    steps.scripts.push(script.clone());
                    steps.scripts.len() as u32 - 1
                });
                steps.kinds.push((scopes.label(graph, node, None), script));
                steps.kinds.len() as u32 - 1
            });
            let begins = is_outermost || scopes.siblings(graph, node) <= 1;
            steps.scopes.insert(node, (kind, begins));
            for edge in graph.edges_of(node) {
                if graph.edge_kind(edge) == EdgeKind::Context {
                    let name = graph.edges.names[edge];
                    steps.variables.push((graph.target(edge), node, name));
                    steps
                        .texts
                        .entry(name)
                        .or_insert_with(|| graph.strings.get(name).into_owned());
                }
            }
        }
        steps.variables.sort_unstable();
        steps
    }

    /// The step between a scope and what it holds: its variable, else the scope; nothing where the holder is no scope.
    pub(super) fn step(&mut self, holder: u32, node: u32) -> Option<u32> {
        let &(kind, _) = self.scopes.get(&holder)?;
        let at = self
            .variables
            .partition_point(|&(target, scope, _)| (target, scope) < (node, holder));
        let variable = self
            .variables
            .get(at)
            .filter(|&&(target, scope, _)| (target, scope) == (node, holder));
        Some(self.number(kind, variable.map(|&(_, _, name)| name)))
    }

    /// The step of a scope itself, and whether paths begin there; nothing for what is none.
    pub(super) fn own(&mut self, node: u32) -> Option<(u32, bool)> {
        let &(kind, begins) = self.scopes.get(&node)?;
        Some((self.number(kind, None), begins))
    }

    /// The name of a step and its script.
    pub(super) fn name(&self, step: u32) -> (&str, &str) {
        let (name, script) = &self.names[step as usize];
        (name, &self.scripts[*script as usize])
    }

    /// How many steps there are.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    fn number(&mut self, kind: u32, variable: Option<u32>) -> u32 {
        *self.known.entry((kind, variable)).or_insert_with(|| {
            let (name, script) = &self.kinds[kind as usize];
            let name = match variable.and_then(|name| self.texts.get(&name)) {
                Some(variable) => format!("{variable} in {}", name.trim_start_matches("scope of ")),
                None => name.clone(),
            };
            let step = (name, *script);
            *self.by_name.entry(step).or_insert_with_key(|step| {
                self.names.push(step.clone());
                self.names.len() as u32 - 1
            })
        })
    }
}
