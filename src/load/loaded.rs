//! Loading one profile, or two at once.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::load_error::{LoadError, LoadErrorKind};
use super::progress::Progress;
use super::raw_input::RawInput;
use super::source::{Opened, Source};
use super::unwrap;
use crate::formats::{self, Contents, ReadError};
use crate::model::Profile;
use crate::object_graph::{self, Heap, ObjectGraph};
use crate::symbolize::{self, Symbolizer};

/// A profile and what is known of its file.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The profile, with names.
    pub profile: Profile,
    /// The name to show; foreign text.
    pub name: String,
    /// The path, where it has one.
    pub path: Option<PathBuf>,
    /// Size as it lies in the file, compressed.
    pub size_bytes: u64,
    /// When the file was last changed, in milliseconds since 1970, where it is a file.
    pub modified_ms: Option<i64>,
    /// The content in short.
    pub fingerprint: Fingerprint,
}

/// The content of a file in short: equal for equal content, and for other content once in four billion cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    bytes: u64,
    crc32: u32,
}

impl Fingerprint {
    /// The fingerprint of a file with this content, as it lies there, compressed.
    pub fn of(content: &[u8]) -> Fingerprint {
        let mut crc = flate2::Crc::new();
        crc.update(content);
        Fingerprint {
            bytes: content.len() as u64,
            crc32: crc.sum(),
        }
    }
}

/// Loads one profile. Without a `symbolizer`, addresses stay without names.
///
/// # Errors
/// The input cannot be opened, unwrapped or read as a heap profile.
pub fn load(
    source: &Source,
    symbolizer: Option<&Symbolizer<'_>>,
    progress: &Progress,
) -> Result<Loaded, LoadError> {
    let opened = open(source, progress);
    finish(source, opened, symbolizer, progress, Contents::into_profile)
}

/// A profile, and what an examiner said of the heap it was made of; nothing where it was made of no heap.
pub type Examined<T> = (Loaded, Option<T>);

/// Loads one profile; where it is a heap whose every object is known, `examine` is asked about that before it is made a profile, and what it
/// says comes back beside it.
///
/// # Errors
/// As [`load`].
pub fn load_examined<T>(
    source: &Source,
    symbolizer: Option<&Symbolizer<'_>>,
    progress: &Progress,
    examine: impl FnOnce(&ObjectGraph) -> T,
) -> Result<Examined<T>, LoadError> {
    let mut said = None;
    let opened = open(source, progress);
    let loaded = finish(source, opened, symbolizer, progress, |contents| {
        if let Contents::Heap(graph, _) = &contents {
            said = Some(examine(graph));
        }
        contents.into_profile()
    })?;
    Ok((loaded, said))
}

/// Loads one profile; where it is a heap whose every object is known, all is computed of it once, for `examine` and for the
/// [profile](object_graph::heap_to_profile).
///
/// # Errors
/// As [`load`].
pub fn load_with_heap<T>(
    source: &Source,
    symbolizer: Option<&Symbolizer<'_>>,
    progress: &Progress,
    examine: impl FnOnce(&Heap<'_>) -> T,
) -> Result<Examined<T>, LoadError> {
    let mut said = None;
    let opened = open(source, progress);
    let loaded = finish(source, opened, symbolizer, progress, |contents| {
        let Contents::Heap(graph, notes) = &contents else {
            return contents.into_profile();
        };
        let heap = Heap::of(graph);
        said = Some(examine(&heap));
        Ok(object_graph::heap_to_profile(heap, notes)?)
    })?;
    Ok((loaded, said))
}

/// Loads a heap whose every object is known, and gives it to `examine`.
///
/// # Errors
/// As [`load`]; and the input is a profile of another kind.
pub fn load_heap<T>(
    source: &Source,
    progress: &Progress,
    examine: impl FnOnce(&ObjectGraph) -> T,
) -> Result<T, LoadError> {
    let contents = with_bytes(source, progress, |bytes| {
        formats::read_contents(bytes).map_err(LoadErrorKind::from_read)
    })?;
    let wrong = |format| LoadError {
        input: source.name(),
        kind: LoadErrorKind::NoObjects { format },
    };
    match contents {
        Contents::Heap(graph, _) => Ok(examine(&graph)),
        Contents::Profile(profile) => Err(wrong(profile.origin().format.name())),
    }
}

/// Gives the bytes of an input to `read`, unwrapped, and passes over what it leaves.
pub(super) fn with_bytes<T>(
    source: &Source,
    progress: &Progress,
    read: impl FnOnce(&mut dyn Read) -> Result<T, LoadErrorKind>,
) -> Result<T, LoadError> {
    let read = |opened: Opened| {
        let raw = RawInput::new(opened.bytes, progress);
        let tally = raw.tally();
        let failed = |error: io::Error| LoadErrorKind::from_read(error.into());
        let mut bytes = unwrap::unwrap(raw, &tally).map_err(failed)?;
        let done = read(&mut *bytes)?;
        io::copy(&mut bytes, &mut io::sink()).map_err(failed)?;
        Ok(done)
    };
    open(source, progress)
        .and_then(read)
        .map_err(|kind| LoadError {
            input: source.name(),
            kind,
        })
}

fn open(source: &Source, progress: &Progress) -> Result<Opened, LoadErrorKind> {
    let opened = source.open()?;
    progress.expect(opened.size.unwrap_or(0));
    Ok(opened)
}

/// Loads one profile from what was a file when somebody looked, and never waits for a pipe that has taken its place since.
///
/// # Errors
/// As [`load`].
pub fn load_file(
    path: &Path,
    symbolizer: Option<&Symbolizer<'_>>,
    progress: &Progress,
) -> Result<Loaded, LoadError> {
    load_expected(&Source::Path(path.to_owned()), true, symbolizer, progress)
}

/// Loads one profile whose size `progress` was told before.
pub(super) fn load_expected(
    source: &Source,
    is_file: bool,
    symbolizer: Option<&Symbolizer<'_>>,
    progress: &Progress,
) -> Result<Loaded, LoadError> {
    let opened = match is_file {
        true => source.open_file(),
        false => source.open(),
    };
    finish(source, opened, symbolizer, progress, Contents::into_profile)
}

fn finish(
    source: &Source,
    opened: Result<Opened, LoadErrorKind>,
    symbolizer: Option<&Symbolizer<'_>>,
    progress: &Progress,
    lower: impl FnOnce(Contents) -> Result<Profile, ReadError>,
) -> Result<Loaded, LoadError> {
    opened
        .and_then(|opened| read(source, opened, symbolizer, progress, lower))
        .map_err(|kind| LoadError {
            input: source.name(),
            kind,
        })
}

/// Loads two profiles at the same time.
///
/// # Errors
/// Either cannot be loaded, the first one's error going first; or both are standard input.
pub fn load_pair(
    a: &Source,
    b: &Source,
    symbolizer: Option<&Symbolizer<'_>>,
    progress: &Progress,
) -> Result<(Loaded, Loaded), LoadError> {
    let nothing = |_: &ObjectGraph| ();
    let ((a, _), (b, _)) = load_pair_examined(a, b, symbolizer, progress, nothing, nothing)?;
    Ok((a, b))
}

/// Loads two profiles at the same time; each that is a heap whose every object is known is shown to its examiner, as [`load_examined`] does.
///
/// # Errors
/// As [`load_pair`].
pub fn load_pair_examined<A: Send, B: Send>(
    a: &Source,
    b: &Source,
    symbolizer: Option<&Symbolizer<'_>>,
    progress: &Progress,
    examine_a: impl FnOnce(&ObjectGraph) -> A + Send,
    examine_b: impl FnOnce(&ObjectGraph) -> B + Send,
) -> Result<(Examined<A>, Examined<B>), LoadError> {
    if (a, b) == (&Source::Stdin, &Source::Stdin) {
        return Err(LoadError {
            input: a.name(),
            kind: LoadErrorKind::StdinTwice,
        });
    }
    let (a, b) = std::thread::scope(|scope| {
        let other = scope.spawn(|| load_examined(b, symbolizer, progress, examine_b));
        let a = load_examined(a, symbolizer, progress, examine_a);
        (
            a,
            other
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        )
    });
    Ok((a?, b?))
}

fn read(
    source: &Source,
    opened: Opened,
    symbolizer: Option<&Symbolizer<'_>>,
    progress: &Progress,
    lower: impl FnOnce(Contents) -> Result<Profile, ReadError>,
) -> Result<Loaded, LoadErrorKind> {
    let raw = RawInput::new(opened.bytes, progress);
    let tally = raw.tally();
    let failed = |error: io::Error| LoadErrorKind::from_read(error.into());
    let mut bytes = unwrap::unwrap(raw, &tally).map_err(failed)?;
    let profile = formats::read_contents(&mut *bytes)
        .and_then(lower)
        .map_err(LoadErrorKind::from_read)?;
    // A reader may stop where its format ends. What follows still counts for size and fingerprint, and may be damaged.
    io::copy(&mut bytes, &mut io::sink()).map_err(failed)?;
    drop(bytes);
    let profile = match symbolizer {
        Some(symbolizer) => symbolizer.symbolize(profile),
        None => symbolize::without_addresses(profile),
    };
    Ok(Loaded {
        profile,
        name: source.name(),
        path: source.path().map(PathBuf::from),
        size_bytes: tally.bytes(),
        modified_ms: opened.modified_ms,
        fingerprint: Fingerprint {
            bytes: tally.bytes(),
            crc32: tally.crc32(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(source: &Source) -> LoadError {
        match load(source, None, &Progress::default()) {
            Ok(_) => panic!("an error"),
            Err(error) => error,
        }
    }

    #[test]
    fn an_error_names_the_input_and_what_to_do() {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let missing = error(&Source::Path(folder.path().join("missing.heap")));
        assert_eq!(missing.kind.name(), "not-found");
        assert!(
            missing
                .to_string()
                .ends_with("missing.heap: no such file or folder")
        );
        let directory = error(&Source::Path(folder.path().to_owned()));
        assert!(directory.to_string().contains("is a directory"));
        let empty = folder.path().join("empty.heap");
        assert!(std::fs::write(&empty, "").is_ok());
        assert_eq!(error(&Source::Path(empty)).kind.name(), "empty");
        let cut = folder.path().join("cut.gz");
        assert!(std::fs::write(&cut, [0x1F, 0x8B, 8, 0, 0]).is_ok());
        assert_eq!(error(&Source::Path(cut)).kind.name(), "truncated");
    }

    #[test]
    fn standard_input_can_be_only_one_of_two() {
        let stdin = Source::from_argument("-");
        assert_eq!(stdin, Source::Stdin);
        match load_pair(&stdin, &stdin, None, &Progress::default()) {
            Ok(_) => panic!("an error"),
            Err(error) => assert!(error.kind.is_usage()),
        }
    }
}
