//! Clients that send what they should not.

use std::io::{Read, Write};
use std::net::TcpStream;

use fabric::serve::live::LiveOptions;

use super::server::{Server, UPGRADE, event, lenient, problem};

/// A frame from a client; the mask is zero, which leaves the payload as it is.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![first];
    match u16::try_from(payload.len()) {
        Ok(length @ 0..126) => out.push(0x80 | length as u8),
        Ok(length) => {
            out.push(0x80 | 126);
            out.extend_from_slice(&length.to_be_bytes());
        }
        Err(_) => {
            out.push(0x80 | 127);
            out.extend_from_slice(&(payload.len() as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(payload);
    out
}

/// Reads frames until the goodbye; its code, and the texts before it. `None` where the connection ends without one.
fn until_goodbye(stream: &mut TcpStream) -> (Option<u16>, String) {
    let mut texts = String::new();
    let mut take = |count: usize| -> Option<Vec<u8>> {
        let mut bytes = vec![0; count];
        stream.read_exact(&mut bytes).ok().map(|()| bytes)
    };
    loop {
        let Some(head) = take(2) else {
            return (None, texts);
        };
        let length = match head[1] {
            126 => take(2).map(|length| usize::from(u16::from_be_bytes([length[0], length[1]]))),
            short => Some(usize::from(short)),
        };
        let payload = take(length.expect("a length")).expect("a whole frame");
        match head[0] & 0x0f {
            8 => return (Some(u16::from_be_bytes([payload[0], payload[1]])), texts),
            _ => texts.push_str(&String::from_utf8_lossy(&payload)),
        }
    }
}

#[test]
fn broken_frames_end_in_a_goodbye_with_a_reason() {
    let too_long = "x".repeat(17 << 10);
    let mut in_parts = frame(0x01, "x".repeat(10 << 10).as_bytes());
    in_parts.extend(frame(0x80, "x".repeat(10 << 10).as_bytes()));
    let cases: Vec<(&str, Vec<u8>, u16)> = vec![
        ("not masked", b"\x81\x02hi".to_vec(), 1002),
        ("an unknown kind", frame(0x83, b""), 1002),
        ("an unknown control", frame(0x8b, b""), 1002),
        ("reserved bits", frame(0xf1, b"hi"), 1002),
        ("a long ping", frame(0x89, &[0; 126]), 1002),
        ("a ping in parts", frame(0x09, b""), 1002),
        ("a continuation of nothing", frame(0x80, b"hi"), 1002),
        (
            "a text within a text",
            [frame(0x01, b"a"), frame(0x81, b"b")].concat(),
            1002,
        ),
        ("not UTF-8", frame(0x81, &[0xff, 0xfe]), 1007),
        ("too long", frame(0x81, too_long.as_bytes()), 1009),
        ("too long in parts", in_parts, 1009),
        ("too often", frame(0x89, b"").repeat(200), 1008),
        (
            "a length beyond everything",
            [&[0x81, 0xff][..], &[0xff; 12]].concat(),
            1009,
        ),
    ];
    let server = Server::start(lenient());
    for (name, bytes, code) in cases {
        let mut stream = server.raw_client();
        stream.write_all(&bytes).expect("can be sent");
        assert_eq!(until_goodbye(&mut stream).0, Some(code), "{name}");
        drop(stream);
        server.wait_until_clients(0);
    }
    let ended = server.live.counts().ended;
    assert_eq!(ended["protocolError"], 8);
    assert_eq!(
        (
            ended["notUtf8"],
            ended["messageTooLarge"],
            ended["tooManyMessages"]
        ),
        (1, 3, 1)
    );
}

#[test]
fn a_message_in_parts_with_a_ping_between_is_one_message() {
    let server = Server::start(lenient());
    let mut stream = server.raw_client();
    let parts = [
        frame(0x01, br#"{"type":"sub"#),
        frame(0x89, b"still there?"),
        frame(0x00, b""),
        frame(0x80, br#"scribe","batch":true}"#),
    ];
    for byte in parts.concat() {
        stream.write_all(&[byte]).expect("can be sent");
    }
    // A goodbye that comes before the answer is on its way would be the end of it.
    std::thread::sleep(std::time::Duration::from_millis(300));
    stream
        .write_all(&frame(0x88, &1000_u16.to_be_bytes()))
        .expect("can be sent");
    let (code, texts) = until_goodbye(&mut stream);
    assert_eq!(code, Some(1000));
    assert!(
        texts.contains("still there?") && texts.contains(r#""type":"subscribed""#),
        "{texts}"
    );
}

#[test]
fn a_request_that_cannot_be_met_is_refused_before_the_change_of_protocol() {
    let server = Server::start(LiveOptions {
        max_clients: 1,
        ..lenient()
    });
    let ask = |path: &str, headers: &str| server.ask_whole(path, headers);
    for (path, headers, expected, error) in [
        ("/ws?colour=red", UPGRADE, "HTTP/1.1 400 ", "bad-query"),
        ("/ws?level=loud", UPGRADE, "HTTP/1.1 400 ", "bad-query"),
        ("/ws?seq=1", UPGRADE, "HTTP/1.1 400 ", "bad-query"),
        ("/ws", "", "HTTP/1.1 426 ", "no-web-socket"),
        (
            "/ws",
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\nSec-WebSocket-Key: x\r\n",
            "HTTP/1.1 426 ",
            "no-web-socket",
        ),
    ] {
        let answer = ask(path, headers);
        assert!(answer.starts_with(expected), "{path}: {answer}");
        assert_eq!(problem(&answer), error, "{path}");
    }
    let _only = server.raw_client();
    let answer = ask("/ws", UPGRADE);
    assert!(
        answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after: 10"),
        "{answer}"
    );
    assert_eq!(problem(&answer), "too-many-clients");
    let counts = server.live.counts();
    assert_eq!(
        (
            counts.refused_request,
            counts.refused_full,
            counts.connected
        ),
        (5, 1, 1)
    );
}

#[test]
fn an_address_that_connects_too_often_is_asked_to_wait() {
    let server = Server::start(LiveOptions {
        connections_per_second: 1,
        connections_burst: 3,
        ..LiveOptions::default()
    });
    let mut answers: Vec<String> = (0..4)
        .map(|_| server.ask(&mut server.connect(), "/ws", UPGRADE))
        .collect();
    answers.push(server.ask_whole("/ws", UPGRADE));
    let taken = answers
        .iter()
        .filter(|answer| answer.starts_with("HTTP/1.1 101 "));
    assert_eq!(taken.count(), 3);
    assert!(answers[4].starts_with("HTTP/1.1 429 ") && answers[4].contains("retry-after: "));
    assert_eq!(problem(&answers[4]), "too-many-connections");
    assert_eq!(server.live.counts().refused_rate, 2);
}

#[test]
fn clients_that_vanish_leave_nothing_behind() {
    let server = Server::start(lenient());
    for turn in 0..50 {
        let mut stream = server.raw_client();
        if turn % 2 == 0 {
            // Half a frame, so that the server waits for the rest.
            stream.write_all(&[0x81, 0xff, 0, 0]).expect("can be sent");
        }
        if turn % 3 == 0 {
            rustix::net::sockopt::set_socket_linger(&stream, Some(std::time::Duration::ZERO))
                .expect("an option that is there");
        }
    }
    server.publish(&[event("a", "nobody hears this")]);
    server.wait_until_clients(0);
    assert_eq!(server.live.counts().ended["connectionLost"], 50);
}
