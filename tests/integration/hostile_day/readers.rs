//! Every reader of profiles, every output of what they take.

use std::path::Path;

use fabric::load::{self, Loaded, Progress, Source};

use super::campaign::{Outcome, campaign};
use super::corpus::{self, Kind, Original};
use super::{byte_changes, contract, line_changes, protobuf_changes, token_changes, wrappings};
use crate::run_fabric::fixtures;
use crate::support::random_draws::RandomDraws;

/// Honest profiles of several formats, to compare with.
fn honest() -> Vec<Loaded> {
    [
        "pprof/go-1.27/goleak/heap.007.pb.gz",
        "gperftools/2.10/heap_v2/tcs.0005.heap",
    ]
    .iter()
    .map(|name| load(&fixtures().join(name)))
    .collect()
}

fn load(path: &Path) -> Loaded {
    load::load(&Source::Path(path.to_owned()), None, &Progress::default())
        .expect("a fixture is read")
}

/// Changes originals of one kind, and holds the contract for each.
fn readers(
    name: &str,
    least: u64,
    kind: Kind,
    mut change: impl FnMut(&mut Vec<u8>, &[u8], &mut RandomDraws),
) {
    let originals = corpus::of_kind(kind);
    let sound: Vec<Original> = originals
        .iter()
        .filter(|original| original.is_sound)
        .cloned()
        .collect();
    let all = corpus::profiles();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("input.heap");
    let honest = honest();
    let any = |some: &[Original], random: &mut RandomDraws| {
        some[random.below(some.len() as u64) as usize].bytes.clone()
    };
    campaign(
        name,
        least,
        |random| {
            let mut bytes = match random.below(4) {
                0 => any(&originals, random),
                _ => any(&sound, random),
            };
            let other = any(&all, random);
            match random.below(6) {
                0 => byte_changes::change(&mut bytes, &other, random),
                1 => {
                    change(&mut bytes, &other, random);
                    byte_changes::change(&mut bytes, &other, random);
                }
                _ => change(&mut bytes, &other, random),
            }
            bytes
        },
        |bytes, random| {
            std::fs::write(&path, bytes).expect("an input is written");
            contract::hold(&path, bytes.len(), &honest, random)
        },
    );
}

fn texts(text: &mut Vec<u8>, other: &[u8], random: &mut RandomDraws) {
    match random.below(2) {
        0 => line_changes::change(text, other, random),
        _ => token_changes::change(text, random),
    }
}

#[test]
fn pprof() {
    readers("pprof", 300, Kind::Pprof, |bytes, _, random| {
        protobuf_changes::change(bytes, random)
    });
}

#[test]
fn jemalloc() {
    readers("jemalloc", 300, Kind::Jemalloc, texts);
}

#[test]
fn gperftools() {
    readers("gperftools", 300, Kind::Gperftools, texts);
}

#[test]
fn folded() {
    readers("folded", 300, Kind::Folded, texts);
}

#[test]
fn v8() {
    readers("v8", 150, Kind::V8, |bytes, _, random| {
        match random.below(4) {
            0 => token_changes::change(bytes, random),
            _ => token_changes::change_values(bytes, random),
        }
    });
}

#[test]
fn anything_else() {
    readers("anything", 150, Kind::Other, texts);
}

#[test]
fn compression() {
    let all = corpus::profiles();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("input.heap.gz");
    campaign(
        "compression",
        150,
        |random| {
            let original = &all[random.below(all.len() as u64) as usize];
            wrappings::wrap(&original.bytes, random)
        },
        |bytes, random| {
            std::fs::write(&path, bytes).expect("an input is written");
            // What it inflates to decides; nothing here inflates to more than that.
            match contract::hold(&path, bytes.len() + (20 << 20), &[], random) {
                Outcome::Accepted => Outcome::Accepted,
                Outcome::Refused => Outcome::Refused,
            }
        },
    );
}
