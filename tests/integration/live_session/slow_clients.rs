//! Clients that stop reading and begin again.

use std::time::{Duration, Instant};

use tungstenite::{Error, Message};

use super::server::{Server, event, lenient};

/// Publishes until a client that does not read is found slow: what its system holds for it must be full first.
fn publish_until_slow(server: &Server) {
    let large = event("w", &"x".repeat(3_000));
    let start = Instant::now();
    while server.live.counts().ended["slowClient"] == 0 {
        assert!(start.elapsed() < Duration::from_secs(30), "never slow");
        server.publish(&vec![large.clone(); 200]);
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_client_that_pauses_and_reads_on_gets_whole_messages_and_then_1013() {
    for query in ["", "?batch=1"] {
        let server = Server::start(lenient());
        let mut client = server.client(query);
        assert_eq!(client.next()["type"], "init");
        publish_until_slow(&server);
        // Its seat is free for the next one.
        server.wait_until_clients(0);
        std::thread::sleep(Duration::from_secs(2));
        let mut next = 1;
        let close = loop {
            match client.0.read().expect("a whole message") {
                Message::Text(text) => {
                    let message: serde_json::Value = serde_json::from_str(&text).expect("JSON");
                    let (first, last) = match message["type"].as_str() {
                        Some("event") => (&message["seq"], &message["seq"]),
                        _ => (&message["first"], &message["last"]),
                    };
                    assert_eq!(first.as_u64(), Some(next));
                    next = last.as_u64().expect("a number") + 1;
                }
                Message::Close(close) => break close.expect("a reason"),
                Message::Ping(_) => {}
                other => panic!("not expected: {other:?}"),
            }
        };
        assert_eq!(u16::from(close.code), 1013);
        assert_eq!(
            close.reason.as_str(),
            "too much is waiting: read faster, or filter"
        );
        assert!(next > 20, "{next}");
        // The goodbye is answered, and the connection ends without an error.
        assert!(matches!(client.0.read(), Err(Error::ConnectionClosed)));
    }
}
