//! Folders of snapshots: a broken snapshot, a broken document beside it, strange names; judged, and shown in every way.

use std::num::NonZero;
use std::path::PathBuf;

use fabric::analysis::granularity::Granularity;
use fabric::judge::{self, Choice, Moment, SeriesQuestion};
use fabric::load::Progress;
use fabric::load::series::{Links, find};
use fabric::render;

use super::campaign::{Outcome, campaign};
use super::{byte_changes, contract, corpus, token_changes, well_formed};
use crate::run_fabric::fixtures;
use crate::support::random_draws::RandomDraws;

/// Snapshots with the documents beside them.
fn honest() -> Vec<(String, Vec<u8>)> {
    let folder = fixtures().join("series/prometheus-2.42");
    let mut files = corpus::named(&folder);
    files.retain(|(name, _)| name.starts_with("heap-"));
    files.sort();
    files
}

/// Names that mean something: times, numbers, services, none of it, and what a terminal would obey.
fn strange_name(random: &mut RandomDraws) -> String {
    let number = byte_changes::extreme(random);
    match random.below(10) {
        0 => format!("heap-{number}-periodic.pb.gz"),
        1 => format!("service.{}.heap", number % 100_000),
        2 => "2026-02-30T25:61:61Z.pb.gz".to_owned(),
        3 => format!(
            "jeprof.{}.{}.m{}.heap",
            number,
            random.below(9),
            random.below(9)
        ),
        4 => "a\nb\u{1b}[2J\u{202e}.heap".to_owned(),
        5 => format!("{}.heap", "x".repeat(200)),
        6 => format!("heap.{}", "9".repeat(1 + random.below(60) as usize)),
        7 => format!("<script>&{}.heap", random.below(9)),
        8 => format!(
            "heap-{}-limit.heapsnapshot",
            1_795_523_671_485_u64 + random.below(100_000)
        ),
        _ => format!("-{}", random.below(100)),
    }
}

#[test]
fn series() {
    let honest = honest();
    let sidecars = corpus::with_ending("series", ".pb.gz.json");
    let profiles = corpus::profiles();
    campaign(
        "series",
        60,
        |random| match random.below(3) {
            0 => corpus::changed_pprof(&profiles, random),
            _ => {
                let mut bytes = sidecars[random.below(sidecars.len() as u64) as usize].clone();
                match random.below(4) {
                    0 => byte_changes::change(&mut bytes, b"{}", random),
                    1 => token_changes::change_values(&mut bytes, random),
                    _ => token_changes::change(&mut bytes, random),
                }
                bytes
            }
        },
        |bytes, random| hold(bytes, &honest, random),
    );
}

fn hold(bytes: &[u8], honest: &[(String, Vec<u8>)], random: &mut RandomDraws) -> Outcome {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.path().join(name), bytes).expect("a file is written")
    };
    for (name, bytes) in honest {
        if random.below(4) > 0 {
            put(name, bytes);
        }
    }
    let is_document = !bytes.starts_with(&[0x1f, 0x8b]);
    for _ in 0..1 + random.below(3) {
        let any = &honest[random.below(honest.len() as u64) as usize].0;
        let stem = any.trim_end_matches(".json");
        match (is_document, random.below(3)) {
            (true, 0) => {
                let name = strange_name(random);
                put(&name, &honest[0].1);
                // A name of 255 bytes has no room for its document.
                let _ = std::fs::write(folder.path().join(format!("{name}.json")), bytes);
            }
            (true, _) => put(&format!("{stem}.json"), bytes),
            (false, 0) => put(stem, bytes),
            (false, _) => put(&strange_name(random), bytes),
        }
    }
    let moment = |random: &mut RandomDraws| match random.below(6) {
        0 => Some(Moment::BeforeLast(byte_changes::extreme(random) as i64)),
        1 => Some(Moment::At(byte_changes::extreme(random) as i64)),
        _ => None,
    };
    let question = SeriesQuestion {
        title: folder.path().display().to_string(),
        choice: Choice {
            since: moment(random),
            until: moment(random),
            last: (random.below(4) == 0).then(|| random.below(5) as u32),
            service: (random.below(2) == 0).then(|| "prometheus".to_owned()),
            pid: None,
            interval: (random.below(6) == 0)
                .then(|| (byte_changes::extreme(random) >> 1) as i64)
                .filter(|it| *it > 0),
        },
        sample_index: None,
        filter: Default::default(),
        by: [
            Granularity::Stack,
            Granularity::Function,
            Granularity::Module,
        ][random.below(3) as usize],
        top: random.below(12) as usize,
        limit: (random.below(3) == 0).then(|| byte_changes::extreme(random)),
        at_once: NonZero::<usize>::MIN,
    };
    let links = [Links::Followed, Links::LeftOut][random.below(2) as usize];
    let found = match find(&[PathBuf::from(folder.path())], links) {
        Ok(found) => found,
        Err(error) => {
            well_formed::plain("the error", &fabric::escape::terminal(&error.to_string()));
            return Outcome::Refused;
        }
    };
    match judge::judge(&question, found, None, &Progress::default()) {
        Ok(judged) => {
            let report = &judged.report;
            well_formed::json(
                "trend as JSON",
                &render::json::trend(report).expect("it can be said"),
            );
            contract::document("trend", &report.document(), None, random);
            contract::document("report", &report.page(), None, random);
            if let Some(chart) = report.chart() {
                well_formed::markup("the chart", &render::chart_svg(&chart, &report.title));
            }
            Outcome::Accepted
        }
        Err(refusal) => {
            well_formed::plain(
                "the refusal",
                &fabric::escape::terminal(&refusal.to_string()),
            );
            Outcome::Refused
        }
    }
}
