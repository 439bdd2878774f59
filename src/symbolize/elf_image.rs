//! The segments of an ELF file: from addresses of a process to addresses as the linker wrote them.

use object::SegmentFlags;
use object::elf::{PF_X, PT_LOAD};
use object::read::{Object, ObjectSegment};

use super::Unreadable;
use super::elf_identity;
use crate::model::{AddressSpace, Mapping};

/// Page sizes that Linux maps with: x86-64 and most of arm64, Apple-silicon and some arm64 kernels, RHEL 8 arm64 and ppc64.
const PAGE_SIZES: [u64; 3] = [4096, 16 * 1024, 64 * 1024];

/// An ELF file as it is loaded.
pub(super) struct ElfImage<'i> {
    pub(super) file: object::File<'i>,
    segments: Vec<Segment>,
    bytes: &'i [u8],
}

/// One PT_LOAD.
#[derive(Debug, Clone, Copy)]
struct Segment {
    offset: u64,
    file_size: u64,
    address: u64,
    memory_size: u64,
    executable: bool,
}

impl<'i> ElfImage<'i> {
    pub(super) fn parse(bytes: &'i [u8]) -> Result<ElfImage<'i>, Unreadable> {
        let file = elf_identity::parse(bytes)?;
        let segments: Vec<Segment> = file
            .segments()
            .filter_map(|segment| {
                let SegmentFlags::Elf { p_type, p_flags } = segment.flags() else {
                    return None;
                };
                let (offset, file_size) = segment.file_range();
                (p_type == PT_LOAD).then(|| Segment {
                    offset,
                    file_size,
                    address: segment.address(),
                    memory_size: segment.size(),
                    executable: p_flags.0 & PF_X.0 != 0,
                })
            })
            .collect();
        if !segments.iter().any(|segment| segment.executable) {
            return Err(Unreadable(
                "an ELF file that is neither a program nor a library".to_owned(),
            ));
        }
        Ok(ElfImage {
            file,
            segments,
            bytes,
        })
    }

    /// The address the linker gave to what the process had at `address`; `None` where this file has no code there.
    pub(super) fn linked_address(&self, mapping: &Mapping, address: u64) -> Option<u64> {
        let linked = match mapping.addresses {
            AddressSpace::File => address,
            AddressSpace::Process => {
                let into = address.checked_sub(mapping.start)?;
                match self.is_hollow() {
                    false => self.at_offset(into.checked_add(mapping.file_offset)?)?,
                    true => self.at_start_of_code(mapping)?.checked_add(into)?,
                }
            }
        };
        self.segments
            .iter()
            .any(|segment| segment.executable && segment.holds_address(linked))
            .then_some(linked)
    }

    /// Whether `mapping` is how Linux maps this file: it begins where a segment begins and ends where one ends, to the page,
    /// and has code in it. A rebuilt file seldom passes. `true` where the mapping does not tell its range.
    pub(super) fn fits(&self, mapping: &Mapping) -> bool {
        let Some(size) = mapping.limit.checked_sub(mapping.start) else {
            return false;
        };
        if mapping.addresses == AddressSpace::File || size == 0 || mapping.limit == u64::MAX {
            return true;
        }
        if self.is_hollow() {
            return self.at_start_of_code(mapping).is_some();
        }
        let (start, end) = (
            mapping.file_offset,
            mapping.file_offset.saturating_add(size),
        );
        PAGE_SIZES.iter().any(|&page| {
            let first = |segment: &Segment| segment.offset / page * page;
            let last = |segment: &Segment| segment.file_end().div_ceil(page).saturating_mul(page);
            self.segments.iter().any(|segment| first(segment) == start)
                && self.segments.iter().any(|segment| last(segment) == end)
                && self.segments.iter().any(|segment| {
                    segment.executable && first(segment) >= start && last(segment) <= end
                })
        })
    }

    /// Up to `wanted` bytes of machine code that end just before `linked`.
    pub(super) fn code_before(&self, linked: u64, wanted: u64) -> Option<&'i [u8]> {
        let segment = self.segments.iter().find(|segment| {
            segment.executable
                && linked > segment.address
                && linked - segment.address <= segment.file_size
        })?;
        let into = linked - segment.address;
        let end = usize::try_from(segment.offset.checked_add(into)?).ok()?;
        let start = end.checked_sub(into.min(wanted) as usize)?;
        self.bytes.get(start..end)
    }

    /// Whether this is a separate debug file: `objcopy --only-keep-debug` leaves segments without content, whose
    /// offsets in the file mean nothing any more.
    pub(super) fn is_hollow(&self) -> bool {
        // Segments of eu-strip and of compressed debug files keep their sizes; the sections say that they are empty.
        let mut code = self.segments.iter().filter(|segment| segment.executable);
        code.all(|segment| segment.file_size == 0)
    }

    fn at_offset(&self, offset: u64) -> Option<u64> {
        // The last page of one segment and the first of the next are often the same page of the file: code goes first.
        let covering = |executable| {
            self.segments.iter().find(move |segment| {
                segment.executable == executable
                    && offset >= segment.offset
                    && offset - segment.offset < segment.file_size
            })
        };
        let segment = covering(true).or_else(|| covering(false))?;
        segment.address.checked_add(offset - segment.offset)
    }

    /// The linked address at the start of `mapping`, by memory sizes alone: there must be one executable segment, and the
    /// mapping must be exactly as long.
    fn at_start_of_code(&self, mapping: &Mapping) -> Option<u64> {
        let mut code = self.segments.iter().filter(|segment| segment.executable);
        let (segment, None) = (code.next()?, code.next()) else {
            return None;
        };
        let size = mapping.limit.checked_sub(mapping.start)?;
        PAGE_SIZES.iter().find_map(|&page| {
            let start = segment.address / page * page;
            let end = segment.memory_end().checked_add(page - 1)? / page * page;
            (end - start == size).then_some(start)
        })
    }
}

impl Segment {
    fn holds_address(&self, address: u64) -> bool {
        address >= self.address && address - self.address < self.memory_size
    }

    fn file_end(&self) -> u64 {
        self.offset.saturating_add(self.file_size)
    }

    fn memory_end(&self) -> u64 {
        self.address.saturating_add(self.memory_size)
    }
}
