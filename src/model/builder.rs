//! The only way to make a profile.

use hashbrown::{HashMap, HashTable};
use std::hash::BuildHasher;

use super::check;
use super::half_hash::HalfHash;
use super::label::LabelInterner;
use super::location::LocationTable;
use super::sample::SampleTable;
use super::string_table::StringInterner;
use super::{
    Frame, Function, FunctionId, Label, LabelSetId, Location, LocationId, Mapping, MappingId,
    ModelError, Origin, Profile, StackId, StackInterner, StackTable, StringId, StringTable, Thread,
    ValueType,
};
use crate::limits;
use crate::notes::{NoteKind, Notes};

/// Gathers what a reader finds and turns it into a checked [`Profile`].
#[derive(Debug)]
pub struct ProfileBuilder {
    pub(super) origin: Origin,
    pub(super) strings: StringInterner,
    pub(super) functions: Vec<Function>,
    function_index: HashMap<Function, FunctionId>,
    mappings: Vec<Mapping>,
    locations: LocationTable,
    location_index: HashTable<(HalfHash, LocationId)>,
    hasher: hashbrown::DefaultHashBuilder,
    stacks: StackInterner,
    /// Stacks a reader interned for itself; samples then refer to these.
    adopted_stacks: Option<StackTable>,
    labels: LabelInterner,
    pub(super) value_types: Vec<ValueType>,
    samples: SampleTable,
    threads: Vec<Thread>,
    pub(super) notes: Notes,
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
        builder.resume(profile.strings.clone(), profile.functions.clone());
        builder.mappings = profile.mappings.clone();
        builder.threads = profile.threads.clone();
        builder.notes = profile.notes.clone();
        builder
    }

    /// Takes up the strings and functions of a profile again, to add to them; their handles stay valid.
    pub(super) fn resume(&mut self, strings: StringTable, functions: Vec<Function>) {
        self.strings = StringInterner::resume(strings);
        self.function_index = (0u32..)
            .zip(&functions)
            .map(|(id, &function)| (function, FunctionId(id)))
            .collect();
        self.functions = functions;
    }

    /// The handle of a location of one frame of which only the name of the function and its file are known.
    pub fn named_location(&mut self, name: &str, file: &str) -> LocationId {
        let frame = Frame {
            function: self.named_function(name, file),
            line: 0,
            column: 0,
        };
        self.location(None, None, &[frame])
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
        let hash = HalfHash::of(self.hasher.hash_one((address, mapping, frames)));
        let table = &mut self.locations;
        let same = |&(other, id): &(HalfHash, LocationId)| other == hash && table.get(id) == wanted;
        if let Some(&(_, id)) = self.location_index.find(hash.spread(), same) {
            return id;
        }
        let id = table.push(address, mapping, frames);
        self.location_index
            .insert_unique(hash.spread(), (hash, id), |(hash, _)| hash.spread());
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
    // Most stacks have one set of labels: the first row of a stack is found without hashing, and only other rows of it are hashed.
    let mut first_rows: Vec<Option<u32>> = vec![None; profile.stacks.len()];
    let mut other_rows: HashTable<u32> = HashTable::new();
    let mut kept = 0usize;
    for row in 0..samples.len() {
        let key = (samples.stacks[row], samples.labels[row]);
        let same = |&other: &u32| {
            let other = other as usize;
            (samples.stacks[other], samples.labels[other]) == key
        };
        let first = &mut first_rows[key.0.index()];
        let before = match first {
            None => {
                *first = Some(kept as u32);
                None
            }
            Some(first) if same(first) => Some(*first),
            Some(_) => {
                let (stacks, labels) = (&samples.stacks, &samples.labels);
                let hash_of =
                    |&row: &u32| hasher.hash_one((stacks[row as usize], labels[row as usize]));
                let hash = hasher.hash_one(key);
                let found = other_rows.find(hash, same).copied();
                if found.is_none() {
                    // A table that grows hashes those that are in it, and this one's key is written below.
                    other_rows.insert_unique(hash, kept as u32, hash_of);
                }
                found
            }
        };
        if let Some(before) = before {
            for column in &mut samples.values {
                let value = column[row];
                column[before as usize] += value;
            }
            continue;
        }
        samples.stacks[kept] = key.0;
        samples.labels[kept] = key.1;
        for column in &mut samples.values {
            column[kept] = column[row];
        }
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
