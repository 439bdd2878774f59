//! A part of an executable or library mapped into the profiled process.

use super::StringId;

/// A mapped file, or an anonymous range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mapping {
    /// First address of the range in the profiled process.
    pub start: u64,
    /// First address after the range.
    pub limit: u64,
    /// Offset in the file of the byte at `start`.
    pub file_offset: u64,
    /// Path of the file in the profiled process, with [`DELETED`] behind it where another file may lie there; the empty string where it is
    /// not known.
    pub path: StringId,
    /// Build id as lower-case hexadecimal digits; the empty string where it is not known.
    pub build_id: StringId,
    /// What the addresses of this mapping's locations count from.
    pub addresses: AddressSpace,
}

/// What Linux writes behind the path of a file that was removed or replaced while it was mapped, as every update does.
pub const DELETED: &str = " (deleted)";

/// What an address counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressSpace {
    /// Addresses of the running process: offset in the file = address - start + file offset.
    Process,
    /// Addresses as the linker wrote them into the file (jemalloc_pprof subtracts the load address and writes
    /// the range 0 to 2^64 for every mapping).
    File,
}

impl Mapping {
    /// The offset of an address in the file: of the byte for addresses of the process, of the linker for addresses of the file.
    pub fn offset_of(&self, address: u64) -> u64 {
        match self.addresses {
            AddressSpace::Process => address
                .wrapping_sub(self.start)
                .wrapping_add(self.file_offset),
            AddressSpace::File => address,
        }
    }
}
