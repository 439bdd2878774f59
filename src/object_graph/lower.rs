//! The graph -> the one [`Profile`].

use super::allocation_tree::{AllocationNode, NO_STACK};
use super::class_paths::{ClassPaths, START};
use super::scope_steps::ScopeSteps;
use super::{
    AllocationTree, ClassNames, Dominators, Essential, Heap, ObjectGraph, Scopes, Sizes,
    owned_sizes,
};
use crate::limits;
use crate::model::{
    Frame, Function, LabelSetId, LocationId, ModelError, Origin, Producer, Profile, ProfileBuilder,
    Sampling, SourceFormat, ValueType,
};
use crate::notes::{NoteKind, Notes};

/// The outermost frame of objects without a stack, in files that have stacks.
const BEFORE_RECORDING: &str = "(allocated before the recording)";

/// Makes a profile of a heap: exact, bytes and objects in use.
///
/// An object's stack is where it was allocated, in files that were recorded with stacks. Otherwise it is how it is held: the
/// classes on its path through the dominator tree, its own as the leaf. Parts of an object that count as its own
/// ([`owned_sizes`]) are left out of paths, runs of classes that repeat are one, and what only happens to be on the stack holds nothing,
/// so that two moments and two processes compare. For the same reason a path begins at a scope of variables of which there is only one,
/// as a module has it: who alone holds it changes with every function that happens to wait, and with it all paths through it would vanish
/// and come again. What is held by a variable names it: `sessions in lib/cache.js`.
///
/// # Errors
/// A promise of the model is broken, which a checked graph does not do.
pub fn to_profile(mut graph: ObjectGraph, notes: &Notes) -> Result<Profile, ModelError> {
    let essential = Essential::of(&graph).without_momentary(&graph);
    let scopes = ScopeSteps::of(&graph, &Scopes::of(&graph));
    let classes = ClassNames::of(&graph);
    // Names and numbers have said what they had to: a fifth of the memory, given back before the most is needed.
    graph.edges.names = Vec::new();
    graph.nodes.ids = Vec::new();
    let dominators = Dominators::of(&graph, &essential);
    drop(essential);
    let sizes = owned_sizes(&graph);
    lower(&graph, &dominators, &sizes, &classes, scopes, notes)
}

/// Makes a profile of a heap of which all is computed, as [`to_profile`] does, but with what only happens to be on the stack holding what it refers
/// to: the paths are those of the retained sizes beside them, and not made to be compared.
///
/// # Errors
/// As [`to_profile`].
pub fn heap_to_profile(heap: Heap<'_>, notes: &Notes) -> Result<Profile, ModelError> {
    // They have said what they had to: a tenth of the memory.
    drop(heap.retained);
    drop(heap.paths);
    let scopes = ScopeSteps::of(heap.graph, &heap.scopes);
    lower(
        heap.graph,
        &heap.dominators,
        &heap.sizes,
        &heap.classes,
        scopes,
        notes,
    )
}

fn lower(
    graph: &ObjectGraph,
    dominators: &Dominators,
    sizes: &Sizes,
    classes: &ClassNames,
    mut scopes: ScopeSteps,
    notes: &Notes,
) -> Result<Profile, ModelError> {
    let mut origin = Origin::new(SourceFormat::V8HeapSnapshot, Sampling::Exact);
    origin.producer = Producer::V8;
    let value_types = vec![ValueType::inuse_objects(), ValueType::inuse_space()];
    let mut builder = ProfileBuilder::new(origin, value_types);
    builder.notes_mut().absorb(notes);

    let allocations = graph.allocations.as_ref().filter(|tree| !tree.is_empty());
    let mut paths = ClassPaths::default();
    let mut held = Vec::new();
    let mut allocated = vec![Sum::default(); allocations.map_or(0, AllocationTree::len)];
    let mut places = vec![START; graph.len()];
    // Steps that are no class are numbered behind the classes.
    let class_count = classes.len() as u32;
    for &node in dominators.order().iter().skip(1) {
        let size = sizes.get(node);
        let dominator = dominators.immediate(node);
        let mut above = places[dominator as usize];
        if let Some(step) = scopes.step(dominator, node) {
            above = paths.step(above, class_count + step);
        }
        // What has bytes in the file and none of its own is a part of something.
        let is_part = size == 0 && graph.self_size(node) > 0;
        // A scope has no step of its own for what it holds: that begins with the variable.
        let place = match scopes.own(node) {
            Some((step, begins)) => {
                let above = if begins { START } else { above };
                places[node as usize] = above;
                paths.step(above, class_count + step)
            }
            None => {
                let place = match is_part {
                    true => above,
                    false => paths.step(above, classes.class_in_paths(node)),
                };
                places[node as usize] = place;
                place
            }
        };
        if size == 0 {
            continue;
        }
        let stack = match allocations {
            Some(_) => graph.nodes.allocated_at[node as usize],
            None => NO_STACK,
        };
        let sum = match stack {
            NO_STACK => {
                held.resize(paths.len(), Sum::default());
                &mut held[place as usize]
            }
            stack => &mut allocated[stack as usize],
        };
        sum.bytes += size;
        sum.objects += 1;
    }
    if paths.cut() > 0 {
        let limit = limits::DOMINATOR_PATH_FRAMES;
        builder
            .notes_mut()
            .add_many(NoteKind::CutStack, paths.cut(), || {
                format!("a path of more than {limit} classes")
            });
    }

    let outermost = allocations.map(|_| builder.named_location(BEFORE_RECORDING, ""));
    let mut frames = vec![None; classes.len() + scopes.len()];
    let mut stack = Vec::new();
    for (place, sum) in (0..).zip(&held).filter(|(_, sum)| sum.objects > 0) {
        stack.clear();
        for at in paths.upward(place) {
            let class = paths.class(at);
            let frame = &mut frames[class as usize];
            stack.push(
                *frame.get_or_insert_with(|| match class.checked_sub(class_count) {
                    None => builder.named_location(classes.name(class), ""),
                    Some(step) => {
                        let (name, script) = scopes.name(step);
                        builder.named_location(name, script)
                    }
                }),
            );
        }
        stack.extend(outermost);
        sum.add_to(&mut builder, &stack);
    }
    if let Some(tree) = allocations {
        for (number, sum) in (0..).zip(&allocated).filter(|(_, sum)| sum.objects > 0) {
            stack.clear();
            let mut frames = tree.frames(number);
            stack.extend(
                (&mut frames)
                    .take(limits::TREE_STACK_FRAMES)
                    .map(|frame| allocation_location(frame, graph, &mut builder)),
            );
            if frames.next().is_some() {
                builder.note(NoteKind::CutStack, || {
                    format!("a stack of more than {} frames", limits::TREE_STACK_FRAMES)
                });
            }
            sum.add_to(&mut builder, &stack);
        }
    }
    builder.finish()
}

/// What one path or stack holds.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    bytes: u64,
    objects: u64,
}

impl Sum {
    fn add_to(self, builder: &mut ProfileBuilder, stack: &[LocationId]) {
        let stack = builder.stack(stack);
        builder.sample(stack, LabelSetId::EMPTY, &[self.objects, self.bytes]);
    }
}

fn allocation_location(
    node: &AllocationNode,
    graph: &ObjectGraph,
    builder: &mut ProfileBuilder,
) -> LocationId {
    let name = match graph.strings.get(node.name) {
        name if name.trim().is_empty() => "(anonymous)".into(),
        name => name,
    };
    let script = graph.strings.get(node.script);
    let name = builder.string(&name);
    let file = builder.string(script.strip_prefix("file://").unwrap_or(&script));
    let function = builder.function(Function {
        name,
        system_name: name,
        file,
        start_line: node.line,
    });
    // The place is where the function begins: where in it the allocation is, V8 does not write.
    let frame = Frame {
        function,
        line: node.line,
        column: node.column,
    };
    builder.location(None, None, &[frame])
}
