//! Folders on disk: what is found in them, loaded and put in order.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use std::num::NonZero;

use super::{
    Clock, Links, SelectError, SeriesEntry, Timeline, Wanted, find, load_each, note_skipped, order,
    select,
};
use crate::load::{LoadError, Progress};
use crate::notes::{NoteKind, Notes};

fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(path)
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    for (name, content) in files {
        let path = folder.path().join(name);
        assert!(
            path.parent()
                .is_some_and(|it| fs::create_dir_all(it).is_ok())
        );
        assert!(fs::write(path, content).is_ok());
    }
    folder
}

fn names(arguments: &[&Path]) -> Vec<String> {
    let arguments: Vec<PathBuf> = arguments.iter().map(|it| it.to_path_buf()).collect();
    let found = find(&arguments, Links::Followed).unwrap_or_else(|error| panic!("{error}"));
    found.files.into_iter().map(|file| file.name).collect()
}

fn refusal(argument: &Path) -> LoadError {
    match find(&[argument.to_owned()], Links::Followed) {
        Ok(found) => panic!("{found:?}"),
        Err(error) => error,
    }
}

/// Loads a folder as a command does.
fn series(path: &Path, notes: &mut Notes) -> (Vec<SeriesEntry>, Progress) {
    let found = find(&[path.to_owned()], Links::Followed).unwrap_or_else(|error| panic!("{error}"));
    notes.absorb(&found.notes);
    let progress = Progress::default();
    let visited = Mutex::new((BTreeMap::new(), notes));
    load_each(
        &found.files,
        None,
        &progress,
        NonZero::<usize>::MIN.saturating_add(1),
        |index, loaded| {
            let file = &found.files[index];
            let mut visited = visited.lock().unwrap_or_else(|error| panic!("{error}"));
            match loaded {
                Ok(loaded) => {
                    let sidecar = file.sidecar(visited.1);
                    let entry = SeriesEntry::new(file, &loaded, sidecar);
                    assert!(visited.0.insert(index, entry).is_none());
                }
                Err(error) => note_skipped(visited.1, file, &error),
            }
        },
    );
    let (entries, _) = visited
        .into_inner()
        .unwrap_or_else(|error| panic!("{error}"));
    (entries.into_values().collect(), progress)
}

fn timeline(entries: &[SeriesEntry]) -> Timeline {
    let selected = select(entries, &Wanted::default()).unwrap_or_else(|error| panic!("{error}"));
    order(entries, &selected)
}

#[test]
fn a_folder_gives_its_files_and_passes_over_what_lies_beside() {
    let folder = folder(&[
        ("h.10.pb", b"x"),
        ("h.9.pb", b"x"),
        (".h.1.pb", b"x"),
        ("h.11.pb.part", b"x"),
        ("h.12.TMP", b"x"),
        ("h.9.pb.json", b"{}"),
        ("README", b"x"),
        ("sub/h.1.pb", b"x"),
    ]);
    assert_eq!(names(&[folder.path()]), ["README", "h.9.pb", "h.10.pb"]);
    // What is named is meant.
    let json = folder.path().join("h.9.pb.json");
    assert_eq!(names(&[&json]), ["h.9.pb.json"]);
}

#[test]
fn a_file_given_twice_is_one() {
    let folder = folder(&[("a.pb", b"x"), ("b.pb", b"x")]);
    let again = folder.path().join("./a.pb");
    let found = find(&[folder.path().to_owned(), again], Links::Followed)
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(found.files.len(), 2);
    assert!(found.files[0].is_named && !found.files[1].is_named);
    assert!(found.notes.get(NoteKind::DuplicateSnapshot).is_some());
}

#[test]
fn a_folder_without_files_says_what_to_do() {
    let empty = folder(&[("x.json", b"{}")]);
    assert_eq!(refusal(empty.path()).kind.name(), "empty-folder");
    let nested = folder(&[("10/h.pb", b"x"), ("9/h.pb", b"x"), ("none/.h", b"x")]);
    let message = refusal(nested.path()).to_string();
    assert!(
        message.contains("holds no files itself, but 2 of its folders do (first: "),
        "{message}"
    );
    assert!(message.contains("/9)"), "{message}");
    assert_eq!(refusal(&empty.path().join("gone")).kind.name(), "not-found");
    assert!(refusal(Path::new("-")).kind.is_usage());
}

#[cfg(unix)]
#[test]
fn links_count_as_what_they_lead_to() {
    let folder = folder(&[("a.pb", b"x")]);
    let link = |to: &str, name: &str| {
        assert!(std::os::unix::fs::symlink(to, folder.path().join(name)).is_ok());
    };
    link("a.pb", "b.pb");
    link("nowhere", "c.pb");
    link("/dev/zero", "d.pb");
    let found = find(&[folder.path().to_owned()], Links::Followed)
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(found.files.len(), 1);
    let lost = found.notes.get(NoteKind::UnreadableSnapshot);
    assert_eq!(
        lost.map(|note| note.example.as_str()),
        Some("c.pb: no such file or folder")
    );
}

#[cfg(unix)]
#[test]
fn where_links_are_left_out_the_file_they_lead_to_stays_and_the_json_beside_it_is_no_link() {
    let folder = folder(&[("b.pb", b"x"), ("c.pb", b"y"), ("c.json", b"{\"pid\": 7}")]);
    let link = |to: &str, name: &str| {
        assert!(std::os::unix::fs::symlink(to, folder.path().join(name)).is_ok());
    };
    // It comes first by its name.
    link("b.pb", "a.pb");
    link("/etc/passwd", "heap-1-manual.pb.gz");
    link("nowhere", "z.pb");
    link("c.json", "c.pb.json");
    for (links, names, pid) in [
        (Links::LeftOut, &["b.pb", "c.pb"][..], None),
        (
            Links::Followed,
            &["a.pb", "c.pb", "heap-1-manual.pb.gz"],
            Some(7),
        ),
    ] {
        let found = find(&[folder.path().to_owned()], links);
        let found = found.unwrap_or_else(|error| panic!("{error}"));
        let there: Vec<&str> = found.files.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(there, names);
        let lost = found.notes.get(NoteKind::UnreadableSnapshot);
        let (count, part) = match links {
            Links::LeftOut => (3, "a link"),
            Links::Followed => (1, "no such file or folder"),
        };
        assert!(lost.is_some_and(|note| note.count == count && note.example.contains(part)));
        let sidecar = found.files[1].sidecar(&mut Notes::default());
        assert_eq!(sidecar.and_then(|it| it.pid), pid);
    }
}

#[test]
fn a_go_series_is_in_order_by_the_time_inside() {
    let mut notes = Notes::default();
    let (mut entries, progress) = series(&fixture("pprof/go-1.27/goleak"), &mut notes);
    assert_eq!(progress.bytes_read(), progress.bytes_expected());
    assert!(progress.bytes_read() > 0 && notes.is_empty(), "{notes:?}");
    entries.reverse();
    let timeline = timeline(&entries);
    assert_eq!(timeline.clock, Clock::Profile);
    assert_eq!(timeline.order, (0..20).rev().collect::<Vec<_>>());
    // One a second, as its birth certificate says.
    let steps = timeline.positions.windows(2).map(|pair| pair[1] - pair[0]);
    assert!(
        steps.into_iter().all(|ms| (900..1200).contains(&ms)),
        "{:?}",
        timeline.positions
    );
}

#[test]
fn jemalloc_dumps_are_in_order_by_their_numbers() {
    let mut notes = Notes::default();
    let (entries, _) = series(&fixture("jemalloc/5.3/redis"), &mut notes);
    let timeline = timeline(&entries);
    assert_eq!(
        (timeline.clock, timeline.positions),
        (Clock::Sequence, vec![0, 12, 23])
    );
    assert_eq!(entries[0].pid(), Some(6655));
    let program = entries[0].program.as_deref();
    assert!(
        program.is_some_and(|name| name.starts_with("redis")),
        "{program:?}"
    );
    assert!(notes.is_empty(), "{notes:?}");
}

#[test]
fn profiles_of_two_programs_in_one_folder_are_refused() {
    let read = |path| fs::read(fixture(path)).unwrap_or_else(|error| panic!("{error}"));
    let folder = folder(&[
        ("heap.1.pb.gz", &read("pprof/go-1.27/goleak/heap.001.pb.gz")),
        (
            "heap.2.pb.gz",
            &read("pprof/go-1.19/caddy-2.6.2/heap.001.pb.gz"),
        ),
    ]);
    let (entries, _) = series(folder.path(), &mut Notes::default());
    match select(&entries, &Wanted::default()) {
        Err(SelectError::SeveralServices(groups)) => {
            let names: Vec<_> = groups.into_iter().map(|group| group.name).collect();
            assert_eq!(names, ["caddy", "goleak127"]);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn damaged_and_foreign_files_are_counted_and_the_rest_is_used() {
    let good = fs::read(fixture("pprof/go-1.27/goleak/heap.001.pb.gz"));
    let good = good.unwrap_or_else(|error| panic!("{error}"));
    let cpu = fs::read(fixture("pprof/go-1.27/kinds/cpu.pb.gz"));
    let folder = folder(&[
        ("heap-1795515300000-periodic.pb.gz", &good),
        ("heap-1795515300000-periodic.pb.gz.json", br#"{"pid": 17}"#),
        ("heap-1795515301000-periodic.pb.gz", &good[..good.len() / 2]),
        ("heap-1795515302000-periodic.pb.gz", b""),
        ("heap-1795515303000-periodic.pb.gz", &good),
        ("heap-1795515303000-periodic.pb.gz.json", b"{"),
        ("cpu.pb.gz", &cpu.unwrap_or_default()),
        ("README.md", b"# Heap profiles\n\nTaken every second.\n"),
    ]);
    let mut notes = Notes::default();
    let (entries, _) = series(folder.path(), &mut notes);
    let count = |kind| notes.get(kind).map(|note| note.count);
    assert_eq!(count(NoteKind::UnreadableSnapshot), Some(2));
    assert_eq!(count(NoteKind::ForeignFile), Some(2));
    assert_eq!(count(NoteKind::SidecarUnreadable), Some(1));
    assert_eq!(
        entries.iter().map(SeriesEntry::pid).collect::<Vec<_>>(),
        [Some(17), None]
    );
    let timeline = timeline(&entries);
    assert_eq!(
        (timeline.order, timeline.duplicates),
        (vec![0], vec![(0, 1)])
    );
}
