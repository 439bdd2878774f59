//! The server, with a hub that publishes what a test says.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::extract::ConnectInfo;
use fabric::serve::event::{Draft, Level, LogEvent};
use fabric::serve::live::{ChangeLog, Live, LiveOptions, routes};
use fabric::serve::store::{Change, SequencedEvent, View};
use fabric::serve::time::EventTime;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde_json::Value;
use tokio::sync::watch;
use tungstenite::{Message, WebSocket};

pub(super) const EPOCH: u64 = 1_777_368_070_123;
const DEADLINE: Duration = Duration::from_secs(20);

/// A server on a free port of this machine, until it is dropped.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) live: Arc<Live>,
    changes: Arc<ChangeLog>,
    views: watch::Sender<Arc<View>>,
    pub(super) shutdown: watch::Sender<bool>,
    events: Mutex<Vec<SequencedEvent>>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// As strict with this machine as with others would be in the way of nearly every test.
pub(super) fn lenient() -> LiveOptions {
    LiveOptions {
        limit_loopback: false,
        ..LiveOptions::default()
    }
}

impl Server {
    pub(super) fn start(options: LiveOptions) -> Server {
        let (views, views_read) = watch::channel(Arc::new(View {
            epoch: EPOCH,
            ..View::default()
        }));
        let (shutdown, shutdown_read) = watch::channel(false);
        let changes = Arc::new(ChangeLog::new());
        let live = Arc::new(Live::new(
            views_read,
            Arc::clone(&changes),
            options,
            shutdown_read,
        ));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .expect("a free port");
        let address = listener.local_addr().expect("an address");
        let router = routes(Arc::clone(&live));
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let thread = std::thread::spawn(move || {
            runtime.block_on(async move {
                tokio::select! {
                    () = accept(listener, router) => {}
                    _ = stopped => {}
                }
            });
            // Sessions end with the runtime.
            runtime.shutdown_timeout(Duration::from_secs(1));
        });
        Server {
            address,
            live,
            changes,
            views,
            shutdown,
            events: Mutex::default(),
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Publishes events as the hub does: first the view, then what changed.
    pub(super) fn publish(&self, new: &[Arc<LogEvent>]) {
        let mut events = self
            .events
            .lock()
            .expect("no test panics while it publishes");
        let mut changes = Vec::new();
        for event in new {
            let seq = events.last().map_or(0, |last| last.seq) + 1;
            changes.push(Change::Event(seq, Arc::clone(event)));
            events.push(SequencedEvent {
                seq,
                event: Arc::clone(event),
            });
        }
        let beyond = events.len().saturating_sub(1_000);
        events.drain(..beyond);
        let view = Arc::new(View {
            epoch: EPOCH,
            seq: events.last().map_or(0, |last| last.seq),
            events: events.iter().cloned().collect(),
            ..View::default()
        });
        self.views.send_replace(Arc::clone(&view));
        self.changes.publish(&changes, &view);
    }

    /// A connection, and nothing said yet.
    pub(super) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("the server listens");
        stream
            .set_read_timeout(Some(DEADLINE))
            .expect("a timeout can be set");
        stream
            .set_write_timeout(Some(DEADLINE))
            .expect("a timeout can be set");
        stream
    }

    /// A client of `tungstenite`.
    pub(super) fn client(&self, query: &str) -> Client {
        let url = format!("ws://{}/ws{query}", self.address);
        let (socket, _) = tungstenite::client(url, self.connect()).expect("let in");
        Client(socket)
    }

    /// A connection that has become a WebSocket, for frames by hand.
    pub(super) fn raw_client(&self) -> TcpStream {
        let mut stream = self.connect();
        let head = self.ask(&mut stream, "/ws", UPGRADE);
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        stream
    }

    /// Sends a request; its answer, as far as it has come when the head is there.
    pub(super) fn ask(&self, stream: &mut TcpStream, path: &str, headers: &str) -> String {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\n{headers}\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).expect("can be asked");
        // A byte at a time: what follows the head of an upgrade is not HTTP.
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
            head.push(byte[0]);
        }
        String::from_utf8(head).expect("a head is text")
    }

    /// Sends a request that is refused, over a connection of its own; the whole answer.
    pub(super) fn ask_whole(&self, path: &str, headers: &str) -> String {
        let mut stream = self.connect();
        let mut answer = self.ask(&mut stream, path, headers);
        let length = answer
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .and_then(|length| length.parse().ok())
            .expect("a length");
        let mut body = vec![0; length];
        stream.read_exact(&mut body).expect("a body");
        answer.push_str(&String::from_utf8(body).expect("text"));
        answer
    }

    pub(super) fn wait_until_clients(&self, wanted: u64) {
        let start = std::time::Instant::now();
        while self.live.clients() != wanted {
            assert!(
                start.elapsed() < DEADLINE,
                "{} clients, not {wanted}",
                self.live.clients()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            assert!(
                thread.join().is_ok() || std::thread::panicking(),
                "the server panicked"
            );
        }
    }
}

pub(super) const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// The name in an answer that says why there is none; it must have the shape that all errors have.
pub(super) fn problem(answer: &str) -> String {
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(
        head.lines()
            .any(|line| line == "content-type: application/json"),
        "{head}"
    );
    let body: Value = serde_json::from_str(body).expect("JSON");
    let fields: Vec<&String> = body.as_object().expect("an object").keys().collect();
    assert_eq!(fields, ["error", "message"]);
    assert!(
        body["message"]
            .as_str()
            .is_some_and(|words| words.contains(' ')),
        "{body}"
    );
    body["error"].as_str().expect("a name").to_owned()
}

async fn accept(listener: tokio::net::TcpListener, router: axum::Router) {
    while let Ok((stream, address)) = listener.accept().await {
        let service = router.clone().layer(axum::Extension(ConnectInfo(address)));
        tokio::spawn(async move {
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
                .with_upgrades();
            // A client that goes away is no failure of the server.
            let _ = connection.await;
        });
    }
}

/// A client of `tungstenite`, with JSON instead of messages.
pub(super) struct Client(pub(super) WebSocket<TcpStream>);

impl Client {
    pub(super) fn next(&mut self) -> Value {
        loop {
            match self.0.read().expect("a message") {
                Message::Text(text) => return serde_json::from_str(&text).expect("JSON"),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("not a text: {other:?}"),
            }
        }
    }

    pub(super) fn say(&mut self, text: &str) {
        self.0.send(Message::text(text)).expect("can be sent");
    }
}

pub(super) fn event(worker: &str, message: &str) -> Arc<LogEvent> {
    let draft = Draft {
        ts: EventTime(1_777_368_070_123),
        level: Some(Level::Info),
        worker: worker.into(),
        message: message.into(),
        ..Draft::default()
    };
    Arc::new(draft.into_event())
}
