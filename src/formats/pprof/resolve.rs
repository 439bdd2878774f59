//! The file's own numbers -> handles of the model.

use super::id_map::IdMap;
use super::places::{Places, bad_id};
use super::raw::{RawMapping, RawProfile, RawSamples, RawStrings};
use super::wire::malformed;
use super::{drop_frames, heap_types};
use crate::formats::{ReadError, recovered_period, unsample};
use crate::model::{
    AddressSpace, Frame, Function, FunctionId, Label, LabelSetId, LabelValue, LocationId, Mapping,
    MappingId, Measure, Origin, PeriodSource, Producer, Profile, ProfileBuilder, Sampling,
    SourceFormat, StackInterner, StackTable, StringId, Unit, ValueType,
};
use crate::notes::{NoteKind, Notes};

pub(super) fn resolve(mut raw: RawProfile) -> Result<Profile, ReadError> {
    let value_types = value_types(&raw)?;
    heap_types::check_heap(&value_types)?;
    let samples = std::mem::take(&mut raw.samples);
    if !samples.stack_of.is_empty() && samples.values.len() != value_types.len() {
        return Err(crate::model::ModelError::ValueCount {
            row: 0,
            found: samples.values.len(),
            expected: value_types.len(),
        }
        .into());
    }
    let mut notes = std::mem::take(&mut raw.notes);
    let origin = origin(&raw, &value_types, &samples, &mut notes)?;
    let mut builder = ProfileBuilder::new(origin, value_types);
    builder.notes_mut().absorb(&notes);
    let locations = Tables::new(&raw, &mut builder)?.locations()?;
    let label_sets = label_sets(&samples, &raw.strings, &mut builder)?;
    add_samples(samples, &locations, &label_sets, &mut builder)?;
    let profile = builder.finish()?;
    let drop = raw.strings.get(raw.drop_frames)?;
    if raw.drop_frames == 0 || drop.is_empty() {
        return Ok(profile);
    }
    drop_frames::apply(profile, &drop, &raw.strings.get(raw.keep_frames)?)
}

fn value_types(raw: &RawProfile) -> Result<Vec<ValueType>, ReadError> {
    raw.value_types
        .iter()
        .map(|value| {
            Ok(ValueType::from_names(
                &raw.strings.get(value.name)?,
                &raw.strings.get(value.unit)?,
            ))
        })
        .collect()
}

fn origin(
    raw: &RawProfile,
    value_types: &[ValueType],
    samples: &RawSamples,
    notes: &mut Notes,
) -> Result<Origin, ReadError> {
    let text = |index: u64| -> Result<Option<String>, ReadError> {
        // Number 0 is how a field that is not set reads.
        if index == 0 {
            return Ok(None);
        }
        Ok(Some(raw.strings.get(index)?.into_owned()).filter(|text| !text.is_empty()))
    };
    let mut origin = Origin::new(
        SourceFormat::Pprof,
        sampling(raw, value_types, samples, notes)?,
    );
    let mut has_go_runtime = false;
    for function in &raw.functions {
        if raw.strings.get(function.name)?.starts_with("runtime.") {
            has_go_runtime = true;
            break;
        }
    }
    origin.producer = heap_types::producer(value_types, has_go_runtime, has_file_addresses(raw));
    origin.captured_at_ms = (raw.time_nanos != 0).then_some(raw.time_nanos / 1_000_000);
    origin.default_value_type = text(raw.default_sample_type)?;
    for &comment in &raw.comments {
        origin.comments.extend(text(comment)?);
    }
    origin.comments.extend(text(raw.doc_url)?);
    // The first mapping is the main program's.
    if let Some(main) = raw.mappings.first()
        && let Some(path) = text(main.file)?
    {
        origin.command = path.rsplit('/').next().map(str::to_owned);
    }
    Ok(origin)
}

/// How precise the values are. By convention, values in a pprof file have their sampling undone already.
fn sampling(
    raw: &RawProfile,
    value_types: &[ValueType],
    samples: &RawSamples,
    notes: &mut Notes,
) -> Result<Sampling, ReadError> {
    let is_space = match raw.period_type {
        None => true,
        Some(kind) => {
            let value =
                ValueType::from_names(&raw.strings.get(kind.name)?, &raw.strings.get(kind.unit)?);
            value.unit == Unit::Bytes || value.measure == Measure::InUse
        }
    };
    if raw.period > 0 && is_space {
        return Ok(unsample::poisson(
            raw.period as u64,
            PeriodSource::Stated,
            notes,
        ));
    }
    let inuse = value_types
        .iter()
        .position(|value| value.measure == Measure::InUse && value.unit == Unit::Bytes);
    let looks_unsampled = heap_types::producer(value_types, false, has_file_addresses(raw));
    let recovered = match (
        inuse.and_then(|index| samples.values.get(index)),
        looks_unsampled,
    ) {
        (Some(column), Producer::JemallocPprof | Producer::Tcmalloc) => {
            recovered_period::recover(column.iter().copied())
        }
        // Another writer that leaves the period out may have left the sampling in, or not sampled at all.
        _ => Sampling::Unknown,
    };
    match recovered {
        Sampling::Unknown => notes.add(NoteKind::PeriodUnknown, String::new),
        recovered => recovered_period::note(recovered, notes),
    }
    Ok(recovered)
}

/// jemalloc_pprof writes addresses of the file, and one range for all mappings.
fn spans_everything(mapping: &RawMapping) -> bool {
    mapping.start == 0 && mapping.limit == u64::MAX && mapping.offset == 0
}

fn has_file_addresses(raw: &RawProfile) -> bool {
    raw.mappings.iter().any(spans_everything)
}

/// The tables of the file, as the builder knows them.
struct Tables<'r, 'b> {
    raw: &'r RawProfile,
    builder: &'b mut ProfileBuilder,
    mappings: IdMap<MappingId>,
    functions: IdMap<FunctionId>,
    /// What the builder calls each string, once it was asked: functions share names and files.
    strings: Vec<Option<StringId>>,
}

impl<'r, 'b> Tables<'r, 'b> {
    fn new(raw: &'r RawProfile, builder: &'b mut ProfileBuilder) -> Result<Self, ReadError> {
        let mut tables = Tables {
            raw,
            builder,
            mappings: IdMap::with_room_for(raw.mappings.len()),
            functions: IdMap::with_room_for(raw.functions.len()),
            strings: vec![None; raw.strings.len()],
        };
        for mapping in &raw.mappings {
            // jemalloc_pprof writes addresses of the file and one range for all mappings.
            let added = Mapping {
                start: mapping.start,
                limit: mapping.limit,
                file_offset: mapping.offset,
                path: tables.string(mapping.file)?,
                build_id: tables.build_id(mapping.build_id)?,
                addresses: if spans_everything(mapping) {
                    AddressSpace::File
                } else {
                    AddressSpace::Process
                },
            };
            let id = tables.builder.mapping(added);
            if mapping.id == 0 || tables.mappings.insert(mapping.id, id).is_some() {
                return Err(bad_id("mapping", mapping.id));
            }
        }
        for function in &raw.functions {
            let name = tables.string(function.name)?;
            let system_name = tables.string(function.system_name)?;
            let empty = |id: StringId, builder: &ProfileBuilder| builder.text(id).is_empty();
            let (name, system_name) = match (
                empty(name, tables.builder),
                empty(system_name, tables.builder),
            ) {
                (true, true) => {
                    let unnamed = tables.builder.string("<unknown>");
                    (unnamed, unnamed)
                }
                (true, false) => (system_name, system_name),
                (false, true) => (name, name),
                (false, false) => (name, system_name),
            };
            let added = Function {
                name,
                system_name,
                file: tables.string(function.file)?,
                start_line: line_number(function.start_line),
            };
            let id = tables.builder.function(added);
            if function.id == 0 || tables.functions.insert(function.id, id).is_some() {
                return Err(bad_id("function", function.id));
            }
        }
        Ok(tables)
    }

    fn string(&mut self, index: u64) -> Result<StringId, ReadError> {
        // An index that is not set reads as 0, and some writers leave the empty string out of an otherwise empty table.
        if index == 0 {
            return Ok(self.builder.string(""));
        }
        let known = usize::try_from(index).ok();
        if let Some(&Some(known)) = known.and_then(|index| self.strings.get(index)) {
            return Ok(known);
        }
        let id = self.builder.string(&self.raw.strings.get(index)?);
        if let Some(known) = known.and_then(|index| self.strings.get_mut(index)) {
            *known = Some(id);
        }
        Ok(id)
    }

    fn build_id(&mut self, index: u64) -> Result<StringId, ReadError> {
        if index == 0 {
            return Ok(self.builder.string(""));
        }
        let text = self.raw.strings.get(index)?.to_ascii_lowercase();
        Ok(self.builder.string(&text))
    }

    /// The location of each id that samples may use.
    fn locations(self) -> Result<Vec<(u64, LocationId)>, ReadError> {
        let mut found = Vec::with_capacity(self.raw.locations.len());
        let mut frames = Vec::new();
        let mut line_start = 0;
        for location in &self.raw.locations {
            frames.clear();
            for line in &self.raw.lines[line_start..location.line_end] {
                // A line without a function says nothing; pprof allows it.
                if line.function == 0 {
                    continue;
                }
                let Some(function) = self.functions.get(line.function) else {
                    return Err(points_nowhere(
                        "location",
                        location.id,
                        "function",
                        line.function,
                    ));
                };
                frames.push(Frame {
                    function,
                    line: line_number(line.line),
                    column: line_number(line.column),
                });
            }
            line_start = location.line_end;
            let mapping = match location.mapping {
                0 => None,
                // A file that was stripped of all its mappings still has names.
                _ if self.mappings.is_empty() => None,
                id => Some(
                    self.mappings
                        .get(id)
                        .ok_or_else(|| points_nowhere("location", location.id, "mapping", id))?,
                ),
            };
            if location.id == 0 {
                return Err(bad_id("location", 0));
            }
            let address = (location.address != 0).then_some(location.address);
            let id = self.builder.location(address, mapping, &frames);
            found.push((location.id, id));
        }
        Ok(found)
    }
}

fn points_nowhere(what: &str, id: u64, target: &str, target_id: u64) -> ReadError {
    malformed(format!(
        "{what} {id} points to {target} {target_id}, which is not in the file"
    ))
    .nowhere()
}

fn line_number(line: i64) -> u32 {
    u32::try_from(line).unwrap_or(0)
}

fn label_sets(
    samples: &RawSamples,
    strings: &RawStrings,
    builder: &mut ProfileBuilder,
) -> Result<Vec<LabelSetId>, ReadError> {
    let mut labels = Vec::new();
    let mut sets = Vec::with_capacity(samples.label_sets.len());
    for set in &samples.label_sets {
        labels.clear();
        for label in set {
            let key = builder.string(&strings.get(label.key)?);
            let value = if label.text != 0 {
                LabelValue::Text(builder.string(&strings.get(label.text)?))
            } else {
                let unit = match label.unit {
                    0 => builder.string(""),
                    unit => builder.string(&strings.get(unit)?),
                };
                LabelValue::Number {
                    value: label.number,
                    unit,
                }
            };
            labels.push(Label { key, value });
        }
        // The order of labels means nothing; two samples with the same labels are the same whatever the order.
        labels.sort_unstable();
        sets.push(builder.labels(&labels));
    }
    Ok(sets)
}

fn add_samples(
    samples: RawSamples,
    locations: &[(u64, LocationId)],
    label_sets: &[LabelSetId],
    builder: &mut ProfileBuilder,
) -> Result<(), ReadError> {
    let RawSamples {
        stacks,
        location_ids,
        stack_of,
        labels_of,
        values,
        ..
    } = samples;
    let places = Places::new(locations, &location_ids)?;
    let mut table = stacks.into_table();
    let one_to_one = places.distinct == locations.len();
    let resolve = |number: LocationId| {
        places.get(number).ok_or_else(|| {
            malformed("a sample points to a location that is not in the file").nowhere()
        })
    };
    table.renumber(resolve)?;
    if one_to_one {
        builder.adopt_stacks(table);
        builder.adopt_samples(
            stack_of,
            labels_of
                .iter()
                .map(|&set| label_sets[set as usize])
                .collect(),
            values,
        );
        return Ok(());
    }
    // Two ids for one location: stacks that looked different may be the same.
    let stacks = reintern(&table)?;
    builder.adopt_stacks(stacks.0);
    builder.adopt_samples(
        stack_of
            .iter()
            .map(|stack| stacks.1[stack.index()])
            .collect(),
        labels_of
            .iter()
            .map(|&set| label_sets[set as usize])
            .collect(),
        values,
    );
    Ok(())
}

fn reintern(table: &StackTable) -> Result<(StackTable, Vec<crate::model::StackId>), ReadError> {
    let mut interner = StackInterner::default();
    let mut renamed = Vec::with_capacity(table.len());
    for (_, stack) in table.iter() {
        renamed.push(
            interner
                .intern(stack)
                .ok_or(crate::model::ModelError::StackTableFull)?,
        );
    }
    Ok((interner.into_table(), renamed))
}
