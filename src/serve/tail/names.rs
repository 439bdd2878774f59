//! One name of the folder: the file it leads to is met, known again, renamed or gone.

use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;

use super::cursor::Identity;
use super::known_file::{KnownFile, Serial, Stamp, Start, born};
use super::look::is_log;
use super::roster::Admission;
use super::tailer::Tailer;
use crate::serve::time::{EventTime, WallTime};

impl Tailer {
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
                if fs::symlink_metadata(&path).is_ok_and(|it| it.is_symlink()) {
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
    pub(super) fn cannot_look(&mut self, serial: Serial, error: &io::Error) {
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
    pub(super) fn look_aside(&mut self, name: &OsStr) {
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
                self.close(forgotten.serial);
                if forgotten.waiting > 0 {
                    self.counters.bytes_lost += forgotten.waiting;
                    let problem = "was forgotten for newer files before it was read";
                    self.problems
                        .tell_loss(&forgotten.name.to_string_lossy(), problem);
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
    pub(super) fn found(
        &mut self,
        serial: Serial,
        metadata: &Metadata,
        woken: bool,
        now: WallTime,
    ) {
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
}
