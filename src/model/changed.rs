//! The same profile with something that is learnt after reading: names, build ids, its time, remarks.

use super::location::LocationTable;
use super::string_table::StringInterner;
use super::{Frame, Location, LocationId, Profile, ProfileBuilder};
use crate::notes::Notes;

impl Profile {
    /// The same profile with other frames at some locations: how names are added after reading.
    ///
    /// `rename` is asked for each location and given a builder to intern names with; `None` leaves the location as it is.
    /// Stacks and samples stay as they are.
    #[must_use]
    pub fn with_frames(
        self,
        mut rename: impl FnMut(&mut ProfileBuilder, Location<'_>) -> Option<Vec<Frame>>,
        notes: &Notes,
    ) -> Profile {
        let mut builder = ProfileBuilder::new(self.origin, self.value_types);
        builder.resume(self.strings, self.functions);
        let mut locations = LocationTable::default();
        for id in 0..self.locations.len() as u32 {
            let location = self.locations.get(LocationId(id));
            let renamed = rename(&mut builder, location);
            let frames = renamed.as_deref().unwrap_or(location.frames);
            locations.push(location.address, location.mapping, frames);
        }
        let mut all_notes = self.notes;
        all_notes.absorb(&builder.notes);
        all_notes.absorb(notes);
        Profile {
            origin: builder.origin,
            strings: builder.strings.into_table(),
            functions: builder.functions,
            locations,
            value_types: builder.value_types,
            notes: all_notes,
            ..self
        }
    }

    /// The same profile with a build id on every mapping that had none and whose path `build_id_of` knows.
    #[must_use]
    pub fn with_build_ids(
        mut self,
        mut build_id_of: impl FnMut(&str) -> Option<String>,
    ) -> Profile {
        let found: Vec<Option<String>> = self
            .mappings
            .iter()
            .map(|mapping| {
                let is_unknown = self.text(mapping.build_id).is_empty();
                is_unknown.then(|| build_id_of(self.text(mapping.path)))?
            })
            .collect();
        if found.iter().all(Option::is_none) {
            return self;
        }
        let mut strings = StringInterner::resume(self.strings);
        for (mapping, build_id) in self.mappings.iter_mut().zip(found) {
            if let Some(build_id) = build_id {
                mapping.build_id = strings.intern(&build_id);
            }
        }
        self.strings = strings.into_table();
        self
    }

    /// The same profile with a time, in milliseconds since 1970, where it has none of its own.
    #[must_use]
    pub fn with_time(mut self, at_ms: i64) -> Profile {
        self.origin.captured_at_ms.get_or_insert(at_ms);
        self
    }

    /// The same profile with more remarks.
    #[must_use]
    pub fn with_notes(mut self, notes: &Notes) -> Profile {
        self.notes.absorb(notes);
        self
    }
}
