//! Ten thousand connections to one server, of every kind that costs it something. It holds what it may, answers others, and is afterwards as before.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rustix::process::{Resource, getrlimit, setrlimit};

use crate::live::client::request;
use crate::live::process::{Folders, Live, eventually_within};

/// Connections, as far as the limit of open files of this process goes.
fn crowd_size() -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum.map(|maximum| maximum.min(11_000));
    setrlimit(Resource::Nofile, limit).expect("a limit that is allowed");
    let allowed = limit.current.unwrap_or(11_000);
    10_000.min(
        usize::try_from(allowed)
            .unwrap_or(usize::MAX)
            .saturating_sub(500),
    )
}

/// Open sockets of a process.
fn sockets(pid: u32) -> usize {
    std::fs::read_dir(format!("/proc/{pid}/fd"))
        .expect("it runs")
        .count()
}

/// Connects, and says a part of a request of one of five kinds.
fn one(address: SocketAddr, kind: usize) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(address).ok()?;
    let said: &[u8] = match kind % 5 {
        0 => b"",
        1 => b"GET /api/health HTTP/1.1\r\nhost: localhost\r\nx: ",
        2 => b"GET /api/health HTTP/1.1\r\nhost: localhost\r\n\r\n",
        3 => b"POST /api/events HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{",
        _ => b"GET /ws HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    };
    // A connection beyond what the server takes is closed, and may be so already.
    let _ = stream.write_all(said);
    Some(stream)
}

/// How the server answers somebody else: the status, or 0.
fn asked(live: &Live) -> u16 {
    request(live.address, "GET /api/health", "", "").map_or(0, |answer| answer.status)
}

#[test]
fn ten_thousand_connections_are_held_refused_and_forgotten() {
    let size = crowd_size();
    let folders = Folders::new();
    let live = folders.start(&["--client-rate", "100000"]);
    assert_eq!(asked(&live), 200);
    let (before, sockets_before) = (live.resident_bytes(), sockets(live.pid()));
    let began = Instant::now();
    let crowd: Vec<TcpStream> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|thread| {
                let address = live.address;
                scope.spawn(move || {
                    (0..size / 8)
                        .filter_map(|n| one(address, thread + n))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("it ends"))
            .collect()
    });
    let connected = began.elapsed();
    let during = live.resident_bytes();
    let held = sockets(live.pid());
    // Full is full: a word (which may be lost, as the connection is closed at once), or a place that became free; never silence.
    let full = match request(live.address, "GET /api/health", "", "") {
        Ok(answer) => answer.status.to_string(),
        Err(error) => format!("{:?}", error.kind()),
    };
    let known = ["200", "503", "ConnectionReset", "BrokenPipe", "Other"];
    assert!(known.contains(&&*full), "{full}");
    // Who says nothing more loses its place, and others are served while the crowd still stands there.
    eventually_within(Duration::from_secs(60), "somebody else is served", || {
        asked(&live) == 200
    });
    let served = began.elapsed();
    let standing = live.resident_bytes();
    println!(
        "{} connections in {connected:?}, {held} descriptors held; another gets {full} at once and 200 after {served:?}; MiB resident: {} before, {} with all, {} later",
        crowd.len(),
        before >> 20,
        during >> 20,
        standing >> 20,
    );
    assert!(
        crowd.len() > size - size / 10,
        "only {} connections",
        crowd.len()
    );
    // Each costs its buffers; the picture of the server is as it was.
    assert!(
        during.max(standing) < before + (256 << 20),
        "{} MiB",
        during.max(standing) >> 20
    );
    drop(crowd);
    eventually_within(Duration::from_secs(60), "all places are free", || {
        sockets(live.pid()) <= sockets_before + 3
    });
    assert_eq!(asked(&live), 200);
    let after = live.resident_bytes();
    println!("MiB resident afterwards: {}", after >> 20);
    assert!(
        after < before + (128 << 20),
        "{} MiB afterwards",
        after >> 20
    );
    for line in live.said() {
        assert!(!line.contains("panicked"), "{line}");
    }
    live.stop();
}

#[test]
fn a_crowd_that_speaks_slowly_gets_no_more_than_its_time() {
    let folders = Folders::new();
    let live = folders.start(&["--client-rate", "100000"]);
    let mut crowd: Vec<TcpStream> = (0..2_000).filter_map(|_| one(live.address, 1)).collect();
    let began = Instant::now();
    let mut others = 0;
    // A byte every second from each, for as long as anybody is there.
    while !crowd.is_empty() {
        crowd.retain_mut(|stream| {
            stream.set_nonblocking(true).expect("it can");
            let mut sink = [0; 1_024];
            let is_open = stream.read(&mut sink).is_err();
            is_open && stream.write_all(b"a").is_ok()
        });
        others += usize::from(asked(&live) == 200);
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "{} are still there",
            crowd.len()
        );
        std::thread::sleep(Duration::from_millis(500));
    }
    println!(
        "gone after {:?}; {others} others were served",
        began.elapsed()
    );
    assert!(others > 10, "{others}");
    live.stop();
}
