//! The files that are open: so many at once, and whose turn it is to be closed for another one.

use std::fs::File;
use std::io;

use super::cursor::Identity;
use super::known_file::{OpenFile, Serial};
use super::tailer::Tailer;
use crate::serve::regular_file;

impl Tailer {
    /// Opens a file, if need be instead of another one; whether it is open.
    pub(super) fn activate(&mut self, serial: Serial) -> bool {
        match self.roster.get(serial) {
            None => return false,
            Some(known) if known.open.is_some() => return true,
            Some(_) => {}
        }
        while self.followed.len() >= self.options.files_followed.max(1) {
            let Some(other) = self.least_active() else {
                return false;
            };
            self.close(other);
            self.counters.deactivations += 1;
            self.followed_usage.evictions += 1;
        }
        let Some(file) = self.open_file(serial) else {
            return false;
        };
        let Some(known) = self.roster.get_mut(serial) else {
            return false;
        };
        let shown = known.name.to_string_lossy().into_owned();
        known.open = Some(Box::new(OpenFile { file, shown }));
        known.active_in = self.turns;
        self.followed.push(serial);
        self.count_followed();
        true
    }

    /// Who is closed first: one that has nothing to be read, and of those the one that was read from least recently. One that has lost its
    /// name cannot be opened again, so it stays until it is read to its end.
    fn least_active(&self) -> Option<Serial> {
        self.followed
            .iter()
            .filter_map(|serial| Some((*serial, self.roster.get(*serial)?)))
            .filter(|(_, known)| !(known.nameless && known.queued))
            .min_by_key(|(_, known)| (known.queued, known.active_in))
            .map(|(serial, _)| serial)
    }

    pub(super) fn close(&mut self, serial: Serial) {
        self.followed.retain(|other| *other != serial);
        if let Some(known) = self.roster.get_mut(serial) {
            known.open = None;
        }
        self.count_followed();
    }

    fn count_followed(&mut self) {
        let names = self.followed.iter().filter_map(|serial| {
            let open = self.roster.get(*serial)?.open.as_ref()?;
            Some(open.shown.capacity() + size_of::<OpenFile>())
        });
        let bytes = names.sum::<usize>() + self.followed.capacity() * size_of::<Serial>();
        // The one buffer that they share is part of it.
        let bytes = (bytes + self.buffer.capacity()) as u64;
        self.followed_usage.set(self.followed.len() as u64, bytes);
    }

    fn open_file(&mut self, serial: Serial) -> Option<File> {
        let known = self.roster.get(serial)?;
        let path = self.options.folder.join(&known.name);
        match regular_file::open(&path) {
            Ok((file, metadata)) if Identity::of(&metadata) == known.identity => Some(file),
            Ok(_) => {
                // The name leads elsewhere by now; the look finds out where.
                self.look_soon(serial);
                None
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.look_soon(serial);
                None
            }
            Err(error) => {
                self.fail(serial, &format!("cannot be opened: {error}"));
                None
            }
        }
    }
}
