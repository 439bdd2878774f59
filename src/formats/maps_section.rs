//! The list of mapped files at the end of a text profile: which file an address belongs to.
//!
//! After `MAPPED_LIBRARIES:` or `--- Memory map:` comes whatever the profiled system had:
//!
//! ```text
//! 55b34280c000-55b3428bb000 r-xp 00030000 fe:00 10037476      /srv/app/bin/jeleak        Linux, as in /proc/<pid>/maps
//! 5605df38c000-5605df38e000 r-xp 00002000 00:00 10037475    /srv/my app/bin/x (deleted)  gperftools makes up the device
//! 40000000-40015000: /lib/ld-2.3.2.so (@1000) 0123abcd                                   brief, as pprof writes it
//! 0000000104b1c000-0000000104b20000: /Users/me/bin/app                                   macOS
//! 0x800600000 0x80061a000 26 0 0xfffff800035a0000 r-x 75 33 0x1004 COW NC vnode /libexec/ld-elf.so.1 NCH -1    FreeBSD
//! build=/home/me/work                                                                     a variable: `$build` in a path
//! ```
//!
//! ` (deleted)` stays part of a path: what lies there now is another file, and its names would be wrong.

use super::line_cursor::LineCursor;
use super::numbered_lines::Lines;
use crate::model::{AddressSpace, Mapping, MappingId, ProfileBuilder};

/// The mapped ranges of the profiled process. One becomes a mapping of the profile when an address falls into it.
#[derive(Debug, Default)]
pub(super) struct MapsSection<'t> {
    /// By start.
    ranges: Vec<MappedRange<'t>>,
    variables: Vec<(&'t [u8], &'t [u8])>,
    /// Lines that no known system writes.
    pub(super) skipped_lines: u64,
}

/// Variables of one section: the writers have one, `build`. More and longer ones would let a small file grow large.
const VARIABLES: usize = 4;
const VARIABLE_BYTES: usize = 512;

#[derive(Debug, Clone, PartialEq, Eq)]
struct MappedRange<'t> {
    start: u64,
    limit: u64,
    file_offset: u64,
    path: &'t [u8],
    build_id: &'t [u8],
    /// Brief lines do not say; they list only code.
    executable: bool,
    mapping: Option<MappingId>,
}

/// Whether this line begins the section.
pub(super) fn begins_at(line: &[u8]) -> bool {
    line.starts_with(b"MAPPED_LIBRARIES:") || line.starts_with(b"--- Memory map:")
}

impl<'t> MapsSection<'t> {
    /// The section of a whole profile, or `None` where it has none. It is looked for from the end, for it stands there, and
    /// addresses can then be resolved while the stacks before it are read.
    pub(super) fn find(text: &'t [u8]) -> Option<MapsSection<'t>> {
        let starts_line = |&at: &usize| at == 0 || text[at - 1] == b'\n';
        let marks: [&[u8]; 2] = [b"MAPPED_LIBRARIES:", b"--- Memory map:"];
        let start = marks
            .iter()
            .find_map(|mark| memchr::memmem::rfind(text, mark).filter(starts_line))?;
        let mut lines = Lines::new(&text[start..]);
        lines.next();
        Some(MapsSection::read(lines))
    }

    /// The section whose lines these are, without its first line.
    fn read(lines: Lines<'t>) -> MapsSection<'t> {
        let mut section = MapsSection::default();
        for line in lines {
            let line = line.trim_ascii();
            if let Some(range) = read_range(line) {
                section.ranges.push(range);
            } else if let Some(equals) = memchr::memchr(b'=', line)
                && line.len() <= VARIABLE_BYTES
                && section.variables.len() < VARIABLES
            {
                section
                    .variables
                    .push((line[..equals].trim_ascii(), line[equals + 1..].trim_ascii()));
            } else if !line.is_empty() && !line.starts_with(b"#") {
                section.skipped_lines += 1;
            }
        }
        section
    }

    /// Gives the main program's mapping the first place, which is how a profile says which program it is of.
    pub(super) fn add_main_program(&mut self, builder: &mut ProfileBuilder) {
        let main = self
            .ranges
            .iter()
            .position(|range| range.executable && names_a_program(range.path));
        if let Some(index) = main {
            self.mapping(index, builder);
        }
        self.ranges.sort_by_key(|range| range.start);
    }

    /// The mapping that `address` lies in. [`add_main_program`](Self::add_main_program) comes before.
    pub(super) fn resolve(
        &mut self,
        address: u64,
        builder: &mut ProfileBuilder,
    ) -> Option<MappingId> {
        let after = self.ranges.partition_point(|range| range.start <= address);
        let index = after.checked_sub(1)?;
        (address < self.ranges[index].limit).then(|| self.mapping(index, builder))
    }

    fn mapping(&mut self, index: usize, builder: &mut ProfileBuilder) -> MappingId {
        let range = &self.ranges[index];
        if let Some(mapping) = range.mapping {
            return mapping;
        }
        let mut path = String::from_utf8_lossy(range.path).into_owned();
        if path.contains('$') {
            for (name, value) in &self.variables {
                let variable = format!("${}", String::from_utf8_lossy(name));
                // One replacement per variable: a value that repeats itself must not grow.
                path = path.replacen(&variable, &String::from_utf8_lossy(value), 1);
            }
        }
        let mapping = Mapping {
            start: range.start,
            limit: range.limit,
            file_offset: range.file_offset,
            path: builder.string(&path),
            build_id: builder.string(&String::from_utf8_lossy(range.build_id).to_ascii_lowercase()),
            addresses: AddressSpace::Process,
        };
        let id = builder.mapping(mapping);
        self.ranges[index].mapping = Some(id);
        id
    }
}

fn names_a_program(path: &[u8]) -> bool {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
    let is_library = memchr::memmem::find(name, b".so").is_some()
        || name.ends_with(b".dylib")
        || name.to_ascii_lowercase().ends_with(b".dll");
    let is_special = matches!(path.first(), None | Some(b'['))
        || [&b"/dev/"[..], b"/memfd:", b"//anon", b"anon_inode:"]
            .iter()
            .any(|start| path.starts_with(start));
    !is_library && !is_special
}

fn read_range(line: &[u8]) -> Option<MappedRange<'_>> {
    let mut cursor = LineCursor::new(line);
    let start = cursor.hex()?;
    let is_free_bsd = cursor.mark(b"-").is_none();
    if is_free_bsd {
        cursor.mark(b" ")?;
        cursor.skip_blanks();
    }
    let limit = cursor.hex()?;
    if start >= limit {
        return None;
    }
    let mut range = MappedRange {
        start,
        limit,
        file_offset: 0,
        path: b"",
        build_id: b"",
        executable: true,
        mapping: None,
    };
    if is_free_bsd {
        read_free_bsd(&mut range, cursor)?;
    } else if cursor.mark(b":").is_some() || !read_linux(&mut range, cursor) {
        read_brief(&mut range, cursor);
    }
    Some(range)
}

/// `r-xp 00030000 fe:00 10037476   /path with blanks`; whether it is that.
fn read_linux<'t>(range: &mut MappedRange<'t>, mut cursor: LineCursor<'t>) -> bool {
    let mut read = || {
        let permissions = cursor.word().filter(|word| are_permissions(word))?;
        cursor.skip_blanks();
        let file_offset = cursor.hex()?;
        let _device = cursor.word().filter(|word| word.contains(&b':'))?;
        let _inode = cursor.word()?;
        Some((permissions.contains(&b'x'), file_offset))
    };
    let Some((executable, file_offset)) = read() else {
        return false;
    };
    range.executable = executable;
    range.file_offset = file_offset;
    range.path = cursor.rest().trim_ascii();
    true
}

/// `[r-xp] /path (@1000) 0123abcd`: permissions, offset and build id may each be missing.
fn read_brief<'t>(range: &mut MappedRange<'t>, mut cursor: LineCursor<'t>) {
    let mut after_permissions = cursor;
    if let Some(word) = after_permissions
        .word()
        .filter(|word| are_permissions(word))
    {
        range.executable = word.contains(&b'x');
        cursor = after_permissions;
    }
    let rest = cursor.rest().trim_ascii();
    range.path = rest;
    if let Some(at) = memchr::memmem::rfind(rest, b"(@") {
        let mut offset = LineCursor::new(&rest[at + 2..]);
        if let Some(file_offset) = offset.hex()
            && offset.mark(b")").is_some()
        {
            range.file_offset = file_offset;
            range.path = rest[..at].trim_ascii();
            range.build_id = offset
                .word()
                .filter(|word| is_build_id(word))
                .unwrap_or(b"");
        }
    } else if let Some(blank) = memchr::memrchr(b' ', rest)
        && is_build_id(&rest[blank + 1..])
    {
        range.path = rest[..blank].trim_ascii();
        range.build_id = &rest[blank + 1..];
    }
}

/// Eight words that fabric does not need stand between the range and the path.
fn read_free_bsd<'t>(range: &mut MappedRange<'t>, mut cursor: LineCursor<'t>) -> Option<()> {
    for _ in 0..10 {
        let word = cursor.word()?;
        if word == b"vnode" {
            range.path = cursor.word()?;
            return Some(());
        }
        if word.len() == 3 && are_permissions(word) {
            range.executable = word.contains(&b'x');
        }
    }
    None
}

fn are_permissions(word: &[u8]) -> bool {
    (3..=5).contains(&word.len()) && word.iter().all(|byte| b"rwxps-".contains(byte))
}

/// Build ids are hashes; a shorter word of hexadecimal digits may be the end of a path with blanks.
fn is_build_id(word: &[u8]) -> bool {
    word.len() >= 8 && word.iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Origin, Profile, Sampling, SourceFormat, ValueType};

    /// Resolves `addresses` and lists all mappings as `start-limit @offset path build_id`, then the mapping of each address.
    fn check(section: &str, addresses: &[u64], mappings: &[&str], resolved: &[Option<u32>]) {
        let mut builder = ProfileBuilder::new(
            Origin::new(SourceFormat::Jemalloc, Sampling::Exact),
            vec![ValueType::inuse_space()],
        );
        let mut maps = MapsSection::read(Lines::new(section.as_bytes()));
        maps.add_main_program(&mut builder);
        let found: Vec<Option<u32>> = addresses
            .iter()
            .map(|&address| {
                maps.resolve(address, &mut builder)
                    .map(|id| id.index() as u32)
            })
            .collect();
        let profile = builder.finish();
        let shown = |profile: &Profile| -> Vec<String> {
            profile
                .mappings()
                .iter()
                .map(|m| {
                    format!(
                        "{:x}-{:x} @{:x} {} {}",
                        m.start,
                        m.limit,
                        m.file_offset,
                        profile.text(m.path),
                        profile.text(m.build_id)
                    )
                    .trim_end()
                    .to_owned()
                })
                .collect()
        };
        assert_eq!(
            profile.map(|profile| shown(&profile)),
            Ok(mappings.iter().map(|&m| m.to_owned()).collect())
        );
        assert_eq!(found, resolved);
    }

    #[test]
    fn the_main_program_comes_first_and_unused_ranges_are_left_out() {
        check(
            "7f0a5e467000-7f0a5e5bd000 r-xp 00026000 fe:00 326279    /usr/lib/libc.so.6\n\
             55b3427db000-55b34280c000 r--p 00000000 fe:00 10037476  /srv/app/bin/jeleak\n\
             55b34280c000-55b3428bb000 r-xp 00030000 fe:00 10037476  /srv/app/bin/jeleak\n\
             55b3428c7000-55b342927000 rw-p 00000000 00:00 0 \n\
             ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n",
            &[
                0x7f0a_5e46_8249,
                0x55b3_4280_c040,
                0x55b3_4292_7000,
                0,
                u64::MAX,
            ],
            &[
                "55b34280c000-55b3428bb000 @30000 /srv/app/bin/jeleak",
                "7f0a5e467000-7f0a5e5bd000 @26000 /usr/lib/libc.so.6",
            ],
            &[Some(1), Some(0), None, None, None],
        );
    }

    #[test]
    fn a_path_keeps_its_blanks_and_that_it_was_deleted() {
        check(
            "1000-2000 r-xp 00000000 00:00 0    /srv/my app/x (deleted)\n",
            &[0x1fff, 0x2000],
            &["1000-2000 @0 /srv/my app/x (deleted)"],
            &[Some(0), None],
        );
    }

    #[test]
    fn an_address_in_a_range_that_is_not_executable_still_has_a_mapping() {
        check(
            "1000-2000 rw-p 00000000 00:00 0 [heap]\n",
            &[0x1000],
            &["1000-2000 @0 [heap]"],
            &[Some(0)],
        );
    }

    #[test]
    fn brief_lines_have_offset_and_build_id_or_neither() {
        check(
            "40000000-40015000: /lib/a.so (@1000) 0123ABCDEF\n  50000000-50001000: /opt/my app\n",
            &[0x4000_0000, 0x5000_0000],
            &[
                "50000000-50001000 @0 /opt/my app",
                "40000000-40015000 @1000 /lib/a.so 0123abcdef",
            ],
            &[Some(1), Some(0)],
        );
    }

    #[test]
    fn free_bsd_lines_are_read() {
        check(
            "0x800600000 0x80061a000 26 0 0xfffff800035a0000 r-x 75 33 0x1004 COW NC vnode /libexec/ld-elf.so.1 NCH -1\n",
            &[0x8_0060_0001],
            &["800600000-80061a000 @0 /libexec/ld-elf.so.1"],
            &[Some(0)],
        );
    }

    #[test]
    fn a_variable_stands_for_a_part_of_a_path() {
        check(
            "build=/home/me\n1000-2000: $build/bin/x\n",
            &[0x1000],
            &["1000-2000 @0 /home/me/bin/x"],
            &[Some(0)],
        );
    }

    #[test]
    fn overlapping_and_inverted_ranges_do_no_harm() {
        check(
            "1000-9000 r-xp 0 0:0 0 /a\n2000-3000 r-xp 0 0:0 0 /b\n5000-4000 r-xp 0 0:0 0 /c\n\
             0-ffffffffffffffff r-xp 0 0:0 0 /d\nffffffffffffffffff-1 r-xp\n",
            &[0x1001, 0x2001, 0x3001, u64::MAX],
            &["1000-9000 @0 /a", "2000-3000 @0 /b"],
            &[Some(0), Some(1), None, None],
        );
    }
}
