//! Lines -> profile.

use hashbrown::HashMap;

use super::go_symbols::{self, Symbol};
use super::header::{Header, Kind};
use crate::formats::addresses::Addresses;
use crate::formats::maps_section::Maps;
use crate::formats::numbered_lines::Lines;
use crate::formats::scanner::{Counts, Scanner};
use crate::formats::symbol_section::Symbols;
use crate::formats::unsample::unsample;
use crate::formats::{ReadError, ReadErrorKind};
use crate::limits;
use crate::model::{
    Frame, Label, LabelValue, LocationId, Origin, Producer, Profile, ProfileBuilder, SourceFormat,
    ValueType,
};
use crate::notes::NoteKind;
use crate::units::{Bytes, Count};

/// Where `HEAPPROFILE=` files end, whatever is left to write.
const HEAPPROFILE_LIMIT: usize = 1 << 20;

/// Reads a profile, also in the symbolized form of jeprof and pprof.
///
/// # Errors
/// There is no `heap profile:` header of a known kind, no record can be understood, or counts are negative.
pub fn read(text: &[u8]) -> Result<Profile, ReadError> {
    let (records, maps) = Maps::split(text);
    let mut lines = Lines::new(records);
    let symbols = Symbols::split(&mut lines);
    let header = header(&mut lines)?;
    let scan = Scan::of(lines.clone());
    if scan.records == 0 && (scan.other > 0 || header.totals.bytes > 0) {
        return Err(malformed("no line after its header is a record").at_line(lines.number() + 1));
    }
    let format = if scan.is_go {
        SourceFormat::GoText
    } else {
        SourceFormat::Gperftools
    };
    let mut origin = Origin::new(format, header.kind.sampling());
    origin.producer = if scan.is_go {
        Producer::Go
    } else {
        Producer::Gperftools
    };
    let mut builder = ProfileBuilder::new(origin, value_types(header.kind, scan.has_freed));
    let maps = if scan.is_go {
        // Go leaves the section out, and names every address.
        Maps::default()
    } else {
        Maps::read(maps, &mut builder)
    };
    let program = match &symbols.binary {
        Some(path) => Some(path.clone()),
        None => builder.main_program().map(str::to_owned),
    };
    builder.origin_mut().command =
        program.and_then(|path| path.rsplit('/').next().map(str::to_owned));
    let mut reader = Reader {
        builder,
        addresses: Addresses::new(maps, symbols),
        kind: header.kind,
        has_freed: scan.has_freed,
        is_go: scan.is_go,
        stack: Vec::new(),
        sum: Counts::default(),
    };
    reader.records(&mut lines)?;
    reader.finish(&header, text.len())
}

/// The header, past comments, warnings and commands.
fn header(lines: &mut Lines<'_>) -> Result<Header, ReadError> {
    while let Some(line) = lines.next() {
        let line = line.trim_ascii_start();
        if line.is_empty()
            || line.starts_with(b"#")
            || line.starts_with(b"%")
            || line.starts_with(b"---")
        {
            continue;
        }
        return match Header::parse(line) {
            Some(header) => Ok(header),
            None if line.windows(2).any(|pair| pair == b"-1" || pair == b": -") => {
                Err(ReadErrorKind::NegativeValue.at_line(lines.number()))
            }
            None => Err(malformed(
                "its header is not 'heap profile: n: bytes [n: bytes] @ kind' of a kind fabric knows",
            )
            .at_line(lines.number())),
        };
    }
    Err(malformed("it has no 'heap profile:' line").nowhere())
}

fn malformed(what: &str) -> ReadErrorKind {
    ReadErrorKind::Malformed {
        format: "gperftools heap profile",
        what: what.to_owned(),
    }
}

/// Growth and waste are not memory in use: they get names of their own, so that nobody compares them with it by accident.
fn value_types(kind: Kind, has_freed: bool) -> Vec<ValueType> {
    match kind {
        Kind::Growth => vec![
            ValueType::from_names("growth_objects", "count"),
            ValueType::from_names("growth_space", "bytes"),
        ],
        Kind::Fragmentation => vec![
            ValueType::from_names("fragmentation_objects", "count"),
            ValueType::from_names("fragmentation_space", "bytes"),
        ],
        Kind::Exact | Kind::Sampled(_) => {
            let mut types = vec![ValueType::inuse_objects(), ValueType::inuse_space()];
            if has_freed {
                types.extend([ValueType::alloc_objects(), ValueType::alloc_space()]);
            }
            types
        }
    }
}

/// What a first look at all records tells.
#[derive(Debug, Default)]
struct Scan {
    records: u64,
    other: u64,
    /// Whether the numbers in the brackets say anything the others do not.
    has_freed: bool,
    is_go: bool,
}

impl Scan {
    fn of(lines: Lines<'_>) -> Scan {
        let mut scan = Scan::default();
        for line in lines {
            if let Some(counts) = Scanner::new(line).counts() {
                scan.records += 1;
                let same = (counts.objects, counts.bytes) == (counts.all_objects, counts.all_bytes);
                scan.has_freed |= !same && (counts.all_objects, counts.all_bytes) != (0, 0);
            } else if line.starts_with(b"#\t0x") || line.starts_with(b"# runtime.MemStats") {
                scan.is_go = true;
            } else if is_negative(line.trim_ascii()) {
                scan.records += 1;
            } else if !line.trim_ascii().is_empty() && !line.starts_with(b"#") {
                scan.other += 1;
            }
        }
        scan
    }
}

/// A record of a difference of two profiles.
fn is_negative(line: &[u8]) -> bool {
    matches!(line, [b'-', b'0'..=b'9', ..]) || memchr::memmem::find(line, b": -").is_some()
}

#[derive(Debug)]
struct Reader<'t> {
    builder: ProfileBuilder,
    addresses: Addresses<'t>,
    kind: Kind,
    has_freed: bool,
    is_go: bool,
    stack: Vec<LocationId>,
    sum: Counts,
}

impl<'t> Reader<'t> {
    fn records(&mut self, lines: &mut Lines<'t>) -> Result<(), ReadError> {
        while let Some(line) = lines.next() {
            let trimmed = line.trim_ascii();
            if trimmed.is_empty() || trimmed.starts_with(b"%") || trimmed.starts_with(b"---") {
                continue;
            }
            if trimmed.starts_with(b"#") {
                if let Some(counter) = go_symbols::counter(trimmed)
                    && self.is_go
                {
                    self.builder.origin_mut().allocator_stats.push(counter);
                }
                continue;
            }
            let number = lines.number();
            let mut scanner = Scanner::new(line);
            let counts = scanner.counts();
            let at = scanner.blanks().literal(b"@");
            let (Some(counts), Some(())) = (counts, at) else {
                if is_negative(trimmed) {
                    return Err(ReadErrorKind::NegativeValue.at_line(number));
                }
                self.skipped(line, number);
                continue;
            };
            let symbols = symbols_of(lines);
            if self.stack_line(scanner, &symbols).is_none() {
                self.skipped(line, number);
                continue;
            }
            self.count(counts);
        }
        Ok(())
    }

    /// Reads the addresses of a record into `self.stack`.
    fn stack_line(
        &mut self,
        mut scanner: Scanner<'_>,
        symbols: &HashMap<u64, Vec<Symbol<'_>>>,
    ) -> Option<()> {
        self.stack.clear();
        let mut hidden = self.is_go && !symbols.is_empty();
        while let Some(address) = scanner.address() {
            if self.stack.len() == limits::STACK_FRAMES {
                return Some(());
            }
            let location = match symbols.get(&address.wrapping_sub(1)) {
                Some(symbols) => {
                    hidden = false;
                    let frames: Vec<Frame> =
                        symbols.iter().map(|symbol| self.frame(symbol)).collect();
                    self.builder
                        .location(Some(address.wrapping_sub(1)), None, &frames)
                }
                // The allocator's own frames, which Go does not name.
                None if hidden => continue,
                None => self.addresses.location(address, &mut self.builder),
            };
            self.stack.push(location);
        }
        scanner.blanks().rest().is_empty().then_some(())
    }

    fn frame(&mut self, symbol: &Symbol<'_>) -> Frame {
        let function = String::from_utf8_lossy(symbol.function);
        let file = String::from_utf8_lossy(symbol.file);
        Frame {
            function: self.builder.named_function(&function, &file),
            line: symbol.line,
            column: 0,
        }
    }

    fn count(&mut self, counts: Counts) {
        self.sum.objects = self.sum.objects.saturating_add(counts.objects);
        self.sum.bytes = self.sum.bytes.saturating_add(counts.bytes);
        let period = self.kind.period();
        let (objects, bytes) = unsample(counts.objects, counts.bytes, period);
        let (all_objects, all_bytes) = unsample(counts.all_objects, counts.all_bytes, period);
        let values = [objects, bytes, all_objects, all_bytes];
        let width = if self.has_freed && matches!(self.kind, Kind::Exact | Kind::Sampled(_)) {
            4
        } else {
            2
        };
        // Rows of different sizes stay apart, as in pprof: the error of a sampled row depends on the size of its objects.
        let (size_bytes, size_objects) = if counts.objects > 0 {
            (counts.bytes, counts.objects)
        } else {
            (counts.all_bytes, counts.all_objects)
        };
        let labels = match size_bytes.checked_div(size_objects) {
            Some(size) if self.kind.period() > 1 => {
                let key = self.builder.string("bytes");
                let unit = self.builder.string("bytes");
                self.builder.labels(&[Label {
                    key,
                    value: LabelValue::Number {
                        value: size as i64,
                        unit,
                    },
                }])
            }
            _ => self.builder.labels(&[]),
        };
        let stack = self.builder.stack(&self.stack);
        self.builder.sample(stack, labels, &values[..width]);
    }

    fn skipped(&mut self, line: &[u8], number: u64) {
        self.builder.note(NoteKind::SkippedRecord, || {
            let start = String::from_utf8_lossy(&line[..line.len().min(40)]).into_owned();
            format!("line {number}: {start}")
        });
    }

    fn finish(mut self, header: &Header, file_bytes: usize) -> Result<Profile, ReadError> {
        let (said, found) = (header.totals, self.sum);
        if said.objects != found.objects || said.bytes != found.bytes {
            let example = || {
                format!(
                    "{} objects and {} in the header, {} and {} in the records",
                    Count(said.objects),
                    Bytes(said.bytes),
                    Count(found.objects),
                    Bytes(found.bytes)
                )
            };
            let at_limit = file_bytes.abs_diff(HEAPPROFILE_LIMIT) < 4096;
            let kind = if at_limit && found.bytes < said.bytes {
                NoteKind::TruncatedInput
            } else {
                NoteKind::HeaderDisagrees
            };
            self.builder.note(kind, example);
        }
        if let Kind::Sampled(period) = self.kind
            && period >= 1 << 30
        {
            self.builder
                .note(NoteKind::HugePeriod, || Bytes(period).to_string());
        }
        Ok(self.builder.finish()?)
    }
}

/// The symbol lines behind a record, by address; frames inlined at one address keep their order, innermost first.
fn symbols_of<'t>(lines: &mut Lines<'t>) -> HashMap<u64, Vec<Symbol<'t>>> {
    let mut found: HashMap<u64, Vec<Symbol<'t>>> = HashMap::new();
    loop {
        let mut ahead = lines.clone();
        match ahead.next().and_then(go_symbols::symbol) {
            Some(symbol) => {
                found.entry(symbol.address).or_default().push(symbol);
                *lines = ahead;
            }
            None => return found,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Profile {
        match read(text.as_bytes()) {
            Ok(profile) => profile,
            Err(error) => panic!("{error}"),
        }
    }

    fn names(profile: &Profile) -> Vec<&str> {
        profile
            .value_types()
            .iter()
            .map(|value| value.name.as_str())
            .collect()
    }

    #[test]
    fn a_file_without_frees_has_two_columns_and_one_with_frees_four() {
        let two = parsed("heap profile: 2: 20 [2: 20] @ heapprofile\n 2: 20 [2: 20] @ 0x11\n");
        assert_eq!(names(&two), ["inuse_objects", "inuse_space"]);
        let four = parsed("heap profile: 2: 20 [3: 30] @ heapprofile\n 2: 20 [3: 30] @ 0x11\n");
        assert_eq!(
            names(&four),
            [
                "inuse_objects",
                "inuse_space",
                "alloc_objects",
                "alloc_space"
            ]
        );
    }

    #[test]
    fn one_line_for_each_sampled_object_is_added_up() {
        let line = " 1: 1504 [1: 1504] @ 0x11 0x21\n";
        let text = format!(
            "heap profile: 3: 4512 [3: 4512] @ heap_v2/65536\n{}",
            line.repeat(3)
        );
        let profile = parsed(&text);
        assert_eq!(profile.sample_count(), 1);
        let bytes = profile.value_types().len() - 1;
        let total = profile.total(crate::model::ValueIndex(bytes));
        assert_eq!(total, 3 * unsample(1, 1504, 65_536).1);
    }

    #[test]
    fn growth_is_not_memory_in_use() {
        let profile = parsed(
            "heap profile: 1: 1048576 [1: 1048576] @ growth\n 1: 1048576 [1: 1048576] @ 0x11\n",
        );
        assert_eq!(names(&profile), ["growth_objects", "growth_space"]);
    }

    #[test]
    fn go_names_its_frames_and_hides_its_allocator() {
        let text = "heap profile: 1: 80 [1: 80] @ heap/1048576\n\
                    1: 80 [2: 160] @ 0x10 0x55a50d 0x55ac74\n\
                    #\t0x55a50c\tmain.leak+0xcc\t/srv/main.go:67\n\
                    #\t0x55ac73\tmain.main+0x273\t/srv/main.go:124\n\
                    \n# runtime.MemStats\n# HeapAlloc = 42\n";
        let profile = parsed(text);
        let stack: Vec<&str> = profile
            .samples()
            .flat_map(|sample| profile.frames(sample.stack))
            .filter_map(|(_, frame)| Some(profile.function_name(frame?.function)))
            .collect();
        assert_eq!(stack, ["main.leak", "main.main"]);
        assert_eq!(profile.origin().allocator_stats[0].value, 42);
        assert_eq!(profile.origin().sampling.period(), Some(524_288));
    }

    #[test]
    fn negative_counts_are_refused() {
        let error = read(b"heap profile: 1: 8 [1: 8] @ heapprofile\n -1: -8 [1: 8] @ 0x11\n").err();
        assert!(
            matches!(
                error,
                Some(ReadError {
                    kind: ReadErrorKind::NegativeValue,
                    ..
                })
            ),
            "{error:?}"
        );
    }

    #[test]
    fn a_header_that_is_not_the_sum_is_said() {
        let profile = parsed("heap profile: 9: 90 [9: 90] @ heapprofile\n 2: 20 [2: 20] @ 0x11\n");
        assert!(profile.notes().get(NoteKind::HeaderDisagrees).is_some());
    }
}
