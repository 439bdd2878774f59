//! Which order follows from what is known.

use super::select_tests::{entry, with};
use super::{Clock, SeriesEntry, Sidecar, Timeline, order};
use crate::notes::NoteKind;

const T: i64 = 1_795_515_300_000;

fn ordered(entries: &[SeriesEntry]) -> Timeline {
    let all: Vec<usize> = (0..entries.len()).collect();
    order(entries, &all)
}

fn check(entries: &[SeriesEntry], clock: Clock, order: &[usize], positions: &[i64]) -> Timeline {
    let timeline = ordered(entries);
    assert_eq!(
        (
            timeline.clock,
            timeline.order.as_slice(),
            timeline.positions.as_slice()
        ),
        (clock, order, positions)
    );
    timeline
}

fn inside(name: &str, ms: i64) -> SeriesEntry {
    with(entry(name), |it| it.captured_at_ms = Some(ms))
}

fn modified(name: &str, ms: i64) -> SeriesEntry {
    with(entry(name), |it| it.modified_ms = Some(ms))
}

#[test]
fn time_inside_goes_before_all_else() {
    // The name has the wrong zone, the number and the modification time run backwards.
    let at = |name, ms, modified| with(inside(name, ms), |it| it.modified_ms = Some(modified));
    let entries = [
        at("a-20261124-080001.9.pb", T + 2000, 1),
        at("a-20261124-080000.10.pb", T + 1000, 2),
    ];
    let timeline = check(&entries, Clock::Profile, &[1, 0], &[T + 1000, T + 2000]);
    assert!(timeline.notes.is_empty());
}

#[test]
fn a_file_without_time_inside_takes_that_of_its_name_if_names_agree() {
    let entries = [
        inside("a-20261124-101500.pb", T + 40),
        entry("a-20261124-101600.pb"),
        inside("a-20261124-101700.pb", T + 120_070),
    ];
    check(
        &entries,
        Clock::Profile,
        &[0, 1, 2],
        &[T + 40, T + 60_000, T + 120_070],
    );
    // In another zone they do not, and then all are ordered by their names.
    let shifted = entries.map(|it| match it.captured_at_ms {
        Some(ms) => with(it, |it| it.captured_at_ms = Some(ms - 3_600_000)),
        None => it,
    });
    check(
        &shifted,
        Clock::Name,
        &[0, 1, 2],
        &[T, T + 60_000, T + 120_000],
    );
}

#[test]
fn the_json_beside_it_has_a_time_for_a_profile_that_has_none() {
    let beside = |name, ms| {
        let captured_at = Some(ms);
        let sidecar = Sidecar {
            captured_at,
            ..Sidecar::default()
        };
        with(entry(name), |it| it.sidecar = Some(sidecar))
    };
    check(
        &[beside("a.1.heap", T + 9), beside("a.2.heap", T)],
        Clock::Profile,
        &[1, 0],
        &[T, T + 9],
    );
}

#[test]
fn a_time_that_is_always_the_same_is_none() {
    for constant in [0, T] {
        let entries = [inside("a.10.heap", constant), inside("a.9.heap", constant)];
        check(&entries, Clock::Sequence, &[1, 0], &[9, 10]);
    }
    // A copy has the time of its original, which is good.
    let entries = [
        inside("a.1.pb", T),
        with(inside("b.pb", T), |it| {
            it.fingerprint = entry("a.1.pb").fingerprint
        }),
    ];
    assert_eq!(ordered(&entries).clock, Clock::Profile);
}

#[test]
fn numbers_are_compared_as_numbers_and_go_before_modification_times() {
    let entries = ["srv.7.10.i10.heap", "srv.7.2.i2.heap", "srv.7.1.i1.heap"];
    let entries: Vec<_> = (1..)
        .zip(entries)
        .map(|(ms, name)| modified(name, ms))
        .collect();
    let timeline = check(&entries, Clock::Sequence, &[2, 1, 0], &[1, 2, 10]);
    assert!(timeline.notes.is_empty() && !timeline.clock.is_time());
    let timeline = timeline.with_interval(1000);
    assert_eq!(
        (timeline.clock, timeline.positions),
        (Clock::Interval, vec![0, 1000, 9000])
    );
}

#[test]
fn modification_times_come_last_and_with_a_remark() {
    let entries = [
        modified("before.heap", 30),
        modified("after.heap", 20),
        modified("x.3.heap", 25),
    ];
    let timeline = check(&entries, Clock::Modified, &[1, 2, 0], &[20, 25, 30]);
    let note = timeline.notes.get(NoteKind::OrderByModificationTime);
    assert_eq!(note.map(|note| note.count), Some(3));
    assert_eq!(timeline.with_interval(500).positions, [0, 500, 1000]);
    assert!(ordered(&entries[..1]).notes.is_empty());
}

#[test]
fn what_has_no_time_at_all_stays_as_it_is_given() {
    check(&[entry("z"), entry("a")], Clock::Sequence, &[0, 1], &[0, 1]);
    check(&[], Clock::Sequence, &[], &[]);
}

#[test]
fn the_few_without_time_are_left_out_with_a_remark() {
    let mut entries: Vec<_> = (0..4).map(|n| inside(&format!("h{n}.pb"), T + n)).collect();
    entries.insert(1, modified("manual.heap", 1));
    let timeline = check(
        &entries,
        Clock::Profile,
        &[0, 2, 3, 4],
        &[T, T + 1, T + 2, T + 3],
    );
    let note = timeline.notes.get(NoteKind::UndatedSnapshot);
    assert_eq!(note.map(|note| note.example.as_str()), Some("manual.heap"));
    // Two of four are not few.
    let half = [
        inside("h1.pb", T),
        inside("h2.pb", T + 1),
        entry("h3.pb"),
        entry("h4.pb"),
    ];
    check(&half, Clock::Sequence, &[0, 1, 2, 3], &[1, 2, 3, 4]);
}

#[test]
fn equal_times_go_by_number_and_then_by_name() {
    let entries = [
        inside("b.10.pb", T),
        inside("a.10.pb", T),
        inside("c.9.pb", T),
        inside("d.1.pb", T + 1),
    ];
    check(&entries, Clock::Profile, &[2, 1, 0, 3], &[T, T, T, T + 1]);
}

#[test]
fn a_restarted_process_counts_behind_the_one_before() {
    let at = |name, ms| modified(name, ms);
    let entries = [
        at("srv.9.0.i0.heap", 50),
        at("srv.9.2.i2.heap", 60),
        at("srv.800.1.i1.heap", 10),
        at("srv.800.2.i2.heap", 20),
    ];
    check(&entries, Clock::Sequence, &[2, 3, 0, 1], &[1, 2, 3, 5]);
    // A copy whose times do not follow the numbers says nothing: the order of process ids is left.
    let copied: Vec<_> = (entries.iter().cloned())
        .map(|it| with(it, |it| it.modified_ms = it.modified_ms.map(|ms| -ms)))
        .collect();
    check(&copied, Clock::Sequence, &[0, 1, 2, 3], &[0, 2, 3, 4]);
    // What the JSON beside it says is certain.
    let started: Vec<_> = (copied.into_iter())
        .map(|it| {
            let sidecar = Sidecar {
                process_started_at: it.pid().map(|pid| 1000 - i64::from(pid)),
                ..Sidecar::default()
            };
            with(it, |it| it.sidecar = Some(sidecar))
        })
        .collect();
    check(&started, Clock::Sequence, &[2, 3, 0, 1], &[1, 2, 3, 5]);
}

#[test]
fn a_copy_is_left_out_and_the_first_stays() {
    let copy = |name: &str, of: &SeriesEntry| {
        with(of.clone(), |it| {
            *it = SeriesEntry {
                name: name.to_owned(),
                ..it.clone()
            }
        })
    };
    let first = inside("h.2.pb", T + 1);
    let entries = [
        copy("h.2 (copy).pb", &first),
        inside("h.1.pb", T),
        first,
        inside("h.3.pb", T + 2),
    ];
    let timeline = check(&entries, Clock::Profile, &[1, 0, 3], &[T, T + 1, T + 2]);
    assert_eq!(timeline.duplicates, [(0, 2)]);
    let note = timeline.notes.get(NoteKind::DuplicateSnapshot);
    assert_eq!(
        note.map(|note| note.example.as_str()),
        Some("h.2.pb is h.2 (copy).pb")
    );
}

#[test]
fn an_idle_process_writes_the_same_twice_and_both_count() {
    let idle = |name| with(entry(name), |it| it.fingerprint = entry("x").fingerprint);
    let timeline = check(
        &[idle("s.7.1.i1.heap"), idle("s.7.2.i2.heap")],
        Clock::Sequence,
        &[0, 1],
        &[1, 2],
    );
    assert!(timeline.duplicates.is_empty());
    let timeline = ordered(&[idle("s.7.1.i1.heap"), idle("copy-of-s.7.1.i1.heap")]);
    assert_eq!(timeline.duplicates.len(), 1);
}

#[test]
fn the_older_of_two_copies_stays_and_copies_leave_no_gap() {
    let of = |name: &str, original: &str, ms| {
        with(modified(name, ms), |it| {
            it.fingerprint = entry(original).fingerprint
        })
    };
    let entries = [
        of("copy.heap", "before.heap", 9),
        modified("after.heap", 5),
        modified("before.heap", 1),
    ];
    let timeline = check(&entries, Clock::Modified, &[2, 1], &[1, 5]);
    assert_eq!(timeline.duplicates, [(2, 0)]);
    let entries = [
        of("backup-h.1.heap", "h.1.heap", 9),
        modified("h.1.heap", 9),
        modified("h.2.heap", 9),
    ];
    let timeline = ordered(&entries);
    assert_eq!(
        (timeline.clock, timeline.positions),
        (Clock::Sequence, vec![1, 2])
    );
}
