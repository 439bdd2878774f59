//! Small profiles and what must come out of them.

use crate::formats::folded;
use crate::formats::gperftools::read;
use crate::model::{
    LabelValue, Measure, PeriodSource, Producer, Profile, Sampling, SourceFormat, ValueIndex,
};
use crate::notes::NoteKind;

/// Reads `text` and lists its value types with totals, and its stacks in folded form by the second value.
fn check(text: &str, totals: &[(&str, u64)], stacks: &str) -> Option<Profile> {
    let profile = match read(text.as_bytes()) {
        Ok(profile) => profile,
        Err(error) => {
            assert_eq!(error.to_string(), "", "{text}");
            return None;
        }
    };
    let names = profile.value_types().iter().map(|t| t.name.as_str());
    let found: Vec<(&str, u64)> = names
        .zip((0..).map(|i| profile.total(ValueIndex(i))))
        .collect();
    assert_eq!(found, totals);
    let mut out = Vec::new();
    let space = profile.find_value(|value| value.unit_name == "bytes")?;
    assert!(folded::write(&profile, space, &mut out).is_ok());
    assert_eq!(String::from_utf8_lossy(&out), stacks);
    Some(profile)
}

fn check_error(text: &str, expected: &str) {
    let error = read(text.as_bytes()).err().map(|error| error.to_string());
    assert_eq!(error.as_deref(), Some(expected));
}

fn check_note(text: &str, kind: NoteKind, expected: Option<(u64, &str)>) {
    let profile = read(text.as_bytes());
    let note = profile
        .as_ref()
        .ok()
        .and_then(|profile| profile.notes().get(kind));
    let note = note.map(|note| (note.count, note.example.as_str()));
    assert_eq!(note, expected, "{:?}", profile.as_ref().err());
}

fn sampling(text: &str) -> Option<Sampling> {
    read(text.as_bytes())
        .ok()
        .map(|profile| profile.origin().sampling)
}

const MAPS: &str = "\nMAPPED_LIBRARIES:\n1000-9000 r-xp 00000000 00:00 0 /srv/app\n";

#[test]
fn a_file_with_equal_pairs_counts_memory_in_use() {
    check(
        &format!(
            "heap profile:  3:  30 [  3:  30] @ heapprofile\n  1:  10 [  1:  10] @ 0x1001 0x2001\n  2:  20 [  2:  20] @ 0x1001\n{MAPS}"
        ),
        &[("inuse_objects", 3), ("inuse_space", 30)],
        "app+0x0 20\napp+0x1000;app+0x0 10\n",
    );
}

#[test]
fn something_freed_adds_columns_and_renames_none() {
    check(
        &format!(
            "heap profile:  3:  30 [  4:  40] @ heapprofile\n  1:  10 [  1:  10] @ 0x1001\n  2:  20 [  3:  30] @ 0x2001\n{MAPS}"
        ),
        &[
            ("inuse_objects", 3),
            ("inuse_space", 30),
            ("alloc_objects", 4),
            ("alloc_space", 40),
        ],
        "app+0x0 10\napp+0x1000 20\n",
    );
    // The same where the header does not tell.
    check(
        &format!(
            "heap profile:  3:  30 [  0:  0] @ heapprofile\n  1:  10 [  1:  10] @ 0x1001\n  2:  20 [  3:  30] @ 0x2001\n{MAPS}"
        ),
        &[
            ("inuse_objects", 3),
            ("inuse_space", 30),
            ("alloc_objects", 4),
            ("alloc_space", 40),
        ],
        "app+0x0 10\napp+0x1000 20\n",
    );
}

#[test]
fn lines_of_single_objects_are_added_up_by_size_before_they_are_scaled() {
    // Three of 65,536 bytes with p = 0.632 are 4.75; one by one they would be 2 each. One of 1,504 stands for 44.07.
    let row = "  1: 65536 [  1: 65536] @ 0x1001\n";
    let profile = check(
        &format!(
            "heap profile: 4: 198112 [4: 198112] @ heap_v2/65536\n{row}{row}  1: 1504 [  1: 1504] @ 0x1001\n{row}{MAPS}"
        ),
        &[("inuse_objects", 49), ("inuse_space", 377_320)],
        "app+0x0 377320\n",
    );
    let sizes: Option<Vec<i64>> = profile.map(|profile| {
        let labels = profile
            .samples()
            .flat_map(|sample| profile.labels(sample.labels));
        labels
            .filter_map(|label| match label.value {
                LabelValue::Number { value, unit } if profile.text(unit) == "bytes" => Some(value),
                _ => None,
            })
            .collect()
    });
    assert_eq!(sizes, Some(vec![65536, 1504]));
}

#[test]
fn the_rate_after_heap_is_twice_the_period() {
    let stated = |period| {
        Some(Sampling::Poisson {
            period,
            source: PeriodSource::Stated,
        })
    };
    assert_eq!(
        sampling("heap profile: 0: 0 [0: 0] @ heap/1048576\n"),
        stated(524_288)
    );
    assert_eq!(
        sampling("heap profile: 0: 0 [0: 0] @ heapz_v2/524288\n"),
        stated(524_288)
    );
    assert_eq!(
        sampling("heap profile: 0: 0 [0: 0] @ heap/2\n"),
        Some(Sampling::Exact)
    );
    assert_eq!(
        sampling("heap profile: 0: 0 [0: 0] @ heapprofile\n"),
        Some(Sampling::Exact)
    );
}

#[test]
fn a_missing_rate_is_jeprofs_and_remarked() {
    for header in ["1: 8 [1: 8] @ heap_v2", "1: 8 [1: 8]"] {
        let text = format!("heap profile: {header}\n 1: 8 [1: 8] @ 0x1001\n");
        let recovered = Sampling::Poisson {
            period: 131_072,
            source: PeriodSource::Recovered,
        };
        assert_eq!(sampling(&text), Some(recovered));
        check_note(
            &text,
            NoteKind::PeriodRecovered,
            Some((1, "not stated, 128 KiB by convention")),
        );
    }
}

#[test]
fn growth_is_held_memory_under_its_own_name() {
    let profile = check(
        &format!(
            "heap profile: 2: 2097152 [2: 2097152] @ growth\n 1: 1048576 [1: 1048576] @ 0x1001\n 1: 1048576 [1: 1048576] @ 0x1001\n{MAPS}"
        ),
        &[("growth_objects", 2), ("growth_space", 2_097_152)],
        "app+0x0 2097152\n",
    );
    assert!(profile.is_some_and(|profile| {
        profile
            .value_types()
            .iter()
            .all(|t| t.measure == Measure::InUse)
    }));
}

#[test]
fn go_text_has_names_counters_and_no_hidden_frames() {
    let profile = check(
        "heap profile: 1: 1048576 [1: 1048576] @ heap/1048576\n\
         1: 1048576 [1: 1048576] @ 0x47f2d3 0x55a385 0x44d267 0x486f61\n\
         #\t0x55a384\tmain.inlined+0x64\t/srv/main.go:12\n\
         #\t0x55a384\tmain.warm+0x64\t\t/srv/main.go:57\n\
         #\t0x44d266\truntime.main+0x426\t/go/proc.go:302\n\n\n\
         # runtime.MemStats\n# HeapAlloc = 46579144\n# Stack = 3 / 4\n# PauseNs = [1 2]\n# MaxRSS = 46235648\n",
        &[("inuse_objects", 1), ("inuse_space", 1_212_697)],
        "runtime.main;main.warm;main.inlined 1212697\n",
    );
    let Some(profile) = profile else { return };
    assert_eq!(profile.origin().format, SourceFormat::GoText);
    assert_eq!(profile.origin().producer, Producer::Go);
    let stats: Vec<(&str, u64)> = profile
        .origin()
        .allocator_stats
        .iter()
        .map(|stat| (stat.name.as_str(), stat.value))
        .collect();
    assert_eq!(
        stats,
        [
            ("HeapAlloc", 46_579_144),
            ("StackInuse", 3),
            ("StackSys", 4),
            ("MaxRSS", 46_235_648)
        ]
    );
    assert!(profile.notes().is_empty());
    let lines: Vec<u32> = profile
        .locations()
        .flat_map(|(_, location)| location.frames.iter().map(|frame| frame.line))
        .collect();
    assert_eq!(lines, [12, 57, 302]);
}

#[test]
fn gos_extra_byte_in_the_header_is_no_disagreement() {
    let text = "heap profile: 1: 8 [1: 9] @ heapprofile\n 1: 8 [1: 8] @ 0x1001\n";
    check_note(text, NoteKind::HeaderDisagrees, None);
}

#[test]
fn a_header_that_states_more_than_the_records_is_remarked() {
    let text = "heap profile: 2: 8000 [2: 8000] @ heapprofile\n 1: 4000 [1: 4000] @ 0x1001\n";
    check_note(
        text,
        NoteKind::HeaderDisagrees,
        Some((1, "7.81 KiB by the header, 3.91 KiB by the records")),
    );
}

#[test]
fn a_file_as_large_as_the_profilers_buffer_lost_its_end() {
    let rows = " 1: 4000 [1: 4000] @ 0x1001 0x2001\n".repeat(29_500);
    let text =
        format!("heap profile: 60000: 240000000 [60000: 240000000] @ heapprofile\n{rows}{MAPS}");
    check_note(
        &text,
        NoteKind::TruncatedInput,
        Some((
            1,
            "the profiler's buffer of 1 MiB was full: 229 MiB by the header, 113 MiB by the records",
        )),
    );
    check_note(&text, NoteKind::HeaderDisagrees, None);
}

#[test]
fn damaged_lines_are_skipped_and_a_cut_one_is_told_from_them() {
    let good = "heap profile: 2: 8 [2: 8] @ heapprofile\n 1: 4 [1: 4] @ 0x1001\n";
    check_note(
        &format!("{good}what\n 1: 4 [1: 4] @ 0x1001\n 1: 4 [1: 4] 0x1001\n"),
        NoteKind::SkippedRecord,
        Some((2, "line 3: not counts and a stack")),
    );
    let cut = format!("{good} 1: 4 [1: ");
    check_note(
        &cut,
        NoteKind::TruncatedInput,
        Some((1, "it ends inside a record")),
    );
    check_note(&cut, NoteKind::SkippedRecord, None);
}

#[test]
fn what_cannot_be_used_at_all_is_an_error_with_its_line() {
    check_error(
        "heap profile: many\n",
        "malformed gperftools heap profile: the header is not 'heap profile:' and counts (line 1)",
    );
    check_error(
        "heap profile: 1: 8 [1: 8] @ heapprofile\nnothing\n",
        "malformed gperftools heap profile: no record in it is well-formed (line 2)",
    );
    check_error(
        "heap profile: 1: 8 [1: 8] @ heapprofile\n -1: -8 [0: 0] @ 0x1\n",
        "it has negative values, so it is already a difference of two profiles: give fabric the two profiles themselves (line 2)",
    );
}
