//! A WebSocket client of the whole server: from the log to the client, and the goodbye.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

use super::process::{Folders, Live};

struct Client(WebSocket<MaybeTlsStream<TcpStream>>);

impl Client {
    fn new(live: &Live, query: &str) -> Client {
        let url = format!("ws://{}/ws{query}", live.address);
        let (mut socket, _) = tungstenite::connect(url).expect("the server lets it in");
        if let MaybeTlsStream::Plain(stream) = socket.get_mut() {
            stream
                .set_read_timeout(Some(Duration::from_secs(20)))
                .expect("a time limit");
        }
        Client(socket)
    }

    /// The next message of a type.
    fn next(&mut self, wanted: &str) -> serde_json::Value {
        loop {
            if let Message::Text(text) = self.0.read().expect("a message") {
                let message: serde_json::Value = serde_json::from_str(&text).expect("JSON");
                if message["type"] == wanted {
                    return message;
                }
            }
        }
    }
}

fn append(folders: &Folders, worker: &str, from: u64, to: u64) {
    let mut log = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(folders.logs().join(format!("{worker}.jsonl")))
        .expect("the log can be written");
    for n in from..to {
        writeln!(
            log,
            r#"{{"ts":1795000000000,"worker":"{worker}","level":"info","msg":"step","n":{n}}}"#
        )
        .expect("the log can be written");
    }
}

#[test]
fn what_is_appended_reaches_who_wants_it_and_a_break_is_bridged() {
    let folders = Folders::new();
    let live = folders.start(&[]);
    let mut all = Client::new(&live, "");
    let mut one = Client::new(&live, "?worker=b");
    let epoch = all.next("init")["epoch"].clone();
    one.next("init");
    append(&folders, "a", 0, 5);
    append(&folders, "b", 5, 8);
    let mut last = 0;
    for _ in 0..8 {
        let event = all.next("event");
        assert_eq!(event["seq"], last + 1, "without a gap");
        last += 1;
    }
    for n in 5..8 {
        assert_eq!(one.next("event")["data"]["n"], n);
    }
    drop(all);
    append(&folders, "b", 8, 11);
    for n in 8..11 {
        assert_eq!(one.next("event")["data"]["n"], n);
    }
    let mut back = Client::new(&live, &format!("?epoch={epoch}&seq={last}"));
    assert_eq!(back.next("init")["data"]["resumed"], true);
    for n in 8..11 {
        assert_eq!(back.next("event")["data"]["n"], n);
    }
    live.stop();
}

#[test]
fn a_server_that_ends_says_goodbye_to_its_clients_in_time() {
    let folders = Folders::new();
    let mut live = folders.start(&[]);
    let mut client = Client::new(&live, "");
    client.next("init");
    // One that never reads must not hold up the end.
    let _deaf = Client::new(&live, "");
    live.signal("TERM");
    let code = loop {
        match client.0.read().expect("a goodbye") {
            Message::Close(frame) => break frame.map(|frame| u16::from(frame.code)),
            _ => continue,
        }
    };
    assert_eq!(code, Some(1001));
    let status = live.wait(Duration::from_secs(5));
    assert_eq!(status.code(), Some(0));
}

#[test]
fn a_snapshot_that_is_asked_for_is_one_that_trend_reads() {
    let folders = Folders::new();
    let snapshots = folders.path("snapshots");
    let snapshots = snapshots.to_str().expect("a plain name");
    let live = folders.start(&["--snapshot-dir", snapshots]);
    live.signal("USR1");
    super::process::eventually("the snapshot is there", || {
        fabric::archive::snapshots(snapshots.as_ref()).is_ok_and(|found| found.len() == 1)
    });
    let found = fabric::archive::snapshots(snapshots.as_ref()).expect("the folder is there");
    let path = found[0].path.to_str().expect("a plain name").to_owned();
    let shown = crate::run_fabric::fabric(&["show", "--format", "json", &path]);
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    let shown: serde_json::Value = serde_json::from_str(&shown.stdout).expect("JSON");
    assert_eq!(shown["snapshot"]["format"], "pprof");
    assert_eq!(shown["snapshot"]["sampling"]["periodBytes"], 512 * 1024);
    live.stop();
}
