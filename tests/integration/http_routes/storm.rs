//! More connections than there are places.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use fabric::serve::http::{GuardOptions, ListenerLimits};

use super::server::{Server, read_reply};

#[test]
fn beyond_its_places_a_connection_is_told_so() {
    let limits = ListenerLimits {
        connections: 3,
        ..ListenerLimits::default()
    };
    let server = Server::with(GuardOptions::default(), limits);
    let held: Vec<TcpStream> = (0..3).map(|_| server.connect()).collect();
    while server.state.gauges.connections.get() < 3 {
        std::thread::sleep(Duration::from_millis(5));
    }
    for _ in 0..5 {
        let reply = server.get("/api/health");
        assert_eq!(
            (reply.status, reply.error().as_str()),
            (503, "too-many-connections")
        );
    }
    assert_eq!(server.state.gauges.refused.get(), 5);
    drop(held);
    let start = Instant::now();
    while server.get("/api/health").status != 200 {
        assert!(start.elapsed() < Duration::from_secs(5), "places are lost");
    }
}

#[test]
fn five_thousand_connects_leave_nothing_behind() {
    let limits = ListenerLimits {
        connections: 200,
        ..ListenerLimits::default()
    };
    let server = Server::with(GuardOptions::default(), limits);
    let counts = Arc::new([const { AtomicU64::new(0) }; 3]);
    let threads: Vec<_> = (0..20)
        .map(|thread| {
            let address = server.address;
            let counts = Arc::clone(&counts);
            std::thread::spawn(move || {
                let mut held = Vec::new();
                for n in 0..250 {
                    let Ok(mut stream) = TcpStream::connect(address) else {
                        continue;
                    };
                    let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
                    match (thread + n) % 3 {
                        // Says nothing, and stays for a while.
                        0 => {
                            held.push(stream);
                            if held.len() > 20 {
                                held.clear();
                            }
                        }
                        // Goes away in the middle.
                        1 => drop(stream.write_all(b"GET /api/hea")),
                        _ => {
                            let ask = b"GET /api/workers/w-a HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
                            let _ = stream.write_all(ask);
                            let at = match read_reply(&mut stream).status {
                                200 => 0,
                                503 => 1,
                                _ => 2,
                            };
                            counts[at].fetch_add(1, Ordering::Relaxed);
                        }
                    }
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("it ends");
    }
    let [served, refused, cut] = [0, 1, 2].map(|at| counts[at].load(Ordering::Relaxed));
    println!("{served} served, {refused} refused, {cut} cut");
    assert!(served > 0);
    let gauges = &server.state.gauges;
    assert!(gauges.connections.highest() <= 200);
    let start = Instant::now();
    while gauges.connections.get() + gauges.refusals.get() > 0 {
        assert!(start.elapsed() < Duration::from_secs(15), "a place is lost");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(server.get("/api/health").status, 200);
}
