//! What is changed: fixtures by kind, without their compression, and the files of `FABRIC_HOSTILE_CORPUS`.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::campaign::further_corpus;
use super::{protobuf_changes, wrappings};
use crate::run_fabric::fixtures;
use crate::support::random_draws::RandomDraws;

/// Larger files would be few in the time that there is; the small ones have everything that those have.
const MOST_BYTES: usize = 300_000;

/// A file, by what it is.
#[derive(Debug, Clone)]
pub(super) struct Original {
    pub(super) bytes: Vec<u8>,
    pub(super) kind: Kind,
    /// Whether it is taken as it is.
    pub(super) is_sound: bool,
}

/// What a file is, as its first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Pprof,
    Jemalloc,
    Gperftools,
    Folded,
    V8,
    Other,
}

/// All profiles that are small enough.
pub(super) fn profiles() -> Vec<Original> {
    let mut paths = Vec::new();
    for folder in [
        "pprof",
        "jemalloc",
        "gperftools",
        "go-text",
        "folded",
        "v8",
        "hostile",
    ] {
        collect(&fixtures().join(folder), &mut paths);
    }
    if let Some(further) = further_corpus() {
        collect(&further, &mut paths);
    }
    paths.retain(|path| {
        let ending = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        !["json", "jsonl", "py", "md", "pyc"].contains(&&*ending)
    });
    paths.sort();
    let found: Vec<Original> = paths
        .iter()
        .filter_map(|path| plain(path))
        .map(|bytes| Original {
            kind: kind(&bytes),
            is_sound: fabric::formats::read(&mut bytes.as_slice()).is_ok(),
            bytes,
        })
        .collect();
    assert!(found.len() > 150, "only {} files", found.len());
    found
}

/// The profiles of one kind.
pub(super) fn of_kind(kind: Kind) -> Vec<Original> {
    let mut found = profiles();
    found.retain(|original| original.kind == kind);
    assert!(
        found.iter().any(|original| original.is_sound),
        "there are none"
    );
    found
}

/// One of them, changed by its protobuf fields and compressed as programs do it.
pub(super) fn changed_pprof(profiles: &[Original], random: &mut RandomDraws) -> Vec<u8> {
    let mut bytes = profiles[random.below(profiles.len() as u64) as usize]
        .bytes
        .clone();
    protobuf_changes::change(&mut bytes, random);
    wrappings::gzip(&bytes)
}

/// The files of one folder, by name.
pub(super) fn named(folder: &Path) -> Vec<(String, Vec<u8>)> {
    std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            (name, std::fs::read(path).expect("it is read"))
        })
        .collect()
}

/// Files of a folder with this ending, as they are.
pub(super) fn with_ending(folder: &str, ending: &str) -> Vec<Vec<u8>> {
    let mut paths = Vec::new();
    collect(&fixtures().join(folder), &mut paths);
    if let Some(further) = further_corpus() {
        collect(&further, &mut paths);
    }
    paths.retain(|path| path.to_string_lossy().ends_with(ending));
    paths.sort();
    let found: Vec<Vec<u8>> = paths
        .iter()
        .map(|path| std::fs::read(path).expect("a fixture is read"))
        .filter(|bytes| bytes.len() <= MOST_BYTES)
        .collect();
    assert!(!found.is_empty(), "no {ending} in {folder}");
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the corpus is there") {
        let path = entry.expect("it can be listed").path();
        match path.is_dir() {
            true => collect(&path, found),
            false => found.push(path),
        }
    }
}

/// A file without its compression, where it is sound and small enough.
fn plain(path: &Path) -> Option<Vec<u8>> {
    let raw = std::fs::read(path).expect("the corpus is read");
    let inflated: Box<dyn Read> = match raw.as_slice() {
        [0x1f, 0x8b, ..] => Box::new(flate2::read::MultiGzDecoder::new(raw.as_slice())),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            Box::new(ruzstd::decoding::StreamingDecoder::new(raw.as_slice()).ok()?)
        }
        plain => Box::new(plain),
    };
    let mut bytes = Vec::new();
    inflated
        .take(MOST_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .ok()?;
    (bytes.len() <= MOST_BYTES).then_some(bytes)
}

fn kind(bytes: &[u8]) -> Kind {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(400)]);
    if text.contains("\0") || text.contains('\u{fffd}') {
        return Kind::Pprof;
    }
    if text.starts_with('{') {
        return Kind::V8;
    }
    if text.contains("heap_v2/") && !text.contains("heap profile:") {
        return Kind::Jemalloc;
    }
    if text.contains("heap profile:") || text.contains("growthz") {
        return Kind::Gperftools;
    }
    match text.lines().any(|line| line.contains(';')) {
        true => Kind::Folded,
        false => Kind::Other,
    }
}
