//! The list of mapped files at the end of a text profile: `MAPPED_LIBRARIES:` or `--- Memory map:`.
//!
//! Mostly `/proc/<pid>/maps` as it is (`start-end perms offset device inode path`); macOS writes `start-end: path`; pprof also
//! knows `start-end: path (@offset) build-id`. Paths may have blanks, and `(deleted)` behind them where the file was replaced.

use crate::model::{AddressSpace, Mapping, MappingId, ProfileBuilder};
use crate::notes::NoteKind;

use super::numbered_lines::Lines;
use super::scanner::Scanner;

/// The beginnings of the section, in the order they are looked for.
const TITLES: [&[u8]; 2] = [b"MAPPED_LIBRARIES:", b"--- Memory map:"];

/// Finds the mapping of an address.
#[derive(Debug, Default)]
pub(crate) struct Maps {
    /// Sorted by start and free of overlaps.
    ranges: Vec<(u64, u64, MappingId)>,
}

impl Maps {
    /// Splits `text` before the section; without one, all of it is records.
    pub(crate) fn split(text: &[u8]) -> (&[u8], Option<&[u8]>) {
        for title in TITLES {
            let mut end = text.len();
            // From the end, for it is the last section, and only where the title begins a line.
            while let Some(at) = memchr::memmem::rfind(&text[..end], title) {
                if at == 0 || text[at - 1] == b'\n' {
                    return (&text[..at], Some(&text[at + title.len()..]));
                }
                end = at;
            }
        }
        (text, None)
    }

    /// Reads the section into mappings of `builder`. Of a file's parts those are kept that code can be in; the main
    /// program's come first.
    pub(crate) fn read(section: Option<&[u8]>, builder: &mut ProfileBuilder) -> Maps {
        let Some(section) = section else {
            builder.note(NoteKind::NoMappings, String::new);
            return Maps::default();
        };
        let mut entries: Vec<Entry> = Lines::new(section)
            .filter_map(Entry::parse)
            .filter(|entry| entry.executable && entry.start < entry.limit)
            .collect();
        if entries.is_empty() {
            builder.note(NoteKind::NoMappings, || "the section is empty".to_owned());
            return Maps::default();
        }
        if let Some(main) = entries.iter().position(Entry::is_main_program) {
            let main = entries.remove(main);
            entries.insert(0, main);
        }
        let mut ranges: Vec<(u64, u64, MappingId)> = entries
            .iter()
            .map(|entry| {
                let path = builder.string(&entry.path);
                let build_id = builder.string(&entry.build_id);
                let id = builder.mapping(Mapping {
                    start: entry.start,
                    limit: entry.limit,
                    file_offset: entry.offset,
                    path,
                    build_id,
                    addresses: AddressSpace::Process,
                });
                (entry.start, entry.limit, id)
            })
            .collect();
        ranges.sort_by_key(|&(start, _, _)| start);
        // Overlaps do not happen in a real process; where a file has them, the first keeps the addresses.
        let mut end = 0;
        ranges.retain(|&(start, limit, _)| {
            let free = start >= end;
            if free {
                end = limit;
            }
            free
        });
        Maps { ranges }
    }

    /// The mapping an address lies in.
    pub(crate) fn find(&self, address: u64) -> Option<MappingId> {
        let after = self
            .ranges
            .partition_point(|&(start, _, _)| start <= address);
        let &(_, limit, id) = self.ranges.get(after.checked_sub(1)?)?;
        (address < limit).then_some(id)
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }
}

/// One line of the section.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    start: u64,
    limit: u64,
    offset: u64,
    executable: bool,
    path: String,
    build_id: String,
}

impl Entry {
    fn parse(line: &[u8]) -> Option<Entry> {
        let mut scanner = Scanner::new(line);
        let _ = scanner.blanks().literal(b"0x");
        let start = scanner.hex()?;
        scanner.literal(b"-")?;
        let _ = scanner.literal(b"0x");
        let limit = scanner.hex()?;
        if scanner.literal(b":").is_some() {
            return Some(Entry::brief(start, limit, scanner));
        }
        let permissions = scanner.blanks().word();
        let offset = scanner.blanks().hex()?;
        let _device = scanner.blanks().word();
        let _inode = scanner.blanks().word();
        Some(Entry {
            start,
            limit,
            offset,
            executable: permissions.get(2) == Some(&b'x'),
            path: lossy(scanner.blanks().rest()),
            build_id: String::new(),
        })
    }

    /// `start-end: path`, with `(@offset)` and a build id behind it or not.
    fn brief(start: u64, limit: u64, mut scanner: Scanner<'_>) -> Entry {
        let text = lossy(scanner.blanks().rest());
        let (path, offset, build_id) = match text.split_once(" (@") {
            Some((path, rest)) => {
                let (offset, build_id) = rest.split_once(')').unwrap_or((rest, ""));
                let offset = u64::from_str_radix(offset.trim_start_matches("0x"), 16).unwrap_or(0);
                (
                    path.to_owned(),
                    offset,
                    build_id.trim().to_ascii_lowercase(),
                )
            }
            None => (text, 0, String::new()),
        };
        Entry {
            start,
            limit,
            offset,
            executable: true,
            path,
            build_id,
        }
    }

    /// pprof's rule: the first mapped file that is neither a library nor the kernel's.
    fn is_main_program(&self) -> bool {
        let file = self.path.rsplit('/').next().unwrap_or("");
        !file.is_empty()
            && !self.path.starts_with('[')
            && !file.contains(".so")
            && !self.path.starts_with("/dev/")
            && !self.path.starts_with("//anon")
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.trim_ascii()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, start: u64, offset: u64, path: &str, build_id: &str) {
        let Some(entry) = Entry::parse(line.as_bytes()) else {
            panic!("not read: {line}")
        };
        assert_eq!(
            (
                entry.start,
                entry.offset,
                entry.path.as_str(),
                entry.build_id.as_str()
            ),
            (start, offset, path, build_id)
        );
    }

    #[test]
    fn every_way_to_write_a_mapping_is_read() {
        check(
            "55b3427dd000-55b342810000 r-xp 00032000 fe:00 316533    /srv/my app/server (deleted)",
            0x55b3_427d_d000,
            0x32000,
            "/srv/my app/server (deleted)",
            "",
        );
        check(
            "7f00-7f10: /usr/lib/libc.dylib",
            0x7f00,
            0,
            "/usr/lib/libc.dylib",
            "",
        );
        check(
            "400000-500000: /bin/app (@1000) ABCD12",
            0x40_0000,
            0x1000,
            "/bin/app",
            "abcd12",
        );
        check(
            "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]",
            0xffff_ffff_ff60_0000,
            0,
            "[vsyscall]",
            "",
        );
        assert_eq!(Entry::parse(b"build=/x"), None);
    }

    #[test]
    fn the_section_is_found_only_at_the_beginning_of_a_line() {
        let text = b"x MAPPED_LIBRARIES:\n@ 0x1\nMAPPED_LIBRARIES:\n1-2 r-xp 0 0 0 a\n";
        let (records, section) = Maps::split(text);
        assert_eq!(records, b"x MAPPED_LIBRARIES:\n@ 0x1\n");
        assert_eq!(section, Some(&b"\n1-2 r-xp 0 0 0 a\n"[..]));
    }
}
