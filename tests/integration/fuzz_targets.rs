//! One target for each reader that runs the whole way to JSON, fed with mutations of every fixture.
//!
//! `cargo test` tries a fixed number of mutations, the same ones every time. `FABRIC_FUZZ_SECONDS=600 cargo test fuzz` goes on with
//! other seeds for so long. A find is printed with its seed and becomes a file in `fixtures/hostile`.

use std::time::{Duration, Instant};

use fabric::analysis::diff::{self, DiffOptions};
use fabric::analysis::granularity::Granularity;
use fabric::analysis::heap::{HeapDigest, HeapGrowth, HeapSurvey};
use fabric::formats::{self, Contents, v8};
use fabric::object_graph::Heap;
use fabric::render;
use fabric::report::input::Input;
use fabric::report::snapshot::SnapshotOptions;
use fabric::report::{DiffReport, SnapshotReport};

use super::reader_contract::{plain, profiles};
use super::support::random_draws::RandomDraws;

/// From bytes to every kind of output: the target.
fn all_the_way(bytes: &[u8], other: &[u8]) {
    let Ok(contents) = formats::read_contents(&mut &bytes[..]) else {
        return;
    };
    let survey = match &contents {
        Contents::Heap(graph, _) => {
            let heap = Heap::of(graph);
            let growth = HeapGrowth::between(&HeapDigest::of(&heap), &heap, 10);
            assert!(growth.collections.rows.is_empty(), "nothing changed");
            // What is wrong with it was said when it was read.
            let _ = v8::redact(&mut &bytes[..], &mut std::io::sink(), &|_| 0);
            Some(HeapSurvey::of(&heap, 10))
        }
        _ => None,
    };
    let Ok(profile) = contents.into_profile() else {
        return;
    };
    let options = SnapshotOptions {
        sample_index: None,
        by: Granularity::Function,
        top: 10,
        filter: Default::default(),
    };
    let profile = fabric::symbolize::without_addresses(profile);
    let input = Input::new("fuzz", None, &profile);
    let mut report =
        SnapshotReport::new(input.clone(), &profile, &options).expect("no value was asked for");
    report.heap = survey;
    render::json::snapshot(&report).expect("it can be said");
    let Ok(other) = formats::read(&mut &other[..]) else {
        return;
    };
    if let Ok(diff) = diff::diff(&other, &profile, &DiffOptions::default()) {
        let report = DiffReport {
            gate: None,
            heap: None,
            before: Input::new("other", None, &other),
            after: input,
            diff,
        };
        render::json::diff(&report).expect("it can be said");
        let style = render::terminal::Style {
            width: 80,
            color: true,
            unicode: true,
        };
        assert!(!render::terminal(&report.document(), style).is_empty());
    }
}

/// A few changes of the kinds that break readers: flipped bits, extreme bytes, lost, doubled and moved parts, changed digits.
fn mutate(original: &[u8], random: &mut RandomDraws) -> Vec<u8> {
    let mut bytes = original.to_vec();
    for _ in 0..1 + random.below(6) {
        if bytes.is_empty() {
            break;
        }
        let at = random.below(bytes.len() as u64) as usize;
        let length = 1 + random.below(24) as usize;
        let end = (at + length).min(bytes.len());
        match random.below(7) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff, b'-', b'\n'][random.below(7) as usize],
            2 => {
                bytes.drain(at..end);
            }
            3 => {
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            4 => bytes.truncate(at),
            5 => {
                let part = bytes[at..end].to_vec();
                let to = random.below(bytes.len() as u64) as usize;
                bytes.splice(to..to, part);
            }
            _ => {
                // Numbers of a text grow out of range.
                if let Some(digit) = bytes[at..].iter().position(u8::is_ascii_digit) {
                    bytes.splice(at + digit..at + digit, *b"9999999999");
                }
            }
        }
    }
    bytes
}

fn fuzz(folder: &str, rounds: u64) {
    let fixtures: Vec<Vec<u8>> = profiles()
        .into_iter()
        .filter(|(name, _)| name.starts_with(folder))
        .map(|(_, path)| plain(&path))
        .filter(|bytes| bytes.len() < 200_000)
        .collect();
    assert!(!fixtures.is_empty(), "{folder} has fixtures");
    let seconds = std::env::var("FABRIC_FUZZ_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok());
    let until = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut tried = 0u64;
    while tried < rounds || until.is_some_and(|until| Instant::now() < until) {
        let mut random = RandomDraws::new(tried);
        let original = &fixtures[tried as usize % fixtures.len()];
        let mutated = mutate(original, &mut random);
        let outcome = std::panic::catch_unwind(|| all_the_way(&mutated, original));
        assert!(outcome.is_ok(), "seed {tried} of {folder} panics");
        tried += 1;
    }
    println!("{folder}: {tried} mutations");
}

#[test]
fn fuzz_pprof() {
    fuzz("pprof", 1500);
}

#[test]
fn fuzz_jemalloc() {
    fuzz("jemalloc", 1500);
}

#[test]
fn fuzz_gperftools() {
    fuzz("gperftools", 1500);
}

#[test]
fn fuzz_go_text() {
    fuzz("go-text", 600);
}

#[test]
fn fuzz_folded() {
    fuzz("folded", 1500);
}

#[test]
fn fuzz_v8() {
    fuzz("v8", 600);
}
