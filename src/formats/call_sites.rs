//! The addresses of a text profile as locations: mapped, named, and each worked out only once.
//!
//! What comes in: the text of an address list, ` 0x7f0c2dea2630 0x556416e1dc1a`, leaf first. What goes out: locations. Every
//! address is that of the instruction after a call and is moved back by one, so that it lies in the call and in its line.
//! That holds for the leaf too: all the profilers whose text is read here walk the stack from inside their own allocator.

use hashbrown::HashMap;

use super::line_cursor::LineCursor;
use super::maps_section::MapsSection;
use super::symbol_section::SymbolSection;
use crate::model::{Frame, LocationId, MappingId, ProfileBuilder};
use crate::notes::NoteKind;

/// Turns addresses into locations.
#[derive(Debug)]
pub(super) struct CallSites<'t> {
    maps: Option<MapsSection<'t>>,
    symbols: SymbolSection<'t>,
    by_address: HashMap<u64, LocationId>,
    by_text: Vec<TextSlot>,
    slot_bits: u32,
    frames: Vec<Frame>,
    outside: u64,
    first_outside: u64,
    unnamed: u64,
}

/// An address of twelve digits as it is written, and its location.
///
/// Addresses of user space on 64-bit systems have twelve digits and most stacks share most of theirs with the stack before:
/// comparing the text spares reading the number, which would be most of the work in a large dump.
#[derive(Debug, Clone, Copy)]
struct TextSlot {
    first_eight: u64,
    last_four: u32,
    location: LocationId,
}

/// The largest number of slots of the text cache, 512 KiB, as a power of two. Large programs have some ten thousand call sites
/// in their stacks, and with a slot for each place few push each other out; the slots in use stay in the second-level cache.
const MOST_SLOT_BITS: u32 = 15;

/// The smallest number of slots: a small file is read in less time than a large cache takes to be cleared.
const FEWEST_SLOT_BITS: u32 = 8;

/// Bytes of a text for which there is one slot: an address has 15 bytes and most are repeated.
const BYTES_PER_SLOT: usize = 64;

/// `0x` and twelve digits.
const COMMON_LENGTH: usize = 14;

impl<'t> CallSites<'t> {
    /// For a profile with this text, these names, and the list of mappings in it, if it has one.
    pub(super) fn new(
        text: &'t [u8],
        symbols: SymbolSection<'t>,
        builder: &mut ProfileBuilder,
    ) -> CallSites<'t> {
        let slots = (text.len() / BYTES_PER_SLOT).max(1);
        let slot_bits = slots.ilog2().clamp(FEWEST_SLOT_BITS, MOST_SLOT_BITS);
        let mut maps = MapsSection::find(text);
        if let Some(maps) = &mut maps {
            maps.add_main_program(builder);
            let skipped = maps.skipped_lines;
            builder
                .notes_mut()
                .add_many(NoteKind::SkippedRecord, skipped, || {
                    "in the list of mappings".to_owned()
                });
        }
        let skipped = symbols.skipped_lines;
        builder
            .notes_mut()
            .add_many(NoteKind::SkippedRecord, skipped, || {
                "in the list of symbols".to_owned()
            });
        CallSites {
            maps,
            symbols,
            by_address: HashMap::new(),
            by_text: vec![
                TextSlot {
                    first_eight: 0,
                    last_four: 0,
                    location: LocationId(0),
                };
                1 << slot_bits
            ],
            slot_bits,
            frames: Vec::new(),
            outside: 0,
            first_outside: 0,
            unnamed: 0,
        }
    }

    /// Appends the locations of an address list. `None` if something else stands in it, or a number above 64 bits; what
    /// was appended up to there stays.
    pub(super) fn read_stack(
        &mut self,
        mut text: &[u8],
        builder: &mut ProfileBuilder,
        stack: &mut Vec<LocationId>,
    ) -> Option<()> {
        loop {
            while let [b' ' | b'\t', rest @ ..] = text {
                text = rest;
            }
            if text.is_empty() {
                return Some(());
            }
            let Some((first_eight, last_four)) = common_address(text) else {
                let mut cursor = LineCursor::new(text);
                let address = cursor.hex()?;
                if !matches!(cursor.rest().first(), None | Some(b' ' | b'\t')) {
                    return None;
                }
                stack.push(self.location(address, builder));
                text = cursor.rest();
                continue;
            };
            // The last digits differ most; the multiplication spreads them over the upper bits.
            let key = first_eight ^ u64::from(last_four) << 32 ^ u64::from(last_four);
            let slot = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - self.slot_bits)) as usize;
            let cached = self.by_text[slot];
            if cached.first_eight == first_eight && cached.last_four == last_four {
                stack.push(cached.location);
            } else {
                let mut cursor = LineCursor::new(&text[..COMMON_LENGTH]);
                let address = cursor.hex().filter(|_| cursor.rest().is_empty())?;
                let location = self.location(address, builder);
                self.by_text[slot] = TextSlot {
                    first_eight,
                    last_four,
                    location,
                };
                stack.push(location);
            }
            text = &text[COMMON_LENGTH..];
        }
    }

    /// The location of a return address.
    pub(super) fn location(
        &mut self,
        return_address: u64,
        builder: &mut ProfileBuilder,
    ) -> LocationId {
        if let Some(&location) = self.by_address.get(&return_address) {
            return location;
        }
        let mut frames = std::mem::take(&mut self.frames);
        frames.clear();
        self.symbols.frames(return_address, builder, &mut frames);
        let location = self.location_with(return_address, &frames, builder);
        self.frames = frames;
        self.by_address.insert(return_address, location);
        location
    }

    /// The location of a return address whose frames are already known.
    pub(super) fn location_with(
        &mut self,
        return_address: u64,
        frames: &[Frame],
        builder: &mut ProfileBuilder,
    ) -> LocationId {
        let call = return_address.saturating_sub(1);
        let mapping = self.mapping(call, builder);
        if frames.is_empty() {
            self.unnamed += 1;
        }
        builder.location(Some(call), mapping, frames)
    }

    fn mapping(&mut self, call: u64, builder: &mut ProfileBuilder) -> Option<MappingId> {
        let maps = self.maps.as_mut()?;
        let mapping = maps.resolve(call, builder);
        if mapping.is_none() {
            if self.outside == 0 {
                self.first_outside = call;
            }
            self.outside += 1;
        }
        mapping
    }

    /// Remarks on addresses that can be neither named nor compared.
    pub(super) fn finish(self, builder: &mut ProfileBuilder) {
        if self.maps.is_none() && self.unnamed > 0 {
            builder.note(NoteKind::NoMappings, String::new);
        }
        builder
            .notes_mut()
            .add_many(NoteKind::AddressOutsideMappings, self.outside, || {
                format!("0x{:x}", self.first_outside)
            });
    }
}

/// The text of an address that is twelve digits long, in two words; whether they are digits is not looked at.
fn common_address(text: &[u8]) -> Option<(u64, u32)> {
    let bytes: &[u8; COMMON_LENGTH] = text.first_chunk()?;
    let &[b'0', b'x', a, b, c, d, e, f, g, h, i, j, k, l] = bytes else {
        return None;
    };
    if !matches!(text.get(COMMON_LENGTH), None | Some(b' ')) {
        return None;
    }
    let first_eight = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
    Some((first_eight, u32::from_le_bytes([i, j, k, l])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Origin, Sampling, SourceFormat, ValueType};

    /// Reads `lists` and compares the addresses of all their locations.
    fn check(lists: &[&str], expected: &[Option<&[u64]>]) {
        let mut builder = ProfileBuilder::new(
            Origin::new(SourceFormat::Jemalloc, Sampling::Exact),
            vec![ValueType::inuse_space()],
        );
        let mut sites = CallSites::new(b"", SymbolSection::default(), &mut builder);
        let stacks: Vec<Option<Vec<LocationId>>> = lists
            .iter()
            .map(|list| {
                let mut stack = Vec::new();
                sites
                    .read_stack(list.as_bytes(), &mut builder, &mut stack)
                    .map(|()| stack)
            })
            .collect();
        let Ok(profile) = builder.finish() else {
            unreachable!("nothing in it breaks a promise");
        };
        let found: Vec<Option<Vec<u64>>> = stacks
            .iter()
            .map(|stack| {
                let addresses = stack.as_ref()?.iter();
                let address = |&id: &LocationId| profile.location(id).address.unwrap_or(0);
                Some(addresses.map(address).collect())
            })
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|list| list.map(<[u64]>::to_vec))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn addresses_of_every_length_are_moved_back_into_the_call() {
        check(
            &[
                " 0x7f0c2dea2630 0x41ffa5 0xffffffffff600001",
                "0x7f0c2dea2630",
            ],
            &[
                Some(&[0x7f0c_2dea_262f, 0x41_ffa4, 0xffff_ffff_ff60_0000]),
                Some(&[0x7f0c_2dea_262f]),
            ],
        );
    }

    #[test]
    fn an_address_of_zero_is_none_and_does_not_wrap_around() {
        check(&["0x0 0x000000000000", ""], &[Some(&[0, 0]), Some(&[])]);
    }

    #[test]
    fn what_is_not_an_address_is_refused_even_if_it_is_as_long_as_one() {
        check(
            &[
                "0x7f0c2dea263g",
                "0x7f0c2d-a2630 0x1",
                "0x",
                "main",
                "0x12z",
                "0x11112222333344445",
            ],
            &[None, None, None, None, None, None],
        );
    }
}
