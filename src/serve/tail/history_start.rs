//! Where in a file to begin, found without reading all of it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use memchr::{memchr, memrchr};

use crate::serve::time::EventTime;

/// Bytes that are read to find out the time at one place.
const PROBE_BYTES: usize = 64 << 10;
/// Probes, one behind the other, until one finds a line that tells its time.
const PROBES: u64 = 4;

/// Bytes that are read of a file that is older than the history, was written since, and says nowhere that it was: its writer's clock is
/// wrong. How much of it belongs to the history cannot be told.
const UNTIMELY_BYTES: u64 = 16 << 20;

/// Where to begin among the lines before `end` of a file that was written at `since` or later: at the first line that says it happened then.
///
/// A file in which no line says so has its times from elsewhere: a log of last week that was put here a minute ago, or a clock that is wrong.
/// It is read from its start if it was born at `since` or later, and its last part otherwise.
///
/// # Errors
/// The file cannot be read.
pub(super) fn begin(
    file: &File,
    born: Option<i64>,
    end: u64,
    since: EventTime,
    line_time: fn(&[u8]) -> Option<EventTime>,
) -> io::Result<u64> {
    match newer_than(file, end, since, line_time)? {
        Place { at, is_newer: true } => Ok(at),
        _ if born.is_some_and(|born| born >= since.0) => Ok(0),
        Place { at, .. } => line_around(file, end.saturating_sub(UNTIMELY_BYTES), UNTIMELY_BYTES)
            .map(|last_part| last_part.min(at)),
    }
}

/// Where a line begins, and whether it or one near it says that it is new enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) at: u64,
    pub(super) is_newer: bool,
}

/// Where the first line begins that happened at `since` or later, among those before `end`. Lines that do not tell their time go with
/// the one before them if that is older, and are kept otherwise: rather too much than too little. Lines are taken to be roughly in the order of time, so
/// bisection finds a place before which everything near is older.
///
/// # Errors
/// The file cannot be read.
pub(super) fn newer_than(
    file: &File,
    end: u64,
    since: EventTime,
    line_time: fn(&[u8]) -> Option<EventTime>,
) -> io::Result<Place> {
    let mut buffer = vec![0; PROBE_BYTES];
    let mut is_newer = false;
    // A line begins at `low`, and what is before it is older.
    let (mut low, mut high) = (0, end);
    while high - low > PROBE_BYTES as u64 {
        let middle = low + (high - low) / 2;
        let mut probe = Probe::Nothing;
        for step in 0..PROBES {
            let at = middle + step * PROBE_BYTES as u64;
            if at < high {
                let window = read(file, at, high, &mut buffer)?;
                let first = memchr(b'\n', window).map_or(window.len(), |at| at + 1);
                let lines = window.get(first..).unwrap_or_default();
                probe = first_time(lines, at + first as u64, since, line_time);
            }
            if probe != Probe::Nothing {
                break;
            }
        }
        match probe {
            Probe::OlderBefore(end_of_line) => low = end_of_line,
            Probe::Newer => (high, is_newer) = (middle, true),
            Probe::Nothing => high = middle,
        }
    }
    let mut start = low;
    loop {
        let window = read(file, start, end, &mut buffer)?;
        let at = start;
        let mut from = 0;
        let mut moved = false;
        while let Some(length) = window.get(from..).and_then(|rest| memchr(b'\n', rest)) {
            let line = window.get(from..from + length).unwrap_or_default();
            from += length + 1;
            match line_time(line) {
                Some(time) if time >= since => {
                    return Ok(Place {
                        at: start,
                        is_newer: true,
                    });
                }
                Some(_) => {
                    start = at + from as u64;
                    moved = true;
                }
                None => {}
            }
        }
        // Behind `high` everything is newer, or could not be told.
        if !moved || start >= high {
            return Ok(Place {
                at: start,
                is_newer,
            });
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Probe {
    /// No line here tells its time.
    Nothing,
    /// The first that does is newer.
    Newer,
    /// The first that does is older and ends here.
    OlderBefore(u64),
}

fn first_time(
    lines: &[u8],
    at: u64,
    since: EventTime,
    line_time: fn(&[u8]) -> Option<EventTime>,
) -> Probe {
    let mut from = 0;
    while let Some(length) = lines.get(from..).and_then(|rest| memchr(b'\n', rest)) {
        let line = lines.get(from..from + length).unwrap_or_default();
        from += length + 1;
        match line_time(line) {
            Some(time) if time >= since => return Probe::Newer,
            Some(_) => return Probe::OlderBefore(at + from as u64),
            None => {}
        }
    }
    Probe::Nothing
}

/// Where the line begins that the byte at `end` belongs to, if one more byte than `reach` before it is enough to see that. Otherwise a
/// place so far before `end` that what stands between is longer than `reach`.
///
/// # Errors
/// The file cannot be read.
pub(super) fn line_around(file: &File, end: u64, reach: u64) -> io::Result<u64> {
    let mut buffer = vec![0; PROBE_BYTES];
    let floor = end.saturating_sub(reach.saturating_add(1));
    let mut high = end;
    while high > floor {
        let low = high.saturating_sub(PROBE_BYTES as u64).max(floor);
        let window = read(file, low, high, &mut buffer)?;
        if let Some(at) = memrchr(b'\n', window) {
            return Ok(low + at as u64 + 1);
        }
        high = low;
    }
    Ok(floor)
}

/// The bytes from `at` to `end`, as many as fit the buffer and are there.
fn read<'a>(file: &File, at: u64, end: u64, buffer: &'a mut [u8]) -> io::Result<&'a [u8]> {
    let wanted = usize::try_from(end.saturating_sub(at))
        .unwrap_or(usize::MAX)
        .min(buffer.len());
    let part = buffer.get_mut(..wanted).unwrap_or_default();
    let count = read_at(file, part, at)?;
    Ok(buffer.get(..count).unwrap_or_default())
}

/// Reads until the buffer is full or the file ends.
pub(super) fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, at.saturating_add(filled as u64)) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
