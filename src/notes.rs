//! Remarks that are values: what was skipped, clamped, estimated or recovered, counted, with the first example.
//!
//! Readers never print. They add a [`Note`] kind to [`Notes`], and every output shows what has gathered.

use std::fmt;

use crate::units::Count;

/// What kind of thing is remarked on. The stable short name of each kind is part of the JSON contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum NoteKind {
    /// A line or record of the input was not understood and left out.
    SkippedRecord,
    /// The file ends before it should; what was there is used.
    TruncatedInput,
    /// A name was longer than fabric keeps and was cut.
    CutName,
    /// A stack was deeper than fabric keeps; frames at the root end were left out.
    CutStack,
    /// Stacks that are as deep as the profiler's own limit: their root frames are missing.
    ProfilerCutStack,
    /// The totals in the file's header are not the sum of its records.
    HeaderDisagrees,
    /// A record has bytes and no objects, so its sampling cannot be undone; its numbers are used as they are.
    BytesWithoutObjects,
    /// The sampling period is not in the file and was recovered from its smallest values.
    PeriodRecovered,
    /// The sampling period is not in the file and cannot be recovered: there are no error bars.
    PeriodUnknown,
    /// The sampling period is so long that most of the heap is never seen.
    HugePeriod,
    /// The profile holds no samples.
    NoSamples,
    /// Few objects were sampled: everything said about this profile has wide error bars.
    FewSamples,
    /// All bytes are in frames of the allocator: the stacks do not say who asked for the memory.
    OnlyAllocatorFrames,
    /// The file has no list of mappings, so raw addresses can be neither named nor compared across processes.
    NoMappings,
    /// An address lies in no mapping of the file.
    AddressOutsideMappings,
    /// The file of a mapping could not be read here, so its addresses have no names.
    ModuleNotFound,
    /// The file of a mapping is another build than the profiled one; its names were not used.
    ModuleReplaced,
    /// The file of a mapping has no symbol that covers the address.
    NoSymbolAtAddress,
    /// The file of a mapping is not an object file that can be read.
    ModuleUnreadable,
    /// Names come from the symbol table alone: there are no lines and no inlined functions.
    NoDebugInfo,
    /// Addresses were left without names because symbolization was switched off.
    SymbolizationOff,
    /// A filter matched nothing.
    FilterMatchedNothing,
    /// The file has a part that fabric does not use.
    IgnoredPart,
    /// The profile says which of its frames to drop, and they were dropped.
    DroppedFrames,
    /// Value types with no partner on the other side were left out of the comparison.
    UnmatchedValueTypes,
    /// The two profiles are the same file or have the same content.
    SameContent,
    /// The second profile was taken before the first.
    TimeRunsBackwards,
    /// The two profiles come from different programs.
    DifferentPrograms,
    /// The two profiles were sampled with different periods.
    DifferentPeriods,
    /// The second profile was scaled to the total of the first.
    Normalized,
    /// An interval was given, and the snapshots tell their times themselves.
    UnusedInterval,
    /// A file of a series is damaged or cannot be read, and was left out.
    UnreadableSnapshot,
    /// A file in the folder of a series is no heap profile, and was left out.
    ForeignFile,
    /// A file of a series has the content of another, and was left out.
    DuplicateSnapshot,
    /// A file of a series does not tell its time while most others do, and was left out.
    UndatedSnapshot,
    /// Nothing but the modification times of the files tells their order, and copying sets them anew.
    OrderByModificationTime,
    /// The JSON beside a profile cannot be read; the profile is used without it.
    SidecarUnreadable,
}

impl NoteKind {
    /// The stable short name of this kind, as in JSON.
    pub fn name(self) -> &'static str {
        use NoteKind::*;
        match self {
            SkippedRecord => "skipped-record",
            TruncatedInput => "truncated-input",
            CutName => "cut-name",
            CutStack => "cut-stack",
            ProfilerCutStack => "profiler-cut-stack",
            HeaderDisagrees => "header-disagrees",
            BytesWithoutObjects => "bytes-without-objects",
            PeriodRecovered => "period-recovered",
            PeriodUnknown => "period-unknown",
            HugePeriod => "huge-period",
            NoSamples => "no-samples",
            FewSamples => "few-samples",
            OnlyAllocatorFrames => "only-allocator-frames",
            NoMappings => "no-mappings",
            AddressOutsideMappings => "address-outside-mappings",
            ModuleNotFound => "module-not-found",
            ModuleReplaced => "module-replaced",
            NoSymbolAtAddress => "no-symbol-at-address",
            ModuleUnreadable => "module-unreadable",
            NoDebugInfo => "no-debug-info",
            SymbolizationOff => "symbolization-off",
            FilterMatchedNothing => "filter-matched-nothing",
            IgnoredPart => "ignored-part",
            DroppedFrames => "dropped-frames",
            UnmatchedValueTypes => "unmatched-value-types",
            SameContent => "same-content",
            TimeRunsBackwards => "time-runs-backwards",
            DifferentPrograms => "different-programs",
            DifferentPeriods => "different-periods",
            Normalized => "normalized",
            UnusedInterval => "unused-interval",
            UnreadableSnapshot => "unreadable-snapshot",
            ForeignFile => "foreign-file",
            DuplicateSnapshot => "duplicate-snapshot",
            UndatedSnapshot => "undated-snapshot",
            OrderByModificationTime => "order-by-modification-time",
            SidecarUnreadable => "sidecar-unreadable",
        }
    }

    /// What the kind says to a person, without count and example.
    pub fn text(self) -> &'static str {
        use NoteKind::*;
        match self {
            SkippedRecord => "records not understood and left out",
            TruncatedInput => "the file ends early; what is there is used",
            CutName => "names cut to what fabric keeps",
            CutStack => "stacks cut to what fabric keeps",
            ProfilerCutStack => {
                "stacks as deep as the profiler's limit: their root frames are missing"
            }
            HeaderDisagrees => "the header's totals are not the sum of the records",
            BytesWithoutObjects => {
                "records with bytes and no objects: their sampling cannot be undone"
            }
            PeriodRecovered => "sampling period recovered from the values, not stated in the file",
            PeriodUnknown => "sampling period unknown: no error bars",
            HugePeriod => "sampling period so long that most of the heap is never seen",
            NoSamples => "the profile holds no samples",
            FewSamples => "few sampled objects: wide error bars",
            OnlyAllocatorFrames => {
                "all bytes are in allocator frames: the stacks do not say who asked"
            }
            NoMappings => {
                "no list of mappings: raw addresses cannot be named or compared across processes"
            }
            AddressOutsideMappings => "addresses in no mapping of the file",
            ModuleNotFound => "addresses in files that are not on this machine (see --symbols)",
            ModuleReplaced => {
                "addresses in files that are another build now: not named, not guessed"
            }
            NoSymbolAtAddress => "addresses that no symbol covers",
            ModuleUnreadable => "addresses in files that are not readable object files",
            NoDebugInfo => {
                "addresses named from the symbol table alone: no lines, no inlined functions"
            }
            SymbolizationOff => "addresses left without names (--no-symbolize)",
            FilterMatchedNothing => "a filter matched nothing",
            IgnoredPart => "parts of the file that fabric does not use",
            DroppedFrames => "frames dropped as the profile's own drop_frames asks",
            UnmatchedValueTypes => "value types that only one side has, left out",
            SameContent => "both profiles have the same content",
            TimeRunsBackwards => "the second profile is older than the first",
            DifferentPrograms => "the profiles come from different programs",
            DifferentPeriods => "the profiles were sampled with different periods",
            Normalized => "the second profile was scaled to the first one's total",
            UnusedInterval => "--interval is not used: the snapshots tell their times themselves",
            UnreadableSnapshot => "files of the series that cannot be read, left out",
            ForeignFile => "files that are no heap profiles, left out",
            DuplicateSnapshot => "files with the same content as another, left out",
            UndatedSnapshot => "files that do not tell their time while most do, left out",
            OrderByModificationTime => {
                "ordered by the modification times of the files, which copying sets anew: \
                 put the time or a number into the names"
            }
            SidecarUnreadable => "JSON files beside profiles that cannot be read, not used",
        }
    }
}

/// One kind of remark with how often it was made and its first example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What is remarked on.
    pub kind: NoteKind,
    /// How often.
    pub count: u64,
    /// The first example; foreign text in it is not escaped.
    pub example: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.text())?;
        match (self.count > 1, self.example.is_empty()) {
            (true, true) => write!(f, " ({})", Count(self.count)),
            (true, false) => write!(f, " ({}, first: {})", Count(self.count), self.example),
            (false, false) => write!(f, " ({})", self.example),
            (false, true) => Ok(()),
        }
    }
}

/// The remarks that have gathered, one [`Note`] for each kind, in the order of their first occurrence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes(Vec<Note>);

impl Notes {
    /// Counts one more remark of `kind`; `example` is called only for the first.
    pub fn add(&mut self, kind: NoteKind, example: impl FnOnce() -> String) {
        self.add_many(kind, 1, example);
    }

    /// Counts `count` more remarks of `kind`; `example` is called only for the first.
    pub fn add_many(&mut self, kind: NoteKind, count: u64, example: impl FnOnce() -> String) {
        if count == 0 {
            return;
        }
        match self.0.iter_mut().find(|note| note.kind == kind) {
            Some(note) => note.count = note.count.saturating_add(count),
            None => self.0.push(Note {
                kind,
                count,
                example: example(),
            }),
        }
    }

    /// Adds all of `other`, keeping the first example of each kind.
    pub fn absorb(&mut self, other: &Notes) {
        for note in &other.0 {
            self.add_many(note.kind, note.count, || note.example.clone());
        }
    }

    /// The remarks.
    pub fn iter(&self) -> impl Iterator<Item = &Note> {
        self.0.iter()
    }

    /// The remark of one kind, if it was made.
    pub fn get(&self, kind: NoteKind) -> Option<&Note> {
        self.0.iter().find(|note| note.kind == kind)
    }

    /// Whether nothing was remarked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
