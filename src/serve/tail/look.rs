//! Looks through the folder: what is new, renamed, changed, gone.

use std::ffi::OsStr;
use std::fs::{self, ReadDir};
use std::io;
use std::os::unix::ffi::OsStrExt;

use super::cursor::Identity;
use super::known_file::{Serial, Stamp};
use super::tailer::Tailer;
use crate::serve::bounds::TAIL_SCAN_STEP;
use crate::serve::time::{EventTime, WallTime};

/// Milliseconds between two looks at the whole folder, however much is heard of it.
const SCAN_REST_MS: i64 = 200;

/// With each so many known files the looks are rarer by once the interval: they cost about 5 microseconds per file.
const MANY_FILES: i64 = 10_000;

/// A look through the whole folder that is not over.
#[derive(Debug)]
pub(super) enum Scan {
    /// Looks at every log.
    Logs(ReadDir),
    /// Looks for known files under names that are none of a log: logs that were moved aside.
    Others(ReadDir),
}

/// Whether a name is one of a log: it ends in `.jsonl` and is not hidden.
pub(super) fn is_log(name: &OsStr) -> bool {
    let name = name.as_bytes();
    name.ends_with(b".jsonl") && !name.starts_with(b".")
}

impl Tailer {
    /// Begins a look through the folder when it is time, or goes on with it.
    pub(super) fn scan_step(&mut self, now: WallTime) {
        if self.scan.is_none() && self.scan_due_at(now) <= now {
            self.begin_scan(now);
        }
        match self.scan.take() {
            None => {}
            Some(Scan::Logs(mut folder)) => {
                for _ in 0..TAIL_SCAN_STEP {
                    match folder.next() {
                        Some(Ok(entry)) => self.look_at(&entry.file_name(), false, now),
                        Some(Err(error)) => return self.folder_fails(&error),
                        None => return self.end_logs(now),
                    }
                }
                self.scan = Some(Scan::Logs(folder));
            }
            Some(Scan::Others(mut folder)) => {
                for _ in 0..TAIL_SCAN_STEP {
                    match folder.next() {
                        Some(Ok(entry)) => self.look_aside(&entry.file_name()),
                        Some(Err(error)) => return self.folder_fails(&error),
                        None => return self.end_scan(now),
                    }
                }
                self.scan = Some(Scan::Others(folder));
            }
        }
    }

    /// From the beginning of one look to that of the next, in milliseconds: the poll interval, but at most `most`, times what so many files cost.
    pub(super) fn scan_rest_ms(&self, most: i64) -> i64 {
        let poll = i64::try_from(self.options.poll.as_millis()).unwrap_or(i64::MAX);
        let times = 1 + i64::try_from(self.roster.len()).unwrap_or(i64::MAX) / MANY_FILES;
        poll.min(most).saturating_mul(times)
    }

    /// When the next look begins.
    pub(super) fn scan_due_at(&self, now: WallTime) -> WallTime {
        let Some(began) = self.scan_began.filter(|began| *began <= now) else {
            // The first one; or the clock was set back.
            return now;
        };
        let rest = match self.scan_wanted {
            true => self.scan_rest_ms(SCAN_REST_MS),
            false => self.scan_rest_ms(i64::MAX),
        };
        WallTime(began.0.saturating_add(rest))
    }

    fn begin_scan(&mut self, now: WallTime) {
        self.scan_began = Some(now);
        self.scan_wanted = false;
        self.scans += 1;
        self.refused = 0;
        self.check_followed();
        let folder = &self.options.folder;
        match fs::metadata(folder).and_then(|metadata| Ok((metadata, fs::read_dir(folder)?))) {
            Ok((metadata, entries)) => {
                self.folder = Some(Identity::of(&metadata));
                self.counters.folder_readable = true;
                self.scan = Some(Scan::Logs(entries));
            }
            Err(error) => self.folder_fails(&error),
        }
    }

    /// What is known stays known: the folder may come back with the same files.
    fn folder_fails(&mut self, error: &io::Error) {
        self.folder = None;
        self.counters.folder_readable = false;
        let folder = self.options.folder.to_string_lossy();
        let problem = match error.kind() {
            io::ErrorKind::NotFound => {
                "the folder cannot be read: it does not exist, and is waited for".to_owned()
            }
            _ => format!("the folder cannot be read: {error}"),
        };
        self.problems.tell(&folder, &problem);
    }

    /// Files that are open may grow although their names are gone.
    fn check_followed(&mut self) {
        for serial in self.followed.clone() {
            let Some(known) = self.roster.get_mut(serial) else {
                continue;
            };
            let metadata = known
                .open
                .as_ref()
                .and_then(|open| open.file.metadata().ok());
            let stamp = metadata.map(|metadata| Stamp::of(&metadata));
            if stamp.is_some() && stamp != known.stamp {
                known.missed = 0;
                self.enqueue(serial);
            }
        }
    }

    /// All logs were looked at: which known files were not among them?
    fn end_logs(&mut self, now: WallTime) {
        for serial in self.not_found() {
            let Some(known) = self.roster.get(serial) else {
                continue;
            };
            let path = self.options.folder.join(&known.name);
            match fs::metadata(path) {
                Ok(metadata) if Identity::of(&metadata) == known.identity => {
                    self.found(serial, &metadata, false, now);
                }
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    self.cannot_look(serial, &error)
                }
                _ => {
                    let name = known.name.clone();
                    if self.roster.with_name(&name) == Some(serial) {
                        self.roster.lose_name(&name);
                    }
                    if let Some(known) = self.roster.get_mut(serial) {
                        known.nameless = true;
                    }
                }
            }
        }
        if self.not_found().is_empty() {
            return self.end_scan(now);
        }
        match fs::read_dir(&self.options.folder) {
            Ok(folder) => self.scan = Some(Scan::Others(folder)),
            Err(error) => self.folder_fails(&error),
        }
    }

    fn not_found(&self) -> Vec<Serial> {
        self.roster
            .iter()
            .filter(|(_, known)| known.found_in != self.scans)
            .map(|(serial, _)| serial)
            .collect()
    }

    fn end_scan(&mut self, now: WallTime) {
        for serial in self.not_found() {
            let Some(known) = self.roster.get_mut(serial) else {
                continue;
            };
            known.missed = known.missed.saturating_add(1);
            // While names change, a listing may miss one. And whoever has the file open may write a last line.
            if known.missed >= 2 && !(known.queued && known.open.is_some()) {
                self.forget(serial);
            }
        }
        if self.refused > 0 {
            let folder = self.options.folder.to_string_lossy();
            self.problems.tell(
                &folder,
                "holds more logs than are remembered: the oldest are not read",
            );
        }
        self.roster.drop_stale_names();
        self.looked_at = self.scan_began.or(Some(now));
    }

    /// Forgets a file that is gone.
    pub(super) fn forget(&mut self, serial: Serial) {
        self.close(serial);
        let Some(known) = self.roster.remove(serial) else {
            return;
        };
        self.counters.vanished += 1;
        self.state_changed = true;
        let lost = known.waiting();
        if lost > 0 {
            self.counters.bytes_lost += lost;
            let problem = "went away with bytes that were not read, or in the middle of a line";
            self.problems
                .tell_loss(&known.name.to_string_lossy(), problem);
        }
    }

    /// Lines before this are not read at start.
    pub(super) fn history_began(&self, now: WallTime) -> EventTime {
        let history = i64::try_from(self.options.history.as_millis()).unwrap_or(i64::MAX);
        EventTime(now.0.saturating_sub(history))
    }
}
