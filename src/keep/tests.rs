//! What came, kept in a folder on a real disk.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::*;
use crate::archive::{Archive, Excess, Retention, Trigger};
use crate::capture::Process;
use crate::load::series::Sidecar;

const MANNER: Manner<'static, 'static> = Manner {
    trigger: Trigger::Periodic,
    service: Some("web"),
    symbolizer: None,
    keep_original: false,
};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name)
}

fn folder() -> (tempfile::TempDir, Archive) {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"));
    let archive = Archive::open(folder.path(), Duration::ZERO);
    (folder, archive.unwrap_or_else(|error| panic!("{error}")))
}

fn came(archive: &Archive, name: &str, at_ms: i64) -> Captured {
    let mut stage = archive.stage().unwrap_or_else(|error| panic!("{error}"));
    let mut file = File::open(fixture(name)).unwrap_or_else(|error| panic!("{error}"));
    assert!(io::copy(&mut file, &mut stage).is_ok());
    Captured::new(stage, name.to_owned(), at_ms)
}

fn kept(archive: &Archive, captured: Captured, manner: &Manner<'_, '_>) -> (Kept, Sidecar) {
    let kept = store(archive, captured, manner).unwrap_or_else(|error| panic!("{error}"));
    let json = fs::read(Sidecar::path(&kept.stored.path)).unwrap_or_default();
    let sidecar = serde_json::from_slice(&json).unwrap_or_else(|error| panic!("{error}"));
    (kept, sidecar)
}

#[test]
fn a_live_dump_is_kept_under_its_moment_with_its_circumstances() {
    let (_folder, archive) = folder();
    let captured = Captured {
        is_live: true,
        duration: Duration::from_millis(12),
        pid: Some(7),
        ..came(
            &archive,
            "jemalloc/5.3/cleak/run1.2.heap",
            1_795_000_000_000,
        )
    };
    let (kept, sidecar) = kept(&archive, captured, &MANNER);
    assert_eq!(
        kept.stored.name.to_string(),
        "heap-1795000000000-periodic.pb.gz"
    );
    assert!(kept.bytes > 0 && kept.remarks.is_empty());
    assert_eq!(sidecar.captured_at, Some(1_795_000_000_000));
    assert_eq!(sidecar.capture_duration_ms, Some(12));
    assert_eq!(sidecar.source_format.as_deref(), Some("jemalloc"));
    assert_eq!(sidecar.service.as_deref(), Some("web"));
    assert_eq!(sidecar.pid, Some(7));
    assert_eq!(sidecar.original, None);
}

#[test]
fn a_profile_from_a_file_keeps_its_own_time_and_a_live_one_that_of_its_capture() {
    let (_folder, archive) = folder();
    let name = "pprof/go-1.27/goleak/heap.007.pb.gz";
    let filed = came(&archive, name, 1);
    let (filed, _) = kept(&archive, filed, &MANNER);
    assert!(filed.stored.name.time_ms > 1_700_000_000_000);
    let live = Captured {
        is_live: true,
        ..came(&archive, name, 1)
    };
    let (live, _) = kept(&archive, live, &MANNER);
    assert_eq!(live.stored.name.time_ms, 1);
}

#[test]
fn a_process_that_only_listens_is_left_out_unless_somebody_named_it() {
    for (is_process_certain, pid) in [(false, None), (true, Some(7))] {
        let (_folder, archive) = folder();
        let captured = Captured {
            is_live: true,
            is_process_certain,
            pid: Some(7),
            process: Some(Process {
                pid: 7,
                program: Some("haproxy".to_owned()),
                ..Process::default()
            }),
            ..came(&archive, "pprof/go-1.27/goleak/heap.007.pb.gz", 1)
        };
        let (kept, sidecar) = kept(&archive, captured, &MANNER);
        let said = [KeptRemark::OtherProcess { pid: 7 }];
        assert_eq!(kept.remarks == said, !is_process_certain);
        assert_eq!(sidecar.pid, pid);
    }
}

#[test]
fn the_bytes_as_they_came_are_kept_only_where_they_are_wanted() {
    for keep_original in [false, true] {
        let (folder, archive) = folder();
        let captured = came(&archive, "jemalloc/5.3/cleak/run1.2.heap", 1);
        let manner = Manner {
            keep_original,
            ..MANNER
        };
        let (_, sidecar) = kept(&archive, captured, &manner);
        let original = sidecar.original.map(|name| folder.path().join(name));
        assert_eq!(original.is_some_and(|path| path.is_file()), keep_original);
    }
}

#[test]
fn what_is_no_profile_is_trouble_with_its_source_and_leaves_nothing() {
    let (folder, archive) = folder();
    let captured = came(&archive, "hostile/html-error-page.html", 1);
    let refused = store(&archive, captured, &MANNER);
    assert!(
        matches!(&refused, Err(KeepError::Source(error)) if error.source_name.ends_with(".html")),
        "{refused:?}"
    );
    let left: Vec<_> = fs::read_dir(folder.path())
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name())
        .filter(|name| name != ".fabric-snapshot.lock")
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn what_is_beyond_the_bounds_goes_and_is_told() {
    let (_folder, archive) = folder();
    let mut last = None;
    for at_ms in [100, 200, 300] {
        let captured = Captured {
            is_live: true,
            ..came(&archive, "pprof/go-1.27/goleak/heap.007.pb.gz", at_ms)
        };
        last = Some(kept(&archive, captured, &MANNER).0.stored.name);
    }
    let two = Retention {
        keep: Some(2),
        ..Retention::default()
    };
    let pruned = prune(&archive, &two, last, 400).unwrap_or_else(|error| panic!("{error}"));
    let told: Vec<_> = pruned
        .iter()
        .map(|it| (it.name.time_ms, it.excess))
        .collect();
    assert_eq!(told, [(100, Excess::Count)]);
    assert_eq!(archive.snapshots().map_or(0, |found| found.len()), 2);
}

#[test]
fn a_profile_without_a_time_gets_that_of_its_capture_and_one_with_a_time_keeps_its_own() {
    let read = |kept: &Kept| {
        let source = crate::load::Source::Path(kept.stored.path.clone());
        let loaded = crate::load::load(&source, None, &crate::load::Progress::default());
        loaded.unwrap_or_else(|error| panic!("{error}")).profile
    };
    let (_folder, archive) = folder();
    let at_ms = 1_795_000_000_123;
    let (first, _) = kept(
        &archive,
        came(&archive, "jemalloc/5.3/cleak/run1.2.heap", at_ms),
        &MANNER,
    );
    assert_eq!(read(&first).origin().captured_at_ms, Some(at_ms));
    let go = "pprof/go-1.27/goleak/heap.007.pb.gz";
    let (second, sidecar) = kept(&archive, came(&archive, go, at_ms), &MANNER);
    let own = read(&second).origin().captured_at_ms;
    assert!(own.is_some() && own == sidecar.captured_at && own != Some(at_ms));
    assert_eq!(
        fs::read(&second.stored.path).ok(),
        fs::read(fixture(go)).ok()
    );
}
