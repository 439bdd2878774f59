//! A file whose place is remembered.

use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::os::unix::fs::MetadataExt;
use std::time::UNIX_EPOCH;

use super::cursor::{Identity, Mark, Print};
use super::line_splitter::LongLine;
use crate::serve::time::EventTime;

/// Names a known file for as long as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Serial(pub(super) u64);

/// What changes when a file is written to. Times are nanoseconds since 1970 on the clock of the file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Stamp {
    pub(super) size: u64,
    pub(super) modified: i64,
    pub(super) changed: i64,
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Stamp {
        let nanoseconds =
            |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
        Stamp {
            size: metadata.len(),
            modified: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// When a file was made, in milliseconds since 1970, where the file system knows.
pub(super) fn born(metadata: &Metadata) -> Option<i64> {
    let since = metadata.created().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

impl Identity {
    pub(super) fn of(metadata: &Metadata) -> Identity {
        Identity {
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }
}

/// Where reading begins, as far as it can be said before the file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// At the mark.
    Mark,
    /// At the first line that is newer, or at the mark if that comes first.
    MarkOrNewer(EventTime),
    /// At the first line that is newer.
    Newer(EventTime),
    /// At the line that the byte at `end` belongs to. There is no [`Print`] of such a file, because it was never opened: when it was born
    /// tells it from one that got its inode later.
    LineAround { end: u64, born: Option<i64> },
}

/// A line that is being passed over.
#[derive(Debug, Clone)]
pub(super) struct Skip {
    pub(super) line: Box<LongLine>,
    /// The bytes before the place where it goes on.
    pub(super) before: Print,
}

/// A file whose place is remembered.
#[derive(Debug)]
pub(super) struct KnownFile {
    /// The name it was found under last.
    pub(super) name: OsString,
    pub(super) identity: Identity,
    /// As it was when it was looked at last; none when it is only known from the state file.
    pub(super) stamp: Option<Stamp>,
    pub(super) start: Start,
    pub(super) mark: Mark,
    /// Set while the line at the mark is passed over.
    pub(super) skip: Option<Skip>,
    /// Set while it is followed.
    pub(super) open: Option<Box<OpenFile>>,
    /// Lines that begin before this were there when reading began.
    pub(super) backlog_end: u64,
    /// Whether it was there at start and its end has not been reached.
    pub(super) behind: bool,
    /// The time of the last line that was read at start.
    pub(super) reached: Option<EventTime>,
    /// Whether it waits for its turn.
    pub(super) queued: bool,
    /// Whether it could not be opened or read: tried again at every look.
    pub(super) failed: bool,
    /// Whether to check it once more at the next look. Two writes may fall into one tick of the file system's clock, and the second
    /// may leave the size as it was.
    pub(super) recheck: bool,
    /// Whether it lost its name and is not known by another.
    pub(super) nameless: bool,
    /// Whole looks through the folder, one after the other, that did not find it.
    pub(super) missed: u8,
    /// The look that found it last.
    pub(super) found_in: u64,
    /// The turn that read from it last.
    pub(super) active_in: u64,
    /// The file that had its name before: finished first.
    pub(super) after: Option<Serial>,
}

/// The open side of a file that is followed.
#[derive(Debug)]
pub(super) struct OpenFile {
    pub(super) file: File,
    /// The name as it is shown.
    pub(super) shown: String,
}

impl KnownFile {
    pub(super) fn new(name: OsString, identity: Identity, start: Start) -> KnownFile {
        KnownFile {
            name,
            identity,
            stamp: None,
            start,
            mark: Mark::default(),
            skip: None,
            open: None,
            backlog_end: 0,
            behind: false,
            reached: None,
            queued: false,
            failed: false,
            recheck: false,
            nameless: false,
            missed: 0,
            found_in: 0,
            active_in: 0,
            after: None,
        }
    }

    /// Bytes that are there and not delivered.
    pub(super) fn waiting(&self) -> u64 {
        let size = self.stamp.map_or(0, |stamp| stamp.size);
        match self.start {
            Start::LineAround { end, .. } => size.saturating_sub(end),
            _ => size.saturating_sub(self.mark.offset),
        }
    }

    /// Where the next byte is read.
    pub(super) fn at(&self) -> (u64, Print) {
        match &self.skip {
            None => (self.mark.offset, self.mark.before),
            Some(skip) => (
                self.mark.offset.saturating_add(skip.line.bytes),
                skip.before,
            ),
        }
    }

    /// Forgets what was read of it.
    pub(super) fn start_again(&mut self) {
        self.mark = Mark::default();
        self.start = Start::Mark;
        self.skip = None;
        if !self.behind {
            self.backlog_end = 0;
        }
    }
}
