//! A running server.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// A server of its own, with a folder of logs and one for its state.
pub(crate) struct Live {
    child: Mortal,
    pub(crate) address: SocketAddr,
    log: Receiver<String>,
}

/// Killed when it is dropped, also by a test that fails.
struct Mortal(Child);

impl Drop for Mortal {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The folders of a server, which outlive it.
pub(crate) struct Folders {
    folder: tempfile::TempDir,
}

impl Folders {
    pub(crate) fn new() -> Folders {
        let folder = tempfile::tempdir().expect("a folder for the server");
        std::fs::create_dir(folder.path().join("logs")).expect("a folder for the logs");
        Folders { folder }
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.folder.path().join("logs")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The command that serves these folders at a port of its own choice.
    pub(crate) fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fabric"));
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json"])
            .arg("--source")
            .arg(self.logs())
            .arg("--state-dir")
            .arg(self.path("state"))
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        for name in [
            "FABRIC_AUTH_TOKEN",
            "NOTIFY_SOCKET",
            "WATCHDOG_USEC",
            "LISTEN_FDS",
            "JOURNAL_STREAM",
        ] {
            command.env_remove(name);
        }
        command
    }

    pub(crate) fn start(&self, more: &[&str]) -> Live {
        Live::start(self.command(more))
    }
}

impl Live {
    /// Starts it and waits until it says where it listens.
    pub(crate) fn start(mut command: Command) -> Live {
        let mut child = Mortal(command.spawn().expect("the server starts"));
        let stderr = child.0.stderr.take().expect("standard error is piped");
        let (send, log) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines() {
                let Ok(line) = line else { break };
                // Nobody waits for the log of a server that is gone.
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        let mut said = Vec::new();
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            let line = match log.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => line,
                Err(_) => panic!("the server does not say where it listens; it said: {said:#?}"),
            };
            let entry: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
            if entry["message"] == "listening" {
                let address = entry["address"].as_str().expect("an address is a text");
                let address = address.parse().expect("an address is one");
                return Live {
                    child,
                    address,
                    log,
                };
            }
            said.push(line);
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.0.id()
    }

    /// Sends a signal by name, like `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args(["-s", name, &self.child.0.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(sent.success());
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self, patience: Duration) -> ExitStatus {
        let until = Instant::now() + patience;
        loop {
            if let Some(status) = self
                .child
                .0
                .try_wait()
                .expect("the server can be waited for")
            {
                return status;
            }
            assert!(
                Instant::now() < until,
                "the server does not end; it said: {:#?}",
                self.said()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends it as systemd does.
    pub(crate) fn stop(mut self) {
        self.signal("TERM");
        let status = self.wait(Duration::from_secs(6));
        assert_eq!(status.code(), Some(0), "it said: {:#?}", self.said());
    }

    /// Ends it as the kernel does when memory is short.
    pub(crate) fn kill(mut self) {
        self.child.0.kill().expect("the server can be killed");
        self.child.0.wait().expect("the server ends");
    }

    /// What it has logged and nobody has looked at.
    pub(crate) fn said(&self) -> Vec<String> {
        self.log.try_iter().collect()
    }

    /// Resident set in bytes.
    pub(crate) fn resident_bytes(&self) -> u64 {
        fabric::capture::Resident::read(std::path::Path::new("/"), self.pid())
            .expect("the server runs")
            .bytes
    }
}

/// Waits until `holds`, and fails with `what` if it does not in time.
pub(crate) fn eventually(what: &str, holds: impl FnMut() -> bool) {
    eventually_within(Duration::from_secs(20), what, holds);
}

pub(crate) fn eventually_within(patience: Duration, what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + patience;
    while !holds() {
        assert!(Instant::now() < until, "not in time: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
