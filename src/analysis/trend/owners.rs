//! Who leaks: the call path, the caller of a function, or the function from wherever it is called.
//!
//! Each call path is judged on its own. Where a function leaks in many paths, each below its noise, their sum shows it: so what is
//! left of a function after its leaking paths are taken out is judged too, first by its direct caller, then as a whole.

use hashbrown::HashMap;

use super::path_table::PathTable;

/// Some call paths that are judged as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// How many frames they have in common, from the frame to blame.
    pub(super) depth: usize,
    /// Their numbers.
    pub(super) members: Vec<u32>,
}

/// The groups of paths that share their first `depth` frames, of two members or more, in the order of their first members.
pub(super) fn by_first_frames(table: &PathTable, paths: &[u32], depth: usize) -> Vec<Group> {
    let mut index: HashMap<&[u32], usize> = HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for &path in paths {
        let functions = table.functions(path);
        let first = &functions[..functions.len().min(depth)];
        let at = *index.entry(first).or_insert_with(|| {
            groups.push(Group {
                depth: first.len(),
                members: Vec::new(),
            });
            groups.len() - 1
        });
        groups[at].members.push(path);
    }
    groups.retain(|group| group.members.len() > 1);
    groups
}

/// How many frames all members have in common, from the frame to blame.
pub(super) fn common_depth(table: &PathTable, members: &[u32]) -> usize {
    let mut members = members.iter().map(|&path| table.functions(path));
    let Some(first) = members.next() else {
        return 0;
    };
    members.fold(first.len(), |depth, path| {
        let same = first.iter().zip(path).take_while(|(a, b)| a == b).count();
        depth.min(same)
    })
}
