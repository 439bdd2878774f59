//! Which files belong to one service.

use super::{FileName, SelectError, SeriesEntry, Sidecar, Wanted, select};
use crate::load::Fingerprint;

/// An entry of which nothing but its name is known, with its own content.
pub(super) fn entry(name: &str) -> SeriesEntry {
    SeriesEntry {
        name: name.to_owned(),
        told: FileName::parse(name),
        captured_at_ms: None,
        modified_ms: None,
        profile_pid: None,
        program: None,
        fingerprint: Fingerprint::of(name.as_bytes()),
        sidecar: None,
    }
}

pub(super) fn with(mut entry: SeriesEntry, change: impl FnOnce(&mut SeriesEntry)) -> SeriesEntry {
    change(&mut entry);
    entry
}

fn of(program: &str, name: &str) -> SeriesEntry {
    with(entry(name), |it| it.program = Some(program.to_owned()))
}

fn at(name: &str, ms: i64) -> SeriesEntry {
    with(of("srv", name), |it| it.captured_at_ms = Some(ms))
}

fn all(entries: &[SeriesEntry]) -> Result<Vec<usize>, SelectError> {
    select(entries, &Wanted::default())
}

fn service(name: &str) -> Wanted {
    Wanted {
        service: Some(name.to_owned()),
        pid: None,
    }
}

fn pid(pid: u32) -> Wanted {
    Wanted {
        service: None,
        pid: Some(pid),
    }
}

#[test]
fn several_programs_are_refused_with_what_selects_one() {
    let entries = [
        of("web", "heap.1.pb"),
        of("mail", "heap.2.pb"),
        of("web", "heap.3.pb"),
    ];
    let error = all(&entries).err().map(|error| error.to_string());
    assert_eq!(
        error.as_deref(),
        Some(
            "snapshots of 2 services (mail: 1 file, web: 2 files): choose one with --service NAME"
        )
    );
    assert_eq!(select(&entries, &service("web")), Ok(vec![0, 2]));
    let error = select(&entries, &service("dns"))
        .err()
        .map(|error| error.to_string());
    assert_eq!(
        error.as_deref(),
        Some("no snapshot is of service dns: there are mail: 1 file, web: 2 files")
    );
}

#[test]
fn without_programs_the_beginning_of_the_name_is_the_service() {
    let entries = [entry("web.1.pb"), entry("mail.1.pb")];
    assert!(
        matches!(all(&entries), Err(SelectError::SeveralServices(groups)) if groups.len() == 2)
    );
    assert_eq!(select(&entries, &service("mail")), Ok(vec![1]));
    assert_eq!(all(&[entry("web.1.pb"), entry("web.2.pb")]), Ok(vec![0, 1]));
}

#[test]
fn a_file_that_does_not_tell_goes_with_those_named_like_it() {
    assert_eq!(all(&[of("web", "h.1.pb"), entry("h.2.pb")]), Ok(vec![0, 1]));
    let mixed = [of("web", "h.1.pb"), entry("h.2.pb"), of("mail", "h.3.pb")];
    assert!(matches!(all(&mixed), Err(SelectError::SeveralServices(groups)) if groups.len() == 3));
    let service = Some("shop".to_owned());
    let sidecar = Sidecar {
        service,
        ..Sidecar::default()
    };
    let stated = with(of("web", "h.1.pb"), |it| it.sidecar = Some(sidecar));
    assert_eq!(all(&[stated.clone(), of("web", "h.2.pb")]), Ok(vec![0, 1]));
    let other = [stated.clone(), of("mail", "h.2.pb")];
    assert!(matches!(all(&other), Err(SelectError::SeveralServices(groups)) if groups.len() == 2));
    assert_eq!(
        select(&[stated, of("web", "i.2.pb")], &self::service("shop")),
        Ok(vec![0])
    );
}

#[test]
fn the_command_beside_a_profile_names_its_program() {
    let command = Some("/usr/sbin/web --port 1".to_owned());
    let sidecar = Sidecar {
        command,
        ..Sidecar::default()
    };
    let beside = with(entry("a.1.pb"), |it| it.sidecar = Some(sidecar));
    assert_eq!(all(&[beside, of("web", "b.2.pb")]), Ok(vec![0, 1]));
}

#[test]
fn processes_one_after_the_other_are_restarts() {
    let entries = [
        at("srv.7.0.f.heap", 10),
        at("srv.7.1.f.heap", 20),
        at("srv.8.0.f.heap", 20),
        at("srv.8.1.f.heap", 30),
    ];
    assert_eq!(all(&entries), Ok(vec![0, 1, 2, 3]));
    assert_eq!(select(&entries, &pid(8)), Ok(vec![2, 3]));
    let error = select(&entries, &pid(9))
        .err()
        .map(|error| error.to_string());
    assert_eq!(
        error.as_deref(),
        Some("no snapshot is of process 9: there are 7: 2 files, 8: 2 files")
    );
}

#[test]
fn processes_at_the_same_time_are_refused() {
    let entries = [
        at("srv.10.0.f.heap", 10),
        at("srv.9.0.f.heap", 15),
        at("srv.10.1.f.heap", 20),
        at("srv.9.1.f.heap", 25),
        // It does not tell its process.
        at("srv.heap", 12),
    ];
    let error = all(&entries).err().map(|error| error.to_string());
    assert_eq!(
        error.as_deref(),
        Some(
            "snapshots of 2 processes that ran at the same time (9: 2 files, 10: 2 files): choose one with --pid N"
        )
    );
    assert_eq!(select(&entries, &pid(10)), Ok(vec![0, 2]));
}

#[test]
fn without_times_modification_times_that_follow_the_numbers_tell_processes_apart() {
    let modified = |times: [i64; 4]| {
        let names = [
            "s.7.0.f.heap",
            "s.7.1.f.heap",
            "s.8.0.f.heap",
            "s.8.1.f.heap",
        ];
        std::iter::zip(names, times)
            .map(|(name, ms)| with(of("s", name), |it| it.modified_ms = Some(ms)))
            .collect::<Vec<_>>()
    };
    assert!(matches!(
        all(&modified([1, 3, 2, 4])),
        Err(SelectError::SeveralProcesses(_))
    ));
    assert_eq!(all(&modified([1, 2, 3, 4])), Ok(vec![0, 1, 2, 3]));
    // A checkout in no order.
    assert_eq!(all(&modified([3, 1, 2, 4])), Ok(vec![0, 1, 2, 3]));
}

#[test]
fn one_interpreter_with_several_names_at_once_is_several_services() {
    let timed = [("web", 1), ("mail", 2), ("web", 3), ("mail", 4)];
    let timed = timed.map(|(stem, ms)| {
        with(of("python3", &format!("{stem}.{ms}.pb")), |it| {
            it.captured_at_ms = Some(ms)
        })
    });
    assert!(matches!(all(&timed), Err(SelectError::SeveralServices(groups)) if groups.len() == 2));
    assert_eq!(select(&timed, &service("mail")), Ok(vec![1, 3]));
    // Without times, numbers that are taken twice say the same.
    let numbered =
        ["web.0.pb", "web.1.pb", "mail.0.pb", "mail.1.pb"].map(|name| of("python3", name));
    assert!(matches!(
        all(&numbered),
        Err(SelectError::SeveralServices(_))
    ));
    // Two moments, and one count over several names.
    assert_eq!(
        all(&[of("s", "before.0.pb"), of("s", "after.0.pb")]),
        Ok(vec![0, 1])
    );
    let counted = ["idle-1.pb", "load-2.pb", "idle-3.pb"].map(|name| of("s", name));
    assert_eq!(all(&counted), Ok(vec![0, 1, 2]));
}

#[test]
fn a_snapshot_by_hand_and_copies_are_no_other_service() {
    let regular = [
        at("heap.1.pb", 10),
        at("heap.2.pb", 20),
        at("heap.3.pb", 30),
    ];
    let copy = |it: &SeriesEntry| {
        with(it.clone(), |it| {
            it.name = format!("backup-{}", it.name);
            it.told = FileName::parse(&it.name);
        })
    };
    let mut entries = regular.to_vec();
    entries.extend(regular.iter().map(copy));
    entries.push(at("by-hand.pb", 15));
    assert_eq!(all(&entries), Ok((0..7).collect()));
}
