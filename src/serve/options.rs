//! What whoever starts the server may choose.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::http::GuardOptions;
use super::own_heap::OwnSnapshots;

/// What whoever starts the server may choose.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder of logs. What is posted is appended there, too.
    pub source: PathBuf,
    /// Where it listens, to know whether others than this machine can reach it.
    pub listen: Vec<SocketAddr>,
    /// Where it remembers how far the logs were read; nowhere, and a restart reads `history` anew.
    pub state_dir: Option<PathBuf>,
    /// Heap snapshots of the server itself.
    pub snapshots: Option<OwnSnapshots>,
    /// Whether jemalloc is the allocator of this process, so that its counters mean it.
    pub is_jemalloc: bool,
    /// Who may do what.
    pub access: GuardOptions,
    /// WebSocket clients at once.
    pub max_clients: usize,
    /// WebSocket connections of one address in a second, over time.
    pub client_rate: u32,
    /// Above this resident set no further log file is opened.
    pub max_rss_bytes: u64,
    /// Log files that are open at once.
    pub max_files: usize,
    /// How much of the logs is read at start.
    pub history: Duration,
    /// How often the folder is looked through although nothing was heard.
    pub poll: Duration,
}

impl Options {
    /// The usual choices, for the logs in `source`.
    pub fn new(source: PathBuf) -> Options {
        Options {
            source,
            listen: Vec::new(),
            state_dir: None,
            snapshots: None,
            is_jemalloc: false,
            access: GuardOptions::default(),
            max_clients: 1000,
            client_rate: 50,
            max_rss_bytes: 400 * 1024 * 1024,
            max_files: 200,
            history: Duration::from_secs(4 * 3600),
            poll: Duration::from_secs(2),
        }
    }

    /// Whether a server may start with them.
    ///
    /// # Errors
    /// What is wrong, and what to do.
    pub fn check(&self) -> Result<(), String> {
        let outside = self
            .listen
            .iter()
            .find(|address| !address.ip().is_loopback());
        if let Some(address) = outside.filter(|_| self.access.token.is_none()) {
            return Err(format!(
                "{address} can be reached from other machines, and there is no token: give --auth-token-file, or listen on 127.0.0.1"
            ));
        }
        if self.access.auth_reads && self.access.token.is_none() {
            return Err("--auth-reads needs a token: give --auth-token-file".to_owned());
        }
        if self.max_clients == 0 || self.max_files == 0 || self.client_rate == 0 {
            return Err("--max-clients, --client-rate and --max-files are at least 1".to_owned());
        }
        Ok(())
    }
}
