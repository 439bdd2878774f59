//! The live half against bare bounds: `cargo bench --bench serve`. Prints rows of the table in README.md and asserts nothing.
//!
//! * lines through tail, parse and store on one core, against a line scan of the same file
//! * from append to client at 5,000 lines a second, and the memory of the server with every cap full and 1,000 idle clients
#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot run has nothing to say"
)]
#![expect(clippy::print_stdout, reason = "it talks to who started it")]

/// A row of the table.
mod row;
/// Lines of a fleet of workers.
#[path = "../tests/day_of_logs/worker_logs.rs"]
mod worker_logs;

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fabric::serve::event::{self, RejectReason, Rejection};
use fabric::serve::store::Store;
use fabric::serve::tail::{LineSink, Place, TailOptions, Tailer, Turn};
use fabric::serve::time::WallTime;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};
use worker_logs::WorkerLogs;

const LINES: u64 = 1_000_000;
const ROUNDS: usize = 5;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    ingest(folder.path());
    live(folder.path());
}

/// Parses and stores, on the thread that reads.
struct StoreSink {
    store: Store,
    lines: u64,
}

impl LineSink for StoreSink {
    fn line(&mut self, place: Place<'_>, line: &[u8]) {
        self.lines += 1;
        match event::parse(line, "here") {
            Ok(Some(event)) => {
                self.store.ingest(event, WallTime(1_795_000_000_000));
            }
            Ok(None) => {}
            Err(reason) => {
                self.store
                    .reject(Rejection::new(reason, place.file, place.offset, line))
            }
        }
    }

    fn too_long(&mut self, place: Place<'_>, start: &[u8], _bytes: u64) {
        let rejection = Rejection::new(RejectReason::TooLong, place.file, place.offset, start);
        self.store.reject(rejection);
    }

    fn hand_over(&mut self) -> bool {
        // The hub takes them as often, for those who follow.
        self.store.take_changes();
        true
    }
}

/// Twice: what a fleet usually writes, and what drives every collection to its cap and beyond.
fn ingest(folder: &Path) {
    // The lines are of the last hours, so that all of them count as history.
    let from = WallTime::now().0 - 3_600_000;
    let usual = |text: &mut String, line: u64| usual_line(text, line, from);
    read_in(folder, "a usual fleet", usual);
    let mut writer = WorkerLogs::new(7, from, 3_000);
    read_in(folder, "every cap churning", |text, _| {
        writer.write_line(text)
    });
}

/// Twenty workers at the files of one project.
fn usual_line(text: &mut String, line: u64, from_ms: i64) {
    let at = jiff::Timestamp::from_millisecond(from_ms + line as i64 * 3)
        .expect("a time of this century");
    let worker = line * 7 % 20;
    let tool = if line.is_multiple_of(3) {
        "Edit"
    } else {
        "Read"
    };
    text.push_str(&format!(
        "{{\"timestamp\":\"{at}\",\"event_type\":\"tool.call\",\"worker_id\":\"tcb-{worker:04}\",\"session_id\":\"5b1e90aa-{worker:04}\",\"sequence\":{line},\"bead_id\":\"qx-{worker}-{}\",\"data\":{{\"tool\":\"{tool}\",\"path\":\"/srv/app/src/worker{worker}/file{}.rs\",\"duration_ms\":{},\"bytes\":{}}}}}\n",
        line / 2000,
        line % 40,
        line % 900,
        line * 7 % 100_000,
    ));
}

fn read_in(folder: &Path, what: &str, mut write_line: impl FnMut(&mut String, u64)) {
    let logs = folder.join(what);
    std::fs::create_dir(&logs).expect("a folder");
    let path = logs.join("worker.jsonl");
    let mut text = String::new();
    let mut file = File::create(&path).expect("a log");
    for line in 0..LINES {
        write_line(&mut text, line);
        if text.len() > 1 << 20 || line + 1 == LINES {
            file.write_all(text.as_bytes())
                .expect("the log can be written");
            text.clear();
        }
    }
    drop(file);
    let bytes = std::fs::metadata(&path).expect("the log is there").len();
    let (mut scans, mut reads) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        scans.push(timed(|| scan(&path)));
        reads.push(timed(|| {
            let options = TailOptions::new(logs.clone(), |_| None);
            let mut tailer = Tailer::open(options, WallTime::now());
            let mut sink = StoreSink {
                store: Store::new(1, WallTime::now()),
                lines: 0,
            };
            while sink.lines < LINES {
                let turn = tailer.turn(WallTime::now(), None, &mut sink);
                assert!(turn != Turn::Closed);
            }
        }));
    }
    let (scan, read) = (best(&scans), best(&reads));
    let in_a_second = |time: Duration| LINES as f64 / time.as_secs_f64();
    row::cells(
        &format!(
            "`serve`: log lines of {} bytes from file to store on one core, {what}",
            bytes / LINES
        ),
        &format!("{} lines/s", row::thousands(in_a_second(read))),
        "",
        &format!(
            "finding the lines: {} M/s; {} of that",
            row::short(in_a_second(scan) / 1e6),
            row::short(read.as_secs_f64() / scan.as_secs_f64()),
        ),
    );
}

/// Reads the file through the same buffer and finds its lines.
fn scan(path: &Path) {
    let mut file = File::open(path).expect("the log can be read");
    let mut buffer = vec![0; 256 * 1024];
    let mut lines = 0;
    loop {
        let length = file.read(&mut buffer).expect("the log can be read");
        if length == 0 {
            break;
        }
        lines += memchr::memchr_iter(b'\n', &buffer[..length]).count();
    }
    assert_eq!(lines as u64, LINES);
}

/// A server of its own, ended when it is dropped.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    fn start(logs: &Path, state: &Path) -> Server {
        let mut child = Command::new(env!("CARGO_BIN_EXE_fabric"))
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--log-format",
                "json",
                "--client-rate",
                "100000",
                "--max-clients",
                "2000",
            ])
            .arg("--source")
            .arg(logs)
            .arg("--state-dir")
            .arg(state)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let stderr = child.stderr.take().expect("standard error is piped");
        let mut lines = BufReader::new(stderr).lines();
        let address = loop {
            let line = lines
                .next()
                .expect("it says where it listens")
                .expect("a line");
            let entry: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            if let Some(address) = entry["address"].as_str() {
                break address.parse().expect("an address");
            }
        };
        std::thread::spawn(move || lines.for_each(drop));
        Server { child, address }
    }

    fn get(&self, path: &str) -> serde_json::Value {
        let mut socket = TcpStream::connect(self.address).expect("the server listens");
        let head = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
            self.address
        );
        socket.write_all(head.as_bytes()).expect("the server reads");
        let mut text = String::new();
        socket
            .read_to_string(&mut text)
            .expect("the server answers");
        let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        serde_json::from_str(body).unwrap_or_default()
    }

    fn follow(&self) -> WebSocket<MaybeTlsStream<TcpStream>> {
        let url = format!("ws://{}/ws", self.address);
        tungstenite::connect(url).expect("the server lets it in").0
    }

    fn resident_mib(&self) -> f64 {
        let own = fabric::capture::Resident::read(Path::new("/"), self.child.id());
        own.expect("the server runs").bytes as f64 / 1_048_576.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const RATE: u64 = 5_000;
const STEADY: Duration = Duration::from_secs(10);
const IDLE_CLIENTS: usize = 1_000;

fn live(folder: &Path) {
    let logs = folder.join("live");
    std::fs::create_dir(&logs).expect("a folder");
    let server = Server::start(&logs, &folder.join("state"));
    latencies(&server, &logs);
    fill(&server, &logs);
    let full = server.resident_mib();
    let clients: Vec<_> = (0..IDLE_CLIENTS).map(|_| server.follow()).collect();
    std::thread::sleep(Duration::from_secs(2));
    row::cells(
        &format!(
            "`serve`: memory with every cap full and {} idle clients",
            clients.len()
        ),
        &format!(
            "{:.0} MiB, without clients {full:.0} MiB",
            server.resident_mib()
        ),
        "",
        "",
    );
}

/// Appends at a steady rate and looks at when each line arrives at a client.
fn latencies(server: &Server, logs: &Path) {
    let mut client = server.follow();
    let began = Instant::now();
    let writer = {
        let path = logs.join("steady.jsonl");
        std::thread::spawn(move || {
            let mut log = OpenOptions::new()
                .create(true)
                .append(true)
                .open(path)
                .expect("a log");
            let mut count = 0;
            while began.elapsed() < STEADY {
                // Five lines a millisecond.
                let due = began.elapsed().as_micros() as u64 * RATE / 1_000_000;
                let mut lines = String::new();
                while count < due {
                    let at = began.elapsed().as_micros();
                    lines.push_str(&format!("{{\"ts\":1795000000000,\"worker\":\"w{}\",\"level\":\"info\",\"msg\":\"steady\",\"sent_us\":{at}}}\n", count % 20));
                    count += 1;
                }
                log.write_all(lines.as_bytes())
                    .expect("the log can be written");
                std::thread::sleep(Duration::from_millis(1));
            }
            count
        })
    };
    let mut late: Vec<u64> = Vec::new();
    while began.elapsed() < STEADY {
        let Message::Text(text) = client.read().expect("a message") else {
            continue;
        };
        let now = began.elapsed().as_micros() as u64;
        let message: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        if let Some(sent) = message["data"]["sent_us"].as_u64() {
            late.push(now - sent);
        }
    }
    let written: u64 = writer.join().expect("the writer ends");
    late.sort_unstable();
    let at = |share: f64| {
        late.get((late.len() as f64 * share) as usize)
            .copied()
            .unwrap_or(0) as f64
            / 1000.0
    };
    row::cells(
        &format!(
            "`serve`: from append to client at {RATE} lines/s ({} of {written} lines in time)",
            late.len()
        ),
        &format!(
            "{:.1} ms, 99 of 100 within {:.1} ms, all within {:.1} ms",
            at(0.5),
            at(0.99),
            late.last().copied().unwrap_or(0) as f64 / 1000.0
        ),
        "",
        "",
    );
}

/// Pushes more than ten times every cap through.
fn fill(server: &Server, logs: &Path) {
    let mut writer = WorkerLogs::new(3, WallTime::now().0 - 600_000, 500);
    let mut samples = VecDeque::new();
    let mut text = String::new();
    let mut written = 0;
    for part in 0..10 {
        let mut log = File::create(logs.join(format!("fill-{part}.jsonl"))).expect("a log");
        for _ in 0..120 {
            text.clear();
            for _ in 0..1000 {
                writer.write_line(&mut text);
            }
            log.write_all(text.as_bytes())
                .expect("the log can be written");
            written += 1000;
        }
        while server.get("/api/tail")["lines"].as_u64() < Some(written) {
            std::thread::sleep(Duration::from_millis(20));
        }
        samples.push_back(server.resident_mib().round());
    }
    println!("<!-- resident MiB after each of ten times 120,000 lines: {samples:?} -->");
}

fn timed(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

fn best(times: &[Duration]) -> Duration {
    times.iter().copied().min().unwrap_or_default()
}
