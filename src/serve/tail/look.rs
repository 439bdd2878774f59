//! Looks through the folder: what is new, renamed, changed, gone.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata, ReadDir};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

use super::cursor::Identity;
use super::known_file::{KnownFile, Serial, Stamp, Start, born};
use super::roster::Admission;
use super::tailer::Tailer;
use crate::serve::bounds::TAIL_SCAN_STEP;
use crate::serve::time::{EventTime, WallTime};

/// Milliseconds between two looks at the whole folder, however much is heard of it.
const SCAN_REST_MS: i64 = 200;

/// A look through the whole folder that is not over.
#[derive(Debug)]
pub(super) enum Scan {
    /// Looks at every log.
    Logs(ReadDir),
    /// Looks for known files under names that are none of a log: logs that were moved aside.
    Others(ReadDir),
}

/// Whether a name is one of a log: it ends in `.jsonl` and is not hidden.
fn is_log(name: &OsStr) -> bool {
    let name = name.as_bytes();
    name.ends_with(b".jsonl") && !name.starts_with(b".")
}

/// Opens a regular file, following links; a pipe or a device does not block and does not become the terminal of this process.
pub(super) fn open_regular(path: &Path) -> io::Result<(File, Identity)> {
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = File::options()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    Ok((file, Identity::of(&metadata)))
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

    /// When the next look begins.
    pub(super) fn scan_due_at(&self, now: WallTime) -> WallTime {
        let Some(began) = self.scan_began.filter(|began| *began <= now) else {
            // The first one; or the clock was set back.
            return now;
        };
        let poll = i64::try_from(self.options.poll.as_millis()).unwrap_or(i64::MAX);
        let rest = if self.scan_wanted {
            SCAN_REST_MS.min(poll)
        } else {
            poll
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
        let problem = format!("the folder cannot be read: {error}");
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
        if known.waiting() > 0 {
            let problem = "went away with bytes that were not read, or in the middle of a line";
            self.problems.tell(&known.name.to_string_lossy(), problem);
        }
    }

    /// Looks at one name; `woken` if something was heard of it.
    pub(super) fn look_at(&mut self, name: &OsStr, woken: bool, now: WallTime) {
        if !is_log(name) {
            return;
        }
        let path = self.options.folder.join(name);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => {
                let serial = match self.roster.with_identity(Identity::of(&metadata)) {
                    Some(serial) => {
                        self.learn_name(serial, name);
                        Some(serial)
                    }
                    None => self.meet(name, &metadata, now),
                };
                if let Some(serial) = serial {
                    self.found(serial, &metadata, woken, now);
                }
            }
            Ok(_) => {
                self.problems
                    .tell(&name.to_string_lossy(), "is not a regular file");
                self.name_is_gone(name);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if fs::symlink_metadata(&path).is_ok() {
                    self.problems.tell(&name.to_string_lossy(), "leads nowhere");
                }
                self.name_is_gone(name);
            }
            Err(error) => match self.roster.with_name(name) {
                Some(serial) => self.cannot_look(serial, &error),
                None => {
                    let problem = format!("cannot be looked at: {error}");
                    self.problems.tell(&name.to_string_lossy(), &problem);
                }
            },
        }
    }

    /// Nothing is known of it, so nothing has changed.
    fn cannot_look(&mut self, serial: Serial, error: &io::Error) {
        let scans = self.scans;
        if let Some(known) = self.roster.get_mut(serial) {
            known.found_in = scans;
            known.behind = false;
            let problem = format!("cannot be looked at: {error}");
            self.problems.tell(&known.name.to_string_lossy(), &problem);
        }
    }

    fn name_is_gone(&mut self, name: &OsStr) {
        if let Some(serial) = self.roster.lose_name(name) {
            self.enqueue(serial);
            self.scan_wanted = true;
        }
    }

    /// A known file was found under a name: its own, a second one, or a new one.
    fn learn_name(&mut self, serial: Serial, name: &OsStr) {
        let Some(known) = self.roster.get(serial) else {
            return;
        };
        if known.name == name {
            return;
        }
        let own = fs::metadata(self.options.folder.join(&known.name)).ok();
        let own_leads_to = own.map(|metadata| Identity::of(&metadata));
        if own_leads_to == Some(known.identity) && is_log(&known.name) {
            return;
        }
        let former = known.name.clone();
        self.roster.take_name(serial, name.to_owned());
        if own_leads_to.is_none() {
            self.roster.lose_name(&former);
        }
        self.finish_first(serial);
        self.rename_shown(serial);
    }

    fn rename_shown(&mut self, serial: Serial) {
        self.state_changed = true;
        self.scan_wanted = true;
        if let Some(known) = self.roster.get_mut(serial)
            && let Some(open) = &mut known.open
        {
            open.shown = known.name.to_string_lossy().into_owned();
        }
    }

    /// A known file that has lost its name may be here.
    fn look_aside(&mut self, name: &OsStr) {
        if is_log(name) {
            return;
        }
        let Ok(metadata) = fs::metadata(self.options.folder.join(name)) else {
            return;
        };
        let Some(serial) = self.roster.with_identity(Identity::of(&metadata)) else {
            return;
        };
        let scans = self.scans;
        if metadata.is_file()
            && self
                .roster
                .get(serial)
                .is_some_and(|known| known.found_in != scans)
        {
            self.roster.take_name(serial, name.to_owned());
            self.rename_shown(serial);
            self.found(
                serial,
                &metadata,
                false,
                self.scan_began.unwrap_or_default(),
            );
        }
    }

    /// A file that is not known.
    fn meet(&mut self, name: &OsStr, metadata: &Metadata, now: WallTime) -> Option<Serial> {
        let stamp = Stamp::of(metadata);
        let mut known = KnownFile::new(
            name.to_owned(),
            Identity::of(metadata),
            self.start_of_new(metadata, now),
        );
        if self.starting {
            known.backlog_end = stamp.size;
            known.behind = stamp.size > 0 && !matches!(known.start, Start::LineAround { .. });
        }
        // It is read before anything is heard of it again.
        known.failed = stamp.size > 0 && !matches!(known.start, Start::LineAround { .. });
        self.state_changed = true;
        let serial = match self.roster.admit(known, stamp) {
            Admission::Known(serial) => Some(serial),
            Admission::InsteadOf(serial, forgotten) => {
                self.overflowed = true;
                if forgotten.waiting > 0 {
                    let problem = "was forgotten for newer files before it was read";
                    self.problems
                        .tell(&forgotten.name.to_string_lossy(), problem);
                }
                Some(serial)
            }
            Admission::Refused => {
                self.overflowed = true;
                self.refused += 1;
                if self.starting {
                    self.roster.count_refused(1);
                }
                None
            }
        }?;
        self.finish_first(serial);
        Some(serial)
    }

    /// Whoever had the name before is read to its end, and looked for if it is not open.
    fn finish_first(&mut self, serial: Serial) {
        if let Some(before) = self.roster.get(serial).and_then(|known| known.after) {
            self.enqueue(before);
            self.scan_wanted = true;
        }
    }

    fn start_of_new(&self, metadata: &Metadata, now: WallTime) -> Start {
        let since = if self.starting {
            self.unlisted_since
        } else if self.overflowed {
            // It may be one that was forgotten, unless it is younger than the last look.
            let born = born(metadata);
            let looked = self
                .looked_at
                .filter(|looked| born.is_none_or(|born| born < looked.0));
            // A line is a little older than the moment when it is there.
            let poll = i64::try_from(self.options.poll.as_millis()).unwrap_or(i64::MAX);
            looked.map(|looked| WallTime(looked.min(now).0.saturating_sub(poll)))
        } else {
            None
        };
        match since {
            None => Start::Mark,
            Some(since) if Stamp::of(metadata).modified / 1_000_000 < since.0 => {
                Start::LineAround {
                    end: metadata.len(),
                    born: born(metadata),
                }
            }
            // Whoever writes logs on this machine has its clock.
            Some(since) => Start::Newer(EventTime(since.0)),
        }
    }

    /// A known file is there.
    fn found(&mut self, serial: Serial, metadata: &Metadata, woken: bool, now: WallTime) {
        let stamp = Stamp::of(metadata);
        let scans = self.scans;
        let history = self.history_began(now);
        let Some(known) = self.roster.get_mut(serial) else {
            return;
        };
        known.found_in = scans;
        known.missed = 0;
        known.nameless = false;
        let look = match known.stamp {
            Some(before) => {
                let again = !woken && known.recheck;
                known.recheck &= woken;
                before != stamp || known.failed || again || woken
            }
            // Known from the state file, and seen for the first time.
            None => {
                known.backlog_end = stamp.size;
                let is_recent = stamp.modified / 1_000_000 >= history.0;
                if known.start == Start::Mark && is_recent {
                    known.start = Start::MarkOrNewer(history);
                }
                let place = match known.start {
                    Start::LineAround { end, .. } => end,
                    _ => known.mark.offset,
                };
                known.behind = stamp.size > place || is_recent;
                is_recent || stamp.size != place
            }
        };
        known.failed = false;
        self.roster.set_stamp(serial, stamp);
        if look {
            self.enqueue(serial);
        }
    }

    /// Lines before this are not read at start.
    pub(super) fn history_began(&self, now: WallTime) -> EventTime {
        let history = i64::try_from(self.options.history.as_millis()).unwrap_or(i64::MAX);
        EventTime(now.0.saturating_sub(history))
    }
}
