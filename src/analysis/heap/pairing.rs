//! Are these two heaps of one process, and which objects are in both?

use crate::analysis::same_process::SameProcess;
use crate::object_graph::Heap;
use crate::units::Count;

use super::digest::HeapDigest;

/// Objects of one process that are the same in both heaps have the same class, but for few whose class changed.
const AGREEING: f64 = 0.98;

/// Decides from the numbers of objects.
///
/// V8 gives an object the next odd number when a snapshot first meets it, and it keeps that for life
/// (v8:src/profiler/heap-snapshot-generator.h, `HeapObjectsMap`). So in a later snapshot of the process every number up to the last one of
/// the earlier is that of an object that was in it, and of the same class. Another process gives the same numbers to other objects, unless both
/// did exactly the same from their start; then their objects correspond all the same.
pub(super) fn same_process(before: &HeapDigest, after: &Heap<'_>) -> SameProcess {
    let graph = after.graph;
    let last = before.last_id();
    let (mut old, mut known, mut agreeing) = (0u64, 0u64, 0u64);
    for node in 0..graph.len() as u32 {
        let id = graph.id(node);
        if id.is_multiple_of(2) || after.sizes.get(node) == 0 {
            continue;
        }
        if id > last {
            continue;
        }
        old += 1;
        if let Some(class) = before.constructor_of(id) {
            known += 1;
            agreeing += u64::from(class == after.constructor_name(node));
        }
    }
    let most = |of: u64| AGREEING * of as f64;
    if known == 0 {
        SameProcess::No("no object is in both heaps".to_owned())
    } else if (agreeing as f64) < most(known) {
        SameProcess::No(
            "the same numbers are those of other objects; or one whose inspector was closed in between, for V8 numbers anew then"
                .to_owned(),
        )
    } else if known as f64 >= most(old) {
        SameProcess::Yes(format!(
            "{} of the {} objects that are old enough have kept their number and class",
            Count(agreeing),
            Count(old),
        ))
    } else {
        // Given the other way round, or of a process that is much like this one.
        SameProcess::Unknown
    }
}
