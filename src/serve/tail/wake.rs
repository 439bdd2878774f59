//! Waits until there may be something to read.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};

use super::cursor::Identity;
use crate::serve::bounds::TAIL_WOKEN_NAMES;

/// How long to wait before trying again to watch a folder that cannot be watched.
const RETRY_AFTER: Duration = Duration::from_secs(10);

/// What to look at again.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Woken {
    /// These names of the folder.
    pub names: HashSet<OsString>,
    /// The whole folder.
    pub everything: bool,
    /// Open everything anew.
    pub reopen: bool,
    /// Stop reading.
    pub stop: bool,
}

impl Woken {
    /// The whole folder.
    pub fn everything() -> Woken {
        Woken {
            everything: true,
            ..Woken::default()
        }
    }

    fn is_nothing(&self) -> bool {
        *self == Woken::default()
    }

    fn event(&mut self, event: notify::Result<Event>, folder: &Path) {
        let event = match event {
            Ok(event) if event.need_rescan() => {
                self.everything = true;
                return;
            }
            Ok(event) => event,
            Err(_) => {
                self.everything = true;
                return;
            }
        };
        // That a file was opened or read says nothing; we do that ourselves.
        let closed = EventKind::Access(AccessKind::Close(AccessMode::Write));
        if matches!(event.kind, EventKind::Access(_)) && event.kind != closed {
            return;
        }
        for path in event.paths {
            match path.file_name() {
                Some(name) if path != folder && self.names.len() < TAIL_WOKEN_NAMES => {
                    self.names.insert(name.to_owned());
                }
                _ => self.everything = true,
            }
        }
        if self.everything {
            self.names.clear();
        }
    }
}

/// Waits until there may be something to read. Notifications only wake: whoever looks at the folder now and then misses nothing without them.
#[derive(Debug)]
pub struct Wake {
    shared: Arc<Shared>,
    watcher: Option<RecommendedWatcher>,
    watched: Option<Identity>,
    /// When to try again what failed.
    retry_at: Option<Instant>,
}

/// Wakes from another thread.
#[derive(Debug, Clone)]
pub struct WakeHandle {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    woken: Mutex<Woken>,
    changed: Condvar,
}

impl Shared {
    /// Nothing panics while it is held, and half a change does no harm.
    fn woken(&self) -> MutexGuard<'_, Woken> {
        self.woken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Woken)) {
        let mut woken = self.woken();
        change(&mut woken);
        if !woken.is_nothing() {
            self.changed.notify_one();
        }
    }
}

impl WakeHandle {
    /// Ends the reading, after what is being read is handed over.
    pub fn stop(&self) {
        self.shared.change(|woken| woken.stop = true);
    }

    /// Has everything opened anew.
    pub fn reopen(&self) {
        self.shared.change(|woken| woken.reopen = true);
    }
}

impl Default for Wake {
    fn default() -> Wake {
        Wake::new()
    }
}

impl Wake {
    /// Watches nothing yet.
    pub fn new() -> Wake {
        Wake {
            shared: Arc::new(Shared::default()),
            watcher: None,
            watched: None,
            retry_at: None,
        }
    }

    /// Wakes from another thread.
    pub fn handle(&self) -> WakeHandle {
        WakeHandle {
            shared: Arc::clone(&self.shared),
        }
    }

    /// Watches the folder at `path`, which is the one with this identity at the moment; called at every look, so that a folder that was
    /// replaced or comes back is watched again.
    ///
    /// # Errors
    /// It cannot be watched; then only the regular looks find what is new. The text says why.
    pub(super) fn watch(&mut self, path: &Path, identity: Option<Identity>) -> Result<(), String> {
        let is_early = self.retry_at.is_some_and(|at| Instant::now() < at);
        if identity == self.watched && (self.watcher.is_some() || identity.is_none() || is_early) {
            return Ok(());
        }
        // A watch holds on to the folder it was made for, wherever that is now.
        self.watcher = None;
        self.watched = identity;
        if identity.is_none() {
            return Ok(());
        }
        self.retry_at = Some(Instant::now() + RETRY_AFTER);
        let shared = Arc::clone(&self.shared);
        let folder = path.to_owned();
        let failed = |error: notify::Error| {
            format!("cannot be watched, it is looked at now and then instead: {error}")
        };
        let mut watcher = notify::recommended_watcher(move |event| {
            shared.change(|woken| woken.event(event, &folder));
        })
        .map_err(failed)?;
        watcher
            .watch(path, RecursiveMode::NonRecursive)
            .map_err(failed)?;
        self.watcher = Some(watcher);
        // What happened before the watch began is not told.
        self.shared.change(|woken| woken.everything = true);
        Ok(())
    }

    /// What there is to look at, at once.
    pub fn take(&mut self) -> Woken {
        std::mem::take(&mut *self.shared.woken())
    }

    /// What there is to look at, as soon as there is something; nothing after `patience`.
    pub fn wait(&mut self, patience: Duration) -> Woken {
        let until = Instant::now() + patience;
        let mut woken = self.shared.woken();
        while woken.is_nothing() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = self.shared.changed.wait_timeout(woken, left);
            woken = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        std::mem::take(&mut woken)
    }
}
