//! The graph -> the one [`Profile`].

use super::allocation_tree::{AllocationNode, NO_STACK};
use super::class_paths::{ClassPaths, START};
use super::{AllocationTree, ClassNames, Dominators, Essential, ObjectGraph, owned_sizes};
use crate::limits;
use crate::model::{
    Frame, Function, LabelSetId, LocationId, ModelError, Origin, Producer, Profile, ProfileBuilder,
    Sampling, SourceFormat, ValueType,
};
use crate::notes::{NoteKind, Notes};

/// The outermost frame of objects without a stack, in files that have stacks.
const BEFORE_RECORDING: &str = "(allocated before the recording)";

/// What V8 calls the variables that functions close over.
const SCOPE: &str = "system / Context";

/// Makes a profile of a heap: exact, bytes and objects in use.
///
/// An object's stack is where it was allocated, in files that were recorded with stacks. Otherwise it is how it is held: the
/// classes on its path through the dominator tree, its own as the leaf. Parts of an object that count as its own
/// ([`owned_sizes`]) are left out of paths, runs of classes that repeat are one, and what only happens to be on the stack holds nothing,
/// so that two moments and two processes compare. For the same reason a path begins at the innermost scope of variables: who alone holds
/// a scope changes with every function that happens to wait, and with it all paths through it would vanish and come again.
///
/// # Errors
/// A promise of the model is broken, which a checked graph does not do.
pub fn to_profile(mut graph: ObjectGraph, notes: &Notes) -> Result<Profile, ModelError> {
    let essential = Essential::of(&graph).without_momentary(&graph);
    // The names of edges and the numbers of nodes have said what they had to: a tenth of the memory, given back before the most
    // is needed.
    graph.edges.names = Vec::new();
    graph.nodes.ids = Vec::new();
    let graph = &graph;
    let dominators = Dominators::of(graph, &essential);
    drop(essential);
    let sizes = owned_sizes(graph);
    let classes = ClassNames::of(graph);

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
    let is_scope: Vec<bool> = (0..classes.len() as u32)
        .map(|class| classes.name(class).starts_with(SCOPE))
        .collect();
    for &node in dominators.order().iter().skip(1) {
        let size = sizes[node as usize];
        let above = places[dominators.immediate(node) as usize];
        // What has bytes in the file and none of its own is a part of something.
        let is_part = size == 0 && graph.self_size(node) > 0;
        let class = classes.class(node);
        let place = match is_part {
            true => above,
            false if is_scope[class as usize] => paths.step(START, class),
            false => paths.step(above, class),
        };
        places[node as usize] = place;
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

    let outermost = allocations.map(|_| location(BEFORE_RECORDING, &mut builder));
    let mut frames = vec![None; classes.len()];
    let mut stack = Vec::new();
    for (place, sum) in (0..).zip(&held).filter(|(_, sum)| sum.objects > 0) {
        stack.clear();
        for at in paths.upward(place) {
            let class = paths.class(at);
            let frame = &mut frames[class as usize];
            stack.push(*frame.get_or_insert_with(|| location(classes.name(class), &mut builder)));
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
        builder.sample(stack, LabelSetId(0), &[self.objects, self.bytes]);
    }
}

fn location(name: &str, builder: &mut ProfileBuilder) -> LocationId {
    let function = builder.named_function(name, "");
    let frame = Frame {
        function,
        line: 0,
        column: 0,
    };
    builder.location(None, None, &[frame])
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
