//! Which file each address of this process is of.

use std::io;

use crate::model::{AddressSpace, Mapping, MappingId, ProfileBuilder};

/// The code of this process, by address.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct MemoryMap {
    /// By start.
    ranges: Vec<CodeRange>,
}

/// A range of code that is of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CodeRange {
    pub(super) start: u64,
    limit: u64,
    file_offset: u64,
    path: String,
}

impl MemoryMap {
    pub(super) fn of_this_process() -> io::Result<MemoryMap> {
        Ok(MemoryMap::parse(&std::fs::read_to_string(
            "/proc/self/maps",
        )?))
    }

    /// Reads lines like `55b34280c000-55b3428bb000 r-xp 00030000 fe:00 10037476   /usr/bin/fabric`; those that are no code of a file
    /// are passed over (proc_pid_maps(5)).
    fn parse(text: &str) -> MemoryMap {
        let mut ranges: Vec<CodeRange> = text.lines().filter_map(CodeRange::parse).collect();
        ranges.sort_by_key(|range| range.start);
        MemoryMap { ranges }
    }

    /// The first range that is of a program: Linux puts the program that runs below its libraries.
    pub(super) fn program(&self) -> Option<&CodeRange> {
        self.ranges.first()
    }

    pub(super) fn at(&self, address: u64) -> Option<&CodeRange> {
        let after = self.ranges.partition_point(|range| range.start <= address);
        let range = self.ranges.get(after.checked_sub(1)?)?;
        (address < range.limit).then_some(range)
    }
}

impl CodeRange {
    fn parse(line: &str) -> Option<CodeRange> {
        let mut words = line.splitn(6, ' ');
        let (start, limit) = words.next()?.split_once('-')?;
        let rights = words.next()?;
        let file_offset = words.next()?;
        let path = words.nth(2)?.trim_start();
        let number = |text: &str| u64::from_str_radix(text, 16).ok();
        (rights.contains('x') && path.starts_with('/')).then_some(CodeRange {
            start: number(start)?,
            limit: number(limit)?,
            file_offset: number(file_offset)?,
            path: path.to_owned(),
        })
    }

    pub(super) fn add_to(&self, builder: &mut ProfileBuilder) -> MappingId {
        let path = builder.string(&self.path);
        let build_id = builder.string("");
        builder.mapping(Mapping {
            start: self.start,
            limit: self.limit,
            file_offset: self.file_offset,
            path,
            build_id,
            addresses: AddressSpace::Process,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_of_files_is_found_by_address() {
        let map = MemoryMap::parse(
            "7f00-7f20 r-xp 00010000 fe:00 2                   /usr/lib/libc.so.6\n\
             5500-5520 r--p 00000000 fe:00 1                   /srv/my app/fabric (deleted)\n\
             5520-5540 r-xp 00002000 fe:00 1                   /srv/my app/fabric (deleted)\n\
             6000-6020 rw-p 00000000 00:00 0 \n\
             7ffd-7fff r-xp 00000000 00:00 0                   [vdso]\n",
        );
        let path = |address| map.at(address).map(|range| range.path.as_str());
        assert_eq!(path(0x5520), Some("/srv/my app/fabric (deleted)"));
        assert_eq!(path(0x5540), None);
        assert_eq!(path(0x7f1f), Some("/usr/lib/libc.so.6"));
        assert_eq!(path(0x7ffe), None);
        assert_eq!(map.program().map(|range| range.file_offset), Some(0x2000));
    }
}
