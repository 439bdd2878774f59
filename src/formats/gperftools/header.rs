//! `heap profile: n: b [N: B] @ KIND/RATE`.

use crate::formats::counted_columns::Columns;
use crate::formats::line_cursor::{BadCounts, Counts, LineCursor};
use crate::model::{Measure, PeriodSource, Sampling, Unit, ValueType};
use crate::notes::{NoteKind, Notes};

/// Mean distance between samples where a sampled profile does not state it: what jeprof assumes.
const DEFAULT_PERIOD: u64 = 128 * 1024;

/// The header of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Totals, as they are in the file.
    pub(super) totals: Counts,
    pub(super) kind: Kind,
    /// Mean bytes between two samples, where objects are sampled.
    period: Option<(u64, PeriodSource)>,
}

/// What the records are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// All allocations, added up by stack.
    Counted,
    /// Sampled allocations.
    Sampled,
    /// Extensions of the heap.
    Growth,
    /// Memory lost in spans that are partly empty.
    Fragmentation,
}

impl Header {
    pub(super) fn read(line: &[u8]) -> Result<Header, BadCounts> {
        let mut cursor = LineCursor::new(line);
        cursor.mark(b"heap profile:").ok_or(BadCounts::Malformed)?;
        let totals = cursor.counts()?;
        cursor.skip_blanks();
        if cursor.mark(b"@").is_none() {
            // The oldest files state no kind. jeprof takes equal pairs for samples: a program that counts everything
            // has freed something by the time it writes.
            let sampled = totals.live == totals.total;
            return Ok(Header {
                totals,
                kind: if sampled {
                    Kind::Sampled
                } else {
                    Kind::Counted
                },
                period: sampled.then_some((DEFAULT_PERIOD, PeriodSource::Recovered)),
            });
        }
        let word = cursor.word().unwrap_or(b"");
        let (name, rate) = match memchr::memchr(b'/', word) {
            Some(slash) => (
                &word[..slash],
                LineCursor::new(&word[slash + 1..]).decimal(),
            ),
            None => (word, None),
        };
        let stated = |period| (period, PeriodSource::Stated);
        let assumed = (DEFAULT_PERIOD, PeriodSource::Recovered);
        let (kind, period) = match name {
            b"growth" | b"growthz" => (Kind::Growth, None),
            b"fragmentation" | b"fragmentationz" => (Kind::Fragmentation, None),
            b"heap_v2" | b"heapz_v2" => (Kind::Sampled, Some(rate.map_or(assumed, stated))),
            b"heap" | b"heapz" => {
                let period = rate.map_or(assumed, |rate| stated(rate / 2));
                (Kind::Sampled, Some(period))
            }
            _ => (Kind::Counted, None),
        };
        Ok(Header {
            totals,
            kind,
            period,
        })
    }

    /// Mean bytes between two samples; 0 where every allocation is recorded.
    pub(super) fn period(&self) -> u64 {
        self.period.map_or(0, |(period, _)| period)
    }

    pub(super) fn sampling(&self, notes: &mut Notes) -> Sampling {
        let Some((period, source)) = self.period else {
            return Sampling::Exact;
        };
        if source == PeriodSource::Recovered {
            notes.add(NoteKind::PeriodRecovered, || {
                format!("not stated, {} by convention", crate::units::Bytes(period))
            });
        }
        crate::formats::unsample::poisson(period, source, notes)
    }

    pub(super) fn value_types(&self, columns: Columns) -> Vec<ValueType> {
        match self.kind {
            // TCMalloc never takes an extension back, so these bytes are what the process got from the system and holds.
            // As memory in use they get a diff and a verdict like any other; under names of their own they are never
            // compared with what the program itself has in use, which is a part of them.
            Kind::Growth => held("growth_objects", "growth_space"),
            // Memory that is held and not used: the same reasons.
            Kind::Fragmentation => held("fragmentation_objects", "fragmentation_space"),
            Kind::Counted | Kind::Sampled => columns.value_types(),
        }
    }

    /// Whether the brackets may hold something to count.
    pub(super) fn may_count_allocated(&self) -> bool {
        matches!(self.kind, Kind::Counted | Kind::Sampled)
    }
}

fn held(objects: &str, space: &str) -> Vec<ValueType> {
    let held = |name: &str, unit_name: &str, unit| ValueType {
        name: name.to_owned(),
        unit_name: unit_name.to_owned(),
        measure: Measure::InUse,
        unit,
    };
    vec![
        held(objects, "count", Unit::Objects),
        held(space, "bytes", Unit::Bytes),
    ]
}
