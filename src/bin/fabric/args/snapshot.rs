//! The arguments of `fabric snapshot`.

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use fabric::archive::{Retention, Trigger};
use fabric::units::parse_bytes;

use super::Symbols;
use super::series::parse_interval;

/// Take one heap profile of a running service, or file an existing one, into a folder of snapshots, and prune the folder
///
/// SOURCE is a URL (http, https, http+unix), a file that another tool wrote, or `-` for standard input. Without it, `--pid` takes a
/// heap snapshot of a Node process over its inspector, and `--watch-prefix` files the dumps that jemalloc writes on its own. What comes is
/// read as a heap profile before it is kept, gets names for its addresses while the program is there, and is stored as a portable pprof file
/// `heap-<epoch ms>-<trigger>.pb.gz` beside a JSON document with the circumstances: memory, limits and start of the process.
/// `fabric trend DIR` and `fabric report DIR` judge the folder. Made for cron: quiet on success, one line and an exit code on failure.
#[derive(Debug, Args)]
#[command(
    override_usage = "fabric snapshot [OPTIONS] --dir <DIR> [SOURCE]\n       \
                            fabric snapshot --dir <DIR> --list | --dry-run\n       \
                            fabric snapshot --pin <FILE> | --unpin <FILE>",
    after_long_help = super::examples::SNAPSHOT
)]
pub(crate) struct Snapshot {
    /// Where the profile comes from: a URL like http://localhost:6060/debug/pprof/heap, a file, or `-`
    #[arg(value_name = "SOURCE")]
    pub(crate) source: Option<PathBuf>,
    /// The folder of snapshots; it is made where it is not there
    #[arg(long, value_name = "DIR", required_unless_present_any = ["pin", "unpin"])]
    pub(crate) dir: Option<PathBuf>,
    /// Why the snapshot is taken
    #[arg(long, value_name = "WHY", default_value = "manual", value_parser = trigger_parser())]
    pub(crate) trigger: Trigger,
    /// The process that the profile is of, whose memory and limits are recorded; without SOURCE, a Node process to take a heap snapshot of
    #[arg(long, value_name = "PID", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) pid: Option<u32>,
    /// The name of the service, for folders with several
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Option<String>,
    /// File every dump whose path begins so, as it appears, until stopped (jemalloc's prof_prefix)
    #[arg(long, value_name = "PREFIX", conflicts_with = "source")]
    pub(crate) watch_prefix: Option<PathBuf>,
    /// Do nothing when the newest snapshot is younger than this, like 10m
    #[arg(long, value_name = "TIME", value_parser = parse_interval)]
    pub(crate) min_interval: Option<i64>,
    /// Keep the bytes as they came, too, where they are converted
    #[arg(long)]
    pub(crate) keep_original: bool,
    /// Print the path of what is stored, and on standard error what is done
    #[arg(short, long)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) fetching: Fetching,
    #[command(flatten)]
    pub(crate) keeping: Keeping,
    #[command(flatten)]
    pub(crate) symbols: Symbols,
}

/// How a profile is fetched.
#[derive(Debug, Args)]
#[command(next_help_heading = "Fetching")]
pub(crate) struct Fetching {
    /// Send this header, or those in a file, one per line; may be given several times
    #[arg(long = "header", value_name = "NAME: VALUE or @FILE")]
    pub(crate) headers: Vec<String>,
    /// Send the token in this file (`Authorization: Bearer`) [default: that in the environment variable FABRIC_TOKEN]
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Everything may take this long [default: 30s; a heap snapshot over the inspector 10m]
    #[arg(long, value_name = "TIME", value_parser = parse_interval)]
    pub(crate) timeout: Option<i64>,
    /// What comes may be this large [default: 1GiB]
    #[arg(long, value_name = "SIZE", value_parser = parse_bytes)]
    pub(crate) max_size: Option<u64>,
    /// Trust the authorities in this PEM file as well as those of the system
    #[arg(long, value_name = "FILE")]
    pub(crate) cacert: Option<PathBuf>,
    /// Connect to this Unix socket, whatever host the URL names
    #[arg(long, value_name = "PATH")]
    pub(crate) unix_socket: Option<PathBuf>,
    /// Record the allocator's own counters from here: jemalloc's JSON, Go's /debug/vars, or /metrics
    #[arg(long, value_name = "URL or FILE")]
    pub(crate) allocator_stats: Option<String>,
    /// The inspector of the Node process [default: where the process listens]
    #[arg(long, value_name = "HOST:PORT", value_parser = parse_address)]
    pub(crate) inspector: Option<SocketAddr>,
    /// Talk to an inspector that is not on this machine's loopback: everybody on the way can read the heap
    #[arg(long)]
    pub(crate) allow_remote_inspector: bool,
    /// Wake the inspector of the Node process with SIGUSR1 where it sleeps, and put it to sleep again
    #[arg(long)]
    pub(crate) wake: bool,
}

/// What stays in the folder.
#[derive(Debug, Args)]
#[command(next_help_heading = "Retention")]
pub(crate) struct Keeping {
    /// Keep so many snapshots, those that are pinned not counted; or `all`
    #[arg(long, value_name = "N", default_value_t = Most(Retention::USUAL.keep), value_parser = parse_keep)]
    pub(crate) keep: Most<usize>,
    /// Keep snapshots for this long; or `all`
    #[arg(long, value_name = "TIME", default_value_t = Most(Retention::USUAL.max_age_ms), value_parser = parse_age)]
    pub(crate) max_age: Most<i64>,
    /// Keep so many bytes in total; or `all`
    #[arg(long, value_name = "SIZE", default_value_t = Most(Retention::USUAL.max_bytes), value_parser = parse_total)]
    pub(crate) max_bytes: Most<u64>,
    /// Show what is in the folder, and take nothing
    #[arg(long, conflicts_with_all = ["source", "dry_run"])]
    pub(crate) list: bool,
    /// Show what retention would remove now, and take nothing; it removes after each snapshot that is taken
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Never prune this snapshot
    #[arg(long, value_name = "FILE")]
    pub(crate) pin: Option<PathBuf>,
    /// Let this snapshot be pruned again
    #[arg(long, value_name = "FILE")]
    pub(crate) unpin: Option<PathBuf>,
    /// How --list and --dry-run write
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ListFormat::Table)]
    pub(crate) format: ListFormat,
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// Text for a terminal
    Table,
    /// Versioned JSON, see fabric-json(5)
    Json,
}

/// A bound, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Most<T>(pub(crate) Option<T>);

/// As the parsers read it; the default has to be written that way.
impl fmt::Display for Most<usize> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        written(f, self.0, |count| count.to_string())
    }
}

impl fmt::Display for Most<i64> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        written(f, self.0, |ms| match (ms % DAY_MS, ms / DAY_MS) {
            (0, days) => format!("{days}d"),
            _ => format!("{ms}ms"),
        })
    }
}

impl fmt::Display for Most<u64> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        written(f, self.0, |bytes| match (bytes % GIB, bytes / GIB) {
            (0, whole) => format!("{whole}GiB"),
            _ => bytes.to_string(),
        })
    }
}

const DAY_MS: i64 = 86_400_000;
const GIB: u64 = 1 << 30;

fn written<T>(
    f: &mut fmt::Formatter<'_>,
    bound: Option<T>,
    write: impl FnOnce(T) -> String,
) -> fmt::Result {
    f.write_str(&bound.map_or_else(|| "all".to_owned(), write))
}

impl Keeping {
    pub(crate) fn retention(&self) -> Retention {
        Retention {
            keep: self.keep.0,
            max_age_ms: self.max_age.0,
            max_bytes: self.max_bytes.0,
        }
    }
}

fn trigger_parser() -> impl TypedValueParser<Value = Trigger> {
    let words = Trigger::ALL.map(Trigger::name);
    PossibleValuesParser::new(words).map(|word| {
        Trigger::ALL
            .into_iter()
            .find(|trigger| trigger.name() == word)
            // The parser above lets no other word through.
            .unwrap_or(Trigger::Manual)
    })
}

/// An address, or a name and a port.
fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let wrong = || "not an address: write it like 127.0.0.1:9229 or localhost:9229".to_owned();
    let found: Vec<SocketAddr> = text.to_socket_addrs().map_err(|_| wrong())?.collect();
    // Node listens on the one of IPv4 where a name has both.
    let preferred = found.iter().find(|address| address.is_ipv4());
    preferred.or(found.first()).copied().ok_or_else(wrong)
}

fn parse_keep(text: &str) -> Result<Most<usize>, String> {
    bound(text, |text| match text.parse() {
        Ok(0) => Err("the newest snapshot always stays: keep at least 1".to_owned()),
        Ok(count) => Ok(count),
        Err(_) => Err(format!("'{text}' is not a number of snapshots, nor `all`")),
    })
}

fn parse_age(text: &str) -> Result<Most<i64>, String> {
    bound(text, parse_interval)
}

fn parse_total(text: &str) -> Result<Most<u64>, String> {
    bound(text, parse_bytes)
}

fn bound<T>(text: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<Most<T>, String> {
    match text {
        "all" => Ok(Most(None)),
        text => parse(text).map(|bound| Most(Some(bound))),
    }
}
