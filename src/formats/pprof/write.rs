//! Profiles -> a gzipped `profile.proto` that every pprof viewer opens.
//!
//! A difference is written as `go tool pprof -proto -diff_base` writes it: the samples of the second profile as they are, those
//! of the first one negated and labelled `pprof::base`, so that viewers show percentages of the first.

use std::io::{self, Write};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use hashbrown::HashMap;

use crate::model::{AddressSpace, LabelValue, Profile, Sampling, ValueIndex};

/// One profile of the file to write.
#[derive(Debug, Clone, Copy)]
pub struct Part<'p> {
    /// The profile.
    pub profile: &'p Profile,
    /// Whether it is the first profile of a difference: its values are negated and its samples labelled.
    pub is_base: bool,
}

/// Writes `parts` as one gzipped file. Of the value types, those that all parts have are written, in the order of the first;
/// `shown`, where it is one of them, is the one that viewers show first.
///
/// # Errors
/// What `out` returns.
pub fn write(parts: &[Part<'_>], shown: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    let Some(last) = parts.last() else {
        return Ok(());
    };
    let pace = Pace {
        name: "space",
        unit: "bytes",
        period: match last.profile.origin().sampling {
            Sampling::Exact => 1,
            Sampling::Poisson { period, .. } => period,
            Sampling::Unknown => 0,
        },
        duration: Duration::ZERO,
    };
    write_at_pace(parts, shown, &pace, out)
}

/// Writes a profile of the processor as one gzipped file: it was looked at every `period` for `duration`.
///
/// # Errors
/// What `out` returns.
pub fn write_of_processor(
    profile: &Profile,
    period: Duration,
    duration: Duration,
    out: &mut dyn Write,
) -> io::Result<()> {
    let part = Part {
        profile,
        is_base: false,
    };
    let pace = Pace {
        name: "cpu",
        unit: "nanoseconds",
        period: nanoseconds(period),
        duration,
    };
    write_at_pace(&[part], None, &pace, out)
}

/// How often a sample was taken: one for each `period` of something. 0 where that is not known.
struct Pace {
    name: &'static str,
    unit: &'static str,
    period: u64,
    /// How long samples were taken for.
    duration: Duration,
}

fn nanoseconds(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

fn write_at_pace(
    parts: &[Part<'_>],
    shown: Option<&str>,
    pace: &Pace,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(last) = parts.last() else {
        return Ok(());
    };
    // Level 6 halves the file against level 1 and still writes faster than a disk takes it.
    let mut gzip = GzEncoder::new(out, Compression::default());
    let columns = common_columns(parts);
    let mut tables = Tables::default();
    tables.string("");
    for &index in &columns[0] {
        let value_type = parts[0].profile.value_type(index);
        let mut message = Message::default();
        message.number(1, tables.string(&value_type.name));
        message.number(2, tables.string(&value_type.unit_name));
        message.write_as(1, &mut gzip)?;
    }
    for (part, columns) in parts.iter().zip(&columns) {
        write_part(*part, columns, &mut tables, &mut gzip)?;
    }
    let origin = last.profile.origin();
    let mut tail = Message::default();
    if let Some(ms) = origin.captured_at_ms {
        tail.number(9, ms.saturating_mul(1_000_000) as u64);
    }
    tail.number(10, nanoseconds(pace.duration));
    if pace.period > 0 {
        let mut message = Message::default();
        message.number(1, tables.string(pace.name));
        message.number(2, tables.string(pace.unit));
        message.write_as(11, &mut gzip)?;
        tail.number(12, pace.period);
    }
    for comment in &origin.comments {
        tail.number(13, tables.string(comment));
    }
    if let Some(shown) = shown {
        tail.number(14, tables.string(shown));
    }
    for text in &tables.strings {
        write_bytes(6, text.as_bytes(), &mut gzip)?;
    }
    gzip.write_all(&tail.bytes)?;
    gzip.finish()?;
    Ok(())
}

/// For each part, the columns of the value types that all parts have, in the order of the first part. Of several that mean the same, each
/// is one of its own.
fn common_columns(parts: &[Part<'_>]) -> Vec<Vec<ValueIndex>> {
    let mut columns = vec![Vec::new(); parts.len()];
    for value_type in parts[0].profile.value_types() {
        let found: Option<Vec<ValueIndex>> = parts
            .iter()
            .zip(&columns)
            .map(|(part, taken)| {
                let means_it = |&index: &ValueIndex| {
                    !taken.contains(&index)
                        && part.profile.value_type(index).means_the_same(value_type)
                };
                let all = (0..part.profile.value_types().len()).map(ValueIndex);
                all.into_iter().find(means_it)
            })
            .collect();
        for (columns, index) in columns.iter_mut().zip(found.into_iter().flatten()) {
            columns.push(index);
        }
    }
    columns
}

/// What all parts share while they are written.
#[derive(Debug, Default)]
struct Tables {
    strings: Vec<String>,
    index: HashMap<String, u64>,
    mappings: u64,
    functions: u64,
    locations: u64,
}

impl Tables {
    fn string(&mut self, text: &str) -> u64 {
        if let Some(&index) = self.index.get(text) {
            return index;
        }
        let index = self.strings.len() as u64;
        self.strings.push(text.to_owned());
        self.index.insert(text.to_owned(), index);
        index
    }
}

fn write_part(
    part: Part<'_>,
    columns: &[ValueIndex],
    tables: &mut Tables,
    out: &mut impl Write,
) -> io::Result<()> {
    let profile = part.profile;
    let (first_mapping, first_function, first_location) =
        (tables.mappings, tables.functions, tables.locations);
    let mut message = Message::default();
    for mapping in profile.mappings() {
        tables.mappings += 1;
        message.number(1, tables.mappings);
        let (start, limit) = match mapping.addresses {
            AddressSpace::Process => (mapping.start, mapping.limit),
            AddressSpace::File => (0, u64::MAX),
        };
        message.number(2, start);
        message.number(3, limit);
        message.number(4, mapping.file_offset);
        message.number(5, tables.string(profile.text(mapping.path)));
        message.number(6, tables.string(profile.text(mapping.build_id)));
        message.write_as(3, out)?;
    }
    for function in profile.functions() {
        tables.functions += 1;
        message.number(1, tables.functions);
        message.number(2, tables.string(profile.text(function.name)));
        message.number(3, tables.string(profile.text(function.system_name)));
        message.number(4, tables.string(profile.text(function.file)));
        message.number(5, u64::from(function.start_line));
        message.write_as(5, out)?;
    }
    let mut line = Message::default();
    for (_, location) in profile.locations() {
        tables.locations += 1;
        message.number(1, tables.locations);
        if let Some(mapping) = location.mapping {
            message.number(2, first_mapping + 1 + mapping.index() as u64);
        }
        message.number(3, location.address.unwrap_or(0));
        for frame in location.frames {
            line.number(1, first_function + 1 + frame.function.index() as u64);
            line.number(2, u64::from(frame.line));
            line.number(3, u64::from(frame.column));
            message.embed(4, &mut line);
        }
        message.write_as(4, out)?;
    }
    let base = part
        .is_base
        .then(|| (tables.string("pprof::base"), tables.string("true")));
    let mut packed = Message::default();
    for sample in profile.samples() {
        for location in profile.stack(sample.stack) {
            packed.varint(first_location + 1 + location.index() as u64);
        }
        message.embed(1, &mut packed);
        for &column in columns {
            let value = profile.values(column)[sample.row];
            packed.varint(if part.is_base {
                value.wrapping_neg()
            } else {
                value
            });
        }
        message.embed(2, &mut packed);
        for label in profile.labels(sample.labels) {
            line.number(1, tables.string(profile.text(label.key)));
            match label.value {
                LabelValue::Text(text) => line.number(2, tables.string(profile.text(text))),
                LabelValue::Number { value, unit } => {
                    line.number(3, value as u64);
                    line.number(4, tables.string(profile.text(unit)));
                }
            }
            message.embed(3, &mut line);
        }
        if let Some((key, value)) = base {
            line.number(1, key);
            line.number(2, value);
            message.embed(3, &mut line);
        }
        message.write_as(2, out)?;
    }
    Ok(())
}

/// A message being written; emptied when it is written or embedded, to be used again.
#[derive(Debug, Default)]
struct Message {
    bytes: Vec<u8>,
}

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    /// A number field; 0 is how a field that is not set reads, so it is not written.
    fn number(&mut self, field: u64, value: u64) {
        if value != 0 {
            self.varint(field << 3);
            self.varint(value);
        }
    }

    fn embed(&mut self, field: u64, inner: &mut Message) {
        self.varint(field << 3 | 2);
        self.varint(inner.bytes.len() as u64);
        self.bytes.append(&mut inner.bytes);
    }

    fn write_as(&mut self, field: u64, out: &mut impl Write) -> io::Result<()> {
        write_bytes(field, &self.bytes, out)?;
        self.bytes.clear();
        Ok(())
    }
}

fn write_bytes(field: u64, bytes: &[u8], out: &mut impl Write) -> io::Result<()> {
    let mut head = Message::default();
    head.varint(field << 3 | 2);
    head.varint(bytes.len() as u64);
    out.write_all(&head.bytes)?;
    out.write_all(bytes)
}
