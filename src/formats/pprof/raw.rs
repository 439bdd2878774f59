//! A profile as the file has it: the file's own ids and string numbers, in columns.

use std::io::Read;

use hashbrown::HashMap;

use super::wire::{FieldStream, Value, WireError, fields, malformed, repeated};
use crate::formats::{ReadError, ReadErrorKind};
use crate::limits;
use crate::model::{LocationId, StackId, StackInterner};
use crate::notes::{NoteKind, Notes};

/// Everything a profile.proto file says that fabric keeps.
#[derive(Debug, Default)]
pub(super) struct RawProfile {
    pub(super) value_types: Vec<RawValueType>,
    pub(super) samples: RawSamples,
    pub(super) mappings: Vec<RawMapping>,
    pub(super) locations: Vec<RawLocation>,
    pub(super) lines: Vec<RawLine>,
    pub(super) functions: Vec<RawFunction>,
    pub(super) strings: RawStrings,
    pub(super) drop_frames: u64,
    pub(super) keep_frames: u64,
    pub(super) time_nanos: i64,
    pub(super) period_type: Option<RawValueType>,
    pub(super) period: i64,
    pub(super) comments: Vec<u64>,
    pub(super) default_sample_type: u64,
    pub(super) doc_url: u64,
    pub(super) notes: Notes,
}

/// A value type: string numbers of its name and unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct RawValueType {
    pub(super) name: u64,
    pub(super) unit: u64,
}

/// All samples. Stacks hold [`IdTable`] numbers of location ids in place of locations.
#[derive(Debug, Default)]
pub(super) struct RawSamples {
    pub(super) stacks: StackInterner,
    pub(super) location_ids: IdTable,
    pub(super) stack_of: Vec<StackId>,
    pub(super) labels_of: Vec<u32>,
    /// One column for each value a sample has.
    pub(super) values: Vec<Vec<u64>>,
    pub(super) label_sets: Vec<Vec<RawLabel>>,
    label_index: HashMap<Vec<RawLabel>, u32>,
    locations: Vec<LocationId>,
    scratch_values: Vec<u64>,
    scratch_labels: Vec<RawLabel>,
}

/// A label: string numbers, and a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct RawLabel {
    pub(super) key: u64,
    pub(super) text: u64,
    pub(super) number: i64,
    pub(super) unit: u64,
}

#[derive(Debug, Default)]
pub(super) struct RawMapping {
    pub(super) id: u64,
    pub(super) start: u64,
    pub(super) limit: u64,
    pub(super) offset: u64,
    pub(super) file: u64,
    pub(super) build_id: u64,
}

#[derive(Debug, Default)]
pub(super) struct RawLocation {
    pub(super) id: u64,
    pub(super) mapping: u64,
    pub(super) address: u64,
    /// Where its lines end in [`RawProfile::lines`].
    pub(super) line_end: usize,
}

#[derive(Debug, Default, Clone, Copy)]
pub(super) struct RawLine {
    pub(super) function: u64,
    pub(super) line: i64,
    pub(super) column: i64,
}

#[derive(Debug, Default)]
pub(super) struct RawFunction {
    pub(super) id: u64,
    pub(super) name: u64,
    pub(super) system_name: u64,
    pub(super) file: u64,
    pub(super) start_line: i64,
}

/// Location ids as 32-bit numbers. Ids may be any 64-bit number, but nearly all writers count from 1: those are kept as
/// they are, and only larger ones go through a map.
#[derive(Debug, Default)]
pub(super) struct IdTable {
    wide: HashMap<u64, u32>,
}

const FIRST_WIDE: u32 = 1 << 31;

impl IdTable {
    #[inline(always)]
    fn intern(&mut self, id: u64) -> LocationId {
        if id < u64::from(FIRST_WIDE) {
            return LocationId(id as u32);
        }
        self.intern_wide(id)
    }

    #[cold]
    fn intern_wide(&mut self, id: u64) -> LocationId {
        let next = FIRST_WIDE + self.wide.len() as u32;
        LocationId(*self.wide.entry(id).or_insert(next))
    }

    /// The number of an id that samples use.
    pub(super) fn find(&self, id: u64) -> Option<u32> {
        if id < u64::from(FIRST_WIDE) {
            Some(id as u32)
        } else {
            self.wide.get(&id).copied()
        }
    }
}

/// The strings of the file, undecoded, in one run of bytes.
#[derive(Debug, Default)]
pub(super) struct RawStrings {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl RawStrings {
    fn push(&mut self, text: &[u8], notes: &mut Notes) {
        // The model cuts names too; doing it here keeps a file of huge names from filling memory.
        let kept = &text[..text.len().min(limits::NAME_BYTES)];
        if kept.len() < text.len() {
            notes.add(NoteKind::CutName, || {
                let start = String::from_utf8_lossy(&text[..text.len().min(40)]).into_owned();
                format!("'{start}...' of {} bytes", text.len())
            });
        }
        self.bytes.extend_from_slice(kept);
        self.ends.push(self.bytes.len());
    }

    /// The string of this number.
    pub(super) fn get(&self, index: u64) -> Result<std::borrow::Cow<'_, str>, ReadError> {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        let Some(&end) = self.ends.get(index) else {
            return Err(malformed(format!(
                "string number {index} of a table of {}",
                self.ends.len()
            ))
            .nowhere());
        };
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        Ok(String::from_utf8_lossy(&self.bytes[start..end]))
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }
}

impl RawProfile {
    /// Reads every field of the file, in any order.
    pub(super) fn read(input: impl Read) -> Result<RawProfile, ReadError> {
        let mut raw = RawProfile::default();
        let mut stream = FieldStream::new(input);
        let mut time_seen = false;
        loop {
            let offset = stream.offset();
            let Some((number, value)) = stream.next()? else {
                break;
            };
            if number == 9 && std::mem::replace(&mut time_seen, true) {
                return Err(ReadErrorKind::Unsupported {
                    what: "several pprof profiles one after another in one file",
                    advice: "split it, and give fabric one file for each profile",
                }
                .at_offset(offset));
            }
            raw.take(number, value, offset)?;
        }
        Ok(raw)
    }

    fn take(&mut self, number: u64, value: Value<'_>, offset: u64) -> Result<(), ReadError> {
        let wire = |error: WireError| error.into_read_error(offset);
        match (number, value) {
            (1, Value::Bytes(message)) => {
                self.value_types.push(value_type(message).map_err(wire)?);
                if self.value_types.len() > limits::VALUE_TYPES {
                    return Err(crate::model::ModelError::TooManyValueTypes(
                        self.value_types.len(),
                    )
                    .into());
                }
            }
            (2, Value::Bytes(message)) => self.samples.push(message, offset)?,
            (3, Value::Bytes(message)) => self.mappings.push(mapping(message).map_err(wire)?),
            (4, Value::Bytes(message)) => {
                let location = location(message, &mut self.lines).map_err(wire)?;
                self.locations.push(location);
            }
            (5, Value::Bytes(message)) => self.functions.push(function(message).map_err(wire)?),
            (6, Value::Bytes(text)) => self.strings.push(text, &mut self.notes),
            (7, Value::Number(index)) => self.drop_frames = index,
            (8, Value::Number(index)) => self.keep_frames = index,
            (9, Value::Number(nanos)) => self.time_nanos = nanos as i64,
            (11, Value::Bytes(message)) => {
                self.period_type = Some(value_type(message).map_err(wire)?);
            }
            (12, Value::Number(period)) => self.period = period as i64,
            (13, value) => repeated(value, |index| {
                // A comment is a line for people: more than this is something else.
                if self.comments.len() < 1024 {
                    self.comments.push(index);
                }
            })
            .map_err(wire)?,
            (14, Value::Number(index)) => self.default_sample_type = index,
            (15, Value::Number(index)) => self.doc_url = index,
            _ => {}
        }
        Ok(())
    }
}

impl RawSamples {
    fn push(&mut self, message: &[u8], offset: u64) -> Result<(), ReadError> {
        let wire = |error: WireError| error.into_read_error(offset);
        self.locations.clear();
        self.scratch_values.clear();
        self.scratch_labels.clear();
        let mut negative = false;
        for field in fields(message) {
            match field.map_err(wire)? {
                (1, value) => {
                    let (ids, locations) = (&mut self.location_ids, &mut self.locations);
                    repeated(value, |id| locations.push(ids.intern(id))).map_err(wire)?;
                }
                (2, value) => repeated(value, |number| {
                    negative |= (number as i64) < 0;
                    self.scratch_values.push(number);
                })
                .map_err(wire)?,
                (3, Value::Bytes(message)) => {
                    self.scratch_labels.push(label(message).map_err(wire)?);
                }
                _ => {}
            }
        }
        if negative {
            return Err(ReadErrorKind::NegativeValue.at_offset(offset));
        }
        if self.scratch_labels.len() > limits::LABELS_PER_SAMPLE {
            return Err(malformed(format!(
                "a sample with {} labels",
                self.scratch_labels.len()
            ))
            .at_offset(offset));
        }
        if self.stack_of.is_empty() {
            if self.scratch_values.len() > limits::VALUE_TYPES {
                return Err(
                    crate::model::ModelError::TooManyValueTypes(self.scratch_values.len()).into(),
                );
            }
            self.values.resize(self.scratch_values.len(), Vec::new());
        }
        if self.scratch_values.len() != self.values.len() {
            return Err(crate::model::ModelError::ValueCount {
                row: self.stack_of.len(),
                found: self.scratch_values.len(),
                expected: self.values.len(),
            }
            .into());
        }
        // The root end of an impossibly deep stack is left out; the model counts such stacks when they come to it.
        let kept = self.locations.len().min(limits::STACK_FRAMES);
        let stack = self
            .stacks
            .intern(&self.locations[..kept])
            .ok_or(crate::model::ModelError::StackTableFull)?;
        self.stack_of.push(stack);
        let labels = self.intern_labels();
        self.labels_of.push(labels);
        for (column, &value) in self.values.iter_mut().zip(&self.scratch_values) {
            column.push(value);
        }
        Ok(())
    }

    fn intern_labels(&mut self) -> u32 {
        if let Some(&id) = self.label_index.get(&self.scratch_labels) {
            return id;
        }
        let id = self.label_sets.len() as u32;
        self.label_sets.push(self.scratch_labels.clone());
        self.label_index.insert(self.scratch_labels.clone(), id);
        id
    }
}

fn value_type(message: &[u8]) -> Result<RawValueType, WireError> {
    let mut found = RawValueType::default();
    for field in fields(message) {
        match field? {
            (1, Value::Number(index)) => found.name = index,
            (2, Value::Number(index)) => found.unit = index,
            _ => {}
        }
    }
    Ok(found)
}

fn label(message: &[u8]) -> Result<RawLabel, WireError> {
    let mut found = RawLabel::default();
    for field in fields(message) {
        match field? {
            (1, Value::Number(index)) => found.key = index,
            (2, Value::Number(index)) => found.text = index,
            (3, Value::Number(number)) => found.number = number as i64,
            (4, Value::Number(index)) => found.unit = index,
            _ => {}
        }
    }
    Ok(found)
}

fn mapping(message: &[u8]) -> Result<RawMapping, WireError> {
    let mut found = RawMapping::default();
    for field in fields(message) {
        match field? {
            (1, Value::Number(id)) => found.id = id,
            (2, Value::Number(start)) => found.start = start,
            (3, Value::Number(limit)) => found.limit = limit,
            (4, Value::Number(offset)) => found.offset = offset,
            (5, Value::Number(index)) => found.file = index,
            (6, Value::Number(index)) => found.build_id = index,
            _ => {}
        }
    }
    Ok(found)
}

fn location(message: &[u8], lines: &mut Vec<RawLine>) -> Result<RawLocation, WireError> {
    let mut found = RawLocation::default();
    for field in fields(message) {
        match field? {
            (1, Value::Number(id)) => found.id = id,
            (2, Value::Number(id)) => found.mapping = id,
            (3, Value::Number(address)) => found.address = address,
            (4, value) => {
                if let Some(message) = value.bytes() {
                    lines.push(line(message)?);
                }
            }
            _ => {}
        }
    }
    found.line_end = lines.len();
    Ok(found)
}

fn line(message: &[u8]) -> Result<RawLine, WireError> {
    let mut found = RawLine::default();
    for field in fields(message) {
        let (number, value) = field?;
        match (number, value.number()) {
            (1, Some(id)) => found.function = id,
            (2, Some(line)) => found.line = line as i64,
            (3, Some(column)) => found.column = column as i64,
            _ => {}
        }
    }
    Ok(found)
}

fn function(message: &[u8]) -> Result<RawFunction, WireError> {
    let mut found = RawFunction::default();
    for field in fields(message) {
        match field? {
            (1, Value::Number(id)) => found.id = id,
            (2, Value::Number(index)) => found.name = index,
            (3, Value::Number(index)) => found.system_name = index,
            (4, Value::Number(index)) => found.file = index,
            (5, Value::Number(line)) => found.start_line = line as i64,
            _ => {}
        }
    }
    Ok(found)
}
