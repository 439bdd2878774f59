//! A `heap profile:` text -> [`Profile`].

use hashbrown::HashMap;

use super::go_text::{self, NameLine};
use super::header::{Header, Kind};
use crate::formats::call_sites::CallSites;
use crate::formats::counted_columns::{self, Columns, Stop};
use crate::formats::line_cursor::{BadCounts, Counts, LineCursor, Pair};
use crate::formats::maps_section;
use crate::formats::numbered_lines::Lines;
use crate::formats::preamble::Preamble;
use crate::formats::unsample::Unsampler;
use crate::formats::{ReadError, ReadErrorKind};
use crate::model::{
    Frame, Label, LabelSetId, LabelValue, LocationId, Origin, Producer, Profile, ProfileBuilder,
    Sampling, SourceFormat, StackId,
};
use crate::notes::NoteKind;

/// The buffer that `HEAPPROFILE` files are written through (`kProfileBufferSize`): a file of about this size lost the rest.
const PROFILE_BUFFER: usize = 1 << 20;

/// How much shorter than the buffer a cut file may be: the last line that did not fit, and the list of mappings, for which
/// the writer keeps room or not.
const PROFILE_BUFFER_SLACK: usize = 64 * 1024;

/// Reads a profile, also in pprof's symbolized form. Values are bytes and objects as estimated for the whole heap.
///
/// # Errors
/// There is no `heap profile:` header, not one record is well-formed, a count is negative, or the estimates exceed 64 bits.
pub fn read(text: &[u8]) -> Result<Profile, ReadError> {
    let mut lines = Lines::new(text);
    let preamble = Preamble::read(&mut lines)?;
    let header = match Header::read(preamble.header) {
        Ok(header) => header,
        Err(BadCounts::Negative) => {
            return Err(ReadErrorKind::NegativeValue.at_line(preamble.header_line));
        }
        Err(BadCounts::Malformed) => {
            return Err(malformed("the header is not 'heap profile:' and counts")
                .at_line(preamble.header_line));
        }
    };
    let is_go = header.kind == Kind::Sampled && go_text::is_go_text(text);
    let seeming = match header.may_count_allocated() && differs(header.totals) {
        true => Columns::InUseAndAllocated,
        false => Columns::InUse,
    };
    counted_columns::read(seeming, |columns| {
        Reader::new(text, lines.clone(), &preamble, header, is_go, columns).read()
    })
}

/// Whether the pair in brackets says something the pair before does not.
fn differs(counts: Counts) -> bool {
    counts.total != Pair::default() && counts.total != counts.live
}

struct Reader<'t> {
    text: &'t [u8],
    lines: Lines<'t>,
    header: Header,
    is_go: bool,
    columns: Columns,
    builder: ProfileBuilder,
    sites: CallSites<'t>,
    unsampler: Unsampler,
    /// Sum of all records, as they are there.
    raw: Counts,
    stack: Vec<LocationId>,
    names: Vec<NameLine<'t>>,
    /// Records added up by stack and size, as they are in the file.
    rows: Vec<(StackId, LabelSetId, Counts)>,
    row_of: HashMap<(StackId, LabelSetId), usize>,
    records: u64,
    first_bad_line: Option<u64>,
    is_truncated: bool,
}

impl<'t> Reader<'t> {
    fn new(
        text: &'t [u8],
        lines: Lines<'t>,
        preamble: &Preamble<'t>,
        header: Header,
        is_go: bool,
        columns: Columns,
    ) -> Reader<'t> {
        let format = if is_go {
            SourceFormat::GoText
        } else {
            SourceFormat::Gperftools
        };
        let mut origin = Origin::new(format, Sampling::Exact);
        origin.producer = if is_go {
            Producer::Go
        } else {
            Producer::Gperftools
        };
        origin.command = preamble.symbols.binary.clone();
        origin.comments = preamble.comments.clone();
        let mut builder = ProfileBuilder::new(origin, header.value_types(columns));
        builder.origin_mut().sampling = header.sampling(builder.notes_mut());
        let symbols = preamble.symbols.clone();
        let sites = CallSites::new(text, symbols, &mut builder);
        Reader {
            text,
            lines,
            header,
            is_go,
            columns,
            builder,
            sites,
            unsampler: Unsampler::new(header.period()),
            raw: Counts::default(),
            stack: Vec::new(),
            names: Vec::new(),
            rows: Vec::new(),
            row_of: HashMap::new(),
            records: 0,
            first_bad_line: None,
            is_truncated: false,
        }
    }

    fn read(mut self) -> Result<Profile, Stop> {
        while let Some(line) = self.lines.next() {
            if line.len() > crate::limits::LINE_BYTES {
                self.skip("longer than a line may be");
                continue;
            }
            match line.trim_ascii() {
                [] => {}
                [b'#', ..] if self.is_go => {
                    go_text::read_stats(line, &mut self.builder.origin_mut().allocator_stats);
                }
                [b'#' | b'%', ..] => {}
                line if maps_section::begins_at(line) => break,
                line => self.read_record(line)?,
            }
        }
        self.finish().map_err(Stop::Error)
    }

    fn read_record(&mut self, line: &[u8]) -> Result<(), Stop> {
        let mut cursor = LineCursor::new(line);
        let counts = match cursor.counts() {
            Ok(counts) => counts,
            Err(BadCounts::Negative) => {
                return Err(ReadErrorKind::NegativeValue
                    .at_line(self.lines.number())
                    .into());
            }
            Err(BadCounts::Malformed) => {
                self.skip("not counts and a stack");
                return Ok(());
            }
        };
        if self.header.may_count_allocated() && self.columns == Columns::InUse && differs(counts) {
            return Err(Stop::AllocatedCounted);
        }
        cursor.skip_blanks();
        self.stack.clear();
        if cursor.mark(b"@").is_none() || self.read_stack(cursor.rest()).is_none() {
            self.skip("the stack is malformed");
            return Ok(());
        }
        self.records += 1;
        self.raw.live.add_saturating(counts.live);
        self.raw.total.add_saturating(counts.total);
        self.add(counts);
        Ok(())
    }

    fn read_stack(&mut self, addresses: &[u8]) -> Option<()> {
        if !self.is_go {
            return self
                .sites
                .read_stack(addresses, &mut self.builder, &mut self.stack);
        }
        let mut return_addresses = Vec::new();
        let mut cursor = LineCursor::new(addresses);
        while !cursor.is_at_end() {
            cursor.skip_blanks();
            return_addresses.push(cursor.hex()?);
        }
        self.names.clear();
        let mut ahead = self.lines.clone();
        while let Some(name) = ahead.next().and_then(NameLine::read) {
            self.names.push(name);
            self.lines = ahead.clone();
        }
        if self.names.is_empty() {
            for address in return_addresses {
                let location = self.sites.location(address, &mut self.builder);
                self.stack.push(location);
            }
            return Some(());
        }
        let mut frames = Vec::new();
        for call in go_text::match_names(&return_addresses, &self.names) {
            frames.clear();
            let named = call.names.iter().filter(|name| !name.function.is_empty());
            for name in named {
                let function = self.builder.named_function(
                    &String::from_utf8_lossy(name.function),
                    &String::from_utf8_lossy(name.file),
                );
                frames.push(Frame {
                    function,
                    line: name.line,
                    column: 0,
                });
            }
            let location =
                self.sites
                    .location_with(call.return_address, &frames, &mut self.builder);
            self.stack.push(location);
        }
        Some(())
    }

    /// Adds up records of one stack and one size before their sampling is undone: estimated one by one, every object of
    /// 1.58 would be rounded to 2.
    fn add(&mut self, counts: Counts) {
        let stack = self.builder.stack(&self.stack);
        let labels = self.size_label(counts);
        let row = *self.row_of.entry((stack, labels)).or_insert_with(|| {
            self.rows.push((stack, labels, Counts::default()));
            self.rows.len() - 1
        });
        let sum = &mut self.rows[row].2;
        sum.live.add_saturating(counts.live);
        sum.total.add_saturating(counts.total);
    }

    fn estimate_rows(&mut self) {
        for (stack, labels, counts) in std::mem::take(&mut self.rows) {
            let notes = self.builder.notes_mut();
            let live = self.unsampler.estimate(counts.live, notes);
            let total = match self.columns {
                Columns::InUseAndAllocated => self.unsampler.estimate(counts.total, notes),
                Columns::InUse => Pair::default(),
            };
            let values = [live.objects, live.bytes, total.objects, total.bytes];
            let columns = self.builder.value_types().len();
            self.builder.sample(stack, labels, &values[..columns]);
        }
    }

    /// The size of the sampled object, as pprof labels it: rows of one stack with objects of different sizes stay apart.
    /// Where everything is counted, a line has objects of all sizes; their mean moves from file to file and names nothing.
    fn size_label(&mut self, counts: Counts) -> LabelSetId {
        let pair = match counts.live.objects {
            0 => counts.total,
            _ => counts.live,
        };
        if self.header.kind != Kind::Sampled || pair.objects == 0 {
            return LabelSetId::EMPTY;
        }
        let Ok(value) = i64::try_from(pair.bytes / pair.objects) else {
            return LabelSetId::EMPTY;
        };
        let name = self.builder.string("bytes");
        self.builder.labels(&[Label {
            key: name,
            value: LabelValue::Number { value, unit: name },
        }])
    }

    fn skip(&mut self, why: &'static str) {
        let line = self.lines.number();
        if self.lines.rest().is_empty() && !self.text.ends_with(b"\n") {
            self.is_truncated = true;
            return;
        }
        self.first_bad_line.get_or_insert(line);
        self.builder
            .note(NoteKind::SkippedRecord, || format!("line {line}: {why}"));
    }

    fn finish(mut self) -> Result<Profile, ReadError> {
        if self.records == 0
            && let Some(line) = self.first_bad_line
        {
            return Err(malformed("no record in it is well-formed").at_line(line));
        }
        if self.is_truncated {
            self.builder.note(NoteKind::TruncatedInput, || {
                "it ends inside a record".to_owned()
            });
        }
        self.estimate_rows();
        self.compare_totals();
        self.sites.finish(&mut self.builder);
        Ok(self.builder.finish()?)
    }

    /// The header holds the sums of the records, in all kinds. Go adds one byte if the two pairs would be equal, because of
    /// an error in an old pprof.
    fn compare_totals(&mut self) {
        let (header, raw) = (self.header.totals, self.raw);
        let far = |a: u64, b: u64| a.abs_diff(b) > 16 + a.max(b) / 1000;
        let is_live_far = far(header.live.bytes, raw.live.bytes);
        let counts_allocated = self.columns == Columns::InUseAndAllocated;
        let is_off = is_live_far || counts_allocated && far(header.total.bytes, raw.total.bytes);
        if !is_off {
            return;
        }
        let shown = |stated: u64, found: u64| {
            format!(
                "{} by the header, {} by the records",
                crate::units::Bytes(stated),
                crate::units::Bytes(found)
            )
        };
        let is_missing = raw.live.bytes < header.live.bytes || raw.total.bytes < header.total.bytes;
        let fills_buffer = self.text.len().abs_diff(PROFILE_BUFFER) <= PROFILE_BUFFER_SLACK;
        if self.header.kind == Kind::Counted && is_missing && fills_buffer {
            self.builder.note(NoteKind::TruncatedInput, || {
                let sums = shown(header.live.bytes, raw.live.bytes);
                format!("the profiler's buffer of 1 MiB was full: {sums}")
            });
        } else if !self.is_truncated {
            self.builder.note(NoteKind::HeaderDisagrees, || {
                if is_live_far {
                    shown(header.live.bytes, raw.live.bytes)
                } else {
                    format!("allocated: {}", shown(header.total.bytes, raw.total.bytes))
                }
            });
        }
    }
}

fn malformed(what: &str) -> ReadErrorKind {
    ReadErrorKind::Malformed {
        format: "gperftools heap profile",
        what: what.to_owned(),
    }
}
