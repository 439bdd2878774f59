//! What the processor does for this process, as a profile: stacks that the signal noted, counted, named and written.
//!
//! Stacks are unwound by the tables that the compiler writes for every function. Frame pointers would be cheaper, but neither Rust nor C
//! keeps them by default, and without them a stack ends after two or three frames. With glibc from 2.35 and libgcc from 12 the tables are
//! found without a lock (`_dl_find_object`), which is what makes this safe at any instruction.
//!
//! The crate pprof does the same, but keeps 84 MB for ever after its first profile (16,384 stacks of 128 frames of 40 bytes), or 18 MB and no
//! innermost function with frame pointers; this keeps at most 9 MB, and of those only what a profile has filled.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::OwnedSemaphorePermit;

use super::failure::OwnHeapFailure;
use super::memory_map::MemoryMap;
use super::own_symbols::with_own_symbols;
use super::sigprof::{self, HANDLER, NotedStack};
use crate::formats::pprof as profile_proto;
use crate::model::{
    Label, LabelValue, ModelError, Origin, Profile, ProfileBuilder, Sampling, SourceFormat,
    ValueType,
};
use crate::serve::time::WallTime;
use crate::symbolize::Symbolizer;

/// Looks in a second. Not 100, so that what happens a hundred times a second is not always, or never, looked at.
const FREQUENCY: u32 = 99;
const PERIOD: Duration = Duration::from_nanos(1_000_000_000 / FREQUENCY as u64);

/// A profile that is being taken. Dropped, it ends.
pub(super) struct CpuRecording {
    began: Instant,
    at: WallTime,
    /// With it the turn of the next one begins.
    _turn: OwnedSemaphorePermit,
}

impl CpuRecording {
    /// Begins to look.
    pub(super) fn begin(turn: OwnedSemaphorePermit) -> Result<CpuRecording, OwnHeapFailure> {
        if !sigprof::begin(PERIOD).map_err(failed)? {
            return Err(OwnHeapFailure::ProcessorBusy);
        }
        Ok(CpuRecording {
            began: Instant::now(),
            at: WallTime::now(),
            _turn: turn,
        })
    }

    /// Ends it, names what was seen and writes it. Blocks.
    pub(super) fn finish(self) -> Result<Bytes, OwnHeapFailure> {
        sigprof::end();
        let duration = self.began.elapsed();
        let (noted, unnoted) = sigprof::noted();
        let mut counts: HashMap<NotedStack, u64> = HashMap::new();
        for stack in noted {
            *counts.entry(stack).or_default() += 1;
        }
        let stacks: Vec<SeenStack> = counts.into_iter().map(SeenStack::from).collect();
        let map = MemoryMap::of_this_process().map_err(failed)?;
        let origin = origin(self.at, unnoted);
        let profile = with_own_symbols(|symbolizer| named(stacks, &origin, &map, symbolizer))
            .map_err(failed)?;
        let mut bytes = Vec::new();
        profile_proto::write_of_processor(&profile, PERIOD, duration, &mut bytes)
            .map_err(failed)?;
        Ok(bytes.into())
    }
}

impl Drop for CpuRecording {
    fn drop(&mut self) {
        sigprof::end();
    }
}

fn origin(at: WallTime, unnoted: usize) -> Origin {
    let mut origin = Origin::new(SourceFormat::Pprof, Sampling::Unknown);
    origin.captured_at_ms = Some(at.0);
    origin.pid = Some(std::process::id());
    if unnoted > 0 {
        let comment = format!("{unnoted} further stacks were seen and not noted: too many");
        origin.comments.push(comment);
    }
    origin
}

fn failed(error: impl ToString) -> OwnHeapFailure {
    OwnHeapFailure::Dump(error.to_string())
}

/// A stack that was seen so often.
struct SeenStack {
    /// The address of the next instruction of each frame, the innermost first.
    returns: Vec<u64>,
    thread: String,
    count: u64,
}

impl From<(NotedStack, u64)> for SeenStack {
    fn from((noted, count): (NotedStack, u64)) -> SeenStack {
        // A thread that has ended in the meantime has no name any more.
        let name = format!("/proc/self/task/{}/comm", noted.thread);
        let thread = std::fs::read_to_string(name).unwrap_or_default();
        SeenStack {
            returns: noted.returns,
            thread: thread.trim_end().to_owned(),
            count,
        }
    }
}

/// The profile with names, and without what the signal itself called.
fn named(
    stacks: Vec<SeenStack>,
    origin: &Origin,
    map: &MemoryMap,
    symbolizer: Option<&Symbolizer<'_>>,
) -> Result<Profile, ModelError> {
    let name = |profile: Profile| match symbolizer {
        Some(symbolizer) => symbolizer.symbolize(profile),
        None => profile,
    };
    let whole = name(build(&stacks, origin, map)?);
    let handler = addresses_of(&whole, HANDLER);
    let outside = stacks.into_iter().map(|stack| stack.interrupted(&handler));
    Ok(name(build(&outside.collect::<Vec<_>>(), origin, map)?))
}

fn addresses_of(profile: &Profile, function: &str) -> HashSet<u64> {
    let is_it = |name: &str| name == function;
    profile
        .locations()
        .filter(|(_, location)| {
            let mut frames = location.frames.iter();
            frames.any(|frame| is_it(profile.function_name(frame.function)))
        })
        .filter_map(|(_, location)| location.address)
        .collect()
}

impl SeenStack {
    /// From the instruction that was interrupted: after the handler comes the kernel's way back, and then that. It is no address of
    /// return, so that it is counted on by one, to be taken back by one like the others.
    fn interrupted(mut self, handler: &HashSet<u64>) -> SeenStack {
        let place = |address: &u64| handler.contains(&address.saturating_sub(1));
        if let Some(at) = self.returns.iter().position(place) {
            self.returns.drain(..(at + 2).min(self.returns.len()));
            if let Some(leaf) = self.returns.first_mut() {
                *leaf = leaf.saturating_add(1);
            }
        }
        self
    }
}

fn build(stacks: &[SeenStack], origin: &Origin, map: &MemoryMap) -> Result<Profile, ModelError> {
    let values = [("samples", "count"), ("cpu", "nanoseconds")];
    let values = values.map(|(name, unit)| ValueType::from_names(name, unit));
    let mut builder = ProfileBuilder::new(origin.clone(), values.to_vec());
    let key = builder.string("thread");
    let mut mappings = HashMap::new();
    if let Some(program) = map.program() {
        mappings.insert(program.start, program.add_to(&mut builder));
    }
    for stack in stacks.iter().filter(|stack| !stack.returns.is_empty()) {
        let mut locations = Vec::with_capacity(stack.returns.len());
        for &after in stack.returns.iter().filter(|&&after| after > 0) {
            let address = after - 1;
            let mapping = map.at(address).map(|range| {
                *mappings
                    .entry(range.start)
                    .or_insert_with(|| range.add_to(&mut builder))
            });
            locations.push(builder.location(Some(address), mapping, &[]));
        }
        let stack_id = builder.stack(&locations);
        let thread = builder.string(&stack.thread);
        let labels = builder.labels(&[Label {
            key,
            value: LabelValue::Text(thread),
        }]);
        let nanoseconds = u64::try_from(PERIOD.as_nanos()).unwrap_or(u64::MAX);
        let values = [stack.count, stack.count.saturating_mul(nanoseconds)];
        builder.sample(stack_id, labels, &values);
    }
    builder.finish()
}
