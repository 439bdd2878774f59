//! One file's turn: is it still what it was, and what is new in it.

use std::fs::{File, Metadata};
use std::io;

use memchr::memrchr;

use super::cursor::{BEFORE_BYTES, Decision, HEAD_BYTES, Print, Seen, decide};
use super::history_start::{begin, line_around, read_at};
use super::known_file::{KnownFile, Skip, Stamp, Start, born};
use super::line_splitter::{Piece, split};
use super::{LineSink, Place, TailOptions};
use crate::serve::bounds::TAIL_FILE_TURN_BYTES;
use crate::serve::time::EventTime;

/// What came of a turn.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TurnOutcome {
    /// What the file looked like before it was read.
    pub(super) stamp: Stamp,
    /// Bytes that were read for the first time.
    pub(super) bytes: u64,
    /// Lines that were delivered.
    pub(super) lines: u64,
    /// Whether the sink got anything.
    pub(super) told: bool,
    /// Whether the file goes on behind what was read.
    pub(super) more: bool,
    /// Whether it was cut, or is another one under the same name, and is read from its start.
    pub(super) cut: bool,
}

/// The bytes that one buffer needs. A line that is not too long fits in it with what is read before it, so that each turn gets on.
pub(super) fn buffer_bytes(line_bytes: usize) -> usize {
    TAIL_FILE_TURN_BYTES.max(line_bytes.saturating_add(4096)) + BEFORE_BYTES
}

/// The part of the buffer that is used at start: small, so that lines of files that were written at the same time come close together.
pub(super) fn catch_up_bytes(line_bytes: usize) -> usize {
    line_bytes.saturating_add(4096) + BEFORE_BYTES
}

/// Gives a file its turn; it must be open. The time of the last line is looked at where it is wanted.
///
/// # Errors
/// It cannot be read.
pub(super) fn read_turn<S: LineSink>(
    known: &mut KnownFile,
    buffer: &mut [u8],
    options: &TailOptions,
    wants_time: bool,
    sink: &mut S,
) -> io::Result<TurnOutcome> {
    let Some(open) = known.open.take() else {
        return Err(io::Error::other("it is not open"));
    };
    let (file, shown) = (&open.file, open.shown.as_str());
    let outcome = turn(known, file, shown, buffer, options, wants_time, sink);
    known.open = Some(open);
    outcome
}

fn turn<S: LineSink>(
    known: &mut KnownFile,
    file: &File,
    shown: &str,
    buffer: &mut [u8],
    options: &TailOptions,
    wants_time: bool,
    sink: &mut S,
) -> io::Result<TurnOutcome> {
    let metadata = file.metadata()?;
    let mut outcome = TurnOutcome {
        stamp: Stamp::of(&metadata),
        ..TurnOutcome::default()
    };
    let mut head = [0; HEAD_BYTES];
    let head_bytes = read_at(file, &mut head, 0)?;
    let head = head.get(..head_bytes).unwrap_or_default();

    // What is checked and what is new come with one read: nothing can be cut in between.
    let (at, before) = known.at();
    let front = at.min(BEFORE_BYTES as u64);
    let filled = read_at(file, buffer, at - front)?;
    let read = buffer.get(..filled).unwrap_or_default();
    let (checked, window) = read
        .split_at_checked(usize::try_from(front).unwrap_or(BEFORE_BYTES))
        .unwrap_or((read, &[]));
    let seen = Seen {
        size: outcome.stamp.size,
        head,
        before: checked,
    };
    match decide(known.mark.head, at, before, &seen) {
        Decision::StartAgain => {
            known.start_again();
            outcome.cut = true;
            outcome.more = true;
            return Ok(outcome);
        }
        Decision::Wait | Decision::ReadOn => {
            if usize::from(known.mark.head.bytes) < head.len() {
                known.mark.head = Print::of_start(head);
            }
        }
    }
    if known.start != Start::Mark {
        outcome.cut = settle(known, file, &metadata, options)?;
        outcome.more = true;
        return Ok(outcome);
    }

    let backlog_end = known.backlog_end;
    let mut long = known.skip.take().map(|skip| skip.line);
    let mut line_at = known.mark.offset;
    let mut last_end = 0;
    let reached = split(window, options.line_bytes, &mut long, |behind, piece| {
        let place = Place {
            file: shown,
            offset: line_at,
            backlog: line_at < backlog_end,
        };
        match piece {
            Piece::Line(line) => {
                outcome.lines += 1;
                last_end = behind;
                sink.line(place, line);
            }
            Piece::TooLong(start, bytes) => sink.too_long(place, start, bytes),
        }
        line_at = at + behind as u64;
        outcome.told = true;
    });
    let before_byte = |position: u64| {
        let end = usize::try_from(position - (at - front)).unwrap_or(filled);
        Print::of_end(read.get(..end).unwrap_or_default())
    };
    if outcome.told {
        known.mark.before = before_byte(line_at);
        known.mark.offset = line_at;
    }
    if wants_time && let Some(time) = time_of_last(window, last_end, options) {
        known.reached = Some(time);
    }
    known.skip = long.map(|line| Skip {
        line,
        before: before_byte(at + reached as u64),
    });
    outcome.bytes = reached as u64;
    outcome.more = filled == buffer.len();
    Ok(outcome)
}

/// The time of the line that ends before `end`.
fn time_of_last(window: &[u8], end: usize, options: &TailOptions) -> Option<EventTime> {
    let lines = window.get(..end.checked_sub(1)?)?;
    let start = memrchr(b'\n', lines).map_or(0, |at| at + 1);
    (options.line_time)(lines.get(start..)?)
}

/// Finds out where to begin; whether the file was cut.
fn settle(
    known: &mut KnownFile,
    file: &File,
    metadata: &Metadata,
    options: &TailOptions,
) -> io::Result<bool> {
    let offset = match known.start {
        Start::Mark => known.mark.offset,
        Start::MarkOrNewer(since) => {
            let mark = known.mark.offset;
            begin(file, born(metadata), mark, since, options.line_time)?.min(mark)
        }
        Start::Newer(since) => begin(
            file,
            born(metadata),
            metadata.len(),
            since,
            options.line_time,
        )?,
        Start::LineAround { end, born: was }
            if metadata.len() < end || (was.is_some() && born(metadata) != was) =>
        {
            known.start_again();
            return Ok(true);
        }
        Start::LineAround { end, .. } => line_around(file, end, options.line_bytes as u64 + 1)?,
    };
    known.start = Start::Mark;
    if offset != known.mark.offset {
        known.mark.offset = offset;
        known.mark.before = Print::default();
    }
    Ok(false)
}
