//! A map that knows which of its entries has not been used for longest.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};

use hashbrown::{DefaultHashBuilder, HashTable};

/// No slot.
const NONE: u32 = u32::MAX;

/// A map that knows which of its entries has not been used for longest. Everything takes the same time however much is in it.
///
/// Entries lie in slots that are used again; a [`Handle`] names an entry as long as it is there, and nothing afterwards.
#[derive(Debug)]
pub(super) struct Lru<K, V> {
    table: HashTable<u32>,
    slots: Vec<Slot<K, V>>,
    /// The first free slot; `older` of a free slot is the next one.
    free: u32,
    hasher: DefaultHashBuilder,
    newest: u32,
    oldest: u32,
    /// Room is never made for more entries than these.
    cap: usize,
}

#[derive(Debug)]
struct Slot<K, V> {
    entry: Option<(K, V)>,
    generation: u32,
    older: u32,
    newer: u32,
}

/// Names an entry as long as it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Handle {
    pub(super) slot: u32,
    generation: u32,
}

impl<K: Hash + Eq, V> Lru<K, V> {
    /// An empty one, which takes no room yet. It does not enforce `cap`; its owner does.
    pub(super) fn new(cap: usize) -> Lru<K, V> {
        Lru {
            table: HashTable::new(),
            slots: Vec::new(),
            free: NONE,
            hasher: DefaultHashBuilder::default(),
            newest: NONE,
            oldest: NONE,
            // One more, because what is over the bound leaves after the new entry came.
            cap: cap + 1,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    /// The entry of that key.
    pub(super) fn find<Q>(&self, key: &Q) -> Option<Handle>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let hash = self.hasher.hash_one(key);
        let is_it = |slot: &u32| {
            let entry = self
                .slots
                .get(*slot as usize)
                .and_then(|s| s.entry.as_ref());
            entry.is_some_and(|(k, _)| k.borrow() == key)
        };
        self.table.find(hash, is_it).map(|slot| self.handle(*slot))
    }

    /// Adds an entry as the one used last. The key must not be there.
    pub(super) fn insert(&mut self, key: K, value: V) -> Handle {
        let hash = self.hasher.hash_one(&key);
        let slot = match self.slots.get(self.free as usize) {
            Some(place) => std::mem::replace(&mut self.free, place.older),
            None => self.new_slot(),
        };
        if let Some(place) = self.slots.get_mut(slot as usize) {
            place.entry = Some((key, value));
        }
        let (slots, hasher) = (&self.slots, &self.hasher);
        self.table.insert_unique(hash, slot, |slot| {
            let entry = slots.get(*slot as usize).and_then(|s| s.entry.as_ref());
            entry.map_or(0, |(key, _)| hasher.hash_one(key))
        });
        self.link(slot);
        self.handle(slot)
    }

    /// Makes the entry the one used last.
    pub(super) fn touch(&mut self, handle: Handle) {
        if self.newest != handle.slot && self.holds(handle) {
            self.unlink(handle.slot);
            self.link(handle.slot);
        }
    }

    pub(super) fn holds(&self, handle: Handle) -> bool {
        self.get(handle).is_some()
    }

    pub(super) fn get(&self, handle: Handle) -> Option<&V> {
        self.pair(handle).map(|(_, value)| value)
    }

    pub(super) fn key(&self, handle: Handle) -> Option<&K> {
        self.pair(handle).map(|(key, _)| key)
    }

    pub(super) fn get_mut(&mut self, handle: Handle) -> Option<&mut V> {
        let slot = self.slots.get_mut(handle.slot as usize)?;
        let current = slot.generation == handle.generation;
        slot.entry
            .as_mut()
            .filter(|_| current)
            .map(|(_, value)| value)
    }

    pub(super) fn remove(&mut self, handle: Handle) -> Option<(K, V)> {
        let hash = self.hasher.hash_one(self.key(handle)?);
        if let Ok(found) = self.table.find_entry(hash, |slot| *slot == handle.slot) {
            found.remove();
        }
        self.unlink(handle.slot);
        let free = std::mem::replace(&mut self.free, handle.slot);
        let slot = self.slots.get_mut(handle.slot as usize)?;
        slot.older = free;
        slot.generation = slot.generation.wrapping_add(1);
        slot.entry.take()
    }

    /// The entry that has not been used for longest.
    pub(super) fn oldest(&self) -> Option<Handle> {
        (self.oldest != NONE).then(|| self.handle(self.oldest))
    }

    /// All entries, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Handle, &K, &V)> {
        self.slots.iter().enumerate().filter_map(|(index, slot)| {
            let handle = Handle {
                slot: index as u32,
                generation: slot.generation,
            };
            slot.entry.as_ref().map(|(key, value)| (handle, key, value))
        })
    }

    /// All entries, in no order.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (Handle, &K, &mut V)> {
        self.slots
            .iter_mut()
            .enumerate()
            .filter_map(|(index, slot)| {
                let handle = Handle {
                    slot: index as u32,
                    generation: slot.generation,
                };
                slot.entry
                    .as_mut()
                    .map(|(key, value)| (handle, &*key, value))
            })
    }

    /// Bytes of the room for entries, without what entries own elsewhere.
    pub(super) fn room(&self) -> usize {
        self.slots.capacity() * size_of::<Slot<K, V>>() + self.table.allocation_size()
    }

    fn new_slot(&mut self) -> u32 {
        if self.slots.len() == self.slots.capacity() {
            let more = self.slots.len().clamp(16, self.cap.max(16));
            let more = more.min(self.cap.saturating_sub(self.slots.len()).max(1));
            self.slots.reserve_exact(more);
        }
        self.slots.push(Slot {
            entry: None,
            generation: 0,
            older: NONE,
            newer: NONE,
        });
        (self.slots.len() - 1) as u32
    }

    fn pair(&self, handle: Handle) -> Option<&(K, V)> {
        let slot = self.slots.get(handle.slot as usize)?;
        slot.entry
            .as_ref()
            .filter(|_| slot.generation == handle.generation)
    }

    fn handle(&self, slot: u32) -> Handle {
        Handle {
            slot,
            generation: self.slots.get(slot as usize).map_or(0, |s| s.generation),
        }
    }

    fn link(&mut self, slot: u32) {
        let newest = self.newest;
        if let Some(place) = self.slots.get_mut(slot as usize) {
            place.older = newest;
            place.newer = NONE;
        }
        match self.slots.get_mut(newest as usize) {
            Some(before) => before.newer = slot,
            None => self.oldest = slot,
        }
        self.newest = slot;
    }

    fn unlink(&mut self, slot: u32) {
        let Some((older, newer)) = self
            .slots
            .get(slot as usize)
            .map(|place| (place.older, place.newer))
        else {
            return;
        };
        match self.slots.get_mut(older as usize) {
            Some(place) => place.newer = newer,
            None => self.oldest = newer,
        }
        match self.slots.get_mut(newer as usize) {
            Some(place) => place.older = older,
            None => self.newest = older,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(lru: &mut Lru<u32, ()>) -> Vec<u32> {
        let mut keys = Vec::new();
        while let Some(handle) = lru.oldest() {
            keys.extend(lru.remove(handle).map(|(key, ())| key));
        }
        keys
    }

    #[test]
    fn the_oldest_is_the_one_not_used_for_longest() {
        let mut lru = Lru::new(4);
        for key in 1..=4_u32 {
            lru.insert(key, ());
        }
        for key in [2, 1, 4] {
            let handle = lru.find(&key);
            handle.into_iter().for_each(|handle| lru.touch(handle));
        }
        assert_eq!(order(&mut lru), [3, 2, 1, 4]);
        assert_eq!(lru.len(), 0);
        assert_eq!(lru.oldest(), None);
    }

    #[test]
    fn a_handle_names_nothing_after_its_entry_left() {
        let mut lru = Lru::new(4);
        let first = lru.insert(1_u32, "a");
        assert_eq!(lru.remove(first), Some((1, "a")));
        let second = lru.insert(2, "b");
        assert_eq!(first.slot, second.slot);
        assert_eq!((lru.get(first), lru.get(second)), (None, Some(&"b")));
        assert_eq!(lru.remove(first), None);
        assert_eq!(lru.find(&1), None);
        assert_eq!(lru.find(&2), Some(second));
    }

    /// Against a vector that is kept in the order of use.
    #[test]
    fn it_does_what_a_list_in_the_order_of_use_does() {
        let mut lru = Lru::new(20);
        let mut list: Vec<u32> = Vec::new();
        let mut state = 7_u32;
        for _ in 0..20_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let key = (state >> 16) % 30;
            match lru.find(&key) {
                Some(handle) if state & 0x8000 == 0 => {
                    lru.remove(handle);
                    list.retain(|k| *k != key);
                }
                Some(handle) => {
                    lru.touch(handle);
                    list.retain(|k| *k != key);
                    list.push(key);
                }
                None => {
                    assert!(!list.contains(&key));
                    lru.insert(key, ());
                    list.push(key);
                    if lru.len() > 20 {
                        lru.oldest().map(|handle| lru.remove(handle));
                        list.remove(0);
                    }
                }
            }
            assert_eq!(lru.len(), list.len());
        }
        assert!(lru.slots.capacity() <= 21);
        assert_eq!(order(&mut lru), list);
    }
}
