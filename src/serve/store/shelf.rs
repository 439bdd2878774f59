//! Many values that a reader gets at the price of a few pointers.

use std::sync::Arc;

/// Values that are copied together when one of them changes.
const GROUP: usize = 64;

type Group<T> = [Option<Arc<T>>; GROUP];

/// Many values in numbered places. A copy shares everything; what changes afterwards is copied then, in groups of 64 pointers.
#[derive(Debug)]
pub struct Shelf<T> {
    groups: Vec<Arc<Group<T>>>,
    length: usize,
}

impl<T> Clone for Shelf<T> {
    fn clone(&self) -> Shelf<T> {
        Shelf {
            groups: self.groups.clone(),
            length: self.length,
        }
    }
}

impl<T> Default for Shelf<T> {
    fn default() -> Shelf<T> {
        Shelf {
            groups: Vec::new(),
            length: 0,
        }
    }
}

impl<T> Shelf<T> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// All of them, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<T>> {
        self.groups.iter().flat_map(|group| group.iter().flatten())
    }

    #[cfg(test)]
    fn get(&self, place: u32) -> Option<&Arc<T>> {
        let group = self.groups.get(place as usize / GROUP)?;
        group.get(place as usize % GROUP)?.as_ref()
    }

    /// Puts one into that place, or takes it away.
    pub(super) fn put(&mut self, place: u32, value: Option<Arc<T>>) {
        let (group, place) = (place as usize / GROUP, place as usize % GROUP);
        while self.groups.len() <= group {
            self.groups.push(Arc::new([const { None }; GROUP]));
        }
        let place = self
            .groups
            .get_mut(group)
            .and_then(|group| Arc::make_mut(group).get_mut(place));
        if let Some(place) = place {
            self.length += usize::from(value.is_some());
            self.length -= usize::from(place.is_some());
            *place = value;
        }
    }

    /// Bytes of the room for the pointers.
    pub(super) fn room(&self) -> usize {
        self.groups.len() * (size_of::<Group<T>>() + 16) + self.groups.capacity() * 8
    }
}

impl<T: Clone> Shelf<T> {
    /// The one in that place, to change it; whoever has a copy keeps what it was.
    pub(super) fn get_mut(&mut self, place: u32) -> Option<&mut T> {
        let group = self.groups.get_mut(place as usize / GROUP)?;
        let place = Arc::make_mut(group).get_mut(place as usize % GROUP)?;
        place.as_mut().map(Arc::make_mut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_keeps_what_it_was() {
        let mut shelf = Shelf::default();
        for place in 0..200 {
            shelf.put(place, Some(Arc::new(place)));
        }
        let copy = shelf.clone();
        *shelf.get_mut(70).unwrap_or(&mut 0) = 7_000;
        shelf.put(3, None);
        assert_eq!((copy.len(), shelf.len()), (200, 199));
        assert_eq!(copy.get(70).map(|value| **value), Some(70));
        assert_eq!(
            copy.iter().map(|value| u64::from(**value)).sum::<u64>(),
            19_900
        );
        assert_eq!(
            shelf.iter().map(|value| u64::from(**value)).sum::<u64>(),
            19_900 - 3 - 70 + 7_000
        );
    }
}
