//! Loading many profiles on several cores, with few of them in memory at a time.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::find::SeriesFile;
use crate::load::load_error::LoadError;
use crate::load::loaded::Loaded;
use crate::load::loading::load_expected;
use crate::load::progress::Progress;
use crate::load::source::Source;
use crate::symbolize::Symbolizer;

/// Loads every file and hands it to `visit` with its index, in no certain order and from `at_once` threads. Each holds one profile, which
/// `visit` takes: keep little of it.
///
/// `progress` knows the size of all files before the first is opened. Without a `symbolizer`, addresses stay without names.
pub fn load_each(
    files: &[SeriesFile],
    symbolizer: Option<&Symbolizer<'_>>,
    progress: &Progress,
    at_once: NonZero<usize>,
    visit: impl Fn(usize, Result<Loaded, LoadError>) + Sync,
) {
    progress.expect(files.iter().filter_map(|file| file.size_bytes).sum());
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some((index, file)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            files.get(index).map(|file| (index, file))
        } {
            let source = Source::Path(file.path.clone());
            let is_file = file.size_bytes.is_some();
            visit(index, load_expected(&source, is_file, symbolizer, progress));
        }
    };
    thread::scope(|scope| {
        for _ in 1..at_once.get().min(files.len()) {
            scope.spawn(work);
        }
        work();
    });
}
