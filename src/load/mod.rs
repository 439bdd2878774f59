//! Getting a profile: open, unwrap, read, name.
//!
//! What comes in: a path, or `-`. What goes out: a checked and symbolized [`Profile`] with what is known of its file, or an error
//! that names the input, the place and what to do. This is where the library touches files.

mod compression;
mod counted;
pub mod modules;
mod source;

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::formats::{self, ReadError};
use crate::model::Profile;
use crate::symbolize::{self, Symbolizer};

use counted::Counted;
use modules::FileModules;
pub use source::{OpenError, Source};

/// How to load.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// Whether to look for names of addresses.
    pub symbolize: bool,
    /// Folders in which programs, libraries and debug files are looked for first.
    pub symbol_dirs: Vec<PathBuf>,
}

/// A profile and its file.
#[derive(Debug)]
pub struct Loaded {
    /// The profile.
    pub profile: Profile,
    /// The path as it was given, or `-`.
    pub name: String,
    /// Size of the file; nothing for standard input.
    pub size_bytes: Option<u64>,
    /// When the file was last changed, in milliseconds since 1970; nothing for standard input.
    pub modified_ms: Option<i64>,
    /// Tells contents apart: equal for equal bytes.
    pub fingerprint: u64,
}

/// An input could not be loaded.
#[derive(Debug, thiserror::Error)]
#[error("{name}")]
pub struct LoadError {
    /// The path as it was given, or `-`.
    pub name: String,
    /// Why.
    pub source: LoadErrorKind,
}

/// Why an input could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadErrorKind {
    /// It could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Its content is no usable heap profile.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// How far loading has come, for whoever wants to draw it. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<AtomicU64>);

impl Progress {
    /// Bytes read from files so far, as they lie there.
    pub fn bytes_read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn add(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// Loads one profile.
///
/// # Errors
/// The input cannot be opened, or is no usable heap profile.
pub fn load(
    source: &Source,
    options: &LoadOptions,
    progress: &Progress,
) -> Result<Loaded, LoadError> {
    load_with(source, &symbolizer(options), progress)
}

/// Loads two profiles at once, on two threads. Symbols that both need are read once.
///
/// # Errors
/// One of the inputs cannot be opened, or is no usable heap profile; of two errors, that of the first.
pub fn load_pair(
    first: &Source,
    second: &Source,
    options: &LoadOptions,
    progress: &Progress,
) -> Result<(Loaded, Loaded), LoadError> {
    let symbolizer = symbolizer(options);
    let (first, second) = std::thread::scope(|scope| {
        let other = scope.spawn(|| load_with(second, &symbolizer, progress));
        let first = load_with(first, &symbolizer, progress);
        // A panic of the other thread is a panic of this one.
        (
            first,
            other
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        )
    });
    Ok((first?, second?))
}

fn symbolizer(options: &LoadOptions) -> Option<Symbolizer> {
    options
        .symbolize
        .then(|| Symbolizer::new(Box::new(FileModules::new(options.symbol_dirs.clone()))))
}

fn load_with(
    source: &Source,
    symbolizer: &Option<Symbolizer>,
    progress: &Progress,
) -> Result<Loaded, LoadError> {
    let name = source.name();
    let failed = |kind: LoadErrorKind| LoadError {
        name: name.clone(),
        source: kind,
    };
    let opened = source.open().map_err(|error| failed(error.into()))?;
    let mut raw = Counted::new(opened.input, progress.clone());
    let profile = read(&mut raw).map_err(|error| failed(error.into()))?;
    let fingerprint = raw.fingerprint();
    let profile = match symbolizer {
        Some(symbolizer) => symbolizer.symbolize(profile),
        None => symbolize::without_symbols(profile),
    };
    Ok(Loaded {
        profile,
        name,
        size_bytes: opened.size_bytes,
        modified_ms: opened.modified_ms,
        fingerprint,
    })
}

fn read(raw: &mut dyn Read) -> Result<Profile, ReadError> {
    let mut plain = compression::unwrap(raw)?;
    formats::read(&mut *plain)
}
