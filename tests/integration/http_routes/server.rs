//! A server on a free port, with a picture made by hand.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::extract::WebSocketUpgrade;
use axum::routing::get;
use fabric::serve::bounds::{Bound, BoundReport, Usage};
use fabric::serve::event::{self, LogEvent, RejectReason, Rejection};
use fabric::serve::http::{
    Guard, GuardOptions, HttpGauges, HttpState, Ingest, ListenerLimits, LiveGauges, LiveNumber,
    router, serve,
};
use fabric::serve::store::{Assessment, MemorySample, Store, View};
use fabric::serve::tail::{TailProblem, TailReport};
use fabric::serve::targets::{Target, Targets, WatchOptions};
use fabric::serve::time::WallTime;
use tokio::sync::{mpsc, watch};

/// A server on a free port. It stops when it is dropped.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) state: HttpState,
    pub(super) logs: PathBuf,
    /// Heap snapshots of the server itself.
    pub(super) snapshots: tempfile::TempDir,
    pub(super) views: watch::Sender<Arc<View>>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
    _folder: Option<tempfile::TempDir>,
}

impl Server {
    pub(super) fn start() -> Server {
        Server::with(GuardOptions::default(), ListenerLimits::default())
    }

    pub(super) fn guarded(options: GuardOptions) -> Server {
        Server::with(options, ListenerLimits::default())
    }

    pub(super) fn with(options: GuardOptions, limits: ListenerLimits) -> Server {
        let folder = tempfile::tempdir().expect("a folder");
        let mut server = Server::at(folder.path().to_owned(), options, limits);
        server._folder = Some(folder);
        server
    }

    /// One that keeps what is posted in a folder that is there.
    pub(super) fn at(logs: PathBuf, options: GuardOptions, limits: ListenerLimits) -> Server {
        let (views, view) = watch::channel(picture(300));
        let gauges = Arc::new(HttpGauges::default());
        let guard = Arc::new(Guard::new(options, Arc::clone(&gauges)).expect("random numbers"));
        let ingest = Ingest::start(&logs).expect("a thread");
        let live = Arc::new(SomeLive);
        let mut state = HttpState::new(view, live, ingest, guard, Arc::clone(&gauges), "here");
        let snapshots = tempfile::tempdir().expect("a folder");
        put_snapshots(snapshots.path());
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = watch::channel(false);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let (hub, mut told) = mpsc::channel::<Assessment>(8);
        state.targets = {
            let _inside = runtime.enter();
            let own = Target::own(Some(snapshots.path()), None);
            Targets::start(own, &WatchOptions::default(), &hub, &stopped)
        };
        runtime.spawn(async move { while told.recv().await.is_some() {} });
        let router = router(state.clone(), sockets());
        let ingest = state.ingest.clone();
        let thread = std::thread::spawn(move || {
            runtime.block_on(async {
                serve(vec![listener], router, limits, stopped, gauges)
                    .await
                    .expect("it serves");
                ingest.stop().await;
            });
        });
        Server {
            address,
            state,
            logs,
            snapshots,
            views,
            stop,
            thread: Some(thread),
            _folder: None,
        }
    }

    pub(super) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("it listens");
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .expect("a timeout");
        stream
    }

    /// Sends bytes as they are, and reads until the server closes.
    pub(super) fn send(&self, bytes: &[u8]) -> Reply {
        let mut stream = self.connect();
        // The server may have answered and closed before everything was sent.
        let _ = stream.write_all(bytes);
        read_reply(&mut stream)
    }

    /// A request on a connection of its own. `headers` are lines without their ends.
    pub(super) fn ask(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Reply {
        let mut text = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        if !headers.iter().any(|header| header.starts_with("host:")) {
            text.push_str("host: localhost\r\n");
        }
        for header in headers {
            text.push_str(header);
            text.push_str("\r\n");
        }
        if method == "POST" {
            text.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        text.push_str("\r\n");
        text.push_str(body);
        self.send(text.as_bytes())
    }

    pub(super) fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &[], "")
    }

    pub(super) fn post(&self, path: &str, body: &str) -> Reply {
        self.ask("POST", path, &["content-type: application/json"], body)
    }

    pub(super) fn stop(&mut self) {
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("it ends");
        }
    }

    /// Everything that was posted.
    pub(super) fn posted(&self) -> String {
        let mut text = String::new();
        for entry in std::fs::read_dir(&self.logs).expect("the folder") {
            let path = entry.expect("an entry").path();
            text.push_str(&std::fs::read_to_string(path).expect("text"));
        }
        text
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    /// 0 where the server closed without one.
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the answer is UTF-8")
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The short name of what went wrong; the answer must have the form of every such answer.
    pub(super) fn error(&self) -> String {
        let json = self.json();
        let members = json.as_object().expect("an object");
        assert_eq!(members.len(), 2, "{json}");
        assert!(
            json["message"]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        );
        assert_eq!(self.header("content-type"), Some("application/json"));
        json["error"].as_str().expect("a name").to_owned()
    }
}

/// Reads until the server closes.
pub(super) fn read_reply(stream: &mut TcpStream) -> Reply {
    let mut bytes = Vec::new();
    // A reset after the answer loses nothing that was read.
    let _ = stream.read_to_end(&mut bytes);
    reply(&bytes)
}

pub(super) fn reply(bytes: &[u8]) -> Reply {
    let end = bytes
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .map_or(bytes.len(), |at| at + 4);
    let (head, body) = bytes.split_at(end);
    let head = String::from_utf8_lossy(head).into_owned();
    let status = head
        .strip_prefix("HTTP/1.1 ")
        .or_else(|| head.strip_prefix("HTTP/1.0 "))
        .and_then(|rest| rest.get(..3)?.parse().ok())
        .unwrap_or(0);
    Reply {
        status,
        head,
        body: body.to_owned(),
    }
}

/// The event of a line.
fn event(line: &str) -> LogEvent {
    let event = event::parse(line.as_bytes(), "here").expect("an event");
    event.expect("not blank")
}

/// When the first snapshot was taken, as its name says.
const FIRST_SNAPSHOT: i64 = 1_795_000_000_000;

/// The file name of a snapshot.
pub(super) fn snapshot_name(number: usize) -> String {
    let time = FIRST_SNAPSHOT + 60_000 * number as i64;
    format!("heap-{time}-periodic.pb.gz")
}

/// Snapshots of a program that leaks.
fn put_snapshots(folder: &std::path::Path) {
    for number in 0..20 {
        let fixture = format!("pprof/go-1.27/goleak/heap.{number:03}.pb.gz");
        let from = crate::run_fabric::fixtures().join(fixture);
        std::fs::copy(from, folder.join(snapshot_name(number))).expect("a copy");
    }
}

/// Time of the first event of a picture.
pub(super) const START: i64 = 1_777_368_000_000;

/// A store that has heard, just now, one event of each second: of three workers in turn, each fifth an error, each about one of the files.
pub(super) fn store(events: u64) -> Store {
    let now = WallTime::now();
    let mut store = Store::new(7, WallTime(now.0 - 90_000));
    for n in 0..events {
        let worker = ["w-a", "w-b", "w/c ü"][n as usize % 3];
        let kind = [
            "bead.claimed",
            "tool.call",
            "bead.failed",
            "tool.done",
            "error.io",
        ][n as usize % 5];
        let time = jiff::Timestamp::from_millisecond(START + 1_000 * n as i64).expect("a time");
        let line = format!(
            r#"{{"ts":"{time}","event":"{kind}","worker":"{worker}","session":"s","data":{{"bead_id":"b-{}","path":"/src/f-{}.rs","tool":"Edit","error":"ENOENT: no such file","n":{n}}}}}"#,
            n % 7,
            n % 4,
        );
        store.ingest(event(&line), now);
    }
    for (reason, line) in [
        (RejectReason::NotJson, "{\"cut"),
        (RejectReason::NotJson, "x"),
        (RejectReason::BadLevel, "{}"),
    ] {
        store.reject(Rejection::new(reason, "<b>.jsonl", 12, line.as_bytes()));
    }
    store.set_tail(TailReport {
        files_followed: 2,
        files_known: 4,
        folder_readable: true,
        caught_up: true,
        problems: vec![TailProblem {
            file: "x.jsonl".to_owned(),
            problem: "permission denied".to_owned(),
            count: 1,
        }],
        bounds: vec![report("tailFiles", 4)],
        ..TailReport::default()
    });
    let sample = MemorySample {
        timestamp: now,
        rss: 50 << 20,
        heap_used: 20 << 20,
        ..MemorySample::default()
    };
    store.add_memory(sample, Vec::new());
    store
}

/// A picture with a little of everything.
pub(super) fn picture(events: u64) -> Arc<View> {
    store(events).view(WallTime::now())
}

fn report(collection: &'static str, length: u64) -> BoundReport {
    BoundReport {
        bound: Bound {
            collection,
            cap_entries: Some(10_000),
            cap_bytes: None,
            policy: "the oldest leave",
        },
        usage: Usage {
            length,
            bytes: 64 * length,
            ..Usage::default()
        },
    }
}

struct SomeLive;

impl LiveGauges for SomeLive {
    fn clients(&self) -> u64 {
        2
    }

    fn numbers(&self) -> Vec<LiveNumber> {
        vec![LiveNumber {
            name: "websocket_messages",
            help: "Messages that were sent",
            rises: true,
            value: 9,
        }]
    }

    fn bounds(&self) -> Vec<BoundReport> {
        vec![report("liveClients", 2)]
    }
}

/// A WebSocket that says back what it hears, in place of the room that has the real one.
fn sockets() -> Router {
    let answer = async |upgrade: WebSocketUpgrade| {
        upgrade.on_upgrade(async |mut socket| {
            while let Some(Ok(message)) = socket.recv().await {
                if socket.send(message).await.is_err() {
                    break;
                }
            }
        })
    };
    Router::new().route("/ws", get(answer))
}
