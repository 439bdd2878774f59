//! Stacks: runs of locations, each distinct run kept once.

use hashbrown::HashTable;
use std::hash::BuildHasher;

use super::half_hash::HalfHash;
use super::{LocationId, StackId};

/// What stands for a stack without frames wherever it has to have a name.
pub const NO_STACK: &str = "[no stack]";

/// All stacks of a profile, leaf first.
#[derive(Debug, Clone, Default)]
pub struct StackTable {
    /// Where each stack ends in `locations`.
    ends: Vec<u32>,
    locations: Vec<LocationId>,
}

impl StackTable {
    /// The locations of `id`, leaf first.
    pub fn get(&self, id: StackId) -> &[LocationId] {
        let index = id.index();
        let start = if index == 0 {
            0
        } else {
            self.ends[index - 1] as usize
        };
        &self.locations[start..self.ends[index] as usize]
    }

    /// How many distinct stacks there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All stacks, in the order of their handles.
    pub fn iter(&self) -> impl Iterator<Item = (StackId, &[LocationId])> {
        (0..self.ends.len() as u32).map(|id| (StackId(id), self.get(StackId(id))))
    }

    /// Every location of every stack, in storage order.
    pub(super) fn locations(&self) -> &[LocationId] {
        &self.locations
    }

    /// Replaces every location. The caller answers for distinct locations staying distinct.
    ///
    /// # Errors
    /// The first error `replace` returns.
    pub fn renumber<E>(
        &mut self,
        mut replace: impl FnMut(LocationId) -> Result<LocationId, E>,
    ) -> Result<(), E> {
        for location in &mut self.locations {
            *location = replace(*location)?;
        }
        Ok(())
    }
}

/// Builds a [`StackTable`]. A reader whose file names locations before it describes them may fill one with the file's
/// own numbers and [`renumber`](StackTable::renumber) it later.
#[derive(Debug, Clone, Default)]
pub struct StackInterner {
    table: StackTable,
    index: HashTable<(HalfHash, u32)>,
    hasher: hashbrown::DefaultHashBuilder,
}

impl StackInterner {
    /// The handle of this run of locations, leaf first; `None` once the table is full
    /// ([`limits::STACK_TABLE_ENTRIES`](crate::limits::STACK_TABLE_ENTRIES)).
    pub fn intern(&mut self, stack: &[LocationId]) -> Option<StackId> {
        let hash = HalfHash::of(hash(&self.hasher, stack));
        let table = &mut self.table;
        let same =
            |&(other, id): &(HalfHash, u32)| other == hash && table.get(StackId(id)) == stack;
        if let Some(&(_, id)) = self.index.find(hash.spread(), same) {
            return Some(StackId(id));
        }
        let end = table.locations.len() + stack.len();
        if end > crate::limits::STACK_TABLE_ENTRIES
            || table.ends.len() >= crate::limits::STACK_TABLE_ENTRIES
        {
            return None;
        }
        let id = table.ends.len() as u32;
        table.locations.extend_from_slice(stack);
        table.ends.push(end as u32);
        self.index
            .insert_unique(hash.spread(), (hash, id), |(hash, _)| hash.spread());
        Some(StackId(id))
    }

    /// The finished table.
    pub fn into_table(self) -> StackTable {
        self.table
    }
}

/// One call of the hasher for every two locations, and no copy: stacks are the largest thing that is hashed.
fn hash(hasher: &hashbrown::DefaultHashBuilder, stack: &[LocationId]) -> u64 {
    use std::hash::Hasher;
    let mut state = hasher.build_hasher();
    let mut pairs = stack.chunks_exact(2);
    for pair in &mut pairs {
        state.write_u64(u64::from(pair[0].0) << 32 | u64::from(pair[1].0));
    }
    if let [last] = pairs.remainder() {
        state.write_u32(last.0);
    }
    state.finish()
}
