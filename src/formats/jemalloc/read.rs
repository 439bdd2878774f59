//! A dump -> [`Profile`].

use super::threads::{CountLine, Threads, Whose, count_line};
use crate::formats::call_sites::CallSites;
use crate::formats::line_cursor::{BadCounts, Counts, LineCursor, Pair};
use crate::formats::maps_section;
use crate::formats::numbered_lines::Lines;
use crate::formats::preamble::Preamble;
use crate::formats::unsample::{self, Unsampler};
use crate::formats::{ReadError, ReadErrorKind};
use crate::model::{
    LabelSetId, LocationId, Origin, PeriodSource, Producer, Profile, ProfileBuilder, Sampling,
    SourceFormat, ValueType,
};
use crate::notes::NoteKind;

/// Frames at which jemalloc stops walking a stack (`PROF_BT_MAX`, and the default of `prof_bt_max`).
const PROF_BT_MAX: usize = 128;

/// How far the totals at the top and the stacks may be apart before it is remarked on. Counts are rounded line by line, and
/// threads allocate while a dump is written: over real dumps of 5.3 the estimates differ by up to 0.7 percent.
const TOTALS_TOLERANCE: f64 = 0.05;

/// Totals of fewer objects than this are mostly rounding.
const TOTALS_OBJECTS: u64 = 20;

/// Reads a dump, also in jeprof's symbolized form. Values are bytes and objects as estimated for the whole heap.
///
/// # Errors
/// There is no `heap_v2/` header, not one stack is well-formed, a count is negative, or the estimates exceed 64 bits.
pub fn read(text: &[u8]) -> Result<Profile, ReadError> {
    match Reader::new(text, Columns::InUse)?.read() {
        Err(Stop::AllocatedCounted) => Reader::new(text, Columns::InUseAndAllocated)?.read(),
        outcome => outcome,
    }
    .map_err(|stop| match stop {
        Stop::Error(error) => error,
        // With these columns the reader does not stop for that.
        Stop::AllocatedCounted => malformed("the counts change their meaning").nowhere(),
    })
}

/// What the file counts. That is known only after the first stack with a second pair; before that, in-use memory is assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Columns {
    InUse,
    InUseAndAllocated,
}

impl Columns {
    fn value_types(self) -> Vec<ValueType> {
        let mut types = vec![ValueType::inuse_objects(), ValueType::inuse_space()];
        if self == Columns::InUseAndAllocated {
            types.extend([ValueType::alloc_objects(), ValueType::alloc_space()]);
        }
        types
    }

    fn count(self) -> usize {
        match self {
            Columns::InUse => 2,
            Columns::InUseAndAllocated => 4,
        }
    }
}

/// Why reading stopped.
enum Stop {
    /// There are counts of allocated memory: to be read again with columns for them.
    AllocatedCounted,
    Error(ReadError),
}

impl From<ReadError> for Stop {
    fn from(error: ReadError) -> Stop {
        Stop::Error(error)
    }
}

/// Why a line is not what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BadLine {
    Negative,
    Malformed,
}

impl From<BadCounts> for BadLine {
    fn from(bad: BadCounts) -> BadLine {
        match bad {
            BadCounts::Negative => BadLine::Negative,
            BadCounts::Malformed => BadLine::Malformed,
        }
    }
}

struct Reader<'t> {
    lines: Lines<'t>,
    builder: ProfileBuilder,
    sites: CallSites<'t>,
    columns: Columns,
    unsampler: Unsampler,
    threads: Threads,
    /// Totals at the top of the file, as they are there.
    header: Option<Counts>,
    /// The stack whose counts are awaited or being read.
    stack: Vec<LocationId>,
    state: State,
    stacks_read: u64,
    cut_stacks: u64,
    /// The counts of the stack's `t*` line with its estimate: where one thread has it all, its line says the same again.
    last: (Counts, [u64; 4]),
    /// Sum of all `t*` lines under stacks, as they are there.
    raw: Pair,
    estimated_bytes: u64,
    first_bad_line: Option<u64>,
    ends_inside: Option<&'static str>,
}

/// Where in the file the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first stack.
    Top,
    /// After a stack, before its `t*` line.
    AwaitingCounts,
    /// After the `t*` line of a stack.
    Counted,
    /// In the lines of a stack that cannot be used.
    Skipping,
}

impl<'t> Reader<'t> {
    fn new(text: &'t [u8], columns: Columns) -> Result<Reader<'t>, ReadError> {
        let mut lines = Lines::new(text);
        let preamble = Preamble::read(&mut lines)?;
        let mut header = LineCursor::new(preamble.header);
        let period = header
            .mark(b"heap_v2/")
            .and_then(|()| header.decimal())
            .filter(|_| header.is_at_end())
            .ok_or_else(|| {
                malformed("the header is not 'heap_v2/' and a number").at_line(preamble.header_line)
            })?;
        let mut origin = Origin::new(SourceFormat::Jemalloc, Sampling::Exact);
        origin.producer = Producer::Jemalloc;
        origin.command = preamble.symbols.binary.clone();
        origin.comments = preamble.comments;
        let mut builder = ProfileBuilder::new(origin, columns.value_types());
        builder.origin_mut().sampling =
            unsample::poisson(period, PeriodSource::Stated, builder.notes_mut());
        let sites = CallSites::new(text, preamble.symbols, &mut builder);
        Ok(Reader {
            lines,
            builder,
            sites,
            columns,
            unsampler: Unsampler::new(period),
            threads: Threads::default(),
            header: None,
            stack: Vec::new(),
            state: State::Top,
            stacks_read: 0,
            cut_stacks: 0,
            last: (Counts::default(), [0; 4]),
            raw: Pair::default(),
            estimated_bytes: 0,
            first_bad_line: None,
            ends_inside: None,
        })
    }

    fn read(mut self) -> Result<Profile, Stop> {
        while let Some(line) = self.lines.next() {
            if line.len() > crate::limits::LINE_BYTES {
                self.skip("longer than a line may be");
                continue;
            }
            match line.trim_ascii_start() {
                [b'@', addresses @ ..] => self.read_stack(addresses),
                line @ [b't', ..] => self.read_counts(line)?,
                [] => {}
                line if maps_section::begins_at(line) => break,
                [b'#' | b'%', ..] => {}
                _ => self.skip("neither a stack nor counts"),
            }
        }
        self.finish().map_err(Stop::Error)
    }

    fn read_stack(&mut self, addresses: &[u8]) {
        self.leave_stack();
        self.stack.clear();
        let read = self
            .sites
            .read_stack(addresses, &mut self.builder, &mut self.stack);
        match read {
            Some(()) => self.state = State::AwaitingCounts,
            None => {
                self.state = State::Skipping;
                self.skip("an address is malformed");
            }
        }
    }

    fn read_counts(&mut self, line: &[u8]) -> Result<(), Stop> {
        let CountLine {
            whose,
            counts,
            name,
        } = match count_line(line) {
            Ok(read) => read,
            Err(BadLine::Negative) => {
                return Err(ReadErrorKind::NegativeValue
                    .at_line(self.lines.number())
                    .into());
            }
            Err(BadLine::Malformed) => {
                self.skip("the counts are malformed");
                // Its only counts being lost, the stack is lost too; said once is enough.
                if self.state == State::AwaitingCounts {
                    self.state = State::Skipping;
                }
                return Ok(());
            }
        };
        if self.columns == Columns::InUse && counts.total != Pair::default() {
            return Err(Stop::AllocatedCounted);
        }
        match (self.state, whose) {
            (State::Top, Whose::AllThreads) => self.header = Some(counts),
            (State::Top, Whose::Thread(id)) => self.threads.name(id, name, self.columns.count()),
            (State::AwaitingCounts, Whose::AllThreads) => self.add_stack(counts),
            (State::AwaitingCounts | State::Counted, Whose::Thread(id)) => {
                let values = self.estimate(counts);
                self.threads.add(id, &values[..self.columns.count()]);
            }
            (State::Counted, Whose::AllThreads) => self.skip("a second total for one stack"),
            (State::Skipping, _) => {}
        }
        Ok(())
    }

    fn add_stack(&mut self, counts: Counts) {
        self.state = State::Counted;
        self.stacks_read += 1;
        self.cut_stacks += u64::from(self.stack.len() == PROF_BT_MAX);
        self.raw.add_saturating(counts.live);
        let values = self.estimate(counts);
        self.estimated_bytes = self.estimated_bytes.saturating_add(values[1]);
        let stack = self.builder.stack(&self.stack);
        self.builder
            .sample(stack, LabelSetId::EMPTY, &values[..self.columns.count()]);
    }

    /// In-use objects and bytes, allocated objects and bytes, with the sampling undone.
    fn estimate(&mut self, counts: Counts) -> [u64; 4] {
        if counts == self.last.0 {
            return self.last.1;
        }
        let notes = self.builder.notes_mut();
        let live = self.unsampler.estimate(counts.live, notes);
        let total = self.unsampler.estimate(counts.total, notes);
        self.last = (
            counts,
            [live.objects, live.bytes, total.objects, total.bytes],
        );
        self.last.1
    }

    /// A stack that ends before its `t*` line has no counts that may be used.
    fn leave_stack(&mut self) {
        if self.state == State::AwaitingCounts {
            self.skip("the stack before it has no counts for all threads");
        }
    }

    fn skip(&mut self, why: &'static str) {
        let line = self.lines.number();
        if self.lines.rest().is_empty() && self.state != State::Top {
            self.ends_inside = Some("a stack");
            return;
        }
        self.first_bad_line.get_or_insert(line);
        self.builder
            .note(NoteKind::SkippedRecord, || format!("line {line}: {why}"));
    }

    fn finish(mut self) -> Result<Profile, ReadError> {
        if self.state == State::AwaitingCounts {
            self.ends_inside = Some("a stack");
        }
        if self.stacks_read == 0
            && let Some(line) = self.first_bad_line
        {
            return Err(malformed("no stack in it is well-formed").at_line(line));
        }
        if let Some(inside) = self.ends_inside {
            self.builder.note(NoteKind::TruncatedInput, || {
                format!("it ends inside {inside}")
            });
        }
        self.builder
            .notes_mut()
            .add_many(NoteKind::ProfilerCutStack, self.cut_stacks, || {
                format!("stacks of {PROF_BT_MAX} frames, where jemalloc stops")
            });
        self.compare_totals();
        self.threads.finish(&mut self.builder);
        self.sites.finish(&mut self.builder);
        Ok(self.builder.finish()?)
    }

    /// The totals at the top say one of two things. Before 5.3 they are the sums of the stacks as printed; since then they
    /// are made so that their estimate is the sum of the stacks' estimates. A file in which neither holds has lost stacks.
    fn compare_totals(&mut self) {
        let Some(header) = self.header.map(|counts| counts.live) else {
            return;
        };
        if header.objects.max(self.raw.objects) < TOTALS_OBJECTS {
            return;
        }
        let estimated = self.unsampler.estimate(header, self.builder.notes_mut());
        let far = |a: u64, b: u64| a.abs_diff(b) as f64 > TOTALS_TOLERANCE * a.max(b) as f64;
        if far(header.objects, self.raw.objects) && far(estimated.bytes, self.estimated_bytes) {
            let stacks = crate::units::Bytes(self.estimated_bytes);
            self.builder.note(NoteKind::HeaderDisagrees, || {
                format!(
                    "{} by the header, {stacks} by the stacks",
                    crate::units::Bytes(estimated.bytes)
                )
            });
        }
    }
}

fn malformed(what: &str) -> ReadErrorKind {
    ReadErrorKind::Malformed {
        format: "jemalloc heap profile",
        what: what.to_owned(),
    }
}
