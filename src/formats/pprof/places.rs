//! Location ids of the file -> handles of the model.

use hashbrown::HashMap;

use super::raw::IdTable;
use super::wire::malformed;
use crate::formats::ReadError;
use crate::model::LocationId;

/// Location ids of the file -> handles, by the numbers that samples hold.
pub(super) struct Places {
    /// Where ids are small and close together, which is nearly always: an array.
    dense: Vec<Option<LocationId>>,
    sparse: HashMap<u32, LocationId>,
    /// How many different locations there are.
    pub(super) distinct: usize,
}

impl Places {
    pub(super) fn new(locations: &[(u64, LocationId)], ids: &IdTable) -> Result<Places, ReadError> {
        // An array up to a few times the number of locations costs less than a map; beyond that, ids are sparse.
        let dense_limit = locations.len().saturating_mul(4).saturating_add(1024);
        let mut places = Places {
            dense: Vec::new(),
            sparse: HashMap::new(),
            distinct: 0,
        };
        let mut seen = hashbrown::HashSet::with_capacity(locations.len());
        for &(id, location) in locations {
            seen.insert(location);
            let Some(number) = ids.find(id) else {
                // No sample uses this id.
                continue;
            };
            let index = number as usize;
            let before = if index < dense_limit {
                if places.dense.len() <= index {
                    places.dense.resize(index + 1, None);
                }
                places.dense[index].replace(location)
            } else {
                places.sparse.insert(number, location)
            };
            if before.is_some() {
                return Err(bad_id("location", id));
            }
        }
        places.distinct = seen.len();
        Ok(places)
    }

    #[inline]
    pub(super) fn get(&self, number: LocationId) -> Option<LocationId> {
        match self.dense.get(number.index()) {
            Some(&found) => found,
            None => self.sparse.get(&(number.index() as u32)).copied(),
        }
    }
}

/// An id that is 0, or given twice.
pub(super) fn bad_id(what: &str, id: u64) -> ReadError {
    malformed(match id {
        0 => format!("a {what} with id 0"),
        _ => format!("two {what}s with id {id}"),
    })
    .nowhere()
}
