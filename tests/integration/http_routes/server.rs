//! A server on a free port, with a picture made by hand.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::extract::WebSocketUpgrade;
use axum::routing::get;
use fabric::serve::bounds::{Bound, BoundReport, Usage};
use fabric::serve::event::{self, LogEvent, RejectReason};
use fabric::serve::http::{
    Guard, GuardOptions, HttpGauges, HttpState, Ingest, ListenerLimits, LiveGauges, LiveNumber,
    router, serve,
};
use fabric::serve::store::{
    Collisions, Counters, FileCollision, MemoryHistory, MemorySample, RejectedLines,
    SequencedEvent, View, Worker, WorkerStatus,
};
use fabric::serve::tail::{TailProblem, TailReport};
use fabric::serve::time::{EventTime, WallTime};
use tokio::sync::watch;

/// A server on a free port. It stops when it is dropped.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) state: HttpState,
    pub(super) logs: tempfile::TempDir,
    pub(super) views: watch::Sender<Arc<View>>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(super) fn start() -> Server {
        Server::with(GuardOptions::default(), ListenerLimits::default())
    }

    pub(super) fn guarded(options: GuardOptions) -> Server {
        Server::with(options, ListenerLimits::default())
    }

    pub(super) fn with(options: GuardOptions, limits: ListenerLimits) -> Server {
        let logs = tempfile::tempdir().expect("a folder");
        let (views, view) = watch::channel(Arc::new(picture()));
        let gauges = Arc::new(HttpGauges::default());
        let guard = Arc::new(Guard::new(options, Arc::clone(&gauges)).expect("random numbers"));
        let ingest = Ingest::start(logs.path()).expect("a thread");
        let live = Arc::new(SomeLive);
        let state = HttpState::new(view, live, ingest, guard, Arc::clone(&gauges), "here");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = watch::channel(false);
        let router = router(state.clone(), sockets());
        let ingest = state.ingest.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .expect("a runtime");
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
            views,
            stop,
            thread: Some(thread),
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
        for entry in std::fs::read_dir(self.logs.path()).expect("the folder") {
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
pub(super) fn event(line: &str) -> Arc<LogEvent> {
    let event = event::parse(line.as_bytes(), "here").expect("an event");
    Arc::new(event.expect("not blank"))
}

/// Events of three workers: one per second, in turn; every fifth with the level error.
pub(super) fn events(count: usize) -> Vec<SequencedEvent> {
    (0..count)
        .map(|n| {
            let worker = ["w-a", "w-b", "w-c"][n % 3];
            let kind = ["bead.claimed", "tool.call", "bead.failed", "tool.done", "error.io"][n % 5];
            let second = 1_777_368_000_000_i64 + 1_000 * n as i64;
            let line = format!(
                r#"{{"ts":"{}","event":"{kind}","worker":"{worker}","session":"s","data":{{"bead_id":"b-{}","path":"/src/{worker}.rs","tool":"Edit","n":{n}}}}}"#,
                jiff::Timestamp::from_millisecond(second).expect("a time"),
                n % 7,
            );
            SequencedEvent {
                seq: n as u64 + 1,
                event: event(&line),
            }
        })
        .collect()
}

/// A picture with a little of everything.
pub(super) fn picture() -> View {
    let now = WallTime::now();
    let events = events(300);
    let newest = Arc::clone(&events[299].event);
    let workers = ["w-a", "w-b", "w/c ü"].map(|id| {
        Arc::new(Worker {
            id: id.to_owned(),
            status: WorkerStatus::Active,
            needle_state: None,
            last_state_transition: None,
            last_event: Some(Arc::clone(&newest)),
            beads_completed: 3,
            beads_released: 1,
            first_seen: EventTime(1_777_368_000_000),
            last_activity: EventTime(1_777_368_299_000),
            last_heard: now,
            active_files: vec!["/src/w-a.rs".into()],
            active_directories: vec!["/src".into()],
            active_bead: Some("b-1".to_owned()),
            current_bead: None,
            has_collision: true,
            collision_types: vec!["file"],
            event_count: 100,
            stuck: false,
            stuck_reason: None,
            pid: Some(4_711),
            host: Some("here".to_owned()),
        })
    });
    let collision = FileCollision {
        path: "/src/w-a.rs".into(),
        workers: vec!["w-a".into(), "w-b".into()],
        detected_at: EventTime(1_777_368_299_000),
        events: vec![newest],
        is_active: true,
    };
    View {
        epoch: 7,
        seq: 300,
        taken_at: now,
        started_at: WallTime(now.0 - 90_000),
        events,
        workers: workers.into(),
        collisions: Collisions {
            files: vec![Arc::new(collision)],
            ..Collisions::default()
        },
        rejected: vec![RejectedLines {
            reason: RejectReason::NotJson,
            count: 3,
            file: "<b>.jsonl".to_owned(),
            offset: 12,
            example: "{\"cut".to_owned(),
        }],
        counters: Counters {
            events: 300,
            by_level: [0, 180, 60, 60],
            duplicates: 5,
            rejected: 3,
            rate_per_second: 1.5,
        },
        tail: Arc::new(TailReport {
            files_followed: 2,
            files_known: 4,
            folder_readable: true,
            caught_up: true,
            problems: vec![TailProblem {
                file: "x.jsonl".to_owned(),
                problem: "permission denied".to_owned(),
                count: 1,
            }],
            ..TailReport::default()
        }),
        memory: Arc::new(MemoryHistory {
            samples: vec![MemorySample {
                timestamp: now,
                rss: 50 << 20,
                heap_used: 20 << 20,
                ..MemorySample::default()
            }],
            trend: "stable",
            avg_rss: 49 << 20,
            max_rss: 51 << 20,
            min_rss: 48 << 20,
        }),
        bounds: vec![report("events", 300)],
        ..View::default()
    }
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
