//! The profile itself: immutable, read by handle and by iterator.

use super::label::LabelTable;
use super::location::LocationTable;
use super::sample::SampleTable;
use super::{
    Frame, Function, FunctionId, Label, LabelSetId, Location, LocationId, Mapping, MappingId,
    Measure, Origin, Sample, StackId, StackTable, StringId, StringTable, Thread, Unit, ValueIndex,
    ValueType,
};
use crate::notes::Notes;

/// A heap profile of one process at one moment. See the [module](super) for what it promises.
#[derive(Debug, Clone)]
pub struct Profile {
    pub(super) origin: Origin,
    pub(super) strings: StringTable,
    pub(super) functions: Vec<Function>,
    pub(super) mappings: Vec<Mapping>,
    pub(super) locations: LocationTable,
    pub(super) stacks: StackTable,
    pub(super) labels: LabelTable,
    pub(super) value_types: Vec<ValueType>,
    pub(super) samples: SampleTable,
    pub(super) threads: Vec<Thread>,
    pub(super) totals: Vec<u64>,
    pub(super) notes: Notes,
}

impl Profile {
    /// Where it comes from and how precise its numbers are.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What its reader, and whoever changed it since, remarked.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// All strings.
    pub fn strings(&self) -> &StringTable {
        &self.strings
    }

    /// The text of `id`.
    pub fn text(&self, id: StringId) -> &str {
        self.strings.get(id)
    }

    /// All functions, in the order of their handles.
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// The function of `id`.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.index()]
    }

    /// The readable name of a function.
    pub fn function_name(&self, id: FunctionId) -> &str {
        self.text(self.function(id).name)
    }

    /// All mappings, in the order of their handles; the first is the main program's, where the format tells.
    pub fn mappings(&self) -> &[Mapping] {
        &self.mappings
    }

    /// The mapping of `id`.
    pub fn mapping(&self, id: MappingId) -> &Mapping {
        &self.mappings[id.index()]
    }

    /// How many locations there are.
    pub fn location_count(&self) -> usize {
        self.locations.len()
    }

    /// The location of `id`.
    pub fn location(&self, id: LocationId) -> Location<'_> {
        self.locations.get(id)
    }

    /// All locations, in the order of their handles.
    pub fn locations(&self) -> impl Iterator<Item = (LocationId, Location<'_>)> {
        (0..self.locations.len() as u32).map(|id| (LocationId(id), self.location(LocationId(id))))
    }

    /// The file name of what is mapped at a location; `[unknown]` where nothing is, or nothing with a name.
    pub fn module_name(&self, location: Location<'_>) -> &str {
        let path = location
            .mapping
            .map_or("", |id| self.text(self.mapping(id).path));
        match path.rsplit('/').next() {
            None | Some("") => "[unknown]",
            Some(name) => name,
        }
    }

    /// What a location without names is called: `module+0x1f40`, counted in the file of the module, else its address.
    pub fn unnamed(&self, location: Location<'_>) -> String {
        match (location.mapping, location.address) {
            (Some(mapping), Some(address)) => format!(
                "{}+{:#x}",
                self.module_name(location),
                self.mapping(mapping).offset_of(address)
            ),
            (None, Some(address)) => format!("{address:#x}"),
            (_, None) => "[unknown]".to_owned(),
        }
    }

    /// All stacks.
    pub fn stacks(&self) -> &StackTable {
        &self.stacks
    }

    /// The locations of a stack, leaf first.
    pub fn stack(&self, id: StackId) -> &[LocationId] {
        self.stacks.get(id)
    }

    /// The frames of a stack, leaf first and inlined ones expanded, each with its location.
    pub fn frames(&self, id: StackId) -> impl Iterator<Item = (LocationId, Option<Frame>)> {
        self.stack(id).iter().flat_map(|&location| {
            let frames = self.location(location).frames;
            let unnamed = frames.is_empty().then_some((location, None));
            frames
                .iter()
                .map(move |&frame| (location, Some(frame)))
                .chain(unnamed)
        })
    }

    /// The value types, in the order of their columns.
    pub fn value_types(&self) -> &[ValueType] {
        &self.value_types
    }

    /// The value type of `index`.
    pub fn value_type(&self, index: ValueIndex) -> &ValueType {
        &self.value_types[index.0]
    }

    /// The first value type that `matches`.
    pub fn find_value(&self, matches: impl Fn(&ValueType) -> bool) -> Option<ValueIndex> {
        self.value_types.iter().position(matches).map(ValueIndex)
    }

    /// The value type that counts `measure` in `unit`.
    pub fn value_of(&self, measure: Measure, unit: Unit) -> Option<ValueIndex> {
        self.find_value(|value| value.measure == measure && value.unit == unit)
    }

    /// How many samples there are.
    pub fn sample_count(&self) -> usize {
        self.samples.len()
    }

    /// All samples.
    pub fn samples(&self) -> impl ExactSizeIterator<Item = Sample> {
        (0..self.samples.len()).map(|row| Sample {
            row,
            stack: self.samples.stacks[row],
            labels: self.samples.labels[row],
        })
    }

    /// The values of one type, by row.
    pub fn values(&self, index: ValueIndex) -> &[u64] {
        self.samples.column(index)
    }

    /// The values of one sample, in the order of the value types.
    pub fn row(&self, sample: Sample) -> impl Iterator<Item = u64> + '_ {
        self.samples
            .values
            .iter()
            .map(move |column| column[sample.row])
    }

    /// The sum of all values of one type.
    pub fn total(&self, index: ValueIndex) -> u64 {
        self.totals[index.0]
    }

    /// The labels of a set.
    pub fn labels(&self, id: LabelSetId) -> &[Label] {
        &self.labels.sets[id.index()]
    }

    /// What each thread holds, where the format tells.
    pub fn threads(&self) -> &[Thread] {
        &self.threads
    }
}
