//! The keys of the events that were posted last, so that a repeated post is not written twice.

use std::hash::Hash;

use crate::serve::lru::Lru;

/// A set of at most so many keys: the one that was not seen for longest leaves.
#[derive(Debug)]
pub(super) struct RecentKeys<K> {
    cap: usize,
    keys: Lru<K, ()>,
    evictions: u64,
}

impl<K: Eq + Hash> RecentKeys<K> {
    pub(super) fn new(cap: usize) -> RecentKeys<K> {
        RecentKeys {
            cap,
            keys: Lru::new(cap),
            evictions: 0,
        }
    }

    /// Whether the key is in it; if so it is now the newest.
    pub(super) fn saw(&mut self, key: &K) -> bool {
        let known = self.keys.find(key);
        if let Some(known) = known {
            self.keys.touch(known);
        }
        known.is_some()
    }

    pub(super) fn insert(&mut self, key: K) {
        if self.saw(&key) {
            return;
        }
        self.keys.insert(key, ());
        if self.keys.len() > self.cap
            && let Some(oldest) = self.keys.oldest()
        {
            self.keys.remove(oldest);
            self.evictions += 1;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn evictions(&self) -> u64 {
        self.evictions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_that_was_not_seen_for_longest_leaves() {
        let mut keys = RecentKeys::new(3);
        for key in [1, 2, 3] {
            keys.insert(key);
        }
        assert!(keys.saw(&1));
        keys.insert(4);
        assert!(!keys.saw(&2));
        assert!(keys.saw(&1) && keys.saw(&3) && keys.saw(&4));
        assert_eq!((keys.len(), keys.evictions()), (3, 1));
    }

    #[test]
    fn a_hundred_times_as_many_keys_as_are_kept_do_not_grow_it() {
        let mut keys = RecentKeys::new(100);
        for key in 0..10_000 {
            keys.insert(key % 7_001);
            keys.insert(key % 7_001);
        }
        assert_eq!(keys.len(), 100);
        assert_eq!(keys.evictions(), 9_900);
    }
}
