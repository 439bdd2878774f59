//! Loading many profiles on all cores, with few of them in memory at a time.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::find::SeriesFile;
use crate::load::load_error::LoadError;
use crate::load::loaded::{Loaded, load_expected};
use crate::load::progress::Progress;
use crate::load::source::Source;
use crate::symbolize::Symbolizer;

/// Loads every file and hands it to `visit` with its index, in no certain order and from several threads at once. There are as
/// many threads as cores, and each holds one profile, which `visit` takes: keep little of it.
///
/// `progress` knows the size of all files before the first is opened. Without a `symbolizer`, addresses stay without names.
pub fn load_each(
    files: &[SeriesFile],
    symbolizer: Option<&Symbolizer<'_>>,
    progress: &Progress,
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
            visit(index, load_expected(&source, symbolizer, progress));
        }
    };
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 1..workers.min(files.len()) {
            scope.spawn(work);
        }
        work();
    });
}
