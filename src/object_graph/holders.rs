//! How objects are held, in words: `sessions in lib/cache.js`, `EventEmitter._events`, `onData() at lib/bus.js:13`.

use hashbrown::HashMap;

use super::class_paths::{ClassPaths, START};
use super::{EdgeKind, Heap, NodeKind, short_script};

/// A plain object with more references than this is taken for a dictionary: its keys are data, and say nothing of how its values are held.
const DICTIONARY_EDGES: usize = 64;

/// The same for an object of a class, which has properties of its own: the largest have some hundred.
const CLASS_DICTIONARY_EDGES: usize = 512;

/// The shortest ways to objects as paths of holders. Objects that are held in the same way have the same path, however many there are.
///
/// A path leads from the holder of an object to the root, or to a variable of a module: who holds a module tells nobody anything.
/// V8's own parts of objects (the table of a Map, the elements of an array) are left out, and holders that repeat are one.
#[derive(Debug)]
pub struct Holders<'h, 'g> {
    heap: &'h Heap<'g>,
    labels: Vec<String>,
    by_label: HashMap<String, u32>,
    steps: ClassPaths,
    /// The path of each node that was asked for, and of those on its way.
    known: HashMap<u32, HeldPath>,
}

/// A path of holders; equal for objects that are held in the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HeldPath(u32);

/// What holds a node, as a step of a path.
enum Step {
    /// A part of another holder.
    Part,
    /// A holder whose own holders go on.
    On(String),
    /// A holder at which the path begins.
    Begin(String),
}

impl<'h, 'g> Holders<'h, 'g> {
    /// The holders of a heap; paths are found when they are asked for.
    pub fn of(heap: &'h Heap<'g>) -> Holders<'h, 'g> {
        Holders {
            heap,
            labels: Vec::new(),
            by_label: HashMap::new(),
            steps: ClassPaths::default(),
            known: HashMap::new(),
        }
    }

    /// How a node is held.
    pub fn path(&mut self, node: u32) -> HeldPath {
        let mut open = Vec::new();
        let mut at = node;
        let mut path = loop {
            if let Some(&known) = self.known.get(&at) {
                break known;
            }
            let Some((holder, edge)) = self.heap.paths.holder(self.heap.graph, at) else {
                break HeldPath(START);
            };
            let step = self.step(holder, edge);
            let is_begin = matches!(step, Step::Begin(_));
            open.push((at, step));
            if is_begin {
                break HeldPath(START);
            }
            at = holder;
        };
        while let Some((node, step)) = open.pop() {
            path = match step {
                Step::Part => path,
                Step::On(label) | Step::Begin(label) => {
                    let label = self.label(label);
                    HeldPath(self.steps.step(path.0, label))
                }
            };
            self.known.insert(node, path);
        }
        path
    }

    /// The holders of a path, the nearest first.
    pub fn names(&self, path: HeldPath) -> Vec<String> {
        self.steps
            .upward(path.0)
            .map(|at| self.labels[self.steps.class(at) as usize].clone())
            .collect()
    }

    fn label(&mut self, label: String) -> u32 {
        *self.by_label.entry(label).or_insert_with_key(|label| {
            self.labels.push(label.clone());
            self.labels.len() as u32 - 1
        })
    }

    fn step(&self, holder: u32, edge: usize) -> Step {
        let (graph, scopes) = (self.heap.graph, &self.heap.scopes);
        if scopes.is_scope(graph, holder) {
            if scopes.is_outward(graph, edge) {
                return Step::Part;
            }
            let variable = scopes.variable(graph, edge);
            let label = scopes.label(graph, holder, variable.as_deref());
            return match scopes.is_outermost(graph, holder) {
                true => Step::Begin(label),
                false => Step::On(label),
            };
        }
        match graph.kind(holder) {
            NodeKind::Synthetic if holder == graph.root() => Step::Part,
            NodeKind::Synthetic => match &*graph.name(holder) {
                "(GC roots)" => Step::Part,
                name => Step::On(name.to_owned()),
            },
            NodeKind::Array | NodeKind::Hidden => Step::Part,
            NodeKind::Closure => Step::On(self.function(holder, edge)),
            _ => Step::On(format!(
                "{}{}",
                self.heap.constructor_name(holder),
                self.member(holder, edge)
            )),
        }
    }

    fn function(&self, closure: u32, edge: usize) -> String {
        let graph = self.heap.graph;
        let name = graph.name(closure);
        let name = match name.trim().is_empty() {
            true => "(anonymous)",
            false => &*name,
        };
        if graph.edge_kind(edge) == EdgeKind::Property {
            return format!("{name}{}", self.member(closure, edge));
        }
        match self.heap.code_place(closure) {
            Some(place) => format!("{name}() at {place}"),
            None => format!("{name}()"),
        }
    }

    fn is_dictionary(&self, node: u32) -> bool {
        let most = match self.heap.constructor_name(node) {
            "Object" => DICTIONARY_EDGES,
            _ => CLASS_DICTIONARY_EDGES,
        };
        self.heap.graph.edges_of(node).len() > most
    }

    /// `.cache`, `[]`, or nothing for a part that V8 has no name for in the program.
    fn member(&self, holder: u32, edge: usize) -> String {
        let graph = self.heap.graph;
        match graph.edge_kind(edge) {
            EdgeKind::Element => "[]".to_owned(),
            EdgeKind::Property if self.is_dictionary(holder) => "[key]".to_owned(),
            EdgeKind::Property => match graph.edge_name(edge) {
                Some(name) if name.starts_with('<') => format!("[{name}]"),
                Some(name) => format!(".{name}"),
                None => String::new(),
            },
            _ => String::new(),
        }
    }
}

impl Heap<'_> {
    /// Where a function begins, or the constructor of an object, as `lib/cache.js:42`; nothing where the file does not tell.
    pub fn code_place(&self, node: u32) -> Option<String> {
        let place = self.scopes.places().place(self.graph, node)?;
        let script = self.graph.name(place.script?);
        let script = short_script(&script);
        (!script.is_empty() && place.line > 0).then(|| format!("{script}:{}", place.line))
    }
}
