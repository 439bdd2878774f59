//! A whole server, process and all, that is fed and asked; what it must be at any time.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::well_formed;
use crate::live::client::get;
use crate::live::process::{Folders, Live};
use crate::run_fabric::fixtures;
use crate::support::random_draws::RandomDraws;

/// What the server may hold, whatever it is fed with: its collections have 64 MiB together, and answers and connections a bound of their own.
const RESIDENT_BYTES: u64 = 400 << 20;

/// How long an answer may take on a busy machine: longer than the server's own patience with the slowest route.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn started() -> (Folders, Live) {
    let folders = Folders::new();
    let snapshots = folders.path("state/snapshots");
    std::fs::create_dir_all(&snapshots).expect("a folder for snapshots");
    for number in 0..8 {
        let fixture = fixtures().join(format!("pprof/go-1.27/goleak/heap.{number:03}.pb.gz"));
        let name = format!(
            "heap-{}-periodic.pb.gz",
            1_795_000_000_000_u64 + 60_000 * number
        );
        std::fs::copy(fixture, snapshots.join(name)).expect("a copy");
    }
    let live = folders.start(&["--poll-interval", "50ms", "--client-rate", "100000"]);
    (folders, live)
}

/// It is there, is not larger than it may be, and has not panicked.
pub(super) fn is_well(live: &Live) {
    assert_eq!(get(live.address, "/api/health").status, 200);
    let resident = live.resident_bytes();
    assert!(resident < RESIDENT_BYTES, "{} MiB", resident >> 20);
    for line in live.said() {
        assert!(!line.contains("panicked"), "{line}");
        well_formed::json("a line of its log", &line);
    }
}

/// Sends in one or several pieces, waits for what is said to that at once, closes its half, and reads to the end. Who closes before the
/// answer is there gets none.
pub(super) fn exchange(address: SocketAddr, bytes: &[u8], random: &mut RandomDraws) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream
        .set_write_timeout(Some(PATIENCE))
        .expect("a time limit");
    let pieces = 1 + random.below(3) as usize;
    for piece in bytes.chunks(bytes.len() / pieces + 1) {
        // It may have had enough.
        if stream.write_all(piece).is_err() {
            break;
        }
    }
    let mut answer = Vec::new();
    let mut read = |stream: &mut TcpStream, patience| {
        stream
            .set_read_timeout(Some(patience))
            .expect("a time limit");
        let mut some = [0; 16_384];
        while let Ok(count @ 1..) = stream.read(&mut some) {
            answer.extend_from_slice(&some[..count]);
        }
    };
    read(&mut stream, Duration::from_millis(30));
    let _ = stream.shutdown(Shutdown::Write);
    let began = Instant::now();
    read(&mut stream, PATIENCE);
    assert!(began.elapsed() < PATIENCE, "it neither answers nor closes");
    answer
}
