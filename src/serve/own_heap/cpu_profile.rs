//! What the processor does for this process: SIGPROF interrupts whoever works, and the stack is noted.
//!
//! Stacks are unwound by the tables that the compiler writes for every function. Frame pointers would be cheaper, but neither Rust nor C
//! keeps them by default, and without them nearly every stack ends after two or three frames; the crate's third way reads files inside the
//! first signal handler. With glibc from 2.35 and libgcc from 12 the tables are found without a lock
//! (`_dl_find_object`), which is what makes this safe at any instruction.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use bytes::Bytes;
use pprof::{ProfilerGuard, ProfilerGuardBuilder};
use tokio::sync::OwnedSemaphorePermit;

use super::failure::OwnHeapFailure;
use super::memory_map::MemoryMap;
use super::own_symbols::with_own_symbols;
use crate::formats::pprof as profile_proto;
use crate::model::{
    Label, LabelValue, ModelError, Origin, Profile, ProfileBuilder, Sampling, SourceFormat,
    ValueType,
};
use crate::serve::time::WallTime;
use crate::symbolize::Symbolizer;

/// Looks in a second. Not 100, so that what happens a hundred times a second is not always, or never, looked at.
const FREQUENCY: i32 = 99;
const PERIOD: Duration = Duration::from_nanos(1_000_000_000 / FREQUENCY as u64);
/// What the crate calls when the signal comes: this and what it calls is not the program.
const HANDLER: &str = "perf_signal_handler";

/// A profile that is being taken. Dropped, it ends.
pub(super) struct CpuRecording {
    /// There until it ends.
    profiler: Option<(ProfilerGuard<'static>, OwnedSemaphorePermit)>,
    began: Instant,
    at: WallTime,
}

impl CpuRecording {
    /// Begins to look. Blocks.
    pub(super) fn begin(turn: OwnedSemaphorePermit) -> Result<CpuRecording, OwnHeapFailure> {
        let guard = ProfilerGuardBuilder::default()
            .frequency(FREQUENCY)
            .build()
            .map_err(failed)?;
        Ok(CpuRecording {
            profiler: Some((guard, turn)),
            began: Instant::now(),
            at: WallTime::now(),
        })
    }

    /// Ends it, names what was seen and writes it. Blocks.
    pub(super) fn finish(mut self) -> Result<Bytes, OwnHeapFailure> {
        let duration = self.began.elapsed();
        // Lives to the end: with it the turn of the next one begins.
        let Some((guard, _turn)) = self.profiler.take() else {
            return Err(OwnHeapFailure::Ending);
        };
        let report = guard.report().build_unresolved().map_err(failed)?;
        drop(guard);
        let stacks: Vec<SeenStack> = report
            .data
            .iter()
            .map(|(seen, &count)| SeenStack {
                returns: seen.frames.iter().map(|it| it.ip() as u64).collect(),
                thread: thread_name(&seen.thread_name, seen.thread_name_length),
                count: u64::try_from(count).unwrap_or(0),
            })
            .collect();
        drop(report);
        let map = MemoryMap::of_this_process().map_err(|error| failed(error.to_string()))?;
        let profile = with_own_symbols(|symbolizer| named(stacks, self.at, &map, symbolizer))
            .map_err(failed)?;
        let mut bytes = Vec::new();
        profile_proto::write_of_processor(&profile, PERIOD, duration, &mut bytes)
            .map_err(failed)?;
        Ok(bytes.into())
    }
}

/// Ending takes some milliseconds, which whoever waited and went away does not have.
impl Drop for CpuRecording {
    fn drop(&mut self) {
        let Some(profiler) = self.profiler.take() else {
            return;
        };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn_blocking(move || drop(profiler));
        }
    }
}

fn failed(error: impl ToString) -> OwnHeapFailure {
    OwnHeapFailure::Dump(error.to_string())
}

/// A stack that was seen, as the machine has it: the address of the next instruction of each frame, the innermost first.
struct SeenStack {
    returns: Vec<u64>,
    thread: String,
    count: u64,
}

fn thread_name(name: &[u8], length: usize) -> String {
    let name = name.get(..length).unwrap_or_default();
    let name = name.split(|&byte| byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(name).into_owned()
}

/// The profile with names, and without what the signal itself called.
fn named(
    stacks: Vec<SeenStack>,
    at: WallTime,
    map: &MemoryMap,
    symbolizer: Option<&Symbolizer<'_>>,
) -> Result<Profile, ModelError> {
    let name = |profile: Profile| match symbolizer {
        Some(symbolizer) => symbolizer.symbolize(profile),
        None => profile,
    };
    let whole = name(build(&stacks, at, map)?);
    let handler = addresses_of(&whole, HANDLER);
    let outside = stacks.into_iter().map(|stack| stack.interrupted(&handler));
    Ok(name(build(&outside.collect::<Vec<_>>(), at, map)?))
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
        let place = |address: &u64| handler.contains(&(address - 1));
        if let Some(at) = self.returns.iter().position(place) {
            self.returns.drain(..(at + 2).min(self.returns.len()));
            if let Some(leaf) = self.returns.first_mut() {
                *leaf = leaf.saturating_add(1);
            }
        }
        self
    }
}

fn build(stacks: &[SeenStack], at: WallTime, map: &MemoryMap) -> Result<Profile, ModelError> {
    let mut origin = Origin::new(SourceFormat::Pprof, Sampling::Unknown);
    origin.captured_at_ms = Some(at.0);
    origin.pid = Some(std::process::id());
    let values = [("samples", "count"), ("cpu", "nanoseconds")];
    let values = values.map(|(name, unit)| ValueType::from_names(name, unit));
    let mut builder = ProfileBuilder::new(origin, values.to_vec());
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
