//! What is promised for every input that may be a profile: an error that names it, or outputs of every kind that are what they say.

use std::path::Path;

use fabric::analysis::call_tree;
use fabric::analysis::diff::DiffOptions;
use fabric::analysis::frame_filter::FrameFilter;
use fabric::analysis::granularity::Granularity;
use fabric::analysis::heap::retainers::{Wanted, retainers};
use fabric::analysis::heap::{HeapDigest, HeapGrowth, HeapSurvey};
use fabric::analysis::value_choice;
use fabric::formats::{self, ReadErrorKind, folded, pprof};
use fabric::judge;
use fabric::load::{self, LoadError, LoadErrorKind, Loaded, Progress, Source};
use fabric::model::ValueIndex;
use fabric::object_graph::Heap;
use fabric::render::{self, Style};
use fabric::report::heap::RetainersReport;
use fabric::report::input::Input;
use fabric::report::snapshot::SnapshotOptions;
use fabric::report::{Document, SnapshotReport};
use regex::Regex;

use super::campaign::Outcome;
use super::well_formed;
use crate::reader_contract::said;
use crate::support::counting_allocator;
use crate::support::random_draws::RandomDraws;

/// Memory that reading may take, whatever the input, and for each of its bytes, inflated: buffers, and tables whose entries are larger than
/// what asks for them in a file.
const READING_BYTES: i64 = 32 << 20;
const READING_RATIO: i64 = 96;

/// Holds for one file at `path`, whose content has `plain_bytes` without compression; `others` are honest profiles to compare it with.
pub(super) fn hold(
    path: &Path,
    plain_bytes: usize,
    others: &[Loaded],
    random: &mut RandomDraws,
) -> Outcome {
    let top = [0, 1, 10][random.below(3) as usize];
    let source = Source::Path(path.to_owned());
    counting_allocator::forget_peak();
    let read = load::load_with_heap(&source, None, &Progress::default(), |heap| {
        heap_outputs(heap, top)
    });
    let allowed = READING_BYTES + READING_RATIO * plain_bytes as i64;
    let taken = counting_allocator::peak_bytes();
    assert!(
        taken <= allowed,
        "{taken} bytes of memory for {plain_bytes} bytes"
    );
    let (loaded, survey) = match read {
        Ok(read) => read,
        Err(error) => {
            refusal(path, &error);
            return Outcome::Refused;
        }
    };
    let mut copy = Vec::new();
    // What is no heap snapshot is refused, and what is one was read before.
    let copied = load::redacted_copy(
        &source,
        &mut copy,
        &|text| text.len() as u64,
        &Progress::default(),
    );
    assert!(copied.is_ok() == survey.is_some(), "{:?}", copied.err());
    let filter = filter(random);
    let options = SnapshotOptions {
        sample_index: None,
        by: granularity(random),
        top,
        filter: filter.clone(),
    };
    let input = Input::new(&loaded.name, Some(loaded.size_bytes), &loaded.profile);
    let mut report =
        SnapshotReport::new(input, &loaded.profile, &options).expect("no value was asked for");
    report.heap = survey;
    well_formed::json(
        "show as JSON",
        &render::json::snapshot(&report).expect("it can be said"),
    );
    let value = value_choice::choose(&loaded.profile, None).expect("there is one");
    let flame = render::flame_svg(
        &call_tree::of_profile(&filter.apply(&loaded.profile), value),
        &loaded.name,
    );
    well_formed::markup("the flame graph", &flame);
    document("show", &report.document(), Some(&flame), random);
    round_trips(&loaded);
    if let Ok(seen) = filter.apply(&loaded.profile).to_profile() {
        assert!(
            seen.total(value) <= loaded.profile.total(value),
            "a filter adds nothing"
        );
    }
    for other in others {
        compare(&loaded, other, random);
        compare(other, &loaded, random);
    }
    Outcome::Accepted
}

/// An error is one line that names the input, says where, and obeys nobody.
fn refusal(path: &Path, error: &LoadError) {
    let text = fabric::escape::terminal(&error.to_string()).into_owned();
    let name = path.file_name().expect("a file").to_string_lossy();
    well_formed::plain("the error", &text);
    assert!(text.contains(&*name), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.len() < 700, "an error of {} bytes: {text}", text.len());
    if let LoadErrorKind::Read(error) = &error.kind
        && let ReadErrorKind::Malformed { what, .. } = &error.kind
    {
        // Whoever looks for the reason needs a place, or the name of what is missing.
        assert!(!what.is_empty());
    }
}

fn granularity(random: &mut RandomDraws) -> Granularity {
    let all = [
        Granularity::Function,
        Granularity::File,
        Granularity::Line,
        Granularity::Module,
        Granularity::Stack,
    ];
    all[random.below(all.len() as u64) as usize]
}

fn filter(random: &mut RandomDraws) -> FrameFilter {
    let mut expression = || {
        let some = ["", "a", "main", "^$", ".", "[0-9]+", "\\.so"];
        match random.below(4) {
            0 => Regex::new(some[random.below(some.len() as u64) as usize]).ok(),
            _ => None,
        }
    };
    FrameFilter {
        focus: expression(),
        ignore: expression(),
        hide: expression(),
    }
}

/// Every way of showing a document.
pub(super) fn document(
    what: &str,
    document: &Document,
    flame: Option<&str>,
    random: &mut RandomDraws,
) {
    let style = Style {
        width: [1, 20, 80, 100, 400][random.below(5) as usize],
        color: false,
        unicode: random.below(2) == 0,
    };
    well_formed::plain(
        &format!("{what} as a table"),
        &render::terminal(document, style),
    );
    let colour = Style {
        color: true,
        ..style
    };
    well_formed::coloured(
        &format!("{what} in colour"),
        &render::terminal(document, colour),
    );
    well_formed::plain(&format!("{what} as Markdown"), &render::markdown(document));
    well_formed::markup(&format!("{what} as HTML"), &render::html(document, flame));
}

/// What is asked of a heap whose every object is known.
fn heap_outputs(heap: &Heap<'_>, top: usize) -> HeapSurvey {
    let digest = HeapDigest::of(heap);
    let growth = HeapGrowth::between(&digest, heap, top);
    assert!(growth.collections.rows.is_empty(), "nothing changed");
    for wanted in ["Object", "@1", "(string)"] {
        if let Ok(found) = retainers(heap, &Wanted::parse(wanted), top) {
            let report = RetainersReport {
                filepath: "a heap".to_owned(),
                retainers: found,
            };
            well_formed::json(
                "retainers",
                &render::json::retainers(&report).expect("it can be said"),
            );
            well_formed::markup("retainers", &render::html(&report.document(), None));
        }
    }
    HeapSurvey::of(heap, top)
}

/// What is written is read again, and says the same.
fn round_trips(loaded: &Loaded) {
    let profile = &loaded.profile;
    let mut written = Vec::new();
    let part = pprof::Part {
        profile,
        is_base: false,
    };
    pprof::write(&[part], None, &mut written).expect("memory takes everything");
    let back = formats::read(&mut flate2::read::GzDecoder::new(written.as_slice()));
    let back = back.unwrap_or_else(|error| panic!("what was written as pprof is refused: {error}"));
    assert_eq!(said(profile), said(&back), "through pprof and back");
    let value = value_choice::choose(profile, None).expect("there is one");
    let mut lines = Vec::new();
    folded::write(profile, value, &mut lines).expect("memory takes everything");
    if !lines.is_empty() {
        let back = folded::read(&lines)
            .unwrap_or_else(|error| panic!("folded lines are refused: {error}"));
        assert_eq!(
            back.total(ValueIndex::FIRST),
            profile.total(value),
            "through folded lines and back"
        );
    }
}

fn compare(before: &Loaded, after: &Loaded, random: &mut RandomDraws) {
    let options = DiffOptions {
        sample_index: None,
        by: granularity(random),
        top: [0, 1, 25][random.below(3) as usize],
        filter: filter(random),
        normalize: random.below(4) == 0,
    };
    let report = match judge::compare(before, after, &options) {
        Ok(report) => report,
        Err(error) => {
            let why = error.to_string();
            return well_formed::plain("why not", &fabric::escape::terminal(&why));
        }
    };
    well_formed::json(
        "diff as JSON",
        &render::json::diff(&report).expect("it can be said"),
    );
    let tree = judge::change_tree(before, after, &options).expect("they were compared");
    let flame = render::flame_svg(&tree, &report.document().title);
    well_formed::markup("the flame graph of the difference", &flame);
    document("diff", &report.document(), Some(&flame), random);
    let part = |loaded: &'_ Loaded, is_base| (loaded.profile.clone(), is_base);
    let parts = [part(after, false), part(before, true)];
    let parts: Vec<pprof::Part<'_>> = parts
        .iter()
        .map(|(profile, is_base)| pprof::Part {
            profile,
            is_base: *is_base,
        })
        .collect();
    let mut written = Vec::new();
    pprof::write(&parts, Some(&report.diff.value_name), &mut written)
        .expect("memory takes everything");
}
