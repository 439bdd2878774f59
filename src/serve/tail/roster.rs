//! The files whose places are remembered, found by serial, identity, name and age.

use std::collections::{BTreeSet, HashMap};
use std::ffi::{OsStr, OsString};

use super::cursor::{Identity, NameChange, under_name};
use super::known_file::{KnownFile, Serial, Stamp};
use crate::serve::bounds::{Bound, BoundReport, FILES_KNOWN, Usage};

/// How many of the oldest are looked at to find one that can be forgotten without harm; more than are followed.
const SEARCHED: usize = 1024;

/// The files whose places are remembered.
#[derive(Debug, Default)]
pub(super) struct Roster {
    files: HashMap<Serial, KnownFile>,
    by_identity: HashMap<Identity, Serial>,
    by_name: HashMap<OsString, Serial>,
    /// By time of change: the first is the first to be forgotten.
    by_age: BTreeSet<(i64, Serial)>,
    cap: usize,
    last: u64,
    name_bytes: usize,
    usage: Usage,
    /// Files that were replaced under their name.
    pub(super) rotations: u64,
}

/// What became of a file that was not known.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// It is known now.
    Known(Serial),
    /// It is known now, and another one had to be forgotten for it.
    InsteadOf(Serial, Box<Forgotten>),
    /// It was written to longer ago than all that are known.
    Refused,
}

/// A file that had to be forgotten.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Forgotten {
    pub(super) serial: Serial,
    pub(super) name: OsString,
    /// Bytes of it that were not delivered.
    pub(super) waiting: u64,
}

impl Roster {
    pub(super) fn new(cap: usize) -> Roster {
        Roster {
            cap,
            ..Roster::default()
        }
    }

    pub(super) fn get(&self, serial: Serial) -> Option<&KnownFile> {
        self.files.get(&serial)
    }

    pub(super) fn get_mut(&mut self, serial: Serial) -> Option<&mut KnownFile> {
        self.files.get_mut(&serial)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Serial, &KnownFile)> {
        self.files.iter().map(|(serial, known)| (*serial, known))
    }

    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    pub(super) fn with_identity(&self, identity: Identity) -> Option<Serial> {
        self.by_identity.get(&identity).copied()
    }

    pub(super) fn with_name(&self, name: &OsStr) -> Option<Serial> {
        self.by_name.get(name).copied()
    }

    /// Adds a file; `stamp` says how old it is. One that was known by its name loses that.
    pub(super) fn admit(&mut self, known: KnownFile, stamp: Stamp) -> Admission {
        let mut forgotten = None;
        if self.files.len() >= self.cap.max(1) {
            // Those that are open or have something to be read are kept if there are others.
            let idle = |known: &KnownFile| known.open.is_none() && !known.queued;
            let pick = |kept: &dyn Fn(&KnownFile) -> bool| {
                let older = self
                    .by_age
                    .iter()
                    .take_while(|(age, _)| *age < stamp.modified);
                // Looking further for a better one costs more than it is worth.
                let mut serials = older.take(SEARCHED).map(|(_, serial)| *serial);
                serials.find(|serial| self.files.get(serial).is_some_and(kept))
            };
            let closed = |known: &KnownFile| known.open.is_none();
            let read = |known: &KnownFile| !known.queued;
            let Some(serial) = pick(&idle)
                .or_else(|| pick(&closed))
                .or_else(|| pick(&read))
            else {
                return Admission::Refused;
            };
            self.usage.evictions += 1;
            forgotten = self.remove(serial).map(|known| {
                Box::new(Forgotten {
                    serial,
                    waiting: known.waiting(),
                    name: known.name,
                })
            });
        }
        let serial = self.insert(known, stamp);
        match forgotten {
            None => Admission::Known(serial),
            Some(forgotten) => Admission::InsteadOf(serial, forgotten),
        }
    }

    /// Counts files that were refused.
    pub(super) fn count_refused(&mut self, count: u64) {
        self.usage.evictions += count;
    }

    fn insert(&mut self, known: KnownFile, stamp: Stamp) -> Serial {
        self.last += 1;
        let serial = Serial(self.last);
        let name = known.name.clone();
        self.by_identity.insert(known.identity, serial);
        self.by_age.insert((stamp.modified, serial));
        self.files.insert(
            serial,
            KnownFile {
                stamp: Some(stamp),
                ..known
            },
        );
        self.name_bytes += 2 * name.len();
        self.take_name(serial, name);
        self.usage.length = self.files.len() as u64;
        self.usage.high_water_length = self.usage.high_water_length.max(self.usage.length);
        serial
    }

    /// Adds what a state file knows; it has not been seen yet, and counts as the oldest.
    pub(super) fn remember(&mut self, known: KnownFile) {
        if self.files.len() < self.cap.max(1) && self.with_identity(known.identity).is_none() {
            let serial = self.insert(known, Stamp::default());
            if let Some(known) = self.files.get_mut(&serial) {
                known.stamp = None;
            }
        }
    }

    /// Sets what a file looks like now.
    pub(super) fn set_stamp(&mut self, serial: Serial, stamp: Stamp) {
        if let Some(known) = self.files.get_mut(&serial) {
            let before = known.stamp.unwrap_or_default();
            known.stamp = Some(stamp);
            if before.modified != stamp.modified {
                self.by_age.remove(&(before.modified, serial));
                self.by_age.insert((stamp.modified, serial));
            }
        }
    }

    /// Gives a file a name. The file that had it loses it, and is to be finished first.
    pub(super) fn take_name(&mut self, serial: Serial, name: OsString) {
        let identity = |serial: Option<Serial>| Some(self.files.get(&serial?)?.identity);
        let before = self.with_name(&name);
        let change = under_name(identity(before), identity(Some(serial)));
        if change == NameChange::Replaced
            && let Some(before) = before
        {
            self.rotations += 1;
            if let Some(old) = self.files.get_mut(&before)
                && old.name == name
            {
                old.nameless = true;
            }
            if let Some(new) = self.files.get_mut(&serial) {
                new.after = Some(before);
            }
        }
        if let Some(known) = self.files.get_mut(&serial) {
            self.name_bytes =
                (self.name_bytes + 2 * name.len()).saturating_sub(2 * known.name.len());
            known.name.clone_from(&name);
            known.nameless = false;
            known.missed = 0;
        }
        self.by_name.insert(name, serial);
    }

    /// A name leads nowhere any more. The file that had it, if it was not renamed before.
    pub(super) fn lose_name(&mut self, name: &OsStr) -> Option<Serial> {
        let serial = self.by_name.remove(name)?;
        let known = self.files.get_mut(&serial)?;
        if known.name != name {
            return None;
        }
        known.nameless = true;
        Some(serial)
    }

    /// Forgets a file.
    pub(super) fn remove(&mut self, serial: Serial) -> Option<KnownFile> {
        let known = self.files.remove(&serial)?;
        if self.by_identity.get(&known.identity) == Some(&serial) {
            self.by_identity.remove(&known.identity);
        }
        if self.by_name.get(&known.name) == Some(&serial) {
            self.by_name.remove(&known.name);
        }
        let stamp = known.stamp.unwrap_or_default();
        self.by_age.remove(&(stamp.modified, serial));
        self.name_bytes = self.name_bytes.saturating_sub(2 * known.name.len());
        self.usage.length = self.files.len() as u64;
        Some(known)
    }

    /// Drops names whose files were renamed or forgotten and that nothing was seen under since.
    pub(super) fn drop_stale_names(&mut self) {
        if self.by_name.len() > self.files.len() {
            let files = &self.files;
            self.by_name
                .retain(|name, serial| files.get(serial).is_some_and(|known| known.name == *name));
        }
    }

    pub(super) fn report(&mut self) -> BoundReport {
        let tables = self.files.capacity() * size_of::<(Serial, KnownFile)>()
            + self.by_identity.capacity() * size_of::<(Identity, Serial)>()
            + self.by_name.capacity() * size_of::<(OsString, Serial)>()
            + self.by_age.len() * size_of::<(i64, Serial)>();
        let bytes = (tables + self.name_bytes) as u64;
        self.usage.bytes = bytes;
        self.usage.high_water_bytes = self.usage.high_water_bytes.max(bytes);
        BoundReport {
            bound: Bound {
                cap_entries: Some(self.cap as u64),
                ..FILES_KNOWN
            },
            usage: self.usage,
        }
    }
}
