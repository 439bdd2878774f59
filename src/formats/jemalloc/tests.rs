//! Small dumps and what must come out of them.

use crate::formats::folded;
use crate::formats::jemalloc::read;
use crate::model::{PeriodSource, Profile, Sampling, ValueIndex};
use crate::notes::NoteKind;

/// Reads `text` and lists its value types, the totals, and its stacks in folded form by bytes in use.
fn check(text: &str, types: &[&str], totals: &[u64], stacks: &str) -> Option<Profile> {
    let profile = match read(text.as_bytes()) {
        Ok(profile) => profile,
        Err(error) => {
            assert_eq!(error.to_string(), "", "{text}");
            return None;
        }
    };
    let names: Vec<&str> = profile
        .value_types()
        .iter()
        .map(|t| t.name.as_str())
        .collect();
    assert_eq!(names, types);
    let found: Vec<u64> = (0..types.len())
        .map(|i| profile.total(ValueIndex(i)))
        .collect();
    assert_eq!(found, totals);
    let mut out = Vec::new();
    let space = profile.find_value(|value| value.name == "inuse_space")?;
    assert!(folded::write(&profile, space, &mut out).is_ok());
    assert_eq!(String::from_utf8_lossy(&out), stacks);
    Some(profile)
}

fn check_error(text: &str, expected: &str) {
    let error = read(text.as_bytes()).err().map(|error| error.to_string());
    assert_eq!(error.as_deref(), Some(expected));
}

fn check_notes(text: &str, expected: &[(NoteKind, u64, &str)]) {
    let profile = read(text.as_bytes());
    let found: Option<Vec<(NoteKind, u64, String)>> = profile.as_ref().ok().map(|profile| {
        let notes = profile.notes().iter();
        notes
            .map(|note| (note.kind, note.count, note.example.clone()))
            .collect()
    });
    let expected: Vec<(NoteKind, u64, String)> = expected
        .iter()
        .map(|&(kind, count, example)| (kind, count, example.to_owned()))
        .collect();
    assert_eq!(found, Some(expected), "{:?}", profile.err());
}

const IN_USE: &[&str] = &["inuse_objects", "inuse_space"];
const IN_USE_AND_ALLOCATED: &[&str] = &[
    "inuse_objects",
    "inuse_space",
    "alloc_objects",
    "alloc_space",
];
const MAPS: &str = "\nMAPPED_LIBRARIES:\n1000-9000 r-xp 00000000 00:00 0 /srv/app\n";

#[test]
fn sampling_is_undone_for_each_stack() {
    // p(100) = 1 - exp(-100 / 1000) = 0.0952 and p(5000) = 0.9933.
    let profile = check(
        &format!(
            "heap_v2/1000\n  t*: 12: 11000 [0: 0]\n  t0: 12: 11000 [0: 0]\n\
             @ 0x1001 0x2001\n  t*: 10: 1000 [0: 0]\n  t0: 10: 1000 [0: 0]\n\
             @ 0x1101 0x2001\n  t*: 2: 10000 [0: 0]\n  t0: 2: 10000 [0: 0]\n{MAPS}"
        ),
        IN_USE,
        &[107, 20576],
        "app+0x1000;app+0x0 10508\napp+0x1000;app+0x100 10068\n",
    );
    let stated = Sampling::Poisson {
        period: 1000,
        source: PeriodSource::Stated,
    };
    assert_eq!(
        profile.map(|profile| profile.origin().sampling),
        Some(stated)
    );
}

#[test]
fn allocated_memory_has_columns_where_a_stack_counts_it() {
    // The stack without any comes first: what the file counts shows only after it.
    check(
        &format!(
            "heap_v2/1\n  t*: 3: 30 [0: 0]\n@ 0x1001\n  t*: 2: 20 [0: 0]\n@ 0x2001\n  t*: 1: 10 [5: 50]\n{MAPS}"
        ),
        IN_USE_AND_ALLOCATED,
        &[3, 30, 5, 50],
        "app+0x0 20\napp+0x1000 10\n",
    );
}

#[test]
fn threads_have_names_with_blanks_and_the_sum_of_their_stacks() {
    let profile = check(
        &format!(
            "heap_v2/1\n  t*: 3: 30 [0: 0]\n  t7: 2: 20 [0: 0] io thread 1\n  t0: 1: 10 [0: 0]\n\
             @ 0x1001\n  t*: 2: 20 [0: 0]\n  t7: 2: 20 [0: 0]\n\
             @ 0x2001\n  t*: 1: 10 [0: 0]\n  t0: 1: 10 [0: 0]\n  t9: 1: 4 [0: 0]\n{MAPS}"
        ),
        IN_USE,
        &[3, 30],
        "app+0x0 20\napp+0x1000 10\n",
    );
    let threads: Option<Vec<(u64, String, Vec<u64>)>> = profile.map(|profile| {
        let threads = profile.threads().iter();
        threads
            .map(|t| (t.id, t.name.clone(), t.values.clone()))
            .collect()
    });
    let expected = vec![
        (7, "io thread 1".to_owned(), vec![2, 20]),
        (0, String::new(), vec![1, 10]),
        (9, String::new(), vec![1, 4]),
    ];
    assert_eq!(threads, Some(expected));
}

#[test]
fn names_of_the_symbolized_form_are_used() {
    check(
        "--- symbol\nbinary=bin/app\n0x1000 leaf\n0x2000 main<0000000000032350>--inlined\n---\n--- heap\n\
         heap_v2/1\r\n  t*: 1: 8 [0: 0]\r\n@ 0x1000 0x2001\r\n  t*: 1: 8 [0: 0]\r\n",
        IN_USE,
        &[1, 8],
        "main;inlined;leaf 8\n",
    );
}

#[test]
fn a_dump_without_mappings_or_samples_says_so() {
    check_notes(
        "heap_v2/1\n@ 0x1001\n  t*: 1: 8 [0: 0]\n",
        &[(NoteKind::NoMappings, 1, "")],
    );
    check_notes(
        "heap_v2/1\n  t*: 0: 0 [0: 0]\n\nMAPPED_LIBRARIES:\n",
        &[(NoteKind::NoSamples, 1, "")],
    );
}

#[test]
fn addresses_outside_every_mapping_are_counted() {
    check_notes(
        &format!("heap_v2/1\n@ 0x1001 0xf001 0xf101\n  t*: 1: 8 [0: 0]\n{MAPS}"),
        &[(NoteKind::AddressOutsideMappings, 2, "0xf000")],
    );
}

#[test]
fn a_damaged_line_in_the_middle_is_skipped() {
    check_notes(
        &format!(
            "heap_v2/1\n@ 0x10z1\n  t*: 1: 8 [0: 0]\n@ 0x1001\n  t*: 1: 8 [0: \n@ 0x1001\n@ 0x1001\n  t*: 1: 8 [0: 0]\n\
             what is this\n{MAPS}"
        ),
        &[(
            NoteKind::SkippedRecord,
            4,
            "line 2: an address is malformed",
        )],
    );
}

#[test]
fn a_dump_that_ends_in_the_middle_of_a_stack_is_used_up_to_there() {
    for end in [
        "@ 0x10",
        "@ 0x1001\n",
        "@ 0x1001\n  t*: 1: ",
        "@ 0x1001\n  t*: 1: 8 [0: 0]\n  t0: 1",
    ] {
        let text = format!("heap_v2/1\n@ 0x2001\n  t*: 1: 8 [0: 0]\n{end}");
        let profile = read(text.as_bytes());
        let note = profile
            .as_ref()
            .ok()
            .and_then(|profile| profile.notes().get(NoteKind::TruncatedInput));
        assert!(note.is_some(), "{end}");
    }
}

#[test]
fn the_totals_of_jemalloc_5_3_are_not_the_sum_of_the_stacks_and_not_wrong() {
    // From a dump of 5.3.0 with stacks of small and large objects.
    let stacks = "@ 0x1001\n  t*: 1315: 147061 [1315: 147061]\n@ 0x2001\n  t*: 20: 6553600 [20: 6553600]\n\
                  @ 0x3001\n  t*: 83: 5312 [311: 19904]\n";
    check_notes(
        &format!("heap_v2/4096\n  t*: 2953: 677770 [3190: 619482]\n{stacks}{MAPS}"),
        &[],
    );
    // The sums as older versions print them.
    check_notes(
        &format!("heap_v2/4096\n  t*: 1418: 6705973 [0: 0]\n{stacks}{MAPS}"),
        &[],
    );
    check_notes(
        &format!("heap_v2/4096\n  t*: 5906: 1355540 [0: 0]\n{stacks}{MAPS}"),
        &[(
            NoteKind::HeaderDisagrees,
            1,
            "23.7 MiB by the header, 11.8 MiB by the stacks",
        )],
    );
}

#[test]
fn stacks_at_the_limit_of_jemalloc_are_remarked() {
    let addresses = " 0x1001".repeat(128);
    check_notes(
        &format!("heap_v2/1\n@{addresses}\n  t*: 1: 8 [0: 0]\n{MAPS}"),
        &[(
            NoteKind::ProfilerCutStack,
            1,
            "stacks of 128 frames, where jemalloc stops",
        )],
    );
}

#[test]
fn bytes_that_were_rounded_to_no_objects_are_kept() {
    check_notes(
        &format!("heap_v2/4096\n@ 0x1001\n  t*: 0: 1234 [0: 0]\n{MAPS}"),
        &[(NoteKind::BytesWithoutObjects, 1, "1234 bytes in 0 objects")],
    );
}

#[test]
fn a_period_of_a_gibibyte_is_remarked() {
    check_notes(
        "heap_v2/1073741824\n\nMAPPED_LIBRARIES:\n",
        &[
            (NoteKind::HugePeriod, 1, "one sample in 1.00 GiB"),
            (NoteKind::NoSamples, 1, ""),
        ],
    );
}

#[test]
fn what_cannot_be_used_at_all_is_an_error_with_its_line() {
    check_error(
        "heap_v2/many\n",
        "malformed jemalloc heap profile: the header is not 'heap_v2/' and a number (line 1)",
    );
    check_error(
        "heap_v2/1\n\nnot a stack\nnor this\n\nMAPPED_LIBRARIES:\n",
        "malformed jemalloc heap profile: no stack in it is well-formed (line 3)",
    );
    check_error(
        "heap_v2/1\n@ 0x1\n  t*: -1: -8 [0: 0]\n",
        "it has negative values, so it is already a difference of two profiles: give fabric the two profiles themselves (line 3)",
    );
    check_error(
        "heap_v2/4611686018427387904\n@ 0x1\n  t*: 9: 9 [0: 0]\n",
        "unusable profile: the values of type 'inuse_objects' add up to more than 64 bits hold",
    );
}
