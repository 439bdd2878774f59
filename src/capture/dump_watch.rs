//! Dumps that a process writes on its own, as they appear.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};

use super::capture_error::CaptureErrorKind;

/// Watches for files whose paths begin with a prefix and end in `.heap`, as those of jemalloc (`prof_prefix`) and gperftools
/// (`HEAPPROFILE`) do.
#[derive(Debug)]
pub struct DumpWatch {
    folder: PathBuf,
    name_start: String,
    events: Receiver<notify::Result<Event>>,
    /// Events end when it is dropped.
    _watcher: RecommendedWatcher,
    /// What was handed out, as it was then: a file that is written anew is another dump.
    known: HashMap<PathBuf, State>,
    ready: VecDeque<PathBuf>,
}

/// Size and time of change of a file.
type State = (u64, SystemTime);

/// The kernel tells when a writer closes a file, unless its queue ran over or the file system is a network's: the folder is looked
/// through as well, and what has not changed for this long is complete.
const SETTLED: Duration = Duration::from_secs(2);

impl DumpWatch {
    /// Begins to watch. Dumps that are there already and were last changed up to `filed_until_ms` (milliseconds since 1970) are passed
    /// over: they were filed before. Later ones were missed, and come first.
    ///
    /// # Errors
    /// There is no such folder, or it cannot be watched.
    pub fn new(prefix: &Path, filed_until_ms: Option<i64>) -> Result<DumpWatch, CaptureErrorKind> {
        let ends_in_folder = prefix.as_os_str().to_string_lossy().ends_with('/');
        let (folder, name_start) = match (prefix.parent(), prefix.file_name()) {
            (Some(parent), Some(name)) if !ends_in_folder => (parent, name.to_string_lossy()),
            _ => (prefix, "".into()),
        };
        let folder = match folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => folder,
        };
        let (send, events) = channel();
        let failed = |error: notify::Error| {
            CaptureErrorKind::Watch(match error.kind {
                notify::ErrorKind::PathNotFound => {
                    format!("there is no folder {}", folder.display())
                }
                notify::ErrorKind::Io(error) => error.to_string(),
                _ => error.to_string(),
            })
        };
        let mut watcher = notify::recommended_watcher(send).map_err(failed)?;
        watcher
            .watch(folder, RecursiveMode::NonRecursive)
            .map_err(failed)?;
        let mut watch = DumpWatch {
            folder: folder.to_owned(),
            name_start: name_start.into_owned(),
            events,
            _watcher: watcher,
            known: HashMap::new(),
            ready: VecDeque::new(),
        };
        let found = watch.dumps().map_err(CaptureErrorKind::Read)?;
        let filed_until = filed_until_ms
            .and_then(|ms| u64::try_from(ms).ok())
            .map(|ms| UNIX_EPOCH + Duration::from_millis(ms.saturating_add(1)));
        for (path, state) in found {
            if filed_until.is_some_and(|until| state.1 < until) {
                watch.known.insert(path, state);
            }
        }
        Ok(watch)
    }

    /// Waits for the next complete dump; `None` after `patience`.
    ///
    /// # Errors
    /// The folder cannot be read any more.
    pub fn next(&mut self, patience: Duration) -> Result<Option<PathBuf>, CaptureErrorKind> {
        if self.ready.is_empty() {
            let closed = match self.events.recv_timeout(patience) {
                Ok(event) => self.closed_by(event),
                // Without events there is still the folder.
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => HashSet::new(),
            };
            self.look(&closed).map_err(CaptureErrorKind::Read)?;
        }
        Ok(self.ready.pop_front())
    }

    /// The files that writers have closed, by this event and all that wait behind it.
    fn closed_by(&self, first: notify::Result<Event>) -> HashSet<PathBuf> {
        std::iter::once(first)
            .chain(self.events.try_iter())
            .flatten()
            .filter(|event| {
                let closed = EventKind::Access(AccessKind::Close(AccessMode::Write));
                // A file that is moved here was written elsewhere.
                event.kind == closed || is_renaming(event.kind)
            })
            .flat_map(|event| event.paths)
            .filter_map(|path| Some(self.folder.join(path.file_name()?)))
            .collect()
    }

    fn look(&mut self, closed: &HashSet<PathBuf>) -> io::Result<()> {
        let mut found = self.dumps()?;
        found.sort_by(|a, b| (a.1.1, &a.0).cmp(&(b.1.1, &b.0)));
        let there: HashSet<&PathBuf> = found.iter().map(|(path, _)| path).collect();
        self.known.retain(|path, _| there.contains(path));
        let now = SystemTime::now();
        for (path, state) in found {
            let is_settled = || {
                now.duration_since(state.1)
                    .is_ok_and(|quiet| quiet >= SETTLED)
            };
            let is_new = self.known.get(&path) != Some(&state);
            if is_new && (closed.contains(&path) || is_settled()) {
                self.known.insert(path.clone(), state);
                self.ready.push_back(path);
            }
        }
        Ok(())
    }

    fn dumps(&self) -> io::Result<Vec<(PathBuf, State)>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if !name.starts_with(&self.name_start) || !name.ends_with(".heap") {
                continue;
            }
            // One that is gone again was rotated away.
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            if let (true, Ok(modified)) = (metadata.is_file(), metadata.modified()) {
                found.push((entry.path(), (metadata.len(), modified)));
            }
        }
        Ok(found)
    }
}

/// Whether a file got its name by this event.
fn is_renaming(kind: EventKind) -> bool {
    matches!(kind, EventKind::Modify(ModifyKind::Name(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::io::Write;
    use std::time::Instant;

    fn next(watch: &mut DumpWatch) -> Option<String> {
        let until = Instant::now() + Duration::from_secs(8);
        while Instant::now() < until {
            match watch.next(Duration::from_millis(100)) {
                Ok(Some(path)) => {
                    return path.file_name().map(|it| it.to_string_lossy().into_owned());
                }
                Ok(None) => {}
                Err(error) => panic!("{error}"),
            }
        }
        None
    }

    #[test]
    fn dumps_come_when_their_writer_closes_them() {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let path = |name: &str| folder.path().join(name);
        for name in ["je.1.0.i0.heap", "other.heap", "je.txt"] {
            assert!(fs::write(path(name), "x").is_ok());
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |it| it.as_millis() as i64);
        let mut watch =
            DumpWatch::new(&path("je."), Some(now)).unwrap_or_else(|error| panic!("{error}"));
        let Ok(mut open) = File::create(path("je.1.1.i1.heap")) else {
            panic!("a file");
        };
        assert!(open.write_all(b"first half").is_ok());
        assert!(matches!(watch.next(Duration::from_millis(300)), Ok(None)));
        assert!(open.write_all(b"second half").is_ok());
        drop(open);
        assert_eq!(next(&mut watch).as_deref(), Some("je.1.1.i1.heap"));
        assert!(fs::rename(path("other.heap"), path("je.1.2.i2.heap")).is_ok());
        assert_eq!(next(&mut watch).as_deref(), Some("je.1.2.i2.heap"));
    }

    #[test]
    fn what_was_missed_comes_first() {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        for (name, age) in [("a.2.heap", 20), ("a.1.heap", 30), ("a.0.heap", 40)] {
            let path = folder.path().join(name);
            let file = File::create(path).unwrap_or_else(|error| panic!("{error}"));
            let time = SystemTime::now() - Duration::from_secs(age);
            assert!(file.set_modified(time).is_ok());
        }
        let filed = SystemTime::now() - Duration::from_secs(35);
        let filed = filed
            .duration_since(UNIX_EPOCH)
            .map(|it| it.as_millis() as i64);
        let mut watch = DumpWatch::new(&folder.path().join("a"), filed.ok())
            .unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(next(&mut watch).as_deref(), Some("a.1.heap"));
        assert_eq!(next(&mut watch).as_deref(), Some("a.2.heap"));
        assert!(matches!(watch.next(Duration::from_millis(50)), Ok(None)));
        assert!(DumpWatch::new(Path::new("/nowhere/at/all"), None).is_err());
    }
}
