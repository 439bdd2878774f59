//! DWARF: from an address to functions, inlined ones included, with files and lines.

use addr2line::gimli::{self, EndianSlice, RunTimeEndian, SectionId};
use object::read::{Object, ObjectSection};
use std::borrow::Cow;

use super::elf_image::ElfImage;
use super::image_store::ImageStore;
use crate::limits;

type Reader<'i> = EndianSlice<'i, RunTimeEndian>;

/// The DWARF of one module. Units are parsed when an address falls into them.
pub(super) struct Dwarf<'i> {
    context: addr2line::Context<Reader<'i>>,
}

/// One frame as DWARF has it; innermost first in a list of them.
#[derive(Debug, Default)]
pub(super) struct DwarfFrame<'i> {
    /// Linker name, else the name in the source.
    pub(super) name: Option<&'i [u8]>,
    pub(super) file: Option<String>,
    pub(super) line: u32,
    pub(super) column: u32,
}

impl<'i> Dwarf<'i> {
    /// The DWARF of `image`; `None` where it has none, or has some that is broken.
    pub(super) fn load(
        image: &ElfImage<'i>,
        supplementary: Option<&'i [u8]>,
        store: &'i ImageStore,
    ) -> Option<Dwarf<'i>> {
        image
            .file
            .section_by_name(".debug_info")
            .filter(|section| section.data().is_ok_and(|data| !data.is_empty()))?;
        let mut sections = sections(&image.file, store)?;
        if let Some(file) = supplementary.and_then(|bytes| object::File::parse(bytes).ok()) {
            sections.set_sup(self::sections(&file, store)?);
        }
        let context = addr2line::Context::from_dwarf(sections).ok()?;
        Some(Dwarf { context })
    }

    /// The frames at `address`, put into `frames`. Empty where DWARF knows nothing; broken DWARF knows nothing.
    pub(super) fn frames(&self, address: u64, frames: &mut Vec<DwarfFrame<'i>>) {
        frames.clear();
        // Split DWARF (.dwo files) is not looked for: the symbol table then gives the name, and the skeleton the line.
        let Ok(mut found) = self.context.find_frames(address).skip_all_loads() else {
            return;
        };
        while let Ok(Some(frame)) = found.next() {
            let location = frame.location.as_ref();
            frames.push(DwarfFrame {
                name: frame
                    .function
                    .map(|function| function.name.slice())
                    .filter(|name| !name.is_empty()),
                file: location
                    .and_then(|location| location.file)
                    .map(str::to_owned),
                line: location.and_then(|location| location.line).unwrap_or(0),
                column: location.and_then(|location| location.column).unwrap_or(0),
            });
            if frames.len() >= INLINED_FRAMES {
                break;
            }
        }
    }
}

/// Frames at one address. Compilers inline some dozen levels deep; only a broken file has thousands.
const INLINED_FRAMES: usize = 512;

fn sections<'i>(
    file: &object::File<'i>,
    store: &'i ImageStore,
) -> Option<gimli::Dwarf<Reader<'i>>> {
    let endian = match file.is_little_endian() {
        true => RunTimeEndian::Little,
        false => RunTimeEndian::Big,
    };
    let load = |id: SectionId| -> Result<Reader<'i>, gimli::Error> {
        let bytes = wanted(id)
            .then(|| section_bytes(file, id.name(), store))
            .flatten();
        Ok(EndianSlice::new(bytes.unwrap_or(&[]), endian))
    };
    gimli::Dwarf::load(load).ok()
}

/// Locations of variables and macros are the half of DWARF that no name comes from: they are not inflated.
fn wanted(id: SectionId) -> bool {
    !matches!(
        id,
        SectionId::DebugLoc
            | SectionId::DebugLocLists
            | SectionId::DebugMacinfo
            | SectionId::DebugMacro
            | SectionId::DebugTypes
            | SectionId::DebugNames
    )
}

fn section_bytes<'i>(
    file: &object::File<'i>,
    name: &str,
    store: &'i ImageStore,
) -> Option<&'i [u8]> {
    let compressed = file.section_by_name(name)?.compressed_data().ok()?;
    let size = compressed.uncompressed_size;
    let honest = (compressed.data.len() as u64).saturating_mul(limits::INFLATE_RATIO);
    if size > honest || size > limits::INFLATED_SECTION_BYTES {
        return None;
    }
    match compressed.decompress().ok()? {
        Cow::Borrowed(bytes) => Some(bytes),
        Cow::Owned(bytes) => store.keep(Box::new(bytes)),
    }
}
