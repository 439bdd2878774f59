//! `fabric snapshot` against loopback servers that behave well, badly and worse, and against folders that cannot be written.

/// Folders of every kind.
mod folder;
/// Processes of this machine.
mod processes;
/// Series of real servers.
mod real_series;
/// Sources that give no profile.
mod refused_sources;
/// Sources that give one.
mod sources;
/// HTTPS.
mod tls;

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::run_fabric::{Run, fabric, fixtures};

const GOLEAK: &str = "pprof/go-1.27/goleak/heap.007.pb.gz";
const JEMALLOC: &str = "jemalloc/5.3/cleak/run1.2.heap";

/// A server that gives each connection to `answer`, with the head of the request. It ends with the test's process; its thread waits in
/// `accept` until then.
fn serve(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a port");
    let address = listener.local_addr().expect("it has an address");
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || {
                let mut stream = stream;
                let head = head(&mut stream);
                answer(&head, &mut stream);
            });
        }
    });
    format!("http://{address}")
}

fn head(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

fn ok(stream: &mut impl Write, body: &[u8]) {
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(body);
}

fn profile() -> Vec<u8> {
    fs::read(fixtures().join(GOLEAK)).expect("the fixture is there")
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn snapshot(dir: &Path, arguments: &[&str]) -> Run {
    let dir = dir.display().to_string();
    let mut all = vec!["snapshot", "--dir", &dir, "--no-symbolize"];
    all.extend_from_slice(arguments);
    fabric(&all)
}

/// What is in a folder, apart from the lock.
fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .map(|entries| {
            entries
                .flatten()
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .filter(|name| name != ".fabric-snapshot.lock")
                .collect()
        })
        .unwrap_or_default();
    names.sort();
    names
}

fn snapshots(dir: &Path) -> Vec<PathBuf> {
    names(dir)
        .into_iter()
        .filter(|name| name.ends_with(".pb.gz"))
        .map(|name| dir.join(name))
        .collect()
}

fn sidecar(snapshot: &Path) -> serde_json::Value {
    let text = fs::read(format!("{}.json", snapshot.display())).expect("a sidecar");
    serde_json::from_slice(&text).expect("JSON")
}

/// One line that says all of `expected`, exit code `code`, and the folder as it was.
fn check_failure(dir: &Path, run: &Run, code: i32, expected: &[&str]) {
    assert_eq!(run.code, code, "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    assert_eq!(run.stdout, "");
    for text in expected {
        assert!(run.stderr.contains(text), "{text}: {}", run.stderr);
    }
    assert_eq!(names(dir).len(), 2, "{:?}", names(dir));
}

/// A folder with one good snapshot, which no failure may touch.
fn folder_with_one() -> tempfile::TempDir {
    let dir = folder();
    let run = snapshot(dir.path(), &[GOLEAK]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    dir
}

/// A process that ends with the test.
struct Child(std::process::Child);

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until `done`, for at most ten seconds.
fn eventually(done: impl Fn() -> bool) -> bool {
    let until = Instant::now() + Duration::from_secs(10);
    while Instant::now() < until {
        if done() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}
