//! Names and values of a JSON object.

use std::borrow::Cow;
use std::fmt;
use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Names and values of a JSON object, in their order, each name once, the values as they stand in the source.
#[derive(Debug, Default)]
pub struct Entries<'a> {
    list: Vec<(Cow<'a, str>, &'a RawValue)>,
    /// For objects with so many names that looking at each would take time in proportion to their square.
    index: Option<Index>,
}

/// Places in the list, found by name. The hash is seeded: names come from outside.
#[derive(Debug, Default)]
struct Index {
    hasher: RandomState,
    places: HashTable<usize>,
}

/// Room for so many is made at the first: most lines have fewer fields of their own.
const USUAL: usize = 8;

/// Up to so many names are compared one by one, which is faster than hashing them.
const FEW: usize = 24;

impl<'a> Entries<'a> {
    /// Reads an object. A name that occurs twice counts with its last value, as in JavaScript and most readers.
    pub(super) fn read(json: &'a str) -> Result<Entries<'a>, serde_json::Error> {
        serde_json::from_str(json)
    }

    /// Reads the rest of an object.
    pub(super) fn from_map<A: MapAccess<'a>>(mut map: A) -> Result<Entries<'a>, A::Error> {
        let mut entries = Entries::default();
        while let Some(Name(name)) = map.next_key()? {
            entries.replace(name, map.next_value()?);
        }
        Ok(entries)
    }

    /// The value of that name.
    pub fn get(&self, name: &str) -> Option<&'a RawValue> {
        let place = self.place(name)?;
        self.list.get(place).map(|(_, value)| *value)
    }

    /// Adds a value, unless its name is taken.
    pub fn add(&mut self, name: Cow<'a, str>, value: &'a RawValue) {
        if self.place(&name).is_none() {
            self.push(name, value);
        }
    }

    /// Adds a value. If its name is taken, the value takes the place of the one that is there.
    pub(super) fn replace(&mut self, name: Cow<'a, str>, value: &'a RawValue) {
        match self.place(&name).and_then(|place| self.list.get_mut(place)) {
            Some((_, old)) => *old = value,
            None => self.push(name, value),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Keeps those of which `keep` says so.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&str, &'a RawValue) -> bool) {
        self.list.retain(|(name, value)| keep(name, value));
        if self.index.take().is_some() {
            self.extend_index();
        }
    }

    /// Names and values in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.list.iter().map(|(name, value)| (&**name, *value))
    }

    fn place(&self, name: &str) -> Option<usize> {
        let Some(index) = &self.index else {
            return self.list.iter().position(|(other, _)| other == name);
        };
        index
            .places
            .find(index.hasher.hash_one(name), |&place| {
                self.list.get(place).is_some_and(|(other, _)| other == name)
            })
            .copied()
    }

    fn push(&mut self, name: Cow<'a, str>, value: &'a RawValue) {
        if self.list.capacity() == 0 {
            self.list.reserve(USUAL);
        }
        self.list.push((name, value));
        self.extend_index();
    }

    fn extend_index(&mut self) {
        if self.list.len() <= FEW {
            return;
        }
        let index = self.index.get_or_insert_default();
        let hash = |&place: &usize| {
            let name = self.list.get(place).map_or("", |(name, _)| name);
            index.hasher.hash_one(name)
        };
        for place in index.places.len()..self.list.len() {
            index.places.insert_unique(hash(&place), place, hash);
        }
    }
}

impl<'a> IntoIterator for Entries<'a> {
    type Item = (Cow<'a, str>, &'a RawValue);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entries<'de>, A::Error> {
                Entries::from_map(map)
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// A name, borrowed where nothing in it is escaped. (serde makes every `Cow` an owned one.)
pub(super) struct Name<'a>(pub(super) Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }

        deserializer.deserialize_str(Text)
    }
}
