//! What came, and what of it is kept.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use crate::capture::CaptureErrorKind;
use crate::formats::pprof;
use crate::load::{self, Loaded, Progress, Source, open_unwrapped};
use crate::model::{self, Measure, SourceFormat, Unit};
use crate::notes::NoteKind;
use crate::symbolize::Symbolizer;

/// What a captured file is.
#[derive(Debug)]
pub enum Content {
    /// A heap profile that was read whole.
    Profile(Box<HeapProfile>),
    /// A heap snapshot of V8, of which beginning and end were looked at.
    HeapSnapshot,
}

/// A heap profile, and how it is kept.
#[derive(Debug)]
pub struct HeapProfile {
    /// The profile, with names where addresses could be given some.
    pub loaded: Loaded,
    keeping: Keeping,
    compression: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeping {
    /// It is a gzipped profile.proto with all the names it can have.
    AsItIs,
    /// It is a profile.proto with all the names it can have, under no or another compression.
    Gzipped,
    /// It is another format, or got names here that it would lose elsewhere, or a time.
    Converted,
}

/// How much of the beginning and the end tells a heap snapshot.
const EDGE_BYTES: usize = 256;

/// Finds out what a file is and reads it as what it is.
///
/// # Errors
/// It is neither a heap profile nor a heap snapshot, or only a part of one.
pub fn examine(
    path: &Path,
    symbolizer: Option<&Symbolizer<'_>>,
) -> Result<Content, CaptureErrorKind> {
    if is_heap_snapshot(path)? {
        return Ok(Content::HeapSnapshot);
    }
    let source = Source::Path(path.to_owned());
    let mut loaded = load::load(&source, None, &Progress::default())
        .map_err(|error| CaptureErrorKind::Content(error.kind))?;
    if let Some(cut) = loaded.profile.notes().get(NoteKind::TruncatedInput) {
        return Err(CaptureErrorKind::Partial(cut.example.clone()));
    }
    let format = loaded.profile.origin().format;
    if is_dump(format) && !ends_a_line(path).map_err(CaptureErrorKind::Read)? {
        let what = format!("{format} text without the end of its last line");
        return Err(CaptureErrorKind::Partial(what));
    }
    let unnamed = unnamed_addresses(&loaded.profile);
    if let Some(symbolizer) = symbolizer.filter(|_| unnamed > 0) {
        loaded.profile = symbolizer.symbolize(loaded.profile);
    }
    let keeping = if format != SourceFormat::Pprof || unnamed_addresses(&loaded.profile) < unnamed {
        Keeping::Converted
    } else if is_gzipped_once(path).map_err(CaptureErrorKind::Read)? {
        Keeping::AsItIs
    } else {
        Keeping::Gzipped
    };
    let compression = compression(path).map_err(CaptureErrorKind::Read)?;
    Ok(Content::Profile(Box::new(HeapProfile {
        loaded,
        keeping,
        compression,
    })))
}

impl HeapProfile {
    /// Whether the bytes are kept as they came.
    pub fn is_kept_as_it_is(&self) -> bool {
        self.keeping == Keeping::AsItIs
    }

    /// Gives a profile that has no time of its own the one of its capture, in milliseconds since 1970. What is written has it, too.
    #[must_use]
    pub fn taken_at(mut self: Box<Self>, at_ms: i64) -> Box<HeapProfile> {
        if at_ms > 0 && self.loaded.profile.origin().captured_at_ms.is_none() {
            self.loaded.profile = self.loaded.profile.with_time(at_ms);
            self.keeping = Keeping::Converted;
        }
        self
    }

    /// What stands behind the name of the bytes as they came: the format, and the compression around it.
    pub fn original_extension(&self) -> String {
        let format = self.loaded.profile.origin().format.name();
        format!("{format}{}", self.compression)
    }

    /// Writes what is kept: a gzipped profile.proto.
    ///
    /// # Errors
    /// `path`, where the bytes as they came are, cannot be read again, or `out` cannot be written.
    pub fn write(&self, path: &Path, out: &mut dyn Write) -> io::Result<()> {
        let profile = &self.loaded.profile;
        match self.keeping {
            Keeping::AsItIs => io::copy(&mut File::open(path)?, out).map(drop),
            Keeping::Gzipped => {
                let progress = Progress::default();
                let mut bytes = open_unwrapped(path, &progress)?;
                let mut gzip = GzEncoder::new(out, Compression::default());
                io::copy(&mut bytes, &mut gzip)?;
                gzip.finish().map(drop)
            }
            Keeping::Converted => {
                let shown = profile.value_of(Measure::InUse, Unit::Bytes);
                let shown = shown.map(|value| profile.value_type(value).name.as_str());
                let part = pprof::Part {
                    profile,
                    is_base: false,
                };
                pprof::write(&[part], shown, out)
            }
        }
    }
}

fn unnamed_addresses(profile: &model::Profile) -> usize {
    profile
        .locations()
        .filter(|(_, location)| location.frames.is_empty() && location.address.is_some())
        .count()
}

/// The list of mappings comes last in a dump. One that is cut there has all its samples, and addresses that would never get names.
fn is_dump(format: SourceFormat) -> bool {
    matches!(format, SourceFormat::Jemalloc | SourceFormat::Gperftools)
}

fn ends_a_line(path: &Path) -> io::Result<bool> {
    let progress = Progress::default();
    let mut bytes = open_unwrapped(path, &progress)?;
    let mut buffer = vec![0; 64 * 1024];
    let mut last = None;
    loop {
        match bytes.read(&mut buffer)? {
            0 => return Ok(last == Some(b'\n')),
            count => last = buffer.get(count - 1).copied(),
        }
    }
}

fn compression(path: &Path) -> io::Result<&'static str> {
    let mut magic = Vec::with_capacity(4);
    File::open(path)?.take(4).read_to_end(&mut magic)?;
    Ok(match magic.as_slice() {
        [0x1F, 0x8B, ..] => ".gz",
        [0x28, 0xB5, 0x2F, 0xFD] => ".zst",
        _ => "",
    })
}

/// Whether inflating it once gives a profile: servers and tools sometimes compress what is compressed.
fn is_gzipped_once(path: &Path) -> io::Result<bool> {
    if compression(path)? != ".gz" {
        return Ok(false);
    }
    let mut inside = Vec::with_capacity(4);
    GzDecoder::new(File::open(path)?)
        .take(4)
        .read_to_end(&mut inside)?;
    Ok(!inside.starts_with(&[0x1F, 0x8B]) && !inside.starts_with(&[0x28, 0xB5, 0x2F, 0xFD]))
}

/// A heap snapshot is one JSON object whose first member is its description; only its edges are looked at.
fn is_heap_snapshot(path: &Path) -> Result<bool, CaptureErrorKind> {
    use std::io::{Seek, SeekFrom};
    let edges = || -> io::Result<(Vec<u8>, Vec<u8>)> {
        let mut file = File::open(path)?;
        let (mut first, mut last) = (Vec::new(), Vec::new());
        (&mut file)
            .take(EDGE_BYTES as u64)
            .read_to_end(&mut first)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(EDGE_BYTES as u64)))?;
        file.read_to_end(&mut last)?;
        Ok((first, last))
    };
    let (first, last) = edges().map_err(CaptureErrorKind::Read)?;
    if !begins_heap_snapshot(&first) {
        return Ok(false);
    }
    match last.trim_ascii_end().ends_with(b"}") {
        true => Ok(true),
        false => Err(CaptureErrorKind::Partial(
            "a heap snapshot without its end".to_owned(),
        )),
    }
}

fn begins_heap_snapshot(first: &[u8]) -> bool {
    let description = || {
        let inside = first.trim_ascii_start().strip_prefix(b"{")?;
        inside.trim_ascii_start().strip_prefix(b"\"snapshot\"")
    };
    description().is_some_and(|after| after.trim_ascii_start().starts_with(b":"))
}

/// Whether a file is a heap snapshot with a compression around it. It is stored without: its objects are looked up in place.
///
/// # Errors
/// The file cannot be read, or what is compressed is damaged at its beginning.
pub(super) fn is_compressed_heap_snapshot(path: &Path) -> io::Result<bool> {
    if compression(path)?.is_empty() {
        return Ok(false);
    }
    let mut first = Vec::new();
    let progress = Progress::default();
    open_unwrapped(path, &progress)?
        .take(EDGE_BYTES as u64)
        .read_to_end(&mut first)?;
    Ok(begins_heap_snapshot(&first))
}

/// Writes what is inside of a compressed file.
///
/// # Errors
/// The file cannot be read or is damaged, or `out` cannot be written.
pub(super) fn inflate(path: &Path, out: &mut dyn Write) -> io::Result<u64> {
    let progress = Progress::default();
    io::copy(&mut open_unwrapped(path, &progress)?, out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fixtures")
            .join(name)
    }

    fn profile(path: &Path) -> Box<HeapProfile> {
        match examine(path, None) {
            Ok(Content::Profile(profile)) => profile,
            other => panic!("{}: {other:?}", path.display()),
        }
    }

    fn total(profile: &model::Profile) -> Option<u64> {
        let value = profile.value_of(Measure::InUse, Unit::Bytes)?;
        Some(profile.total(value))
    }

    #[test]
    fn what_is_kept_says_the_same() {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        for (name, keeping) in [
            ("pprof/go-1.27/goleak/heap.007.pb.gz", Keeping::AsItIs),
            ("hostile/encoding-not-compressed.pb", Keeping::Gzipped),
            ("hostile/gzip-inside-gzip.pb.gz", Keeping::Gzipped),
            ("go-text/go-1.27/heap.009.txt", Keeping::Converted),
            ("jemalloc/5.3/cleak/run1.2.heap", Keeping::Converted),
            (
                "gperftools/2.10/heapprofile-zst/tc.0004.heap.zst",
                Keeping::Converted,
            ),
        ] {
            let path = fixture(name);
            let given = profile(&path);
            assert_eq!(given.keeping, keeping, "{name}");
            let copy = folder.path().join("copy.pb.gz");
            let mut file = File::create(&copy).unwrap_or_else(|error| panic!("{error}"));
            assert!(given.write(&path, &mut file).is_ok());
            let kept = profile(&copy);
            assert_eq!(kept.keeping, Keeping::AsItIs, "{name}");
            assert_eq!(
                total(&kept.loaded.profile),
                total(&given.loaded.profile),
                "{name}"
            );
            assert_eq!(
                kept.loaded.profile.origin().sampling.period(),
                given.loaded.profile.origin().sampling.period(),
                "{name}"
            );
        }
    }

    #[test]
    fn what_is_no_whole_heap_profile_is_refused() {
        for (name, expected) in [
            ("pprof/go-1.27/kinds/cpu.pb.gz", "not a heap profile"),
            ("hostile/html-error-page.html", "HTML"),
            ("hostile/gzip-truncated.pb.gz", ""),
            ("hostile/jemalloc-cut-mid-line.heap", "ends early"),
        ] {
            match examine(&fixture(name), None) {
                Err(error) => assert!(error.to_string().contains(expected), "{name}: {error}"),
                Ok(content) => panic!("{name}: {content:?}"),
            }
        }
    }

    #[test]
    fn a_dump_that_is_cut_among_its_mappings_is_a_part() {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let path = folder.path().join("cut.heap");
        let whole = std::fs::read(fixture("jemalloc/5.3/cleak/run1.2.heap")).unwrap_or_default();
        assert!(std::fs::write(&path, &whole[..whole.len() / 3]).is_ok());
        let refused = examine(&path, None);
        assert!(matches!(refused, Err(CaptureErrorKind::Partial(_))));
    }

    #[test]
    fn a_compressed_heap_snapshot_is_known_and_unpacked() {
        let packed = fixture("v8/node-20/reduced/vr1.heapsnapshot.gz");
        assert!(is_compressed_heap_snapshot(&packed).is_ok_and(|it| it));
        let profile = fixture("pprof/go-1.27/goleak/heap.007.pb.gz");
        assert!(is_compressed_heap_snapshot(&profile).is_ok_and(|it| !it));
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let path = folder.path().join("x.heapsnapshot");
        let mut file = File::create(&path).unwrap_or_else(|error| panic!("{error}"));
        assert!(inflate(&packed, &mut file).is_ok_and(|bytes| bytes > 0));
        assert!(matches!(examine(&path, None), Ok(Content::HeapSnapshot)));
    }

    #[test]
    fn heap_snapshots_are_known_by_their_edges() {
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
        let path = folder.path().join("x");
        let check = |text: &str| {
            assert!(std::fs::write(&path, text).is_ok());
            examine(&path, None)
        };
        assert!(matches!(
            check(" {\"snapshot\" : {}, \"strings\": []}\n"),
            Ok(Content::HeapSnapshot)
        ));
        assert!(matches!(
            check("{\"snapshot\":{},\"nodes\":[1,2"),
            Err(CaptureErrorKind::Partial(_))
        ));
        assert!(check("{\"snapshots\":{}}").is_err());
    }
}
