//! What it costs to tell a thousand WebSocket clients of events, beside a bare loop that writes the same bytes into as many sockets.
//! Prints rows of the table in README.md; asserts no time.
//!
//! `cargo bench --bench fan_out` runs for about half a minute. The clients are in a process of their own, so that the CPU time of this one is the
//! server's. Events are 200 bytes; `1` and `32` are how many are published at a time. The bare loop makes one `write` for each client and
//! publication, which is the least that a socket allows.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "it talks to who started it, and has nobody to report a failure to"
)]

/// A row of the table.
mod row;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use fabric::serve::event::{Draft, LogEvent};
use fabric::serve::live::{ChangeLog, Live, LiveOptions, routes};
use fabric::serve::store::{Change, View};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::sync::watch;

const CLIENTS: usize = 1_000;
const RUNS: usize = 3;
/// Deliveries of one run: enough for a second or so of either.
const DELIVERIES: usize = 256_000;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, role, address, query] = arguments.as_slice()
        && role == "clients"
    {
        return clients(address, query);
    }
    allow_files();
    for (query, name) in [("", "a frame for each"), ("?batch=1", "many in a frame")] {
        for burst in [1, 32] {
            compare(query, name, burst);
        }
    }
}

fn compare(query: &str, name: &str, burst: usize) {
    let server = Server::start();
    let before = resident();
    let _followers = Clients::start(&server.address, query);
    while server.live.clients() < CLIENTS as u64 {
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(300));
    let idle = resident().saturating_sub(before);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    let accepting = std::thread::spawn(move || {
        let accepted = listener.incoming().take(CLIENTS);
        accepted.collect::<std::io::Result<Vec<TcpStream>>>()
    });
    let _bare_followers = Clients::start(&address, "bare");
    let mut sockets = accepting
        .join()
        .expect("it does not panic")
        .expect("clients");
    for socket in &sockets {
        socket.set_nodelay(true).expect("an option that is there");
    }

    let bytes = vec![b'x'; server.bytes_for_each(burst)];
    let (mut ours, mut bare) = (Duration::MAX, Duration::MAX);
    for _ in 0..RUNS {
        ours = ours.min(server.fan_out(burst, bytes.len()));
        bare = bare.min(write_bare(&mut sockets, burst, &bytes));
    }
    let counts = server.live.counts();
    assert_eq!(
        (counts.clients, counts.gaps),
        (CLIENTS as u64, 0),
        "somebody was lost"
    );
    let each = |time: Duration| time.as_secs_f64() / DELIVERIES as f64;
    row::cells(
        &format!("`serve`: an event to 1,000 WebSocket clients, {burst} at once, {name}"),
        &format!("{} µs each", row::short(each(ours) * 1e6)),
        "",
        &format!(
            "one write of the same bytes to each socket: {} µs; {} of that",
            row::short(each(bare) * 1e6),
            row::short(each(ours) / each(bare))
        ),
    );
    let kib = |bytes: u64| bytes as f64 / 1024.0 / CLIENTS as f64;
    println!(
        "<!-- resident for each client: {:.1} KiB idle, {:.1} KiB afterwards -->",
        kib(idle),
        kib(resident().saturating_sub(before))
    );
}

/// One write for each socket and publication.
fn write_bare(sockets: &mut [TcpStream], burst: usize, bytes: &[u8]) -> Duration {
    let start = cpu_time();
    for _ in 0..DELIVERIES / sockets.len() / burst {
        for socket in &mut *sockets {
            socket.write_all(bytes).expect("the clients read");
        }
    }
    cpu_time() - start
}

struct Server {
    address: String,
    live: Arc<Live>,
    _runtime: tokio::runtime::Runtime,
    views: watch::Sender<Arc<View>>,
    changes: Arc<ChangeLog>,
    sent: std::cell::Cell<u64>,
    event: Arc<LogEvent>,
    _shutdown: watch::Sender<bool>,
}

impl Server {
    fn start() -> Server {
        let view = View {
            epoch: 1_777_368_070_123,
            ..View::default()
        };
        let (views, views_read) = watch::channel(Arc::new(view));
        let (shutdown, shutdown_read) = watch::channel(false);
        let changes = Arc::new(ChangeLog::new());
        let options = LiveOptions {
            limit_loopback: false,
            ..LiveOptions::default()
        };
        let live = Live::new(views_read, Arc::clone(&changes), options, shutdown_read);
        let live = Arc::new(live);
        // One thread does the server's work; another one publishes.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let router = routes(Arc::clone(&live));
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let service = TowerToHyperService::new(router.clone());
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .with_upgrades();
                tokio::spawn(connection);
            }
        });
        let draft = Draft {
            worker: "claude-code-sonnet-alpha".into(),
            message: "x".repeat(125).into(),
            ..Draft::default()
        };
        Server {
            address,
            live,
            _runtime: runtime,
            views,
            changes,
            sent: std::cell::Cell::new(0),
            event: Arc::new(draft.into_event()),
            _shutdown: shutdown,
        }
    }
}

impl Server {
    fn publish(&self, burst: usize) {
        let first = self.sent.get() + 1;
        self.sent.set(self.sent.get() + burst as u64);
        let changes: Vec<Change> = (first..=self.sent.get())
            .map(|seq| Change::Event(seq, Arc::clone(&self.event)))
            .collect();
        let view = Arc::new(View {
            epoch: 1_777_368_070_123,
            seq: self.sent.get(),
            ..View::default()
        });
        self.views.send_replace(Arc::clone(&view));
        self.changes.publish(&changes, &view);
    }

    /// What one client gets of one publication.
    fn bytes_for_each(&self, burst: usize) -> usize {
        // Past the numbers that are shorter than most.
        for _ in 0..20 {
            self.publish(burst.max(32));
            std::thread::sleep(Duration::from_millis(30));
        }
        let before = self.live.counts().sent_bytes;
        self.publish(burst);
        std::thread::sleep(Duration::from_millis(300));
        (self.live.counts().sent_bytes - before) as usize / CLIENTS
    }

    /// Publishes, each time when the last publication has gone out; the CPU time of all of it.
    fn fan_out(&self, burst: usize, bytes_for_each: usize) -> Duration {
        let start = cpu_time();
        let sent = self.live.counts().sent_bytes;
        for turn in 1..=DELIVERIES / CLIENTS / burst {
            self.publish(burst);
            let wanted = sent + (turn * CLIENTS * bytes_for_each) as u64;
            while self.live.counts().sent_bytes < wanted {
                std::thread::sleep(Duration::from_micros(200));
            }
        }
        cpu_time() - start
    }
}

/// A process with a thousand clients, until it is dropped.
struct Clients(Child);

impl Clients {
    /// Returns when all are connected.
    fn start(address: &str, query: &str) -> Clients {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["clients", address, query])
            .stdout(Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped"))
            .read_line(&mut line)
            .expect("a line");
        assert_eq!(line, "joined\n");
        Clients(child)
    }
}

impl Drop for Clients {
    fn drop(&mut self) {
        // It has nothing to lose; and if it is gone already, so much the better.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Connects, and reads what comes without looking at it.
fn clients(address: &str, query: &str) {
    allow_files();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let sockets: Vec<TcpStream> = (0..CLIENTS).map(|_| client(address, query)).collect();
    println!("joined");
    runtime.block_on(async {
        let readers = sockets.into_iter().map(|socket| {
            socket
                .set_nonblocking(true)
                .expect("an option that is there");
            let socket = tokio::net::TcpStream::from_std(socket).expect("a socket");
            tokio::spawn(async move {
                let mut bytes = vec![0; 16 << 10];
                loop {
                    socket.readable().await.expect("a socket");
                    match socket.try_read(&mut bytes) {
                        Ok(0) => break,
                        Ok(_) => {}
                        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                        Err(_) => break,
                    }
                }
            })
        });
        for reader in readers.collect::<Vec<_>>() {
            let _ = reader.await;
        }
    });
}

fn client(address: &str, query: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    if query != "bare" {
        let request = format!(
            "GET /ws{query} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).expect("can be asked");
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).expect("an answer");
        assert_eq!(&answer, b"HTTP/1.1 101");
    }
    stream
}

/// CPU time of all threads of this process.
fn cpu_time() -> Duration {
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux");
    let nanos = tasks.flatten().map(|task| {
        let text = std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        let first = text.split_whitespace().next().map(str::parse::<u64>);
        first.and_then(Result::ok).unwrap_or(0)
    });
    Duration::from_nanos(nanos.sum())
}

/// Resident memory of this process, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kib.and_then(|kib| kib.trim().parse::<u64>().ok())
        .unwrap_or(0)
        * 1024
}

fn allow_files() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < 4_096) {
        limit.current = Some(limit.maximum.map_or(4_096, |maximum| maximum.min(4_096)));
        setrlimit(Resource::Nofile, limit).expect("a limit that is allowed");
    }
}
