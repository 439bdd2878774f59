//! A server with snapshots of a heap whose truth is known.

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use crate::live::process::{Folders, Live};
use crate::support::synth_pprof::{GO_HEAP, SynthPprof};

/// From one snapshot to the next.
const INTERVAL_MS: i64 = 30 * 60 * 1000;
pub(super) const MIB: i64 = 1 << 20;

/// A server with its folders, at a port that stays the same over restarts.
pub(super) struct Service {
    pub(super) folders: Folders,
    pub(super) address: SocketAddr,
    server: Option<Live>,
    more: Vec<String>,
}

impl Service {
    /// With a folder of snapshots, empty at first.
    pub(super) fn new() -> Service {
        let folders = Folders::new();
        // Free now, and nobody else asks for just this one in the moment between.
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        std::fs::create_dir(folders.path("snapshots")).expect("a folder");
        Service {
            folders,
            address,
            server: None,
            more: Vec::new(),
        }
    }

    /// One whose heap leaks in `function`.
    pub(super) fn leaking(function: &str) -> Service {
        let service = Service::new();
        service.add_series(function, 3 * MIB);
        service.started()
    }

    /// With more arguments.
    pub(super) fn with(mut self, more: &[&str]) -> Service {
        self.more.extend(more.iter().map(|&it| it.to_owned()));
        self
    }

    pub(super) fn started(mut self) -> Service {
        self.start();
        self
    }

    pub(super) fn snapshots(&self) -> PathBuf {
        self.folders.path("snapshots")
    }

    pub(super) fn start(&mut self) {
        let snapshots = self.snapshots();
        let listen = self.address.to_string();
        let mut arguments = vec!["--listen", &listen, "--snapshot-dir"];
        arguments.push(snapshots.to_str().expect("UTF-8"));
        arguments.extend(self.more.iter().map(String::as_str));
        self.server = Some(self.folders.start(&arguments));
    }

    pub(super) fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop();
        }
    }

    /// Twelve snapshots, half an hour apart, up to now: `function` holds so many bytes more in each.
    pub(super) fn add_series(&self, function: &str, more: i64) {
        let held = std::array::from_fn::<i64, 12, _>(|place| 8 * MIB + place as i64 * more);
        self.add_course(function, &held, 0);
    }

    /// A snapshot for each of the sizes that `function` has beside 64 MiB, half an hour apart, the newest half an hour and some hours old.
    pub(super) fn add_course(&self, function: &str, sizes: &[i64], hours_ago: i64) {
        let now = jiff::Timestamp::now().as_millisecond() - hours_ago * 2 * INTERVAL_MS;
        for (place, &held) in sizes.iter().enumerate() {
            let left = (sizes.len() - place) as i64;
            let time = now - left * INTERVAL_MS;
            let mut profile = SynthPprof::new(&GO_HEAP);
            let sample = |profile: &mut SynthPprof, stack: &[&str], bytes: i64| {
                let objects = bytes / 4096;
                profile.sample(stack, &[objects, bytes, objects, bytes]);
            };
            sample(&mut profile, &["cache.Fill", "main.main"], 64 * MIB);
            sample(
                &mut profile,
                &[function, "server.Handle", "main.main"],
                held,
            );
            profile.period("space", "bytes", 512 * 1024);
            profile.time_nanos(time * 1_000_000);
            write(
                &self.snapshots().join(format!("heap-{time}-periodic.pb.gz")),
                &profile.encode_gzip().expect("it can be packed"),
            );
        }
    }

    /// Adds a line to the log of a worker.
    pub(super) fn log(&self, file: &str, event: &serde_json::Value) {
        let path = self.folders.logs().join(file);
        let mut log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .expect("the log can be written");
        writeln!(log, "{event}").expect("the log can be written");
    }

    /// Says that a worker did something just now.
    pub(super) fn say(&self, worker: &str, message: &str) {
        let now = jiff::Timestamp::now().as_millisecond();
        let event =
            serde_json::json!({"ts": now, "worker": worker, "level": "info", "msg": message});
        self.log("workers.jsonl", &event);
    }
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::write(path, bytes).expect("a snapshot can be written");
}
