//! A folder or files in, a judged series out.

use std::num::NonZero;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use thiserror::Error;

use crate::analysis::frame_filter::FrameFilter;
use crate::analysis::granularity::Granularity;
use crate::analysis::trend::{
    Circumstances, Clock, PathSums, PathTable, Series, SnapshotValues, trend,
};
use crate::analysis::value_choice::{self, NoSuchValue};
use crate::load::series::{
    self, Found, SelectError, SeriesEntry, SeriesFile, Timeline, Wanted, load_each, note_skipped,
};
use crate::load::{Loaded, Progress};
use crate::model::{AllocatorStat, Unit, ValueType};
use crate::notes::{NoteKind, Notes};
use crate::report::input::{Input, time_text};
use crate::report::{SnapshotPoint, TrendReport};
use crate::symbolize::Symbolizer;
use crate::units::Bytes;

/// What is asked about a series.
#[derive(Debug, Clone)]
pub struct SeriesQuestion {
    /// What the series is called in the statement: the folder, or the first and last file.
    pub title: String,
    /// Which of its snapshots count.
    pub choice: Choice,
    /// Name of the value type to judge; without one, bytes in use.
    pub sample_index: Option<String>,
    /// Which stacks and frames are seen.
    pub filter: FrameFilter,
    /// What a row of call paths that moved stands for.
    pub by: Granularity,
    /// How many rows to show; 0 shows all.
    pub top: usize,
    /// The memory ceiling to project to, in bytes; without one, that which the snapshots tell.
    pub limit: Option<u64>,
    /// How many snapshots are read at once.
    pub at_once: NonZero<usize>,
}

/// Which snapshots belong to the series.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// From this time on.
    pub since: Option<Moment>,
    /// Up to this time.
    pub until: Option<Moment>,
    /// The last so many.
    pub last: Option<u32>,
    /// Only this service: its program, or the beginning of its file names.
    pub service: Option<String>,
    /// Only the process with this id.
    pub pid: Option<u32>,
    /// Milliseconds from one snapshot to the next, where the files do not tell.
    pub interval: Option<i64>,
}

/// A time as the user gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Milliseconds since 1970.
    At(i64),
    /// Milliseconds before the last snapshot.
    BeforeLast(i64),
}

/// A judged series, and where its snapshots lie, in the same order.
#[derive(Debug, Clone)]
pub struct JudgedSeries {
    /// The statement.
    pub report: TrendReport,
    /// Where its snapshots lie.
    pub paths: Vec<PathBuf>,
}

/// Why a series is not judged.
#[derive(Debug, Error)]
pub enum SeriesRefusal {
    /// What was asked for is not there.
    #[error("{snapshot}: {problem}")]
    NoSuchValue {
        /// The snapshot that has no such value.
        snapshot: String,
        /// What it has.
        problem: NoSuchValue,
    },
    /// There are several services, or none that was asked for.
    #[error(transparent)]
    Select(#[from] SelectError),
    /// What was chosen leaves nothing.
    #[error("{flags} leave{} none of {of} snapshots{there}", if flags.contains(" and ") { "" } else { "s" })]
    NothingChosen {
        /// The flags that chose.
        flags: String,
        /// Snapshots that there are.
        of: usize,
        /// From when to when they are, with a separator, where they tell.
        there: String,
    },
    /// Nothing can be read.
    #[error("{0}")]
    NothingReadable(String),
}

/// What is kept of a snapshot after it was read.
struct Seen {
    entry: SeriesEntry,
    values: SnapshotValues,
    input: Input,
    value_type: ValueType,
    circumstances: Circumstances,
    path: PathBuf,
    notes: Notes,
}

/// What the threads that read snapshots write to.
struct Shared {
    table: PathTable,
    seen: Vec<Option<Seen>>,
    /// What was left out of each file, by file: the order in which threads come must not be seen in a result.
    skipped: Vec<Notes>,
    refusal: Option<SeriesRefusal>,
}

/// Reads, orders and judges. Without a `symbolizer`, addresses stay without names; `progress` is told of every byte.
///
/// # Errors
/// No snapshot can be read, or the question does not fit them.
pub fn judge(
    question: &SeriesQuestion,
    found: Found,
    symbolizer: Option<&Symbolizer<'_>>,
    progress: &Progress,
) -> Result<JudgedSeries, SeriesRefusal> {
    let shared = read(question, &found.files, symbolizer, progress)?;
    let Shared {
        mut table,
        mut seen,
        skipped,
        ..
    } = shared;
    table.put_in_order(seen.iter_mut().flatten().map(|seen| &mut seen.values));
    let mut notes = found.notes;
    skipped.iter().for_each(|skipped| notes.absorb(skipped));
    let mut seen: Vec<Seen> = seen.into_iter().flatten().collect();
    if seen.is_empty() {
        return Err(nothing_readable(question, &found.files, &notes));
    }
    let timeline = arrange(question, &seen)?;
    notes.absorb(&timeline.notes);
    let mut kept = chosen(&question.choice, &timeline);
    leave_strangers_out(&seen, &mut kept, &timeline, &mut notes);
    if kept.is_empty() {
        return Err(nothing_chosen(&question.choice, &timeline));
    }
    for &at in &kept {
        notes.absorb(&seen[timeline.order[at]].notes);
    }
    note_series(question, &timeline, &seen, &kept, &mut notes);
    let positions: Vec<i64> = kept.iter().map(|&at| timeline.positions[at]).collect();
    let order: Vec<usize> = kept.iter().map(|&at| timeline.order[at]).collect();
    // From here on the order of the files is that of time.
    let mut slots: Vec<Option<Seen>> = seen.drain(..).map(Some).collect();
    let series: Vec<Seen> = order.iter().filter_map(|&at| slots[at].take()).collect();
    Ok(say(question, &table, series, &positions, &timeline, notes))
}

fn read(
    question: &SeriesQuestion,
    files: &[SeriesFile],
    symbolizer: Option<&Symbolizer<'_>>,
    progress: &Progress,
) -> Result<Shared, SeriesRefusal> {
    let shared = Mutex::new(Shared {
        table: PathTable::default(),
        seen: files.iter().map(|_| None).collect(),
        skipped: vec![Notes::default(); files.len()],
        refusal: None,
    });
    let keys = lock(&shared).table.keys();
    let at_once = question.at_once;
    load_each(files, symbolizer, progress, at_once, |index, loaded| {
        let file = &files[index];
        let loaded = match loaded {
            Ok(loaded) => loaded,
            // The only one is not left out of anything: what is wrong with it is all there is to say.
            Err(error) if files.len() == 1 => {
                let said = error.to_string();
                lock(&shared)
                    .refusal
                    .get_or_insert(SeriesRefusal::NothingReadable(said));
                return;
            }
            Err(error) => {
                note_skipped(&mut lock(&shared).skipped[index], file, &error);
                return;
            }
        };
        let asked = question.sample_index.as_deref();
        let value = match value_choice::choose(&loaded.profile, asked) {
            Ok(value) => value,
            Err(problem) => {
                let snapshot = loaded.name;
                lock(&shared)
                    .refusal
                    .get_or_insert(SeriesRefusal::NoSuchValue { snapshot, problem });
                return;
            }
        };
        let mut notes = Notes::default();
        let sidecar = file.sidecar(&mut notes);
        let view = question.filter.apply(&loaded.profile);
        notes.absorb(loaded.profile.notes());
        notes.absorb(view.notes());
        let sums = PathSums::new(&view, value, &keys);
        let entry = SeriesEntry::new(file, &loaded, sidecar);
        let input = Input::new(&loaded.name, Some(loaded.size_bytes), &loaded.profile);
        let circumstances = circumstances(&entry, &loaded);
        let value_type = loaded.profile.value_type(value).clone();
        let mut shared = lock(&shared);
        let values = shared.table.enter(&sums, index);
        shared.seen[index] = Some(Seen {
            entry,
            values,
            input,
            value_type,
            circumstances,
            path: file.path.clone(),
            notes,
        });
    });
    let mut shared = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    match shared.refusal.take() {
        Some(refusal) => Err(refusal),
        None => Ok(shared),
    }
}

/// What was left out and why; and where else to look.
fn nothing_readable(
    question: &SeriesQuestion,
    files: &[SeriesFile],
    notes: &Notes,
) -> SeriesRefusal {
    let reasons: Vec<String> = notes.iter().map(ToString::to_string).collect();
    let mut said = format!(
        "{}: no snapshot that can be read: {}",
        question.title,
        reasons.join("; ")
    );
    let folder = files.iter().find(|file| !file.is_named);
    let deeper = folder
        .and_then(|file| file.path.parent())
        .map(series::subfolders_with_files);
    if let Some(first) = deeper.and_then(|deeper| deeper.into_iter().next()) {
        said += &format!(
            ". There are files in folders below, like {}: name one of those",
            first.display()
        );
    }
    SeriesRefusal::NothingReadable(said)
}

/// Which flags chose, and between which times there would have been something to choose.
fn nothing_chosen(choice: &Choice, timeline: &Timeline) -> SeriesRefusal {
    let flags: Vec<&str> = [
        (choice.since.is_some(), "--since"),
        (choice.until.is_some(), "--until"),
    ]
    .into_iter()
    .filter_map(|(is_given, flag)| is_given.then_some(flag))
    .collect();
    let time = |position: Option<&i64>| time_text(*position?);
    let between = time(timeline.positions.first()).zip(time(timeline.positions.last()));
    let is_dated = timeline.clock.is_time() && timeline.clock != series::Clock::Interval;
    SeriesRefusal::NothingChosen {
        flags: flags.join(" and "),
        of: timeline.order.len(),
        there: match between.filter(|_| is_dated) {
            Some((from, to)) => format!(": they are from {from} to {to}"),
            None => String::new(),
        },
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    // A thread that panicked takes the others with it.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn circumstances(entry: &SeriesEntry, loaded: &Loaded) -> Circumstances {
    let sidecar = entry.sidecar.as_ref();
    let memory = sidecar.and_then(|sidecar| sidecar.memory.as_ref());
    let stats = &loaded.profile.origin().allocator_stats;
    Circumstances {
        resident_bytes: memory
            .and_then(|memory| memory.resident_bytes)
            .or_else(|| held_by_go(stats)),
        limit_bytes: sidecar.and_then(|sidecar| sidecar.cgroup.as_ref()?.max_bytes),
        process_started_ms: entry.process_started_ms(),
        pid: entry.pid(),
    }
}

/// What Go's runtime holds from the system and has not given back, of the MemStats in a text profile.
fn held_by_go(stats: &[AllocatorStat]) -> Option<u64> {
    let stat = |name: &str| stats.iter().find(|stat| stat.name == name);
    let held = stat("Sys")?.value;
    Some(held.saturating_sub(stat("HeapReleased").map_or(0, |stat| stat.value)))
}

fn arrange(question: &SeriesQuestion, seen: &[Seen]) -> Result<Timeline, SelectError> {
    let entries: Vec<SeriesEntry> = seen.iter().map(|seen| seen.entry.clone()).collect();
    let wanted = Wanted {
        service: question.choice.service.clone(),
        pid: question.choice.pid,
    };
    let selected = series::select(&entries, &wanted)?;
    let timeline = series::order(&entries, &selected);
    Ok(match question.choice.interval {
        Some(interval) => timeline.with_interval(interval),
        None => timeline,
    })
}

/// The places in the order that `--since`, `--until` and `--last` leave.
fn chosen(choice: &Choice, timeline: &Timeline) -> Vec<usize> {
    let last = timeline.positions.last().copied().unwrap_or(0);
    let at = |moment: Moment| match moment {
        Moment::At(ms) => ms,
        Moment::BeforeLast(ms) => last.saturating_sub(ms),
    };
    let inside = |&place: &usize| {
        let position = timeline.positions[place];
        !timeline.clock.is_time()
            || choice.since.is_none_or(|since| position >= at(since))
                && choice.until.is_none_or(|until| position <= at(until))
    };
    let mut kept: Vec<usize> = (0..timeline.order.len()).filter(inside).collect();
    if let Some(last) = choice.last {
        kept.drain(..kept.len().saturating_sub(last as usize));
    }
    kept
}

/// Snapshots that count something else than most cannot be compared with them.
fn leave_strangers_out(
    seen: &[Seen],
    kept: &mut Vec<usize>,
    timeline: &Timeline,
    notes: &mut Notes,
) {
    let value_type = |place: usize| &seen[timeline.order[place]].value_type;
    let usual = kept.iter().copied().max_by_key(|&place| {
        let same = kept
            .iter()
            .filter(|&&other| value_type(other).means_the_same(value_type(place)));
        // Of two kinds that are as frequent, the later one.
        (same.count(), place)
    });
    let Some(usual) = usual else { return };
    kept.retain(|&place| {
        let fits = value_type(place).means_the_same(value_type(usual));
        if !fits {
            notes.add(NoteKind::UnmatchedValueTypes, || {
                format!(
                    "{} counts {}",
                    seen[timeline.order[place]].entry.name,
                    value_type(place).name
                )
            });
        }
        fits
    });
}

/// What is worth saying about the series before anything is judged.
fn note_series(
    question: &SeriesQuestion,
    timeline: &Timeline,
    seen: &[Seen],
    kept: &[usize],
    notes: &mut Notes,
) {
    if question.choice.interval.is_some() && timeline.clock != series::Clock::Interval {
        notes.add(NoteKind::UnusedInterval, String::new);
    }
    let mut periods: Vec<u64> = kept
        .iter()
        .filter_map(|&at| seen[timeline.order[at]].values.sampling.period())
        .collect();
    periods.sort_unstable();
    periods.dedup();
    if let [shortest, .., longest] = periods.as_slice() {
        notes.add(NoteKind::DifferentPeriods, || {
            format!("{} to {}", Bytes(*shortest), Bytes(*longest))
        });
    }
}

const MS_PER_HOUR: f64 = 3.6e6;

fn say(
    question: &SeriesQuestion,
    table: &PathTable,
    series: Vec<Seen>,
    positions: &[i64],
    timeline: &Timeline,
    notes: Notes,
) -> JudgedSeries {
    let first = positions.first().copied().unwrap_or(0);
    let has_time = has_time(timeline, positions);
    let unit = if has_time { MS_PER_HOUR } else { 1.0 };
    let times: Vec<f64> = match timeline.clock == series::Clock::Modified && !has_time {
        true => (0..positions.len()).map(|place| place as f64).collect(),
        false => positions
            .iter()
            .map(|&at| (at - first) as f64 / unit)
            .collect(),
    };
    let value_type = series[series.len() - 1].value_type.clone();
    let is_bytes = value_type.unit == Unit::Bytes;
    let circumstances: Vec<Circumstances> = series.iter().map(|seen| seen.circumstances).collect();
    // The values of a long series are most of what is held: they are moved and not copied.
    let (snapshots, files): (Vec<SnapshotValues>, Vec<(Input, PathBuf)>) = series
        .into_iter()
        .map(|seen| (seen.values, (seen.input, seen.path)))
        .unzip();
    let (inputs, paths): (Vec<Input>, Vec<PathBuf>) = files.into_iter().unzip();
    let judged = trend(&Series {
        table,
        snapshots: &snapshots,
        circumstances: &circumstances,
        times: &times,
        clock: if has_time {
            Clock::Hours
        } else {
            Clock::Snapshots
        },
        is_bytes,
        limit: question.limit,
        by: question.by,
    });
    let is_date = has_time && timeline.clock != series::Clock::Interval;
    let points = inputs
        .into_iter()
        .enumerate()
        .map(|(index, input)| SnapshotPoint {
            input,
            timestamp_ms: is_date.then(|| positions[index]),
            at: times[index],
            total: snapshots[index].total,
            standard_error: snapshots[index].standard_error,
            resident_bytes: circumstances[index].resident_bytes,
            run: judged.runs.of[index],
            judged: judged.judged.contains(&index),
        })
        .collect();
    JudgedSeries {
        report: TrendReport {
            title: question.title.clone(),
            value_name: value_type.name,
            is_bytes,
            by: question.by,
            top: question.top,
            snapshots: points,
            clock: timeline.clock.name(),
            has_time,
            trend: judged,
            notes,
        },
        paths,
    }
}

/// Whether positions are times. Files that were changed within moments of each other were copied or unpacked then.
fn has_time(timeline: &Timeline, positions: &[i64]) -> bool {
    const LEAST_APART_MS: i64 = 1000;
    let span = match positions {
        [first, .., last] => last - first,
        _ => 0,
    };
    let is_copy =
        timeline.clock == series::Clock::Modified && span < LEAST_APART_MS * positions.len() as i64;
    timeline.clock.is_time() && !is_copy
}
