//! What whoever starts the server may choose.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::alerts::AlertOptions;
use super::bounds;
use super::http::GuardOptions;
use super::own_heap::OwnSnapshots;
use super::targets::WatchOptions;
use crate::units::Bytes;

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
    /// The memory that the server may hold, in bytes; nothing, and its control group says.
    pub limit_bytes: Option<u64>,
    /// Other services whose heaps are watched.
    pub watch: WatchOptions,
    /// Bytes to lose for each line that is read, to see whether that is found.
    pub planted_leak: Option<u64>,
    /// Whether jemalloc is the allocator of this process, so that its counters mean it.
    pub is_jemalloc: bool,
    /// Who may do what.
    pub access: GuardOptions,
    /// Who is told of alerts, and when.
    pub alerts: AlertOptions,
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
            limit_bytes: None,
            watch: WatchOptions::default(),
            planted_leak: None,
            is_jemalloc: false,
            access: GuardOptions::default(),
            alerts: AlertOptions::default(),
            max_clients: 1000,
            client_rate: 50,
            max_rss_bytes: bounds::TAIL_RSS_LIMIT_DEFAULT,
            max_files: bounds::FILES_FOLLOWED_DEFAULT,
            history: bounds::TAIL_HISTORY_DEFAULT,
            poll: bounds::TAIL_POLL_DEFAULT,
        }
    }

    /// A server with less would open no log at all: it has about so much before it has read anything.
    const LEAST_RSS_BYTES: u64 = 32 * 1024 * 1024;
    /// A ceiling below is a slip of the pen: the program itself takes more.
    const LEAST_LIMIT_BYTES: u64 = 1024 * 1024;
    /// Looking through a folder of two hundred logs takes about a millisecond; more often is all that a core would do.
    const SHORTEST_POLL: Duration = Duration::from_millis(10);
    /// A snapshot takes some tenths of a second.
    const SHORTEST_SNAPSHOT_INTERVAL: Duration = Duration::from_secs(1);

    /// Whether heap snapshots can be taken so often.
    ///
    /// # Errors
    /// They cannot; how often they can.
    pub fn check_snapshot_interval(interval: Duration) -> Result<(), String> {
        if interval < Options::SHORTEST_SNAPSHOT_INTERVAL {
            return Err(format!(
                "--snapshot-interval is {interval:?}: it must be at least {:?}",
                Options::SHORTEST_SNAPSHOT_INTERVAL
            ));
        }
        Ok(())
    }

    /// Whether a server may start with them.
    ///
    /// # Errors
    /// What is wrong, and what to do.
    pub fn check(&self) -> Result<(), String> {
        if let Some(address) = self.outside().filter(|_| self.access.token.is_none()) {
            return Err(format!(
                "{address} can be reached from other machines, and there is no token: give --auth-token-file, or listen on 127.0.0.1"
            ));
        }
        if self.access.auth_reads && self.access.token.is_none() {
            return Err("--auth-reads needs a token: give --auth-token-file".to_owned());
        }
        for (name, is_none) in [
            ("--max-clients", self.max_clients == 0),
            ("--client-rate", self.client_rate == 0),
            ("--max-files", self.max_files == 0),
        ] {
            if is_none {
                return Err(format!("{name} is 0: it must be at least 1"));
            }
        }
        if self.source.is_file() {
            return Err(format!(
                "--source {} is a file: name the folder it is in",
                self.source.display()
            ));
        }
        if self.max_rss_bytes < Options::LEAST_RSS_BYTES {
            return Err(format!(
                "--max-rss is {}: no log would be opened; it must be at least {}MiB",
                Bytes(self.max_rss_bytes),
                Options::LEAST_RSS_BYTES >> 20
            ));
        }
        if let Some(limit) = self
            .limit_bytes
            .filter(|&it| it < Options::LEAST_LIMIT_BYTES)
        {
            return Err(format!(
                "--limit is {}: it is reached before the server starts; it must be at least {}MiB",
                Bytes(limit),
                Options::LEAST_LIMIT_BYTES >> 20
            ));
        }
        if self.poll < Options::SHORTEST_POLL {
            return Err(format!(
                "--poll-interval is {:?}: it must be at least {:?}",
                self.poll,
                Options::SHORTEST_POLL
            ));
        }
        if let Some(snapshots) = &self.snapshots {
            Options::check_snapshot_interval(snapshots.interval)?;
        }
        self.alerts.check()?;
        self.watch.check()?;
        self.access.check()
    }

    /// An address at which other machines may read without the token.
    pub fn open_to_readers(&self) -> Option<SocketAddr> {
        self.outside().filter(|_| !self.access.auth_reads)
    }

    /// An address that can be reached from other machines.
    fn outside(&self) -> Option<SocketAddr> {
        let mut addresses = self.listen.iter().copied();
        addresses.find(|address| !address.ip().is_loopback())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::serve::http::Secret;

    fn options() -> Options {
        let mut options = Options::new("/nowhere".into());
        options.listen = vec!["127.0.0.1:3000".parse().unwrap()];
        options
    }

    #[test]
    fn others_than_this_machine_need_a_token_and_read_without_it_unless_asked() {
        let mut open = options();
        assert_eq!((open.check(), open.open_to_readers()), (Ok(()), None));
        let outside = "192.0.2.1:3000".parse().unwrap();
        open.listen.push(outside);
        assert!(open.check().unwrap_err().contains("there is no token"));
        open.access.token = Some(Secret::new("token").unwrap());
        assert_eq!(open.check(), Ok(()));
        assert_eq!(open.open_to_readers(), Some(outside));
        open.access.auth_reads = true;
        assert_eq!((open.check(), open.open_to_readers()), (Ok(()), None));
    }

    #[test]
    fn what_could_not_work_is_refused() {
        let refused = |change: fn(&mut Options)| {
            let mut options = options();
            change(&mut options);
            options.check().unwrap_err()
        };
        let mut least = options();
        least.max_rss_bytes = 32 << 20;
        least.poll = Duration::from_millis(10);
        assert_eq!(least.check(), Ok(()));
        assert!(refused(|it| it.max_rss_bytes = (32 << 20) - 1).contains("at least 32MiB"));
        assert!(refused(|it| it.poll = Duration::from_millis(9)).contains("at least 10ms"));
        assert!(refused(|it| it.max_files = 0).contains("at least 1"));
        assert!(refused(|it| it.access.auth_reads = true).contains("needs a token"));
        let interval = Duration::from_millis(999);
        let problem = Options::check_snapshot_interval(interval).unwrap_err();
        assert!(problem.contains("at least 1s"), "{problem}");
        let host = vec!["a.example:3000".to_owned()];
        let mut named = options();
        named.access.allowed_hosts = host;
        assert!(named.check().unwrap_err().contains("write the name alone"));
    }
}
