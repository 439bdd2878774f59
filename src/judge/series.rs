//! A folder or files in, a judged series out.

use std::path::PathBuf;

use super::question::{Choice, Moment, SeriesQuestion};
use super::refusal::SeriesRefusal;
use super::seen::{Read, Seen, read};
use crate::analysis::trend::{Circumstances, PathTable, Series, SnapshotValues, trend};
use crate::load::Progress;
use crate::load::series::{
    self, Clock, Found, SelectError, SeriesEntry, SeriesFile, Timeline, Wanted,
};
use crate::model::Unit;
use crate::notes::{NoteKind, Notes};
use crate::report::input::{Input, time_text};
use crate::report::{SnapshotPoint, TrendReport};
use crate::symbolize::Symbolizer;
use crate::units::{Bytes, MS_PER_HOUR, Per};

/// A judged series, and where its snapshots lie, in the same order.
#[derive(Debug, Clone)]
pub struct JudgedSeries {
    /// The statement.
    pub report: TrendReport,
    /// Where its snapshots lie.
    pub paths: Vec<PathBuf>,
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
    let Read {
        mut table,
        mut seen,
        skipped,
        ..
    } = read(question, &found.files, symbolizer, progress)?;
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
    let is_dated = timeline.clock.is_time() && timeline.clock != Clock::Interval;
    SeriesRefusal::NothingChosen {
        flags: flags.join(" and "),
        of: timeline.order.len(),
        there: match between.filter(|_| is_dated) {
            Some((from, to)) => format!(": they are from {from} to {to}"),
            None => String::new(),
        },
    }
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
    if question.choice.interval.is_some() && timeline.clock != Clock::Interval {
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
    let times: Vec<f64> = match timeline.clock == Clock::Modified && !has_time {
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
        per: if has_time { Per::Hour } else { Per::Snapshot },
        is_bytes,
        limit: question.limit,
        by: question.by,
    });
    let is_date = has_time && timeline.clock != Clock::Interval;
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
            clock: timeline.clock,
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
        timeline.clock == Clock::Modified && span < LEAST_APART_MS * positions.len() as i64;
    timeline.clock.is_time() && !is_copy
}
