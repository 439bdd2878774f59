//! The folder on a real disk.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use super::*;
use crate::load::series::{SIDECAR_SCHEMA, Sidecar};

fn name(time_ms: i64) -> SnapshotName {
    SnapshotName {
        time_ms,
        trigger: Trigger::Test,
        extension: Extension::Pprof,
    }
}

fn open(folder: &Path) -> Archive {
    Archive::open(folder, Duration::ZERO).unwrap_or_else(|error| panic!("{error}"))
}

fn staged(archive: &Archive, bytes: &[u8]) -> Stage {
    let mut stage = archive.stage().unwrap_or_else(|error| panic!("{error}"));
    assert!(stage.write_all(bytes).is_ok());
    stage
}

fn sidecar() -> Sidecar {
    Sidecar {
        schema: Some(SIDECAR_SCHEMA.to_owned()),
        ..Sidecar::default()
    }
}

fn store(archive: &Archive, time_ms: i64, original: bool) -> Stored {
    let original = original.then(|| Original {
        stage: staged(archive, b"as it came"),
        extension: "jemalloc".to_owned(),
    });
    archive
        .store(
            staged(archive, b"profile"),
            name(time_ms),
            sidecar(),
            original,
        )
        .unwrap_or_else(|error| panic!("{error}"))
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name != ".fabric-snapshot.lock")
        .collect();
    names.sort();
    names
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_snapshot_has_its_circumstances_and_its_original() {
    let folder = folder();
    let inside = folder.path().join("made/on/the/way");
    let archive = open(&inside);
    let stored = store(&archive, 5, true);
    assert_eq!(
        names(&inside),
        ["heap-5-test.pb.gz", "heap-5-test.pb.gz.json", "originals"]
    );
    let original = inside.join("originals/heap-5-test.pb.gz.jemalloc");
    assert_eq!(fs::read(original).ok().as_deref(), Some(&b"as it came"[..]));
    let written = Sidecar::read(&stored.path).and_then(Result::ok);
    let original = written.and_then(|it| it.original);
    assert_eq!(
        original.as_deref(),
        Some("originals/heap-5-test.pb.gz.jemalloc")
    );
    let found = archive.snapshots().unwrap_or_default();
    assert_eq!(found.len(), 1);
    let json = fs::metadata(Sidecar::path(&stored.path)).map_or(0, |it| it.len());
    assert_eq!(found[0].total_bytes, 7 + 10 + json);
}

#[test]
fn a_clock_that_stands_still_overwrites_nothing() {
    let folder = folder();
    let archive = open(folder.path());
    let times: Vec<i64> = (0..3)
        .map(|_| store(&archive, 5, false).name.time_ms)
        .collect();
    assert_eq!(times, [5, 6, 7]);
    assert_eq!(store(&archive, 4, false).name.time_ms, 4);
    assert_eq!(names(folder.path()).len(), 8);
}

#[test]
fn two_at_once_wait_for_each_other() {
    let folder = folder();
    let first = open(folder.path());
    let error = Archive::open(folder.path(), Duration::from_millis(60))
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    assert!(error.contains(&std::process::id().to_string()), "{error}");
    drop(first);
    drop(open(folder.path()));
}

#[test]
fn a_link_in_the_place_of_the_lock_is_not_followed() {
    let folder = folder();
    let victim = folder.path().join("victim");
    assert!(fs::write(&victim, "precious").is_ok());
    let inside = folder.path().join("in");
    assert!(fs::create_dir(&inside).is_ok());
    let lock = inside.join(".fabric-snapshot.lock");
    assert!(std::os::unix::fs::symlink(&victim, lock).is_ok());
    assert!(Archive::open(&inside, Duration::ZERO).is_err());
    assert_eq!(fs::read(victim).ok().as_deref(), Some(&b"precious"[..]));
}

#[test]
fn a_pin_that_comes_late_still_counts() {
    let folder = folder();
    let archive = open(folder.path());
    let old = store(&archive, 1, false);
    store(&archive, 2, false);
    let found = archive.snapshots().unwrap_or_default();
    let retention = Retention {
        keep: Some(1),
        ..Retention::default()
    };
    let removals = retention.removals(&found, None, 3);
    assert!(set_pinned(&old.path, true).is_ok());
    assert!(matches!(archive.remove(&removals[0]), Ok(false)));
    assert!(old.path.exists());
}

#[test]
fn debris_goes_and_foreign_files_stay() {
    let folder = folder();
    drop(open(folder.path()));
    let originals = folder.path().join("originals");
    assert!(fs::create_dir(&originals).is_ok());
    let ours = br#"{"schema": "fabric.snapshot/1"}"#;
    for (name, bytes) in [
        (".fabric-snapshot-abc.part", &b"half"[..]),
        ("heap-1-test.pb.gz.json", ours),
        (".heap-1-test.pb.gz.pin", b""),
        ("originals/heap-1-test.pb.gz.jemalloc", b""),
    ] {
        assert!(fs::write(folder.path().join(name), bytes).is_ok());
    }
    let foreign = [
        ".fabric-report.part",
        "heap-1-test.txt",
        "heap-2-test.pb.gz",
        "heap-3-test.pb.gz.json",
        "notes.json",
        "originals/mine.heap",
    ];
    for name in foreign {
        assert!(fs::write(folder.path().join(name), b"mine").is_ok());
    }
    assert!(
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("heap-9-test.pb.gz")).is_ok()
    );
    let archive = open(folder.path());
    assert_eq!(
        names(folder.path()),
        [
            ".fabric-report.part",
            "heap-1-test.txt",
            "heap-2-test.pb.gz",
            "heap-3-test.pb.gz.json",
            "heap-9-test.pb.gz",
            "notes.json",
            "originals"
        ]
    );
    assert_eq!(names(&originals), ["mine.heap"]);
    // The link is none of ours, although it has the newest name.
    assert_eq!(archive.snapshots().map_or(0, |found| found.len()), 1);
}

#[test]
fn what_goes_takes_everything_along() {
    let folder = folder();
    let archive = open(folder.path());
    let old = store(&archive, 1, true);
    store(&archive, 2, true);
    assert!(matches!(set_pinned(&old.path, true), Ok(true)));
    assert!(matches!(set_pinned(&old.path, true), Ok(false)));
    let retention = Retention {
        max_bytes: Some(1),
        ..Retention::default()
    };
    let found = archive.snapshots().unwrap_or_default();
    assert!(retention.removals(&found, None, 3).is_empty());
    assert!(matches!(set_pinned(&old.path, false), Ok(true)));
    assert!(matches!(set_pinned(&old.path, false), Ok(false)));
    let found = archive.snapshots().unwrap_or_default();
    for removal in retention.removals(&found, None, 3) {
        assert!(archive.remove(&removal).is_ok());
    }
    assert_eq!(
        names(folder.path()),
        ["heap-2-test.pb.gz", "heap-2-test.pb.gz.json", "originals"]
    );
    assert_eq!(names(&folder.path().join("originals")).len(), 1);
}

#[test]
fn only_snapshots_are_pinned() {
    let folder = folder();
    let check = |name: &str, expected: &str| match set_pinned(&folder.path().join(name), true) {
        Err(error) => assert_eq!(error.kind.name(), expected, "{name}"),
        Ok(_) => panic!("{name} was pinned"),
    };
    check("notes.txt", "not-snapshot");
    check("heap-1-test.pb.gz", "not-found");
    assert!(fs::create_dir(folder.path().join("heap-2-test.pb.gz")).is_ok());
    check("heap-2-test.pb.gz", "not-snapshot");
}

#[test]
fn heap_snapshots_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let archive = open(folder.path());
    let heap = SnapshotName {
        extension: Extension::HeapSnapshot,
        ..name(1)
    };
    let stored = archive.store(staged(&archive, b"{}"), heap, sidecar(), None);
    let mode = stored
        .ok()
        .and_then(|stored| fs::metadata(stored.path).ok())
        .map(|it| it.permissions().mode() & 0o777);
    assert_eq!(mode, Some(0o600));
}
