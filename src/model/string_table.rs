//! Strings, each kept once, in one run of bytes.

use hashbrown::HashTable;
use std::hash::BuildHasher;

use super::StringId;
use super::half_hash::HalfHash;

/// All strings of a profile. The first is always the empty string.
#[derive(Debug, Clone)]
pub struct StringTable {
    text: String,
    /// Where each string ends; it starts where the one before it ends.
    ends: Vec<usize>,
}

impl StringTable {
    /// The text of `id`.
    pub fn get(&self, id: StringId) -> &str {
        let index = id.index();
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..self.ends[index]]
    }

    /// How many strings there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Never: the empty string is always there.
    pub fn is_empty(&self) -> bool {
        false
    }

    pub(super) fn holds(&self, id: StringId) -> bool {
        id.index() < self.ends.len()
    }
}

/// Builds a [`StringTable`].
#[derive(Debug, Clone)]
pub(super) struct StringInterner {
    table: StringTable,
    index: HashTable<(HalfHash, u32)>,
    hasher: hashbrown::DefaultHashBuilder,
}

impl StringInterner {
    pub(super) fn new() -> StringInterner {
        let mut interner = StringInterner {
            table: StringTable {
                text: String::new(),
                ends: Vec::new(),
            },
            index: HashTable::new(),
            hasher: hashbrown::DefaultHashBuilder::default(),
        };
        interner.intern("");
        interner
    }

    /// Takes up a finished table again, to add to it.
    pub(super) fn resume(table: StringTable) -> StringInterner {
        let hasher = hashbrown::DefaultHashBuilder::default();
        let mut index = HashTable::with_capacity(table.len());
        for id in 0..table.len() as u32 {
            let hash = HalfHash::of(hasher.hash_one(table.get(StringId(id))));
            index.insert_unique(hash.spread(), (hash, id), |(hash, _)| hash.spread());
        }
        StringInterner {
            table,
            index,
            hasher,
        }
    }

    pub(super) fn intern(&mut self, text: &str) -> StringId {
        let hash = HalfHash::of(self.hasher.hash_one(text));
        let table = &mut self.table;
        let same =
            |&(other, id): &(HalfHash, u32)| other == hash && table.get(StringId(id)) == text;
        if let Some(&(_, id)) = self.index.find(hash.spread(), same) {
            return StringId(id);
        }
        let id = table.ends.len() as u32;
        table.text.push_str(text);
        table.ends.push(table.text.len());
        self.index
            .insert_unique(hash.spread(), (hash, id), |(hash, _)| hash.spread());
        StringId(id)
    }

    pub(super) fn table(&self) -> &StringTable {
        &self.table
    }

    pub(super) fn into_table(self) -> StringTable {
        self.table
    }
}
