//! Folders on a disk, and what a target says of them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::*;
use crate::analysis::trend::SeriesAssessment;
use crate::serve::store::{Assessment, SELF};
use crate::serve::time::WallTime;

/// A target with a folder, and what it tells.
struct Scene {
    targets: Targets,
    told: mpsc::Receiver<Assessment>,
    stop: watch::Sender<bool>,
}

fn watch_over(folder: &Path) -> Scene {
    let (hub, told) = mpsc::channel(64);
    let (stop, stopping) = watch::channel(false);
    let own = Target::own(Some(folder), None);
    Scene {
        targets: Targets::start(own, &WatchOptions::default(), &hub, &stopping),
        told,
        stop,
    }
}

impl Scene {
    /// Waits until an assessment is told for which `is_it` holds.
    async fn hears(&mut self, is_it: impl Fn(&Assessment) -> bool) -> Assessment {
        let heard = async {
            loop {
                let told = self.told.recv().await.unwrap();
                if is_it(&told) {
                    return told;
                }
            }
        };
        timeout(Duration::from_secs(60), heard).await.unwrap()
    }
}

fn fixture(number: usize) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!(
        "fixtures/pprof/go-1.27/goleak/heap.{number:03}.pb.gz"
    ))
}

/// The first snapshots of a program that leaks, under names as `fabric snapshot` gives them.
fn put(folder: &Path, numbers: std::ops::Range<usize>) {
    for number in numbers {
        let time = 1_795_000_000_000 + 60_000 * number as i64;
        let name = format!("heap-{time}-periodic.pb.gz");
        fs::copy(fixture(number), folder.join(name)).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_questions_at_once_cost_one_analysis() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), 0..19);
    let mut scene = watch_over(folder.path());
    let questions: Vec<_> = (0..200)
        .map(|_| {
            let targets = scene.targets.clone();
            tokio::spawn(async move { targets.judged(SELF).await.unwrap() })
        })
        .collect();
    let mut answers = Vec::new();
    for question in questions {
        answers.push(question.await.unwrap());
    }
    assert_eq!(scene.targets.analyses(), 1);
    assert!(answers.iter().all(|answer| answer.json == answers[0].json));
    assert_eq!(answers[0].report.trend.assessment.name(), "leaking");
    let told = scene
        .hears(|told| told.assessment == SeriesAssessment::Leaking)
        .await;
    assert_eq!(told.suspects[0].function, "main.newSession");
    assert_eq!(told.snapshots, 19);
    // A later one finds it made; after another snapshot, two hundred cost one more.
    scene.targets.judged(SELF).await.unwrap();
    assert_eq!(scene.targets.analyses(), 1);
    put(folder.path(), 19..20);
    let questions = (0..200).map(|_| scene.targets.judged(SELF));
    for answer in futures_util::future::join_all(questions).await {
        assert_eq!(answer.unwrap().report.snapshots.len(), 20);
    }
    assert_eq!(scene.targets.analyses(), 2);
    let questions = scene.targets.bounds()[0];
    assert_eq!(questions.usage.length, 0);
    assert!(questions.usage.high_water_length >= 100, "{questions:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_program_puts_there_is_told_without_being_asked_for() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("later");
    let mut scene = watch_over(&folder);
    let told = scene.hears(|_| true).await;
    assert_eq!(
        (told.assessment, told.snapshots),
        (SeriesAssessment::InsufficientData, 0)
    );
    assert_eq!(told.problem, None);
    fs::create_dir(&folder).unwrap();
    put(&folder, 0..8);
    scene.hears(|told| told.snapshots == 8).await;
    // The folder goes away and comes back as another one.
    fs::remove_dir_all(&folder).unwrap();
    scene.hears(|told| told.snapshots == 0).await;
    fs::create_dir(&folder).unwrap();
    put(&folder, 0..3);
    scene.hears(|told| told.snapshots == 3).await;
    put(&folder, 3..4);
    scene.hears(|told| told.snapshots == 4).await;
    assert!(scene.stop.send(true).is_ok());
    while scene.told.recv().await.is_some() {}
    assert_eq!(
        scene.targets.judged(SELF).await.unwrap_err(),
        TargetError::Stopping
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_full_of_other_things_is_judged_by_its_snapshots() {
    let folder = tempfile::tempdir().unwrap();
    let inside = |name: &str| folder.path().join(name);
    put(folder.path(), 0..6);
    fs::write(inside("garbage.pb.gz"), b"\x1f\x8bnothing").unwrap();
    fs::write(inside("heap-1795000000001-manual.pb.gz"), "no profile").unwrap();
    for number in 0..2_000 {
        fs::write(inside(&format!("note-{number}.json")), "{}").unwrap();
    }
    rustix::fs::mknodat(
        rustix::fs::CWD,
        inside("heap-1795000000002-manual.pb.gz"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o600),
        0,
    )
    .unwrap();
    std::os::unix::fs::symlink("/dev/zero", inside("heap-1795000000003-manual.pb.gz")).unwrap();
    std::os::unix::fs::symlink("nowhere", inside("heap-1795000000004-manual.pb.gz")).unwrap();
    fs::create_dir(inside("reports")).unwrap();
    let scene = watch_over(folder.path());
    let judged = scene.targets.judged(SELF);
    let judged = timeout(Duration::from_secs(60), judged)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(judged.report.snapshots.len(), 6);
    assert_eq!(judged.paths.len(), 6);
    let notes: Vec<String> = judged
        .report
        .notes
        .iter()
        .map(ToString::to_string)
        .collect();
    let notes = notes.join("\n");
    // The damaged one, and two links.
    assert!(notes.contains("cannot be read, left out (3, "), "{notes}");
    assert!(
        notes.contains("no heap profiles, left out (heap-1795000000001"),
        "{notes}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_link_leads_to_is_not_told() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), 0..2);
    let outside = tempfile::NamedTempFile::new().unwrap();
    fs::write(outside.path(), "root:s3cret:0:0\n").unwrap();
    for name in ["heap-1795000000003-manual.pb.gz", "x.heap"] {
        std::os::unix::fs::symlink(outside.path(), folder.path().join(name)).unwrap();
    }
    let scene = watch_over(folder.path());
    let judged = scene.targets.judged(SELF).await.unwrap();
    let text = String::from_utf8_lossy(&judged.json);
    assert!(
        text.contains("is a link, and a server follows none"),
        "{text}"
    );
    assert!(!text.contains("root"), "{text}");
    assert_eq!(judged.report.snapshots.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_server_has_no_room_for_is_left_out_and_told() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), 0..3);
    let huge = fs::File::create(folder.path().join("huge.pb.gz")).unwrap();
    huge.set_len(1 << 40).unwrap();
    let scene = watch_over(folder.path());
    let judged = scene.targets.judged(SELF).await.unwrap();
    assert_eq!(judged.report.snapshots.len(), 3);
    let notes: Vec<String> = judged
        .report
        .notes
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(notes.concat().contains("larger than 32.0 MiB"), "{notes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pairs_are_compared_once_and_named_by_their_files() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), 0..12);
    let scene = watch_over(folder.path());
    let targets = &scene.targets;
    let pairs = (0..50).map(|_| targets.pair(SELF, None, None));
    for pair in futures_util::future::join_all(pairs).await {
        let pair = pair.unwrap();
        // The oldest of the last ten.
        assert_eq!(
            pair.report.before.filename,
            "heap-1795000120000-periodic.pb.gz"
        );
        assert_eq!(
            pair.report.after.filename,
            "heap-1795000660000-periodic.pb.gz"
        );
    }
    assert_eq!(targets.comparisons(), 1);
    let first = "heap-1795000000000-periodic.pb.gz";
    let pair = targets.pair(SELF, Some(first), None).await.unwrap();
    assert_eq!(pair.report.before.filename, first);
    assert!(!pair.report.diff.rows.is_empty());
    assert_eq!(targets.comparisons(), 2);
    for stranger in ["../other.pb.gz", "/etc/passwd", "heap-1-manual.pb.gz", ""] {
        let refused = targets.pair(SELF, Some(stranger), None).await.unwrap_err();
        assert_eq!(refused, TargetError::NoSuchSnapshot(stranger.to_owned()));
    }
    let unknown = targets.pair("other", None, None).await.unwrap_err();
    assert_eq!(unknown, TargetError::NoSuchTarget);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_of_two_services_says_what_lies_there_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), 0..3);
    let other = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let other = other.join("fixtures/jemalloc/5.3/cleak/run1.2.heap");
    fs::copy(other, folder.path().join("other.1.2.heap")).unwrap();
    let mut scene = watch_over(folder.path());
    let told = scene.hears(|told| told.snapshots > 0).await;
    assert_eq!(
        (told.assessment, told.snapshots),
        (SeriesAssessment::InsufficientData, 4)
    );
    assert!(
        told.sentence
            .starts_with("no verdict: snapshots of 2 services (")
    );
    assert!(told.sentence.ends_with("): keep one service a folder"));
    // A snapshot that fails is told beside it, and is forgotten when one comes.
    let tries = scene.targets.own_tries();
    let trouble = Trouble::new("full", "the disk is full");
    tries.send_replace(LastTry::ended(WallTime(1), Some(trouble)));
    let ends =
        |told: &Assessment, with: &str| told.problem.as_ref().is_some_and(|it| it.ends_with(with));
    let both = "keep one service a folder; the disk is full";
    scene.hears(|told| ends(told, both)).await;
    tries.send_replace(LastTry::ended(WallTime(2), None));
    scene
        .hears(|told| ends(told, "keep one service a folder"))
        .await;
}

#[tokio::test]
async fn a_snapshot_that_is_dated_in_the_future_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    // The last is of 2100.
    for time in [1_795_000_000_000_i64, 1_795_000_060_000, 4_102_444_800_000] {
        let name = format!("heap-{time}-manual.folded");
        fs::write(folder.path().join(name), "main;serve;keep 4096\n").unwrap();
    }
    let mut scene = watch_over(folder.path());
    let told = scene.hears(|it| it.snapshots == 3).await;
    assert_eq!(
        told.problem.as_deref(),
        Some(
            "its last snapshot, heap-4102444800000-manual.folded, is dated 2100-01-01 00:00:00 UTC, which is not yet: move it away, as the clock was wrong when it was taken"
        )
    );
    fs::remove_file(folder.path().join("heap-4102444800000-manual.folded")).unwrap();
    let told = scene.hears(|it| it.snapshots == 2).await;
    assert_eq!(told.problem, None);
    scene.stop.send_replace(true);
}

#[tokio::test]
async fn without_a_folder_there_is_an_answer_all_the_same() {
    let targets = Targets::default();
    let judged = targets.judged(SELF).await.unwrap();
    let json: serde_json::Value = serde_json::from_slice(&judged.json).unwrap();
    assert_eq!(json["overallAssessment"], "insufficient-data");
    assert_eq!(
        targets.assessments()[0].assessment,
        SeriesAssessment::InsufficientData
    );
    assert_eq!(
        targets.pair(SELF, None, None).await.unwrap_err(),
        TargetError::TooFew(0)
    );
}
