//! A load of lines, as eight busy workers write them.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use super::client::{get, post};
use super::process::{Folders, Live, eventually_within};

/// Writes lines, and waits for a server that reads them.
pub(crate) struct Load {
    logs: Vec<File>,
    written: u64,
}

impl Load {
    pub(crate) fn new(logs: &Path) -> Load {
        let logs = (0..8).map(|worker| {
            OpenOptions::new()
                .create(true)
                .append(true)
                .open(logs.join(format!("w{worker}.jsonl")))
                .expect("a log can be written")
        });
        Load {
            logs: logs.collect(),
            written: 0,
        }
    }

    /// Writes `count` lines of each worker.
    pub(crate) fn write(&mut self, count: u64) {
        let now = jiff::Timestamp::now();
        for (worker, log) in self.logs.iter_mut().enumerate() {
            let mut lines = String::new();
            for sequence in self.written..self.written + count {
                let file = sequence % 500;
                writeln!(
                    lines,
                    r#"{{"timestamp":"{now}","event_type":"tool.call","worker_id":"w{worker}","session_id":"s","sequence":{sequence},"data":{{"tool":"Edit","path":"/src/file{file}.rs","pad":"{:150}"}}}}"#,
                    "x"
                )
                .expect("a text can be written to");
            }
            log.write_all(lines.as_bytes()).expect("a log takes lines");
        }
        self.written += count;
    }

    /// How many lines were written.
    pub(crate) fn lines(&self) -> u64 {
        self.written * self.logs.len() as u64
    }

    /// Waits until the server has read everything.
    pub(crate) fn until_read(&self, live: &Live) {
        eventually_within(Duration::from_secs(60), "every line is read", || {
            get(live.address, "/api/tail").json()["lines"] == self.lines()
        });
    }
}

/// Drives a server through twelve heap snapshots of itself under an even load, after it has filled what it may fill. They are in
/// `snapshots` of its state folder.
pub(crate) fn through_twelve_snapshots(folders: &Folders, live: &Live) {
    let mut load = Load::new(&folders.logs());
    load.write(2_500);
    load.until_read(live);
    for _ in 0..12 {
        load.write(400);
        load.until_read(live);
        let taken = post(live.address, "/api/memory/heap-snapshot", "").expect("it answers");
        assert_eq!(taken.status, 200, "{taken:?}");
    }
}
