//! Where a profile comes from and how precise its numbers are.

use std::fmt;

/// Where a profile comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The format of the file.
    pub format: SourceFormat,
    /// The program that wrote the file, where the content tells.
    pub producer: Producer,
    /// When the profile was taken, in milliseconds since 1970, where the file tells.
    pub captured_at_ms: Option<i64>,
    /// Process id, where the file tells.
    pub pid: Option<u32>,
    /// Command or program name, where the file tells.
    pub command: Option<String>,
    /// How precise the numbers are.
    pub sampling: Sampling,
    /// The value type the producer wants shown first, where the file tells.
    pub default_value_type: Option<String>,
    /// Comments in the file, and its documentation URL.
    pub comments: Vec<String>,
    /// Counters of the allocator or the runtime that are in the file, like Go's MemStats.
    pub allocator_stats: Vec<AllocatorStat>,
}

impl Origin {
    /// An origin of which nothing but format and precision is known.
    pub fn new(format: SourceFormat, sampling: Sampling) -> Origin {
        Origin {
            format,
            producer: Producer::Unknown,
            captured_at_ms: None,
            pid: None,
            command: None,
            sampling,
            default_value_type: None,
            comments: Vec::new(),
            allocator_stats: Vec::new(),
        }
    }
}

/// The format a profile was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceFormat {
    /// pprof's profile.proto.
    Pprof,
    /// jemalloc's `heap_v2` text.
    Jemalloc,
    /// gperftools' `heap profile:` text, of any kind.
    Gperftools,
    /// Go's `debug=1` text.
    GoText,
    /// Folded stacks.
    Folded,
    /// V8's `.heapprofile`, sampled.
    V8HeapProfile,
    /// V8's `.heapsnapshot` and `.heaptimeline`, every object.
    V8HeapSnapshot,
}

impl SourceFormat {
    /// The stable short name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            SourceFormat::Pprof => "pprof",
            SourceFormat::Jemalloc => "jemalloc",
            SourceFormat::Gperftools => "gperftools",
            SourceFormat::GoText => "go-text",
            SourceFormat::Folded => "folded",
            SourceFormat::V8HeapProfile => "v8-heapprofile",
            SourceFormat::V8HeapSnapshot => "v8-heapsnapshot",
        }
    }
}

impl fmt::Display for SourceFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The program that wrote a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Producer {
    /// Go's runtime.
    Go,
    /// The jemalloc_pprof crate.
    JemallocPprof,
    /// jemalloc.
    Jemalloc,
    /// Google's TCMalloc.
    Tcmalloc,
    /// gperftools.
    Gperftools,
    /// pprof-nodejs.
    Node,
    /// V8 itself, in Node, Chrome or Deno.
    V8,
    /// fabric.
    Fabric,
    /// Not known.
    Unknown,
}

/// How precise the numbers of a profile are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sampling {
    /// Every allocation was recorded: no sampling error.
    Exact,
    /// One byte in `period` on average was sampled (Poisson), and the values are estimates of the whole.
    Poisson {
        /// Mean bytes between two samples.
        period: u64,
        /// How the period is known.
        source: PeriodSource,
    },
    /// The values are estimates, and nothing is known about their error.
    Unknown,
}

impl Eq for Sampling {}

/// How a sampling period is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PeriodSource {
    /// The file states it.
    Stated,
    /// It follows from the smallest values of the file.
    Recovered,
    /// The file's values allow this period or a smaller one.
    UpperBound,
}

impl Sampling {
    /// Mean bytes between two samples, where the heap was sampled and the period is known.
    pub fn period(self) -> Option<u64> {
        match self {
            Sampling::Poisson { period, .. } => Some(period),
            Sampling::Exact | Sampling::Unknown => None,
        }
    }
}

/// One counter of the allocator or the runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllocatorStat {
    /// The name the producer gave it, like `HeapAlloc`.
    pub name: String,
    /// The value, in the producer's unit (bytes unless the name says otherwise).
    pub value: u64,
}
