//! Location ids of the file -> handles of the model.

use super::id_map::IdMap;
use super::raw::IdTable;
use super::wire::malformed;
use crate::formats::ReadError;
use crate::model::LocationId;

/// Location ids of the file -> handles, by the numbers that samples hold.
pub(super) struct Places {
    by_number: IdMap<LocationId>,
    /// How many different locations there are.
    pub(super) distinct: usize,
}

impl Places {
    /// For all locations of a builder, which gave out its handles in order.
    pub(super) fn new(locations: &[(u64, LocationId)], ids: &IdTable) -> Result<Places, ReadError> {
        let mut by_number = IdMap::with_room_for(locations.len());
        for &(id, location) in locations {
            let Some(number) = ids.find(id) else {
                // No sample uses this id.
                continue;
            };
            if by_number.insert(u64::from(number), location).is_some() {
                return Err(bad_id("location", id));
            }
        }
        let last = locations
            .iter()
            .map(|&(_, location)| location.index())
            .max();
        Ok(Places {
            by_number,
            distinct: last.map_or(0, |last| last + 1),
        })
    }

    #[inline]
    pub(super) fn get(&self, number: LocationId) -> Option<LocationId> {
        self.by_number.get(number.index() as u64)
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
