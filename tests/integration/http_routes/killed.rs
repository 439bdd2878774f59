//! A server in a process of its own: killed while it takes posts, and out of descriptors.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use fabric::serve::http::{GuardOptions, ListenerLimits};
use rustix::process::{Resource, Rlimit, setrlimit};

use super::server::{Server, read_reply, reply};

const FOLDER: &str = "FABRIC_TEST_LOGS";
const DESCRIPTORS: &str = "FABRIC_TEST_DESCRIPTORS";

/// The process of its own. It ends when its standard input does.
#[test]
#[ignore = "started by the tests below, with a folder in the environment"]
fn a_server_of_its_own() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let server = Server::at(
        folder.into(),
        GuardOptions::default(),
        ListenerLimits::default(),
    );
    if let Ok(limit) = std::env::var(DESCRIPTORS) {
        let limit = Some(limit.parse().expect("a number"));
        let limit = Rlimit {
            current: limit,
            maximum: limit,
        };
        setrlimit(Resource::Nofile, limit).expect("less is allowed");
    }
    println!("listening {}", server.address);
    let mut nothing = Vec::new();
    let _ = std::io::stdin().read_to_end(&mut nothing);
}

struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    fn start(folder: &Path, descriptors: Option<u64>) -> Process {
        let mut command = Command::new(std::env::current_exe().expect("this test"));
        command
            .args(["--exact", "http_routes::killed::a_server_of_its_own"])
            .args(["--ignored", "--nocapture"])
            .env(FOLDER, folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        if let Some(limit) = descriptors {
            command.env(DESCRIPTORS, limit.to_string());
        }
        let mut child = command.spawn().expect("it starts");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let address = output
            .lines()
            .map_while(Result::ok)
            .find_map(|line| {
                let (_, address) = line.split_once("listening ")?;
                address.parse().ok()
            })
            .expect("it listens");
        Process { child, address }
    }

    fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ended");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Posts one event after the other on one connection, and notes those that are acknowledged.
fn post_until_it_dies(
    address: SocketAddr,
    next: &AtomicU64,
    dead: &AtomicBool,
    kept: &Mutex<BTreeSet<u64>>,
) {
    let Ok(mut stream) = TcpStream::connect(address) else {
        return;
    };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
    while !dead.load(Ordering::Relaxed) {
        let n = next.fetch_add(1, Ordering::Relaxed);
        let body = format!(
            r#"{{"ts":1777368075000,"worker":"w","level":"info","msg":"m{n}","pad":"{}"}}"#,
            "x".repeat(n as usize * 37 % 3_000)
        );
        let text = format!(
            "POST /api/events HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        if stream.write_all(text.as_bytes()).is_err() {
            return;
        }
        // The answer is larger than the event; its last bytes are those of the object.
        let mut bytes = Vec::new();
        let mut piece = [0; 16_384];
        loop {
            match stream.read(&mut piece) {
                Ok(0) | Err(_) => return,
                Ok(length) => bytes.extend_from_slice(&piece[..length]),
            }
            let found = reply(&bytes);
            let whole = found
                .header("content-length")
                .and_then(|text| text.parse().ok());
            if whole == Some(found.body.len()) {
                assert_eq!(found.status, 201);
                kept.lock().expect("no thread panicked").insert(n);
                break;
            }
        }
    }
}

#[test]
fn what_was_acknowledged_is_there_after_the_server_was_killed_at_any_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let next = AtomicU64::new(0);
    let kept = Mutex::new(BTreeSet::new());
    for round in 0..20_u64 {
        let mut process = Process::start(folder.path(), None);
        let dead = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| post_until_it_dies(process.address, &next, &dead, &kept));
            }
            // Some are killed at the first post, some in the middle of many.
            std::thread::sleep(Duration::from_millis(round * round / 2));
            process.child.kill().expect("it runs");
            dead.store(true, Ordering::Relaxed);
        });
        process.kill();
    }
    let mut there = BTreeSet::new();
    let mut files = 0;
    for entry in std::fs::read_dir(folder.path()).expect("the folder") {
        let text = std::fs::read_to_string(entry.expect("an entry").path()).expect("text");
        files += 1;
        let whole = text.rfind('\n').map_or(0, |at| at + 1);
        for line in text[..whole].lines() {
            let event: serde_json::Value = serde_json::from_str(line).expect("whole lines only");
            let n = event["msg"]
                .as_str()
                .and_then(|text| text.strip_prefix('m'));
            let n: u64 = n.expect("a name").parse().expect("a number");
            assert!(there.insert(n), "{n} is there twice");
        }
    }
    let kept = kept.into_inner().expect("no thread panicked");
    println!(
        "{} acknowledged, {} in {files} files",
        kept.len(),
        there.len()
    );
    assert!(kept.len() > 50 && files > 3);
    let lost: Vec<&u64> = kept.difference(&there).collect();
    assert!(lost.is_empty(), "{lost:?} were acknowledged");
}

#[test]
fn without_descriptors_it_waits_and_goes_on_when_there_are_some() {
    let folder = tempfile::tempdir().expect("a folder");
    let process = Process::start(folder.path(), Some(48));
    let held: Vec<TcpStream> = (0..80)
        .map(|_| TcpStream::connect(process.address).expect("the backlog takes it"))
        .collect();
    std::thread::sleep(Duration::from_secs(1));
    drop(held);
    let start = Instant::now();
    loop {
        assert!(
            start.elapsed() < Duration::from_secs(15),
            "it does not recover"
        );
        let mut stream = TcpStream::connect(process.address).expect("it listens");
        let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
        let ask = "GET /api/metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        let _ = stream.write_all(ask.as_bytes());
        let found = read_reply(&mut stream);
        if found.status != 200 {
            continue;
        }
        let errors = found.text().lines().find_map(|line| {
            let number = line.strip_prefix("fabric_http_accept_errors_total ")?;
            number.parse::<u64>().ok()
        });
        let errors = errors.expect("they are counted");
        // It waited for longer and longer, and did not try a million times.
        assert!((1..100).contains(&errors), "{errors}");
        break;
    }
}
