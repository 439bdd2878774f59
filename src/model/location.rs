//! A place in the code: an address, or a line, with the frames that are inlined there.

use super::{Frame, FunctionId, LocationId, MappingId};

/// One location, as read from a [`Profile`](super::Profile).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location<'p> {
    /// Address of the call instruction (return addresses have been moved back by the reader).
    pub address: Option<u64>,
    /// The mapping the address belongs to.
    pub mapping: Option<MappingId>,
    /// The frames at this place: inlined ones first, the real caller last. Empty where there is no name.
    pub frames: &'p [Frame],
}

/// All locations, in columns.
#[derive(Debug, Clone, Default)]
pub(super) struct LocationTable {
    pub(super) addresses: Vec<Option<u64>>,
    pub(super) mappings: Vec<Option<MappingId>>,
    /// Where the frames of each location end in `frames`.
    pub(super) frame_ends: Vec<u32>,
    pub(super) frames: Vec<Frame>,
}

impl LocationTable {
    pub(super) fn len(&self) -> usize {
        self.addresses.len()
    }

    pub(super) fn get(&self, id: LocationId) -> Location<'_> {
        let index = id.index();
        let start = if index == 0 {
            0
        } else {
            self.frame_ends[index - 1] as usize
        };
        Location {
            address: self.addresses[index],
            mapping: self.mappings[index],
            frames: &self.frames[start..self.frame_ends[index] as usize],
        }
    }

    pub(super) fn push(
        &mut self,
        address: Option<u64>,
        mapping: Option<MappingId>,
        frames: &[Frame],
    ) -> LocationId {
        let id = LocationId(self.addresses.len() as u32);
        self.addresses.push(address);
        self.mappings.push(mapping);
        self.frames.extend_from_slice(frames);
        self.frame_ends.push(self.frames.len() as u32);
        id
    }

    pub(super) fn functions(&self) -> impl Iterator<Item = FunctionId> {
        self.frames.iter().map(|frame| frame.function)
    }
}
