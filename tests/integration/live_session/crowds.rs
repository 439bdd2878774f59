//! Many clients at once. Each test runs in a process of its own, because it measures what that process uses.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use fabric::serve::live::LiveOptions;

use super::server::{Server, UPGRADE, event, lenient};

/// Runs an ignored test of this module in a process of its own.
fn alone(test: &str) {
    let output = Command::new(std::env::current_exe().expect("this program"))
        .args(["--ignored", "--exact", "--nocapture"])
        .arg(format!("live_session::crowds::{test}"))
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(said.contains("1 passed"), "no such test: {said}");
}

/// Resident memory of this process, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kib.and_then(|kib| kib.trim().parse::<u64>().ok())
        .expect("a size")
        * 1024
}

/// Both ends of every connection are in this process.
fn allow_files(wanted: u64) {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < wanted) {
        limit.current = Some(limit.maximum.map_or(wanted, |maximum| maximum.min(wanted)));
        setrlimit(Resource::Nofile, limit).expect("a limit that is allowed");
    }
    let current = getrlimit(Resource::Nofile).current;
    assert!(
        current.is_none_or(|current| current >= wanted),
        "too few files: ulimit -Hn"
    );
}

#[test]
fn clients_that_never_read_are_closed_and_cost_nothing() {
    alone("never_readers");
}

#[test]
#[ignore = "run by another test, in a process of its own"]
fn never_readers() {
    let server = Server::start(lenient());
    let never: Vec<TcpStream> = (0..200).map(|_| server.raw_client()).collect();
    let mut reads = server.client("?batch=1");
    let reader = std::thread::spawn(move || {
        reads.next();
        let mut had = 0;
        while had < 40_000 {
            let message = reads.next();
            assert_eq!(
                message["first"].as_u64(),
                Some(had + 1),
                "{}",
                message["type"]
            );
            had = message["last"].as_u64().expect("a number");
        }
        reads
    });
    server.wait_until_clients(201);
    let before = resident();
    let mut peak = before;
    let large = event("w", &"x".repeat(300));
    let start = Instant::now();
    // 16 MB in four seconds: 80 MB a second for those 200 alone, if it were kept for each.
    for _ in 0..200 {
        server.publish(&vec![large.clone(); 200]);
        peak = peak.max(resident());
        std::thread::sleep(Duration::from_millis(20));
    }
    server.wait_until_clients(1);
    let reads = reader.join().expect("the one that reads has everything");
    let after = resident();
    println!(
        "{} s; MiB resident: {} before, {} at most, {} after",
        start.elapsed().as_secs(),
        before >> 20,
        peak >> 20,
        after >> 20
    );
    // The log, at most 24 MiB, with what the allocator keeps beside it. A MiB for each of the 200 would be 200.
    assert!(
        peak - before < 96 << 20,
        "{} MiB more",
        (peak - before) >> 20
    );
    let counts = server.live.counts();
    assert_eq!((counts.ended["slowClient"], counts.gaps), (200, 0));
    drop((reads, never));
}

#[test]
fn a_storm_of_five_thousand_is_let_in_as_far_as_there_is_room() {
    alone("storm");
}

#[test]
#[ignore = "run by another test, in a process of its own"]
fn storm() {
    allow_files(4_096);
    let server = Server::start(LiveOptions {
        max_clients: 1_000,
        ..lenient()
    });
    server.publish(&[event("w", "before the storm")]);
    let start = Instant::now();
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let address = server.address;
            std::thread::spawn(move || {
                let mut inside = Vec::new();
                let mut refused = 0;
                for _ in 0..1_250 {
                    let mut stream = TcpStream::connect(address).expect("the server listens");
                    let request = format!("GET /ws HTTP/1.1\r\nHost: {address}\r\n{UPGRADE}\r\n");
                    stream.write_all(request.as_bytes()).expect("can be asked");
                    let mut answer = [0; 12];
                    stream.read_exact(&mut answer).expect("an answer");
                    match &answer {
                        b"HTTP/1.1 101" => inside.push(stream),
                        b"HTTP/1.1 503" => refused += 1,
                        other => panic!("{}", String::from_utf8_lossy(other)),
                    }
                }
                (inside, refused)
            })
        })
        .collect();
    let mut inside = Vec::new();
    let mut refused = 0;
    for thread in threads {
        let (clients, count) = thread.join().expect("all are answered");
        inside.extend(clients);
        refused += count;
    }
    println!("5,000 connections in {} ms", start.elapsed().as_millis());
    assert_eq!((inside.len(), refused), (1_000, 4_000));
    let before = resident();
    server.publish(&[event("w", "after the storm")]);
    for mut stream in inside {
        let mut bytes = Vec::new();
        let mut some = [0; 1_024];
        while !String::from_utf8_lossy(&bytes).contains("after the storm") {
            let read = stream.read(&mut some).expect("an event");
            assert!(read > 0, "closed");
            bytes.extend_from_slice(&some[..read]);
        }
    }
    server.wait_until_clients(0);
    let counts = server.live.counts();
    assert_eq!(
        (counts.connected, counts.max_clients_at_once),
        (1_000, 1_000)
    );
    println!(
        "MiB resident with 1,000 clients, both ends: {}",
        before >> 20
    );
}
