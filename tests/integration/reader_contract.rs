//! What every reader promises for every fixture: the same result from any source, through pprof and back, and from any part.

use std::io::Read;
use std::path::{Path, PathBuf};

use fabric::formats::{self, folded, pprof};
use fabric::load::{self, Progress, Source};
use fabric::model::{Profile, ValueIndex};

use super::run_fabric::fixtures;

/// Fixtures that are heap profiles, with their paths inside the folder.
pub(crate) fn profiles() -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for folder in ["pprof", "jemalloc", "gperftools", "go-text", "folded", "v8"] {
        collect(&fixtures().join(folder), &mut found);
    }
    let refused = ["cpu.pb.gz", "mutex.pb.gz", "goroutine.pb.gz", "wall.pb.gz"];
    found.retain(|path| {
        let name = path.file_name().expect("has a name").to_string_lossy();
        let endings = [".gz", ".heap", ".growth", ".txt", ".zst", ".folded"];
        endings.iter().any(|ending| name.ends_with(ending)) && !refused.contains(&name.as_ref())
    });
    found.sort();
    assert!(found.len() > 50, "only {} fixtures", found.len());
    found
        .into_iter()
        .map(|path| {
            let inside = path.strip_prefix(fixtures()).expect("inside the fixtures");
            (inside.display().to_string(), path.clone())
        })
        .collect()
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("fixtures are there") {
        let path = entry.expect("fixtures can be listed").path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The content of a fixture without its compression.
pub(crate) fn plain(path: &Path) -> Vec<u8> {
    let raw = std::fs::read(path).expect("a fixture is read");
    if raw.starts_with(&[0x1f, 0x8b]) {
        let mut plain = Vec::new();
        flate2::read::MultiGzDecoder::new(raw.as_slice())
            .read_to_end(&mut plain)
            .expect("a fixture is sound");
        return plain;
    }
    if raw.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        let mut plain = Vec::new();
        ruzstd::decoding::StreamingDecoder::new(raw.as_slice())
            .expect("a fixture is sound")
            .read_to_end(&mut plain)
            .expect("a fixture is sound");
        return plain;
    }
    raw
}

/// Everything a profile says, as text, whatever the order of its tables.
pub(crate) fn said(profile: &Profile) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for index in 0..profile.value_types().len() {
        let value_type = &profile.value_types()[index];
        let value = profile
            .find_value(|other| other == value_type)
            .expect("it is there");
        let mut lines = Vec::new();
        folded::write(profile, value, &mut lines).expect("memory takes everything");
        said.push(format!("{} {}", value_type.name, value_type.unit_name));
        said.extend(String::from_utf8_lossy(&lines).lines().map(str::to_owned));
        said.push(format!("total {}", profile.total(value)));
    }
    let mut labels: Vec<String> = profile
        .samples()
        .map(|sample| format!("{} labels", profile.labels(sample.labels).len()))
        .collect();
    labels.sort();
    said.extend(labels);
    said
}

fn loaded(path: &Path) -> Profile {
    match load::load(&Source::from_argument(path), None, &Progress::default()) {
        Ok(loaded) => loaded.profile,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn a_name_decides_nothing() {
    for (name, path) in profiles() {
        let plain = plain(&path);
        let from_bytes = formats::read(&mut plain.as_slice()).expect("it is read without a name");
        assert_eq!(said(&loaded(&path)), said(&from_bytes), "{name}");
    }
}

#[test]
fn a_profile_goes_through_pprof_and_comes_back() {
    for (name, path) in profiles() {
        let profile = loaded(&path);
        let mut written = Vec::new();
        let part = pprof::Part {
            profile: &profile,
            is_base: false,
        };
        pprof::write(&[part], None, &mut written).expect("memory takes everything");
        let back = formats::read(&mut flate2::read::GzDecoder::new(written.as_slice()));
        let back = back.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(said(&profile), said(&back), "{name}");
        assert_eq!(
            profile.origin().captured_at_ms,
            back.origin().captured_at_ms,
            "{name}"
        );
        assert_eq!(
            profile.origin().sampling.period(),
            back.origin().sampling.period(),
            "{name}"
        );
    }
}

#[test]
fn a_profile_goes_through_folded_stacks_and_comes_back() {
    for (name, path) in profiles() {
        let profile = loaded(&path);
        let value = fabric::analysis::value_choice::choose(&profile, None).expect("there is one");
        let mut lines = Vec::new();
        folded::write(&profile, value, &mut lines).expect("memory takes everything");
        if lines.is_empty() {
            continue;
        }
        let back = folded::read(&lines).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            back.total(ValueIndex::FIRST),
            profile.total(value),
            "{name}"
        );
    }
}

#[test]
fn a_part_of_a_profile_is_an_error_or_a_result() {
    for (name, path) in profiles() {
        let plain = plain(&path);
        // About 150 cuts of each fixture, at odd places.
        let step = (plain.len() / 150).max(97);
        for end in (0..plain.len()).step_by(step) {
            if let Ok(profile) = formats::read(&mut &plain[..end]) {
                assert!(profile.sample_count() <= plain.len(), "{name} cut at {end}");
            }
        }
    }
}
