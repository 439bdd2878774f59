//! What is acknowledged is on the disk, whatever the disk does.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use bytes::Bytes;

use super::faulty_disk::FaultyDisk;
use super::handle::{Ingest, IngestError, PostedLine};
use crate::serve::bounds::{INGEST_FILE_BYTES, INGEST_QUEUE};
use crate::serve::event::DedupKey;

fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(test)
}

fn line(n: u64, key: Option<u64>) -> PostedLine {
    PostedLine {
        text: Bytes::from(format!("{{\"n\":{n}}}")),
        key: key.map(|key| DedupKey::new("s", "w", key)),
    }
}

fn read(folder: &Path) -> BTreeMap<String, String> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let text = std::fs::read_to_string(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), text)
        })
        .collect()
}

#[test]
fn what_is_acknowledged_stands_in_a_file_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("not/there/yet");
    run(async {
        let ingest = Ingest::start(&logs).unwrap();
        ingest
            .append(vec![line(1, None), line(2, None)])
            .await
            .unwrap();
        assert_eq!(
            read(&logs).into_values().collect::<String>(),
            "{\"n\":1}\n{\"n\":2}\n"
        );
        ingest.rotate();
        ingest.append(vec![line(3, None)]).await.unwrap();
        ingest.stop().await;
        let again = ingest.append(vec![line(4, None)]).await;
        assert_eq!(again, Err(IngestError::Stopped));
    });
    let files = read(&logs);
    assert_eq!(files.len(), 2);
    for name in files.keys() {
        let rest = name.strip_prefix("http-ingest-").unwrap();
        let (time, n) = rest
            .strip_suffix(".jsonl")
            .unwrap()
            .split_once('-')
            .unwrap();
        assert!(time.parse::<u64>().is_ok() && n.parse::<u64>().is_ok());
    }
    let text: String = files.into_values().collect();
    assert_eq!(text, "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
}

#[test]
fn a_new_start_begins_a_new_file_and_leaves_a_torn_line_alone() {
    let folder = tempfile::tempdir().unwrap();
    let torn = folder.path().join("http-ingest-1-1.jsonl");
    std::fs::write(&torn, "{\"cut").unwrap();
    run(async {
        let ingest = Ingest::start(folder.path()).unwrap();
        ingest.append(vec![line(1, None)]).await.unwrap();
        ingest.stop().await;
    });
    assert_eq!(std::fs::read_to_string(torn).unwrap(), "{\"cut");
    assert_eq!(read(folder.path()).len(), 2);
}

#[test]
fn a_file_that_was_moved_or_deleted_is_not_written_to_any_more() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let ingest = Ingest::start(folder.path()).unwrap();
        ingest.append(vec![line(1, None)]).await.unwrap();
        let name = read(folder.path()).into_keys().next().unwrap();
        std::fs::remove_file(folder.path().join(name)).unwrap();
        ingest.append(vec![line(2, None)]).await.unwrap();
        ingest.stop().await;
    });
    let text: String = read(folder.path()).into_values().collect();
    assert_eq!(text, "{\"n\":2}\n");
}

#[test]
fn a_repeat_is_answered_alike_and_not_written_twice() {
    let disk = FaultyDisk::default();
    run(async {
        let ingest = Ingest::start_on(disk.clone()).unwrap();
        ingest.append(vec![line(1, Some(7))]).await.unwrap();
        ingest.append(vec![line(1, Some(7))]).await.unwrap();
        // At once, and twice in one post.
        disk.0.lock().unwrap().sync_ms = 20;
        let posts = (0..50).map(|_| {
            let ingest = ingest.clone();
            tokio::spawn(async move {
                ingest
                    .append(vec![line(2, Some(8)), line(2, Some(8))])
                    .await
            })
        });
        for post in posts.collect::<Vec<_>>() {
            post.await.unwrap().unwrap();
        }
        // Without a key every post is an event of its own.
        ingest.append(vec![line(3, None)]).await.unwrap();
        ingest.append(vec![line(3, None)]).await.unwrap();
        ingest.stop().await;
        assert_eq!(ingest.counts().repeated.get(), 100);
        assert_eq!(ingest.counts().written.get(), 4);
    });
    assert_eq!(
        disk.lines(),
        ["{\"n\":1}", "{\"n\":2}", "{\"n\":3}", "{\"n\":3}"]
    );
}

#[test]
fn a_repeat_of_what_failed_is_written() {
    let disk = FaultyDisk::default();
    {
        let mut faulty = disk.0.lock().unwrap();
        faulty.fails_with = Some(io::ErrorKind::StorageFull);
        faulty.fails_in_eight = 8;
    }
    run(async {
        let ingest = Ingest::start_on(disk.clone()).unwrap();
        let error = ingest.append(vec![line(1, Some(7))]).await.unwrap_err();
        assert!(matches!(error, IngestError::Disk { full: true, .. }));
        assert!(ingest.counts().is_failing());
        disk.0.lock().unwrap().fails_in_eight = 0;
        ingest.append(vec![line(1, Some(7))]).await.unwrap();
        assert!(!ingest.counts().is_failing());
        ingest.stop().await;
    });
    assert_eq!(disk.lines(), ["{\"n\":1}"]);
}

#[test]
fn whatever_fails_what_is_acknowledged_is_there_whole_and_nothing_follows_a_torn_line() {
    for seed in 0..40 {
        let disk = FaultyDisk::default();
        {
            let mut faulty = disk.0.lock().unwrap();
            faulty.random = seed;
            faulty.fails_with = Some(io::ErrorKind::Other);
            faulty.fails_in_eight = seed % 5;
        }
        let acknowledged = run(async {
            let ingest = Ingest::start_on(disk.clone()).unwrap();
            let mut acknowledged = Vec::new();
            for round in 0..40 {
                let posts = (0..5).map(|n| {
                    let n = round * 5 + n;
                    let ingest = ingest.clone();
                    tokio::spawn(async move {
                        // Some posts come three times, as from a client that tries again.
                        let mut outcome = Err(IngestError::Busy);
                        for _ in 0..=(n % 3) {
                            outcome = ingest.append(vec![line(n, Some(n))]).await;
                        }
                        (n, outcome.is_ok())
                    })
                });
                for post in posts.collect::<Vec<_>>() {
                    let (n, kept) = post.await.unwrap();
                    if kept {
                        acknowledged.push(n);
                    }
                }
                if round % 7 == 0 {
                    let mut faulty = disk.0.lock().unwrap();
                    let names: Vec<String> = faulty.files.keys().cloned().collect();
                    faulty.moved = names;
                }
            }
            ingest.stop().await;
            acknowledged
        });
        let lines = disk.lines();
        for n in &acknowledged {
            assert!(
                lines.contains(&format!("{{\"n\":{n}}}")),
                "seed {seed}: {n}"
            );
        }
        for line in &lines {
            let n = line
                .strip_prefix("{\"n\":")
                .and_then(|n| n.strip_suffix('}'));
            assert!(n.is_some_and(|n| n.parse::<u64>().is_ok()), "{line}");
        }
        assert!(seed % 5 != 0 || acknowledged.len() == 200);
    }
}

#[test]
fn a_full_disk_does_not_fill_the_folder_with_empty_files() {
    let disk = FaultyDisk::default();
    run(async {
        let ingest = Ingest::start_on(disk.clone()).unwrap();
        for n in 0..100 {
            let _ = ingest.append(vec![line(n, None)]).await;
            // Making a file works on a full disk, and so does removing it: only writing does not.
            let mut faulty = disk.0.lock().unwrap();
            faulty.fails_with = Some(io::ErrorKind::StorageFull);
            faulty.fails_in_eight = 4;
        }
        ingest.stop().await;
        assert!(ingest.counts().failures.get() > 10);
    });
    let disk = disk.0.lock().unwrap();
    let empty = disk.files.values().filter(|text| text.is_empty()).count();
    // Half of the removals fail here too.
    assert!(empty < 60, "{empty}");
}

#[test]
fn a_folder_that_cannot_be_is_said_to_the_client() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    run(async {
        let ingest = Ingest::start(&file.join("logs")).unwrap();
        let error = ingest.append(vec![line(1, None)]).await.unwrap_err();
        assert!(matches!(error, IngestError::Disk { full: false, .. }));
        // As soon as it can be, it works.
        std::fs::remove_file(&file).unwrap();
        ingest.append(vec![line(1, None)]).await.unwrap();
        ingest.stop().await;
    });
}

#[test]
fn what_arrives_while_the_disk_works_is_written_together() {
    let disk = FaultyDisk::default();
    disk.0.lock().unwrap().sync_ms = 20;
    run(async {
        let ingest = Ingest::start_on(disk.clone()).unwrap();
        let posts = (0..500).map(|n| {
            let ingest = ingest.clone();
            tokio::spawn(async move { ingest.append(vec![line(n, Some(n))]).await })
        });
        for post in posts.collect::<Vec<_>>() {
            post.await.unwrap().unwrap();
        }
        assert!(ingest.counts().groups.get() < 20);
        ingest.stop().await;
    });
    assert_eq!(disk.lines().len(), 500);
}

#[test]
fn beyond_its_bound_the_queue_refuses_and_recovers() {
    let disk = FaultyDisk::default();
    disk.0.lock().unwrap().sync_ms = 200;
    run(async {
        let ingest = Ingest::start_on(disk.clone()).unwrap();
        let big = Bytes::from("x".repeat(1 << 20));
        let posts = (0..160).map(|_| {
            let ingest = ingest.clone();
            let text = big.clone();
            tokio::spawn(async move { ingest.append(vec![PostedLine { text, key: None }]).await })
        });
        let mut refused = 0;
        for post in posts.collect::<Vec<_>>() {
            if post.await.unwrap() == Err(IngestError::Busy) {
                refused += 1;
            }
        }
        assert!(refused > 100, "{refused}");
        let [queue, keys] = ingest.counts().bounds();
        assert_eq!(queue.usage.evictions, refused);
        assert_eq!((queue.usage.length, queue.usage.bytes), (0, 0));
        assert!(queue.usage.high_water_bytes <= INGEST_QUEUE.cap_bytes.unwrap());
        assert_eq!(keys.usage.length, 0);
        ingest.append(vec![line(1, Some(1))]).await.unwrap();
        ingest.stop().await;
    });
}

#[test]
fn a_file_is_closed_at_its_bound() {
    let disk = FaultyDisk::default();
    run(async {
        let ingest = Ingest::start_on(disk.clone()).unwrap();
        let text = Bytes::from("x".repeat(8 << 20));
        for _ in 0..10 {
            let text = text.clone();
            ingest
                .append(vec![PostedLine { text, key: None }])
                .await
                .unwrap();
        }
        ingest.stop().await;
    });
    let disk = disk.0.lock().unwrap();
    let sizes: Vec<u64> = disk.files.values().map(|text| text.len() as u64).collect();
    assert_eq!(sizes.len(), 2);
    // At most one group more than the bound.
    assert!(
        sizes
            .iter()
            .all(|&size| size < INGEST_FILE_BYTES + (16 << 20))
    );
}
