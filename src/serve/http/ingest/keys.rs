//! The keys of the events that were posted last, so that a repeated post is not written twice.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// A set of at most so many keys: the one that was not seen for longest leaves.
#[derive(Debug)]
pub(super) struct RecentKeys<K> {
    cap: usize,
    turn: u64,
    turn_of: HashMap<K, u64>,
    by_turn: BTreeMap<u64, K>,
    evictions: u64,
}

impl<K: Eq + Hash + Clone> RecentKeys<K> {
    pub(super) fn new(cap: usize) -> RecentKeys<K> {
        RecentKeys {
            cap,
            turn: 0,
            turn_of: HashMap::new(),
            by_turn: BTreeMap::new(),
            evictions: 0,
        }
    }

    /// Whether the key is in it; if so it is now the newest.
    pub(super) fn saw(&mut self, key: &K) -> bool {
        let Some(turn) = self.turn_of.get_mut(key) else {
            return false;
        };
        self.turn += 1;
        if let Some(key) = self.by_turn.remove(turn) {
            self.by_turn.insert(self.turn, key);
        }
        *turn = self.turn;
        true
    }

    pub(super) fn insert(&mut self, key: K) {
        if self.saw(&key) {
            return;
        }
        self.turn += 1;
        self.turn_of.insert(key.clone(), self.turn);
        self.by_turn.insert(self.turn, key);
        if self.turn_of.len() > self.cap
            && let Some((_, oldest)) = self.by_turn.pop_first()
        {
            self.turn_of.remove(&oldest);
            self.evictions += 1;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.turn_of.len()
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
        assert_eq!((keys.turn_of.len(), keys.by_turn.len()), (100, 100));
        assert_eq!(keys.evictions(), 9_900);
    }
}
