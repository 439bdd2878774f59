//! Lines -> profile.

use hashbrown::HashMap;

use crate::formats::addresses::Addresses;
use crate::formats::maps_section::Maps;
use crate::formats::numbered_lines::Lines;
use crate::formats::scanner::{Counts, Scanner};
use crate::formats::symbol_section::Symbols;
use crate::formats::unsample::unsample;
use crate::formats::{ReadError, ReadErrorKind};
use crate::limits;
use crate::model::{
    LabelSetId, LocationId, Origin, PeriodSource, Producer, Profile, ProfileBuilder, Sampling,
    SourceFormat, StackId, Thread, ValueType,
};
use crate::notes::NoteKind;
use crate::units::Bytes;

/// jemalloc's compiled-in limit of frames (`PROF_BT_MAX`).
const DEEPEST: usize = 128;

/// A period from which on most services are sampled a handful of times at most.
const HUGE_PERIOD: u64 = 1 << 30;

/// Reads a dump, also in jeprof's symbolized form.
///
/// # Errors
/// There is no `heap_v2` header, or nothing behind it can be understood.
pub fn read(text: &[u8]) -> Result<Profile, ReadError> {
    let (records, maps) = Maps::split(text);
    let mut lines = Lines::new(records);
    let symbols = Symbols::split(&mut lines);
    let period = header(&mut lines)?;
    let counts_allocations = counts_allocations(lines.clone());
    let mut builder = ProfileBuilder::new(origin(period), value_types(counts_allocations));
    if period >= HUGE_PERIOD {
        builder.note(NoteKind::HugePeriod, || Bytes(period).to_string());
    }
    let has_maps = maps.is_some();
    let maps = Maps::read(maps, &mut builder);
    let program = match &symbols.binary {
        Some(path) => Some(path.clone()),
        None => builder.main_program().map(str::to_owned),
    };
    builder.origin_mut().command =
        program.and_then(|path| path.rsplit('/').next().map(str::to_owned));
    let mut reader = Reader {
        builder,
        addresses: Addresses::new(maps, symbols),
        period,
        counts_allocations,
        stack: Vec::with_capacity(DEEPEST),
        current: Current::Header,
        threads: HashMap::new(),
        deepest: 0,
        understood: 0,
    };
    while let Some(line) = lines.next() {
        reader.line(line, lines.number());
    }
    reader.finish(has_maps, lines.number())
}

/// The period in the `heap_v2/<period>` line, past comments and commands.
fn header(lines: &mut Lines<'_>) -> Result<u64, ReadError> {
    while let Some(line) = lines.next() {
        if line.starts_with(b"%") || line.starts_with(b"#") || line.trim_ascii().is_empty() {
            continue;
        }
        let mut scanner = Scanner::new(line);
        return scanner
            .literal(b"heap_v2/")
            .and_then(|()| scanner.decimal())
            .ok_or_else(|| {
                malformed("its first line is not heap_v2/<bytes between samples>")
                    .at_line(lines.number())
            });
    }
    Err(malformed("it has no heap_v2 line").nowhere())
}

fn malformed(what: &str) -> ReadErrorKind {
    ReadErrorKind::Malformed {
        format: "jemalloc heap dump",
        what: what.to_owned(),
    }
}

/// Whether any `t*` line counts allocations: the columns are there in every dump, and zero without `prof_accum`.
fn counts_allocations(lines: Lines<'_>) -> bool {
    lines
        .filter_map(|line| {
            let mut scanner = Scanner::new(line);
            scanner.blanks().literal(b"t*:")?;
            scanner.counts()
        })
        // The header has the sum, so the first line decides nearly always; a few more are looked at because since 5.3 it can
        // be rounded to nothing.
        .take(64)
        .any(|counts| counts.all_objects > 0 || counts.all_bytes > 0)
}

fn origin(period: u64) -> Origin {
    let sampling = if period <= 1 {
        Sampling::Exact
    } else {
        Sampling::Poisson {
            period,
            source: PeriodSource::Stated,
        }
    };
    let mut origin = Origin::new(SourceFormat::Jemalloc, sampling);
    origin.producer = Producer::Jemalloc;
    origin
}

fn value_types(counts_allocations: bool) -> Vec<ValueType> {
    let mut types = vec![ValueType::inuse_objects(), ValueType::inuse_space()];
    if counts_allocations {
        types.extend([ValueType::alloc_objects(), ValueType::alloc_space()]);
    }
    types
}

/// What the next counts belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Current {
    /// The whole dump.
    Header,
    /// A stack whose `t*` line has not come yet.
    Stack(StackId),
    /// A stack whose `t*` line has come: only threads follow.
    Counted,
}

#[derive(Debug)]
struct Reader<'t> {
    builder: ProfileBuilder,
    addresses: Addresses<'t>,
    period: u64,
    counts_allocations: bool,
    stack: Vec<LocationId>,
    current: Current,
    threads: HashMap<u64, Thread>,
    deepest: u64,
    understood: u64,
}

impl Reader<'_> {
    fn line(&mut self, line: &[u8], number: u64) {
        if line.starts_with(b"@") {
            self.stack_line(line, number);
            return;
        }
        let mut scanner = Scanner::new(line);
        let understood = match scanner.blanks().rest() {
            [] => Some(()),
            [b't', b'*', ..] => self.total_line(scanner),
            [b't', ..] => self.thread_line(scanner),
            _ => None,
        };
        if understood.is_none() {
            self.skipped(line, number);
        }
    }

    fn stack_line(&mut self, line: &[u8], number: u64) {
        if let Current::Stack(_) = self.current {
            self.builder.note(NoteKind::SkippedRecord, || {
                format!("line {number}: the stack before it has no counts")
            });
        }
        self.stack.clear();
        let mut scanner = Scanner::new(&line[1..]);
        while let Some(address) = scanner.address() {
            if self.stack.len() == limits::STACK_FRAMES {
                break;
            }
            self.stack
                .push(self.addresses.location(address, &mut self.builder));
        }
        if !scanner.blanks().rest().is_empty() && self.stack.len() < limits::STACK_FRAMES {
            self.skipped(line, number);
            self.current = Current::Counted;
            return;
        }
        self.deepest += u64::from(self.stack.len() == DEEPEST);
        self.current = Current::Stack(self.builder.stack(&self.stack));
        self.understood += 1;
    }

    fn total_line(&mut self, mut scanner: Scanner<'_>) -> Option<()> {
        scanner.literal(b"t*:")?;
        let counts = scanner.counts()?;
        match self.current {
            Current::Header => self.understood += 1,
            Current::Stack(stack) => {
                let values = self.values(counts);
                self.builder
                    .sample(stack, LabelSetId::EMPTY, &values[..self.width()]);
                self.current = Current::Counted;
            }
            // A second t* line of one stack: the first counts.
            Current::Counted => return None,
        }
        Some(())
    }

    fn thread_line(&mut self, mut scanner: Scanner<'_>) -> Option<()> {
        scanner.literal(b"t")?;
        let id = scanner.decimal()?;
        scanner.literal(b":")?;
        let counts = scanner.counts()?;
        let width = self.width();
        let values = match self.current {
            // Totals of a thread are distorted for themselves, like those of the dump: what its stacks say is better.
            Current::Header => [0; 4],
            Current::Stack(_) | Current::Counted => self.values(counts),
        };
        let thread = self.threads.entry(id).or_insert_with(|| Thread {
            id,
            name: String::new(),
            values: vec![0; width],
        });
        if self.current == Current::Header {
            let name = scanner.blanks().rest();
            let name = &name[..name.len().min(limits::NAME_BYTES)];
            thread.name = String::from_utf8_lossy(name).into_owned();
        }
        for (sum, value) in thread.values.iter_mut().zip(values) {
            *sum = sum.saturating_add(value);
        }
        Some(())
    }

    fn width(&self) -> usize {
        if self.counts_allocations { 4 } else { 2 }
    }

    fn values(&mut self, counts: Counts) -> [u64; 4] {
        if counts.objects == 0 && counts.bytes > 0 {
            self.builder.note(NoteKind::BytesWithoutObjects, || {
                Bytes(counts.bytes).to_string()
            });
        }
        let (objects, bytes) = unsample(counts.objects, counts.bytes, self.period);
        let (all_objects, all_bytes) = unsample(counts.all_objects, counts.all_bytes, self.period);
        [objects, bytes, all_objects, all_bytes]
    }

    fn skipped(&mut self, line: &[u8], number: u64) {
        self.builder.note(NoteKind::SkippedRecord, || {
            let start = String::from_utf8_lossy(&line[..line.len().min(40)]).into_owned();
            format!("line {number}: {start}")
        });
    }

    fn finish(mut self, has_maps: bool, last_line: u64) -> Result<Profile, ReadError> {
        if self.understood == 0 {
            return Err(
                malformed("nothing after its first line is a total or a stack").at_line(last_line),
            );
        }
        if let Current::Stack(_) = self.current {
            self.builder.note(NoteKind::TruncatedInput, || {
                "the last stack has no counts".to_owned()
            });
        } else if !has_maps && !self.addresses.has_symbols() {
            self.builder.note(NoteKind::TruncatedInput, || {
                "MAPPED_LIBRARIES is missing".to_owned()
            });
        }
        let deepest = self.deepest;
        self.builder
            .notes_mut()
            .add_many(NoteKind::ProfilerCutStack, deepest, || {
                format!("a stack of {DEEPEST} frames")
            });
        let mut threads: Vec<Thread> = self.threads.into_values().collect();
        threads.sort_by_key(|thread| thread.id);
        for thread in threads {
            // Ended threads stay in the dump with nothing in use.
            if thread.values.iter().any(|&value| value > 0) {
                self.builder.thread(thread);
            }
        }
        Ok(self.builder.finish()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Measure, Unit};

    const DUMP: &str = "\
heap_v2/524288
  t*: 3: 12352 [0: 0]
  t0: 2: 128 [0: 0]
  t7: 1: 12224 [0: 0] io worker
@ 0x1001 0x2001
  t*: 2: 128 [0: 0]
  t0: 2: 128 [0: 0]
@ 0x1001 0x3001
  t*: 1: 12224 [0: 0]
  t7: 1: 12224 [0: 0]

MAPPED_LIBRARIES:
1000-4000 r-xp 00000000 00:00 0    /srv/app
";

    fn total(profile: &Profile, unit: Unit) -> u64 {
        profile
            .value_of(Measure::InUse, unit)
            .map_or(0, |index| profile.total(index))
    }

    fn parsed(text: &str) -> Profile {
        match read(text.as_bytes()) {
            Ok(profile) => profile,
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn every_stack_is_unsampled_for_itself() {
        let profile = parsed(DUMP);
        let expected = unsample(2, 128, 524_288).1 + unsample(1, 12_224, 524_288).1;
        assert_eq!(total(&profile, Unit::Bytes), expected);
        assert_eq!(profile.value_types().len(), 2);
        assert_eq!(profile.location_count(), 3);
        assert!(profile.notes().is_empty(), "{:?}", profile.notes());
    }

    #[test]
    fn threads_keep_their_names_with_blanks() {
        let profile = parsed(DUMP);
        let named: Vec<(&str, u64)> = profile
            .threads()
            .iter()
            .map(|thread| (thread.name.as_str(), thread.id))
            .collect();
        assert_eq!(named, [("", 0), ("io worker", 7)]);
    }

    #[test]
    fn return_addresses_move_back_onto_the_call() {
        let profile = parsed(DUMP);
        let addresses: Vec<Option<u64>> = profile
            .locations()
            .map(|(_, location)| location.address)
            .collect();
        assert_eq!(addresses, [Some(0x1000), Some(0x2000), Some(0x3000)]);
    }

    #[test]
    fn a_dump_that_is_cut_off_is_used_and_said() {
        let end = DUMP.find("  t*: 1:").unwrap_or(0);
        let profile = parsed(&DUMP[..end]);
        assert_eq!(profile.sample_count(), 1);
        assert!(profile.notes().get(NoteKind::TruncatedInput).is_some());
    }

    #[test]
    fn bytes_without_objects_are_kept_as_they_are() {
        let profile = parsed("heap_v2/524288\n  t*: 0: 0 [0: 0]\n@ 0x1001\n  t*: 0: 77 [0: 0]\n");
        assert_eq!(total(&profile, Unit::Bytes), 77);
        assert!(profile.notes().get(NoteKind::BytesWithoutObjects).is_some());
    }

    #[test]
    fn a_line_nobody_understands_is_counted_with_its_number() {
        let profile = parsed(&DUMP.replace("  t0: 2: 128 [0: 0]\n@", "  t0: lots\n@"));
        let note = profile.notes().get(NoteKind::SkippedRecord);
        assert_eq!(
            note.map(|note| note.example.as_str()),
            Some("line 7:   t0: lots")
        );
    }

    #[test]
    fn accumulated_columns_become_value_types() {
        let profile = parsed("heap_v2/1\n  t*: 1: 8 [2: 16]\n@ 0x1001\n  t*: 1: 8 [2: 16]\n");
        let names: Vec<&str> = profile
            .value_types()
            .iter()
            .map(|value| value.name.as_str())
            .collect();
        assert_eq!(
            names,
            [
                "inuse_objects",
                "inuse_space",
                "alloc_objects",
                "alloc_space"
            ]
        );
        assert_eq!(profile.origin().sampling, Sampling::Exact);
    }
}
