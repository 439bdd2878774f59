//! Services that give profiles, and those that give anything else.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::scrape::fetch;
use super::trouble::Trouble;
use super::*;
use crate::analysis::trend::SeriesAssessment;
use crate::archive;
use crate::serve::store::{Assessment, SELF};

/// A service on a port of its own that answers its `n`-th request with `answer`. It ends with the test process.
fn service(answer: impl Fn(usize, &mut TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (count, answer) = (AtomicUsize::new(0), Arc::new(answer));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let number = count.fetch_add(1, Ordering::Relaxed);
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || {
                // The head of a request is in one piece on loopback.
                let _ = stream.read(&mut [0; 4096]);
                answer(number, &mut stream);
            });
        }
    });
    port
}

fn send(stream: &mut TcpStream, head: &str, body: &[u8]) {
    // Whoever asked may have had enough.
    let _ = write!(stream, "HTTP/1.1 {head}\r\nconnection: close\r\n\r\n");
    let _ = stream.write_all(body);
}

fn fixture(number: usize) -> Vec<u8> {
    let path = format!("fixtures/pprof/go-1.27/goleak/heap.{number:03}.pb.gz");
    fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn watched(name: &str, port: u16) -> Watched {
    Watched::parse(&format!(
        "{name}=http://127.0.0.1:{port}/debug/pprof/heap?token=s3cret"
    ))
    .unwrap()
}

fn scrape(watched: &Watched, folder: &Path, time_limit: Duration) -> Result<(), Trouble> {
    fetch(watched, folder, time_limit)?.keep(watched)
}

fn failure(port: u16, folder: &Path) -> Trouble {
    let failure = scrape(&watched("api", port), folder, Duration::from_secs(2)).unwrap_err();
    assert!(!failure.words.contains("s3cret"), "{failure:?}");
    assert_eq!(archive::snapshots(folder).unwrap(), []);
    failure
}

#[test]
fn what_is_no_profile_leaves_nothing_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let down = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = down.local_addr().unwrap().port();
    drop(down);
    let endless = |_: usize, stream: &mut TcpStream| {
        send(stream, "200 OK", b"");
        while stream.write_all(&[b'x'; 1 << 16]).is_ok() {}
    };
    let drop_by_drop = |_: usize, stream: &mut TcpStream| {
        send(stream, "200 OK", b"");
        while stream.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    for (port, kind, part) in [
        (port, "connect", "does the service run"),
        (
            service(|_, stream| send(stream, "200 OK", b"<html>it works</html>")),
            "unsupported",
            "an HTML page",
        ),
        (
            service(|_, stream| send(stream, "200 OK", &fixture(0)[..500])),
            "truncated",
            "",
        ),
        (
            service(|_, stream| send(stream, "403 Forbidden\r\nx: y", b"s3cret no")),
            "status",
            "403",
        ),
        (
            service(|_, stream| send(stream, "302 Found\r\nlocation: /again?token=s3cret", b"")),
            "redirect",
            "redirects more than 5 times",
        ),
        (
            service(|_, stream| {
                let location = "302 Found\r\nlocation: http://user:s3cret@127.0.0.1:1/heap";
                send(stream, location, b"");
            }),
            "redirect",
            "http://...@127.0.0.1:1/heap, which has a user name in it",
        ),
        (
            service(|_, stream| send(stream, "200 OK", b"s3cret: this is a file of passwords")),
            "unrecognized",
            "no heap profile that fabric knows",
        ),
        (
            service(|_, stream| send(stream, "401 Unauthorized", b"no s3cret")),
            "status",
            "--watch-token-file",
        ),
        (service(endless), "too-large", "larger than 32.0 MiB"),
        (service(drop_by_drop), "timed-out", "nothing came for 2.0 s"),
    ] {
        let failure = failure(port, folder.path());
        assert_eq!(failure.kind, kind, "{failure:?}");
        assert!(failure.words.contains(part), "{failure:?}");
        assert!(!failure.words.contains("--timeout") && !failure.words.contains("--max-size"));
    }
    // Nothing but the lock is left.
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_token_goes_to_its_service_and_is_read_anew_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let heard: Arc<std::sync::Mutex<Vec<String>>> = Arc::default();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let hearing = Arc::clone(&heard);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0; 4096];
            let count = stream.read(&mut head).unwrap();
            let head = String::from_utf8_lossy(&head[..count]).into_owned();
            hearing.lock().unwrap().push(head);
            send(&mut stream, "200 OK", &fixture(0));
        }
    });
    let token = folder.path().join("token");
    let mut service = watched("api", port);
    service.token_file = Some(token.clone());
    for text in ["first\n", "second"] {
        fs::write(&token, text).unwrap();
        let to = folder.path().join("snapshots");
        scrape(&service, &to, Duration::from_secs(10)).unwrap();
        let heard = heard.lock().unwrap().pop().unwrap().to_lowercase();
        let sent = format!("authorization: bearer {}\r\n", text.trim());
        assert!(heard.contains(&sent), "{heard}");
    }
    fs::remove_file(&token).unwrap();
    let failure = scrape(&service, folder.path(), Duration::from_secs(10)).unwrap_err();
    assert_eq!(failure.kind, "token-file");
}

/// Services that are watched, and what is told of them.
struct Scene {
    targets: Targets,
    told: mpsc::Receiver<Assessment>,
    _stop: watch::Sender<bool>,
}

fn watch_over(folder: &Path, services: Vec<Watched>, interval: Duration) -> Scene {
    let (hub, told) = mpsc::channel(256);
    let (stop, stopping) = watch::channel(false);
    let watch = WatchOptions {
        services,
        folder: folder.to_owned(),
        interval,
    };
    let own = Target::own(None, None);
    Scene {
        targets: Targets::start(own, &watch, &hub, &stopping),
        told,
        _stop: stop,
    }
}

impl Scene {
    async fn hears(&mut self, is_it: impl Fn(&Assessment) -> bool) -> Assessment {
        let mut others = Vec::new();
        let heard = async {
            loop {
                let told = self.told.recv().await.unwrap();
                if is_it(&told) {
                    return told;
                }
                others.push((told.target, told.assessment, told.snapshots, told.problem));
            }
        };
        match timeout(Duration::from_secs(60), heard).await {
            Ok(told) => told,
            Err(_) => panic!("only {others:?}"),
        }
    }
}

/// A profile as it would be at another time: what a service that does not grow gives again and again.
fn at_time(profile: &[u8], nanos: u64) -> Vec<u8> {
    const TIME_NANOS: u64 = 9;
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(profile)
        .read_to_end(&mut bytes)
        .unwrap();
    let mut at = 0;
    while at < bytes.len() {
        let tag = varint(&bytes, &mut at);
        let value_at = at;
        let value = varint(&bytes, &mut at);
        if tag >> 3 == TIME_NANOS {
            let mut time = Vec::new();
            let mut left = nanos;
            while left >= 0x80 {
                time.push(left as u8 | 0x80);
                left >>= 7;
            }
            time.push(left as u8);
            bytes.splice(value_at..at, time);
            return bytes;
        }
        // Messages and texts have their length in front; the rest are numbers.
        at += if tag & 7 == 2 { value as usize } else { 0 };
    }
    panic!("the profile has a time");
}

fn varint(bytes: &[u8], at: &mut usize) -> u64 {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = bytes[*at];
        *at += 1;
        value |= u64::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return value;
        }
        shift += 7;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_leaks_is_found_and_one_that_does_not_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let leaking = service(|number, stream| match number {
        0..20 => send(stream, "200 OK", &fixture(number)),
        _ => send(stream, "503 Enough", b""),
    });
    let begin = 1_795_000_000_000_000_000;
    let steady = service(move |number, stream| {
        let profile = at_time(&fixture(19), begin + number as u64 * 60_000_000_000);
        send(stream, "200 OK", &profile);
    });
    let services = vec![watched("leaking", leaking), watched("steady", steady)];
    let mut scene = watch_over(folder.path(), services, Duration::from_millis(200));
    let (mut found, mut spared) = (None, None);
    while found.is_none() || spared.is_none() {
        let told = scene
            .hears(|told| match &*told.target {
                "leaking" => told.assessment == SeriesAssessment::Leaking,
                "steady" => told.snapshots >= 20,
                _ => false,
            })
            .await;
        match &*told.target {
            "leaking" => found = Some(told),
            _ => spared = Some(told),
        }
    }
    let (found, spared) = (found.unwrap(), spared.unwrap());
    assert_eq!(found.suspects[0].function, "main.newSession");
    let url = found.url.unwrap();
    assert!(url.ends_with("/debug/pprof/heap?token=..."), "{url}");
    assert!(found.folder.ends_with("/leaking"));
    assert_eq!(
        spared.assessment,
        SeriesAssessment::Stable,
        "{}",
        spared.sentence
    );
    let scrapes: Vec<_> = scene.targets.scrapes().collect();
    assert_eq!(scrapes[0].target, "leaking");
    assert!(scrapes[0].scrapes >= 12, "{scrapes:?}");
    assert_eq!((scrapes[1].target, scrapes[1].failures), ("steady", 0));
    let names: Vec<&str> = scene.targets.names().collect();
    assert_eq!(names, [SELF, "leaking", "steady"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_goes_away_keeps_its_verdict_and_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let port = service(|number, stream| match number {
        3..9 => send(stream, "500 Out of order", b"later"),
        _ => send(stream, "200 OK", &fixture(number.min(19))),
    });
    let services = vec![watched("api", port)];
    let mut scene = watch_over(folder.path(), services, Duration::from_millis(300));
    let told = scene
        .hears(|told| &*told.target == "api" && told.problem.is_some())
        .await;
    assert!(told.problem.unwrap().contains("500"));
    assert_eq!(told.snapshots, 3);
    let again = scene
        .hears(|told| &*told.target == "api" && told.problem.is_none())
        .await;
    assert!(again.snapshots >= 3);
    assert_eq!(scene.targets.scrapes().next().unwrap().failures, 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn services_that_hang_do_not_keep_others_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let hangs = |_: usize, stream: &mut TcpStream| {
        // Until whoever asked has had enough.
        let _ = stream.read(&mut [0; 16]);
    };
    // As many as there are turns.
    let mut services: Vec<Watched> = (0..8)
        .map(|at| watched(&format!("hangs-{at}"), service(hangs)))
        .collect();
    let answers = |_: usize, stream: &mut TcpStream| {
        send(stream, "200 OK", &fixture(0));
    };
    services.extend((0..10).map(|at| watched(&format!("answers-{at}"), service(answers))));
    let mut scene = watch_over(folder.path(), services, Duration::from_secs(1));
    let told = scene
        .hears(|told| told.target.starts_with("hangs") && told.problem.is_some())
        .await;
    assert!(told.problem.unwrap().contains("nothing came for 3.0 s"));
    // Each of them takes one turn of those that answer, and then they wait for each other: two at a time, 3 s each.
    let failures = |scene: &Scene| -> u64 { scene.targets.scrapes().map(|it| it.failures).sum() };
    while failures(&scene) < 20 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for it in scene.targets.scrapes() {
        if it.target.starts_with("answers") {
            assert!(it.scrapes >= 8 && it.failures == 0, "{it:?}");
        } else {
            assert!(it.scrapes == it.failures, "{it:?}");
        }
    }
}
