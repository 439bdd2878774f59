//! Ids of the file -> what they stand for.

use hashbrown::HashMap;

/// A map from ids. Where they are small and close together, which is nearly always, it is an array.
pub(super) struct IdMap<T> {
    dense: Vec<Option<T>>,
    dense_limit: u64,
    sparse: HashMap<u64, T>,
}

impl<T: Copy> IdMap<T> {
    /// For about `count` ids.
    pub(super) fn with_room_for(count: usize) -> IdMap<T> {
        IdMap {
            dense: Vec::new(),
            // An array up to a few times the number of ids costs less than a map; beyond that, ids are sparse.
            dense_limit: count.saturating_mul(4).saturating_add(1024) as u64,
            sparse: HashMap::new(),
        }
    }

    /// Adds an id; what it stood for before.
    pub(super) fn insert(&mut self, id: u64, value: T) -> Option<T> {
        if id >= self.dense_limit {
            return self.sparse.insert(id, value);
        }
        let index = id as usize;
        if self.dense.len() <= index {
            self.dense.resize(index + 1, None);
        }
        self.dense[index].replace(value)
    }

    /// What an id stands for.
    #[inline]
    pub(super) fn get(&self, id: u64) -> Option<T> {
        match usize::try_from(id).ok().and_then(|id| self.dense.get(id)) {
            Some(&found) => found,
            None => self.sparse.get(&id).copied(),
        }
    }

    /// Whether nothing was added.
    pub(super) fn is_empty(&self) -> bool {
        self.dense.is_empty() && self.sparse.is_empty()
    }
}
