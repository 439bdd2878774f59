//! Return addresses of a text profile -> locations of the model, each made once.

use hashbrown::HashMap;

use crate::model::{LocationId, ProfileBuilder};
use crate::notes::NoteKind;

use super::maps_section::Maps;
use super::symbol_section::Symbols;

/// Slots of the cache in front of the map. Stacks share most of their frames, so a small one catches nearly all.
const SLOTS: usize = 1 << 13;

/// Gives out the location of each return address.
#[derive(Debug)]
pub(crate) struct Addresses<'t> {
    maps: Maps,
    symbols: Symbols<'t>,
    known: HashMap<u64, LocationId>,
    recent: Vec<Option<(u64, LocationId)>>,
}

impl<'t> Addresses<'t> {
    /// For a file with these mappings and names.
    pub(crate) fn new(maps: Maps, symbols: Symbols<'t>) -> Addresses<'t> {
        Addresses {
            maps,
            symbols,
            known: HashMap::new(),
            recent: vec![None; SLOTS],
        }
    }

    /// The location of a return address. Its call is one byte before it: text profiles hold return addresses for every frame,
    /// the leaf included.
    #[inline]
    pub(crate) fn location(
        &mut self,
        return_address: u64,
        builder: &mut ProfileBuilder,
    ) -> LocationId {
        let slot = (return_address.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 51) as usize;
        if let Some((address, id)) = self.recent[slot]
            && address == return_address
        {
            return id;
        }
        let id = self.look_up(return_address, builder);
        self.recent[slot] = Some((return_address, id));
        id
    }

    fn look_up(&mut self, return_address: u64, builder: &mut ProfileBuilder) -> LocationId {
        if let Some(&id) = self.known.get(&return_address) {
            return id;
        }
        let call = return_address.saturating_sub(1);
        let mapping = self.maps.find(call);
        if mapping.is_none() && !self.maps.is_empty() {
            builder.note(NoteKind::AddressOutsideMappings, || {
                format!("{return_address:#x}")
            });
        }
        let frames = self.symbols.frames(return_address, builder);
        let id = builder.location(Some(call), mapping, &frames);
        self.known.insert(return_address, id);
        id
    }

    /// Whether the file names its addresses.
    pub(crate) fn has_symbols(&self) -> bool {
        !self.symbols.is_empty()
    }
}
