//! Tells the desks when something changes in their folders.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;

/// Watches the folders of all targets with one watcher: the kernel gives a user only some hundred of them.
///
/// A folder that is not there, or goes away, is nobody's fault: until it is there again, the nearest folder around it is watched. Whoever waits
/// looks every few seconds by itself, too.
#[derive(Debug)]
pub(super) struct FolderWatch {
    inside: Mutex<Inside>,
    wakes: HashMap<PathBuf, Arc<Notify>>,
}

#[derive(Debug)]
struct Inside {
    /// Nothing where the system gives none.
    watcher: Option<RecommendedWatcher>,
    /// What is watched for each folder: itself, or what is around it while it is not there.
    watched: HashMap<PathBuf, Place>,
}

/// A folder, with its device and inode: under one name there may be another one tomorrow.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    path: PathBuf,
    identity: (u64, u64),
}

impl FolderWatch {
    pub(super) fn new(folders: impl Iterator<Item = PathBuf>) -> FolderWatch {
        let wakes: HashMap<PathBuf, Arc<Notify>> =
            folders.map(|folder| (folder, Arc::default())).collect();
        let waking = wakes.clone();
        let watcher = notify::recommended_watcher(move |event| wake(&waking, event));
        if let Err(error) = &watcher {
            tracing::warn!(%error, "changes of snapshot folders are seen some seconds late");
        }
        FolderWatch {
            inside: Mutex::new(Inside {
                watcher: watcher.ok(),
                watched: HashMap::new(),
            }),
            wakes,
        }
    }

    /// What is notified of changes in a folder.
    pub(super) fn wake_of(&self, folder: &Path) -> Arc<Notify> {
        self.wakes.get(folder).map(Arc::clone).unwrap_or_default()
    }

    /// Sees to it that the folder which now has this name is watched, and none that had it before.
    pub(super) fn keep(&self, folder: &Path) {
        let is_now = folder.ancestors().find_map(Place::at);
        // Held for a few system calls, never across an await.
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let Inside { watcher, watched } = &mut *inside;
        let Some(watcher) = watcher else { return };
        if watched.get(folder) == is_now.as_ref() {
            return;
        }
        if let Some(before) = watched.remove(folder)
            && !watched.values().any(|it| it.path == before.path)
        {
            // It may have ended with its folder.
            let _ = watcher.unwatch(&before.path);
        }
        let Some(place) = is_now else { return };
        let is_watched = watched.values().any(|it| *it == place);
        if is_watched
            || watcher
                .watch(&place.path, RecursiveMode::NonRecursive)
                .is_ok()
        {
            watched.insert(folder.to_owned(), place);
        }
    }
}

impl Place {
    fn at(path: &Path) -> Option<Place> {
        let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_dir)?;
        Some(Place {
            path: path.to_owned(),
            identity: (metadata.dev(), metadata.ino()),
        })
    }
}

fn wake(wakes: &HashMap<PathBuf, Arc<Notify>>, event: notify::Result<Event>) {
    let event = match event {
        Ok(event) if !event.need_rescan() => event,
        // Something was missed: everything may have changed.
        _ => {
            wakes.values().for_each(|wake| wake.notify_one());
            return;
        }
    };
    // That a file was opened or read says nothing; we do that ourselves.
    let closed = EventKind::Access(AccessKind::Close(AccessMode::Write));
    if matches!(event.kind, EventKind::Access(_)) && event.kind != closed {
        return;
    }
    for path in &event.paths {
        for (folder, wake) in wakes {
            // It, a file in it, or something on the way to it.
            if path.parent() == Some(folder) || folder.starts_with(path) {
                wake.notify_one();
            }
        }
    }
}
