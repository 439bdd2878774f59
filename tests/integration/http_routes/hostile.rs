//! Clients that mean no good, or do not know better.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use fabric::serve::http::{GuardOptions, ListenerLimits};

use super::server::{Server, picture, read_reply};

fn short() -> ListenerLimits {
    ListenerLimits {
        head: Duration::from_millis(500),
        ..ListenerLimits::default()
    }
}

/// How long it takes the server to close.
fn until_closed(stream: &mut TcpStream) -> Duration {
    let start = Instant::now();
    let mut sink = [0; 4_096];
    while !matches!(stream.read(&mut sink), Ok(0) | Err(_)) {}
    start.elapsed()
}

#[test]
fn a_head_that_comes_drop_by_drop_is_not_waited_for() {
    let server = Server::with(GuardOptions::default(), short());
    let mut slow = server.connect();
    let mut writer = slow.try_clone().expect("a second handle");
    let dripping = std::thread::spawn(move || {
        for byte in b"GET /api/health HTTP/1.1\r\nhost: localhost\r\nx-a: aaaaaaaaaaaaaaaaa" {
            if writer.write_all(&[*byte]).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    assert!(until_closed(&mut slow) < Duration::from_secs(3));
    dripping.join().expect("it ends");
    assert_eq!(server.get("/api/health").status, 200);
}

#[test]
fn a_connection_that_says_nothing_is_closed_and_gives_its_place_back() {
    let server = Server::with(GuardOptions::default(), short());
    let mut silent: Vec<TcpStream> = (0..50).map(|_| server.connect()).collect();
    for stream in &mut silent {
        assert!(until_closed(stream) < Duration::from_secs(5));
    }
    // Half of the connection is closed, the other half is left open.
    let mut half = server.connect();
    half.shutdown(Shutdown::Write).expect("it is open");
    assert!(until_closed(&mut half) < Duration::from_secs(5));
    // After an answer it may be idle for as long, and no longer.
    let mut idle = server.connect();
    idle.write_all(b"GET /api/health HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .expect("it is open");
    assert!(until_closed(&mut idle) < Duration::from_secs(5));
    settle(&server);
}

fn settle(server: &Server) {
    let start = Instant::now();
    while server.state.gauges.connections.get() > 0 {
        assert!(start.elapsed() < Duration::from_secs(10), "a place is lost");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn heads_that_are_too_long_are_refused() {
    let server = Server::start();
    let header = |length: usize| {
        let text = format!(
            "GET /api/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nx-a: {}\r\n\r\n",
            "a".repeat(length)
        );
        server.send(text.as_bytes()).status
    };
    assert_eq!(header(8_000), 200);
    assert_eq!(header(20_000), 431);
    assert_eq!(header(2_000_000), 431);
    let many: String = (0..200).map(|n| format!("x-{n}: a\r\n")).collect();
    let text = format!("GET /api/health HTTP/1.1\r\nhost: localhost\r\n{many}\r\n");
    assert_eq!(server.send(text.as_bytes()).status, 431);
    let address = format!(
        "GET /{} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
        "a".repeat(70_000)
    );
    let status = server.send(address.as_bytes()).status;
    assert!([414, 431].contains(&status), "{status}");
    let endless = "a".repeat(1_000_000);
    assert!([400, 414, 431].contains(&server.send(endless.as_bytes()).status));
    settle(&server);
}

#[test]
fn what_is_no_request_is_refused_and_harms_nobody() {
    let server = Server::start();
    for bytes in [
        &b"\0\0\0\0\r\n\r\n"[..],
        b"hello\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST /api/events HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n",
        b"POST /api/events HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx",
        b"POST /api/events HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: gzip\r\n\r\nxx",
        b"GET /api/health HTTP/1.1\r\nhost: localhost\r\n bad: folding\r\n\r\n",
        b"GET /api/health HTTP/1.1\r\nho st: localhost\r\n\r\n",
    ] {
        let mut stream = server.connect();
        stream.write_all(bytes).expect("it listens");
        let _ = stream.shutdown(Shutdown::Write);
        let reply = read_reply(&mut stream);
        assert!(
            reply.status == 0 || (400..=505).contains(&reply.status),
            "{:?}: {}",
            String::from_utf8_lossy(bytes),
            reply.head
        );
        assert_eq!(server.get("/api/health").status, 200);
    }
    // Two lengths that differ are how requests are smuggled past a proxy.
    let smuggled = b"POST /api/events HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n0\r\n\r\nGET /api/workers HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let reply = server.send(smuggled);
    assert_eq!(reply.status / 100, 4);
    assert!(
        !reply.text().contains("HTTP/1.1"),
        "only one request was answered"
    );
    settle(&server);
}

#[test]
fn a_body_that_ends_early_or_never_is_not_an_event() {
    let server = Server::start();
    let head = "POST /api/events HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"ts\":";
    let mut cut = server.connect();
    cut.write_all(head.as_bytes()).expect("it listens");
    cut.shutdown(Shutdown::Write).expect("it is open");
    assert!([0, 400].contains(&read_reply(&mut cut).status));
    let mut never = server.connect();
    never.write_all(head.as_bytes()).expect("it listens");
    let start = Instant::now();
    let reply = read_reply(&mut never);
    assert_eq!((reply.status, reply.error().as_str()), (408, "too-slow"));
    assert!((9..40).contains(&start.elapsed().as_secs()));
    assert!(server.posted().is_empty());
    assert_eq!(server.state.gauges.timeouts.get(), 1);
}

#[test]
fn a_client_that_asks_for_everything_and_reads_nothing_is_cut() {
    let server = Server::start();
    server.views.send(picture(10_000)).expect("it is read");
    let mut deaf = server.connect();
    let ask = "GET /api/events?limit=10000 HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(50);
    deaf.write_all(ask.as_bytes()).expect("it listens");
    let start = Instant::now();
    // Something is on its way, and then nothing is any more.
    while server.state.answers.bound().usage.bytes == 0 {
        assert!(start.elapsed() < Duration::from_secs(5));
        std::thread::sleep(Duration::from_millis(1));
    }
    while server.state.answers.bound().usage.bytes > 0 {
        assert!(
            start.elapsed() < Duration::from_secs(25),
            "it is still waited for"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    settle(&server);
    assert!(server.state.gauges.broken.get() >= 1);
    drop(deaf);
}

#[test]
fn answers_beyond_their_budget_are_refused() {
    let server = Server::start();
    let taken = server
        .state
        .answers
        .reserve(128 << 20)
        .expect("there is room");
    let reply = server.get("/api/events");
    assert_eq!(
        (reply.status, reply.error().as_str()),
        (503, "too-many-answers")
    );
    assert!(reply.header("retry-after").is_some());
    drop(taken);
    assert_eq!(server.get("/api/events").status, 200);
}

#[test]
fn requests_that_run_may_end_when_the_server_stops() {
    let mut server = Server::start();
    let mut idle = server.connect();
    idle.write_all(b"GET /api/health HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .expect("it listens");
    let mut first = [0; 12];
    idle.read_exact(&mut first).expect("an answer");
    let mut running = server.connect();
    running
        .write_all(b"POST /api/events HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 61\r\n\r\n")
        .expect("it listens");
    std::thread::sleep(Duration::from_millis(200));
    let address = server.address;
    let late = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(500));
        assert!(
            TcpStream::connect(address).is_err(),
            "nothing is accepted any more"
        );
        running
            .write_all(br#"{"ts":1777368075000,"worker":"w","level":"info","msg":"done"}"#)
            .expect("it is open");
        read_reply(&mut running).status
    });
    let start = Instant::now();
    server.stop();
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(late.join().expect("it ends"), 201);
    assert_eq!(server.posted().lines().count(), 1);
    assert!(until_closed(&mut idle) < Duration::from_secs(1));
}
