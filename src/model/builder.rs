//! The only way to make a profile.

use hashbrown::{HashMap, HashTable};
use std::hash::BuildHasher;

use super::check;
use super::label::LabelInterner;
use super::location::LocationTable;
use super::sample::SampleTable;
use super::string_table::StringInterner;
use super::{
    Frame, Function, FunctionId, Label, LabelSetId, Location, LocationId, Mapping, MappingId,
    ModelError, Origin, Profile, StackId, StackInterner, StackTable, StringId, Thread, ValueType,
};
use crate::limits;
use crate::notes::{NoteKind, Notes};

/// Gathers what a reader finds and turns it into a checked [`Profile`].
#[derive(Debug)]
pub struct ProfileBuilder {
    origin: Origin,
    strings: StringInterner,
    functions: Vec<Function>,
    function_index: HashMap<Function, FunctionId>,
    mappings: Vec<Mapping>,
    locations: LocationTable,
    location_index: HashTable<u32>,
    hasher: hashbrown::DefaultHashBuilder,
    stacks: StackInterner,
    /// Stacks a reader interned for itself; samples then refer to these.
    adopted_stacks: Option<StackTable>,
    labels: LabelInterner,
    value_types: Vec<ValueType>,
    samples: SampleTable,
    threads: Vec<Thread>,
    notes: Notes,
    error: Option<ModelError>,
}

impl ProfileBuilder {
    /// A builder for samples with one value for each of `value_types`.
    pub fn new(origin: Origin, value_types: Vec<ValueType>) -> ProfileBuilder {
        ProfileBuilder {
            origin,
            strings: StringInterner::new(),
            functions: Vec::new(),
            function_index: HashMap::new(),
            mappings: Vec::new(),
            locations: LocationTable::default(),
            location_index: HashTable::new(),
            hasher: hashbrown::DefaultHashBuilder::default(),
            stacks: StackInterner::default(),
            adopted_stacks: None,
            labels: LabelInterner::new(),
            samples: SampleTable {
                stacks: Vec::new(),
                labels: Vec::new(),
                values: vec![Vec::new(); value_types.len()],
            },
            value_types,
            threads: Vec::new(),
            notes: Notes::default(),
            error: None,
        }
    }

    /// A builder that holds all of a profile but its locations, stacks and samples: those of the copy are added anew. Handles of
    /// strings, functions and mappings of `profile` are valid in it.
    pub fn without_stacks(profile: &Profile) -> ProfileBuilder {
        let mut builder = ProfileBuilder::new(profile.origin.clone(), profile.value_types.clone());
        builder.strings = StringInterner::resume(profile.strings.clone());
        builder.function_index = (0u32..)
            .zip(&profile.functions)
            .map(|(id, &function)| (function, FunctionId(id)))
            .collect();
        builder.functions = profile.functions.clone();
        builder.mappings = profile.mappings.clone();
        builder.threads = profile.threads.clone();
        builder.notes = profile.notes.clone();
        builder
    }

    /// The origin, to add what is learnt while reading.
    pub fn origin_mut(&mut self) -> &mut Origin {
        &mut self.origin
    }

    /// The value types, in the order of a sample's values.
    pub fn value_types(&self) -> &[ValueType] {
        &self.value_types
    }

    /// The handle of a string. A name longer than [`limits::NAME_BYTES`] is cut, with a note.
    pub fn string(&mut self, text: &str) -> StringId {
        if text.len() <= limits::NAME_BYTES {
            return self.strings.intern(text);
        }
        let mut end = limits::NAME_BYTES;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.notes.add(NoteKind::CutName, || {
            let start: String = text.chars().take(40).collect();
            format!("'{start}...' of {} bytes", text.len())
        });
        self.strings.intern(&text[..end])
    }

    /// The text of a handle this builder gave out.
    pub fn text(&self, id: StringId) -> &str {
        self.strings.table().get(id)
    }

    /// The handle of a function; equal functions get the same one.
    pub fn function(&mut self, function: Function) -> FunctionId {
        if let Some(&id) = self.function_index.get(&function) {
            return id;
        }
        let id = FunctionId(self.functions.len() as u32);
        self.functions.push(function);
        self.function_index.insert(function, id);
        id
    }

    /// The handle of a function of which only name and file are known.
    pub fn named_function(&mut self, name: &str, file: &str) -> FunctionId {
        let name = self.string(name);
        let file = self.string(file);
        self.function(Function {
            name,
            system_name: name,
            file,
            start_line: 0,
        })
    }

    /// Adds a mapping. The first one is the main program's, where the format tells.
    pub fn mapping(&mut self, mapping: Mapping) -> MappingId {
        self.mappings.push(mapping);
        MappingId(self.mappings.len() as u32 - 1)
    }

    /// The path of the first mapping: that of the main program, where the format tells.
    pub fn main_program(&self) -> Option<&str> {
        self.mappings.first().map(|mapping| self.text(mapping.path))
    }

    /// The handle of a location; equal locations get the same one.
    ///
    /// `address` is that of the call instruction: a return address is moved back by one before it comes here. No code lies at 0, with which
    /// pprof says that there is no address: it is none here, too.
    pub fn location(
        &mut self,
        address: Option<u64>,
        mapping: Option<MappingId>,
        frames: &[Frame],
    ) -> LocationId {
        let address = address.filter(|&address| address != 0);
        let wanted = Location {
            address,
            mapping,
            frames,
        };
        let hash_of = |hasher: &hashbrown::DefaultHashBuilder, location: Location<'_>| {
            hasher.hash_one((location.address, location.mapping, location.frames))
        };
        let hash = hash_of(&self.hasher, wanted);
        let (table, hasher) = (&mut self.locations, &self.hasher);
        if let Some(&id) = self
            .location_index
            .find(hash, |&id| table.get(LocationId(id)) == wanted)
        {
            return LocationId(id);
        }
        let id = table.push(address, mapping, frames);
        self.location_index.insert_unique(hash, id.0, |&other| {
            hash_of(hasher, table.get(LocationId(other)))
        });
        id
    }

    /// The handle of a stack, leaf first. One deeper than [`limits::STACK_FRAMES`] loses its root end, with a note.
    pub fn stack(&mut self, locations: &[LocationId]) -> StackId {
        let kept = &locations[..locations.len().min(limits::STACK_FRAMES)];
        if kept.len() < locations.len() {
            self.notes.add(NoteKind::CutStack, || {
                format!("a stack of {} frames", locations.len())
            });
        }
        self.stacks.intern(kept).unwrap_or_else(|| {
            self.error.get_or_insert(ModelError::StackTableFull);
            StackId(0)
        })
    }

    /// Makes `table` the profile's stacks, for a reader that interned them itself; [`stack`](Self::stack) is then not used.
    pub fn adopt_stacks(&mut self, table: StackTable) {
        self.adopted_stacks = Some(table);
    }

    /// Makes these the profile's samples, for a reader that has them in columns: one stack, one set of labels and one entry in
    /// each column of `values` for every sample.
    pub fn adopt_samples(
        &mut self,
        stacks: Vec<StackId>,
        labels: Vec<LabelSetId>,
        values: Vec<Vec<u64>>,
    ) {
        if stacks.is_empty() {
            return;
        }
        self.samples = SampleTable {
            stacks,
            labels,
            values,
        };
    }

    /// The handle of a set of labels.
    pub fn labels(&mut self, labels: &[Label]) -> LabelSetId {
        self.labels.intern(labels)
    }

    /// Adds a sample with one value for each value type. Samples with equal stack and labels are added up.
    pub fn sample(&mut self, stack: StackId, labels: LabelSetId, values: &[u64]) {
        if values.len() != self.value_types.len() {
            self.error.get_or_insert(ModelError::ValueCount {
                row: self.samples.stacks.len(),
                found: values.len(),
                expected: self.value_types.len(),
            });
            return;
        }
        self.samples.stacks.push(stack);
        self.samples.labels.push(labels);
        for (column, &value) in self.samples.values.iter_mut().zip(values) {
            column.push(value);
        }
    }

    /// Adds what one thread holds.
    pub fn thread(&mut self, thread: Thread) {
        self.threads.push(thread);
    }

    /// Counts a remark.
    pub fn note(&mut self, kind: NoteKind, example: impl FnOnce() -> String) {
        self.notes.add(kind, example);
    }

    /// The remarks so far.
    pub fn notes_mut(&mut self) -> &mut Notes {
        &mut self.notes
    }

    /// Checks every promise of the model and hands out the profile.
    ///
    /// # Errors
    /// The first promise that what was added does not keep.
    pub fn finish(self) -> Result<Profile, ModelError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let mut profile = Profile {
            origin: self.origin,
            strings: self.strings.into_table(),
            functions: self.functions,
            mappings: self.mappings,
            locations: self.locations,
            stacks: self
                .adopted_stacks
                .unwrap_or_else(|| self.stacks.into_table()),
            labels: self.labels.into_table(),
            value_types: self.value_types,
            samples: self.samples,
            threads: self.threads,
            totals: Vec::new(),
            notes: self.notes,
        };
        check::check(&profile)?;
        // The sum is checked before equal samples are added up, so that the addition cannot overflow.
        profile.totals = check::totals(&profile)?;
        merge_equal_samples(&mut profile);
        if profile.sample_count() == 0 {
            profile.notes.add(NoteKind::NoSamples, String::new);
        }
        Ok(profile)
    }

    /// See [`Profile::with_build_ids`].
    pub(super) fn add_build_ids(
        mut profile: Profile,
        mut build_id_of: impl FnMut(&str) -> Option<String>,
    ) -> Profile {
        let found: Vec<Option<String>> = profile
            .mappings
            .iter()
            .map(|mapping| {
                let is_unknown = profile.text(mapping.build_id).is_empty();
                is_unknown.then(|| build_id_of(profile.text(mapping.path)))?
            })
            .collect();
        if found.iter().all(Option::is_none) {
            return profile;
        }
        let mut strings = StringInterner::resume(profile.strings);
        for (mapping, build_id) in profile.mappings.iter_mut().zip(found) {
            if let Some(build_id) = build_id {
                mapping.build_id = strings.intern(&build_id);
            }
        }
        profile.strings = strings.into_table();
        profile
    }

    /// See [`Profile::with_frames`].
    pub(super) fn rename_locations(
        profile: Profile,
        mut rename: impl FnMut(&mut ProfileBuilder, Location<'_>) -> Option<Vec<Frame>>,
        notes: &Notes,
    ) -> Profile {
        let Profile {
            origin,
            strings,
            functions,
            locations: old,
            notes: mut all_notes,
            mappings,
            stacks,
            labels,
            value_types,
            samples,
            threads,
            totals,
        } = profile;
        let mut builder = ProfileBuilder::new(origin, value_types);
        builder.strings = StringInterner::resume(strings);
        builder.function_index = (0u32..)
            .zip(&functions)
            .map(|(id, &function)| (function, FunctionId(id)))
            .collect();
        builder.functions = functions;
        let mut locations = LocationTable::default();
        for id in 0..old.len() as u32 {
            let location = old.get(LocationId(id));
            let renamed = rename(&mut builder, location);
            let frames = renamed.as_deref().unwrap_or(location.frames);
            locations.push(location.address, location.mapping, frames);
        }
        all_notes.absorb(&builder.notes);
        all_notes.absorb(notes);
        Profile {
            origin: builder.origin,
            strings: builder.strings.into_table(),
            functions: builder.functions,
            mappings,
            locations,
            stacks,
            labels,
            value_types: builder.value_types,
            samples,
            threads,
            totals,
            notes: all_notes,
        }
    }
}

/// Adds up samples with equal stack and labels. Where every sample has a stack of its own there is nothing to do,
/// which is the common case in large profiles, and one comparison finds it out.
fn merge_equal_samples(profile: &mut Profile) {
    let samples = &mut profile.samples;
    if samples.len() == profile.stacks.len() && all_distinct(&samples.stacks, profile.stacks.len())
    {
        return;
    }
    let hasher = hashbrown::DefaultHashBuilder::default();
    let mut index: HashTable<u32> = HashTable::with_capacity(samples.len());
    let mut kept = 0usize;
    for row in 0..samples.len() {
        let key = (samples.stacks[row], samples.labels[row]);
        let hash = hasher.hash_one(key);
        let same = |&other: &u32| {
            (
                samples.stacks[other as usize],
                samples.labels[other as usize],
            ) == key
        };
        if let Some(&first) = index.find(hash, same) {
            for column in &mut samples.values {
                let value = column[row];
                column[first as usize] += value;
            }
            continue;
        }
        samples.stacks[kept] = key.0;
        samples.labels[kept] = key.1;
        for column in &mut samples.values {
            column[kept] = column[row];
        }
        let (stacks, labels) = (&samples.stacks, &samples.labels);
        index.insert_unique(hash, kept as u32, |&other| {
            hasher.hash_one((stacks[other as usize], labels[other as usize]))
        });
        kept += 1;
    }
    samples.stacks.truncate(kept);
    samples.labels.truncate(kept);
    for column in &mut samples.values {
        column.truncate(kept);
    }
}

fn all_distinct(stacks: &[StackId], stack_count: usize) -> bool {
    let mut seen = vec![false; stack_count];
    stacks
        .iter()
        .all(|stack| !std::mem::replace(&mut seen[stack.index()], true))
}
