//! Snapshots read one by one on several cores -> what is kept of each after its profile is gone.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::question::SeriesQuestion;
use super::refusal::SeriesRefusal;
use crate::analysis::trend::{Circumstances, PathSums, PathTable, SnapshotValues};
use crate::analysis::value_choice;
use crate::load::series::{SeriesEntry, SeriesFile, load_each, note_skipped};
use crate::load::{Loaded, Progress};
use crate::model::{AllocatorStat, ValueType};
use crate::notes::Notes;
use crate::report::input::Input;
use crate::symbolize::Symbolizer;

/// What is kept of a snapshot after it was read.
pub(super) struct Seen {
    pub(super) entry: SeriesEntry,
    pub(super) values: SnapshotValues,
    pub(super) input: Input,
    pub(super) value_type: ValueType,
    pub(super) circumstances: Circumstances,
    pub(super) path: PathBuf,
    pub(super) notes: Notes,
}

/// All that was read; what the threads that read write to.
pub(super) struct Read {
    pub(super) table: PathTable,
    pub(super) seen: Vec<Option<Seen>>,
    /// What was left out of each file, by file: the order in which threads come must not be seen in a result.
    pub(super) skipped: Vec<Notes>,
    refusal: Option<SeriesRefusal>,
}

pub(super) fn read(
    question: &SeriesQuestion,
    files: &[SeriesFile],
    symbolizer: Option<&Symbolizer<'_>>,
    progress: &Progress,
) -> Result<Read, SeriesRefusal> {
    let shared = Mutex::new(Read {
        table: PathTable::default(),
        seen: files.iter().map(|_| None).collect(),
        skipped: vec![Notes::default(); files.len()],
        refusal: None,
    });
    let keys = lock(&shared).table.keys();
    let at_once = question.at_once;
    load_each(files, symbolizer, progress, at_once, |index, loaded| {
        let file = &files[index];
        let loaded = match loaded {
            Ok(loaded) => loaded,
            // The only one is not left out of anything: what is wrong with it is all there is to say.
            Err(error) if files.len() == 1 => {
                let said = error.to_string();
                lock(&shared)
                    .refusal
                    .get_or_insert(SeriesRefusal::NothingReadable(said));
                return;
            }
            Err(error) => {
                note_skipped(&mut lock(&shared).skipped[index], file, &error);
                return;
            }
        };
        let asked = question.sample_index.as_deref();
        let value = match value_choice::choose(&loaded.profile, asked) {
            Ok(value) => value,
            Err(problem) => {
                let snapshot = loaded.name;
                lock(&shared)
                    .refusal
                    .get_or_insert(SeriesRefusal::NoSuchValue { snapshot, problem });
                return;
            }
        };
        let mut notes = Notes::default();
        let sidecar = file.sidecar(&mut notes);
        let view = question.filter.apply(&loaded.profile);
        notes.absorb(loaded.profile.notes());
        notes.absorb(view.notes());
        let sums = PathSums::new(&view, value, &keys);
        let entry = SeriesEntry::new(file, &loaded, sidecar);
        let input = Input::new(&loaded.name, Some(loaded.size_bytes), &loaded.profile);
        let circumstances = circumstances(&entry, &loaded);
        let value_type = loaded.profile.value_type(value).clone();
        let mut shared = lock(&shared);
        let values = shared.table.enter(&sums, index);
        shared.seen[index] = Some(Seen {
            entry,
            values,
            input,
            value_type,
            circumstances,
            path: file.path.clone(),
            notes,
        });
    });
    let mut shared = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    match shared.refusal.take() {
        Some(refusal) => Err(refusal),
        None => Ok(shared),
    }
}

fn lock(shared: &Mutex<Read>) -> MutexGuard<'_, Read> {
    // A thread that panicked takes the others with it.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn circumstances(entry: &SeriesEntry, loaded: &Loaded) -> Circumstances {
    let sidecar = entry.sidecar.as_ref();
    let memory = sidecar.and_then(|sidecar| sidecar.memory.as_ref());
    let stats = &loaded.profile.origin().allocator_stats;
    Circumstances {
        resident_bytes: memory
            .and_then(|memory| memory.resident_bytes)
            .or_else(|| held_by_go(stats)),
        limit_bytes: sidecar.and_then(|sidecar| sidecar.cgroup.as_ref()?.max_bytes),
        process_started_ms: entry.process_started_ms(),
        pid: entry.pid(),
    }
}

/// What Go's runtime holds from the system and has not given back, of the MemStats in a text profile.
fn held_by_go(stats: &[AllocatorStat]) -> Option<u64> {
    let stat = |name: &str| stats.iter().find(|stat| stat.name == name);
    let held = stat("Sys")?.value;
    Some(held.saturating_sub(stat("HeapReleased").map_or(0, |stat| stat.value)))
}
