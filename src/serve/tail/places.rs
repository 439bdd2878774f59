//! The state file, as the tailer reads and writes it.

use std::ffi::OsString;
use std::path::PathBuf;

use super::cursor::{Identity, Mark};
use super::known_file::{KnownFile, Start};
use super::state_file::{Loaded, SavedFile, SavedState};
use super::tailer::Tailer;
use crate::serve::time::WallTime;

/// Milliseconds between two writes of the state file.
const SAVE_EVERY_MS: i64 = 1000;

impl Tailer {
    /// Takes over where an earlier run stopped.
    pub(super) fn load(&mut self, now: WallTime) {
        let folder = self.folder_name();
        let loaded = match &self.options.state_file {
            None => Loaded::None,
            Some(path) => SavedState::load(path, &folder),
        };
        let state = match loaded {
            Loaded::State(state) => state,
            Loaded::None => {
                self.unlisted_since = Some(WallTime(self.history_began(now).0));
                return;
            }
            Loaded::Problem(problem) => {
                self.unlisted_since = Some(WallTime(self.history_began(now).0));
                let path = self.options.state_file.as_deref().unwrap_or("".as_ref());
                self.problems.tell_loss(&path.to_string_lossy(), &problem);
                return;
            }
        };
        self.unlisted_since = state.unlisted_since.map(WallTime);
        for file in state.files {
            let identity = Identity {
                device: file.device,
                inode: file.inode,
            };
            let start = match file.within_line {
                true => Start::LineAround {
                    end: file.offset,
                    born: file.born,
                },
                false => Start::Mark,
            };
            let mut known = KnownFile::new(OsString::from(file.name), identity, start);
            if !file.within_line {
                known.mark = Mark {
                    offset: file.offset,
                    head: file.head,
                    before: file.before,
                };
            }
            self.roster.remember(known);
        }
    }

    /// Looks at the files of the state file under the names they had, so that it is known how old they are before others come.
    pub(super) fn look_at_saved(&mut self, now: WallTime) {
        let names: Vec<OsString> = self
            .roster
            .iter()
            .map(|(_, known)| known.name.clone())
            .collect();
        for name in names {
            self.look_at(&name, false, now);
        }
    }

    /// Writes the state file, if there is to be one. Places of lines that were not handed over are not in it.
    pub fn save(&mut self, now: WallTime) {
        self.saved_at = Some(now);
        let Some(path) = self.options.state_file.clone() else {
            self.state_changed = false;
            return;
        };
        match self.state(now).save(&path) {
            Ok(()) => {
                self.state_changed = false;
                self.counters.state_saves += 1;
            }
            Err(error) => self.tell_of_state(&format!("places cannot be saved: {error}")),
        }
    }

    pub(super) fn save_if_due(&mut self, now: WallTime) {
        if self.save_due_at(now).is_some_and(|due| due <= now) {
            self.save(now);
        }
    }

    /// When the state file is to be written next, if anything has changed.
    pub(super) fn save_due_at(&self, now: WallTime) -> Option<WallTime> {
        if !self.state_changed || self.options.state_file.is_none() {
            return None;
        }
        let saved = self.saved_at.filter(|saved| *saved <= now);
        Some(saved.map_or(now, |saved| WallTime(saved.0.saturating_add(SAVE_EVERY_MS))))
    }

    fn state(&self, now: WallTime) -> SavedState {
        let mut unlisted_since = match self.overflowed {
            true => self.looked_at.or(Some(now)),
            false => None,
        };
        let mut files = Vec::with_capacity(self.roster.len());
        for (serial, known) in self.roster.iter() {
            let now_at = (known.mark, known.start);
            let (mark, start) = *self.not_handed_over.get(&serial).unwrap_or(&now_at);
            let (offset, within_line, born) = match start {
                Start::Mark | Start::MarkOrNewer(_) => (mark.offset, false, None),
                Start::LineAround { end, born } => (end, true, born),
                Start::Newer(since) => {
                    let since = WallTime(since.0);
                    unlisted_since = Some(unlisted_since.map_or(since, |other| other.min(since)));
                    continue;
                }
            };
            files.push(SavedFile {
                name: known.name.to_string_lossy().into_owned(),
                device: known.identity.device,
                inode: known.identity.inode,
                offset,
                within_line,
                born,
                head: mark.head,
                before: mark.before,
            });
        }
        let folder = self.folder_name();
        let mut state = SavedState::new(folder, unlisted_since.map(|time| time.0));
        state.files = files;
        state
    }

    /// The folder as it stands in the state file, however it was written on the command line.
    fn folder_name(&self) -> String {
        let folder: PathBuf = self.options.folder.components().collect();
        folder.to_string_lossy().into_owned()
    }

    fn tell_of_state(&mut self, problem: &str) {
        let path = self.options.state_file.as_deref().unwrap_or("".as_ref());
        self.problems.tell(&path.to_string_lossy(), problem);
    }
}
