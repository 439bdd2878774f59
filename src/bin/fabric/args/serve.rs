//! The arguments of `fabric serve`. Each setting may also stand in the environment or in a file; what is typed counts first.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::{BoolishValueParser, Resettable};
use clap::{Arg, Args, Command, ValueEnum};
use fabric::units::parse_bytes;

use super::series::parse_interval;

const AFTERWARDS: &str = "\
Exit codes:
  0  ended because it was told to; with --check: it could start
  2  the settings make no sense; with --check also: it could not start
  5  the server could not start, or a part of it ended

Routes: /api/ with health, metrics, workers, events, collisions, heatmap, errors, alerts, rejected,
  tail and memory; /debug/pprof/ is for pprof tools; /ws sends changes; /login is for browsers; /api/openapi.json describes them all";

/// Follow a folder of worker logs and serve what the workers do over HTTP and WebSocket, in bounded memory
///
/// Reads every `*.jsonl` file of a folder as it grows (`man fabric-events`), keeps a bounded picture of workers, events, collisions, hot files and
/// errors, and serves it: `/api/...` answers requests, `/ws` sends changes as they happen, `/api/metrics` is for Prometheus, `/api/openapi.json`
/// describes it all. Every bound is shown, with what it did, in `/api/memory/bounds`. A restart goes on where it stopped.
///
/// Settings are taken from the command line, else from the environment, else from the file of --config (TOML; the names are those of the
/// flags without dashes in front), else they have the value shown here. SIGHUP opens the logs and reads the token anew; SIGUSR1
/// takes a heap snapshot of the server, as happens every --snapshot-interval anyway; SIGTERM ends with 0.
#[derive(Debug, Args)]
#[command(after_long_help = AFTERWARDS)]
pub(crate) struct Serve {
    /// The folder of logs; it may appear later [default: ~/.needle/logs]
    #[arg(
        long,
        value_name = "DIR",
        env = "FABRIC_SOURCE",
        hide_env_values = true
    )]
    pub(crate) source: Option<PathBuf>,
    /// Where to listen; may be given several times. Another address than a loopback one needs a token [default: 127.0.0.1:3000]
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        env = "FABRIC_LISTEN",
        hide_env_values = true,
        value_delimiter = ',',
        value_parser = parse_address
    )]
    pub(crate) listen: Option<Vec<SocketAddr>>,
    /// What the server remembers from run to run: how far the logs were read, alerts, heap snapshots; for one server alone [default: $STATE_DIRECTORY, or fabric in $XDG_STATE_HOME or ~/.local/state]
    #[arg(
        long,
        value_name = "DIR",
        env = "FABRIC_STATE_DIR",
        hide_env_values = true
    )]
    pub(crate) state_dir: Option<PathBuf>,
    /// Where the server keeps heap snapshots of itself, the newest 50 and those that are pinned, for `fabric trend` [default: snapshots in --state-dir]
    #[arg(
        long,
        value_name = "DIR",
        env = "FABRIC_SNAPSHOT_DIR",
        hide_env_values = true
    )]
    pub(crate) snapshot_dir: Option<PathBuf>,
    /// From one heap snapshot to the next; at least 1s [default: 30m]
    #[arg(long, value_name = "TIME", env = "FABRIC_SNAPSHOT_INTERVAL", hide_env_values = true, value_parser = parse_interval)]
    pub(crate) snapshot_interval: Option<i64>,
    /// Take no heap snapshots of the server itself
    #[arg(long, value_name = "BOOL", env = "FABRIC_NO_OWN_SNAPSHOTS", hide_env_values = true, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = BoolishValueParser::new())]
    pub(crate) no_own_snapshots: Option<bool>,
    /// Lose so many bytes for each line that is read: for testing that the server is found to leak
    #[arg(long, value_name = "BYTES", hide = true, value_parser = parse_bytes)]
    pub(crate) planted_leak: Option<u64>,
    /// Read settings from this TOML file
    #[arg(
        long,
        value_name = "FILE",
        env = "FABRIC_CONFIG",
        hide_env_values = true
    )]
    pub(crate) config: Option<PathBuf>,
    /// Print the settings that count, and where each and the token come from, and end: 0 if the server could start with them, else 2 with
    /// what is in the way. Addresses and folders are tried, and left as they were
    #[arg(long)]
    pub(crate) check: bool,
    #[command(flatten)]
    pub(crate) watching: Watching,
    #[command(flatten)]
    pub(crate) access: Access,
    #[command(flatten)]
    pub(crate) alerts: Alerts,
    #[command(flatten)]
    pub(crate) bounds: Bounds,
    #[command(flatten)]
    pub(crate) logging: Logging,
}

/// Other services whose heaps are watched.
#[derive(Debug, Args)]
#[command(next_help_heading = "Other services")]
pub(crate) struct Watching {
    /// Take heap profiles of another service, too, and judge them; may be given up to 64 times. Without a path in the URL,
    /// /debug/pprof/heap is fetched; a socket is written http+unix:///run/api.sock/debug/pprof/heap, and a comma in a URL %2C
    #[arg(
        long,
        value_name = "NAME=URL",
        env = "FABRIC_WATCH",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub(crate) watch: Option<Vec<String>>,
    /// The folder for their profiles, each in a folder of its name: the newest 50 and those that are pinned [default: watched in --state-dir]
    #[arg(
        long,
        value_name = "DIR",
        env = "FABRIC_WATCH_DIR",
        hide_env_values = true
    )]
    pub(crate) watch_dir: Option<PathBuf>,
    /// From one profile of a service to the next; at least 1s [default: --snapshot-interval]
    #[arg(long, value_name = "TIME", env = "FABRIC_WATCH_INTERVAL", hide_env_values = true, value_parser = parse_interval)]
    pub(crate) watch_interval: Option<i64>,
    /// The memory ceiling of a service, like api=512MiB [default: the cgroup limit recorded with its profiles]
    #[arg(
        long,
        value_name = "NAME=SIZE",
        env = "FABRIC_WATCH_LIMIT",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub(crate) watch_limit: Option<Vec<String>>,
    /// The file with the bearer token that a service asks for; it is read each time
    #[arg(
        long,
        value_name = "NAME=FILE",
        env = "FABRIC_WATCH_TOKEN_FILE",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub(crate) watch_token_file: Option<Vec<String>>,
}

/// Who may do what.
#[derive(Debug, Args)]
#[command(next_help_heading = "Access")]
pub(crate) struct Access {
    /// The file with the token that POST needs [default: systemd's credential auth-token, else the variable FABRIC_AUTH_TOKEN, else none]
    #[arg(
        long,
        value_name = "FILE",
        env = "FABRIC_AUTH_TOKEN_FILE",
        hide_env_values = true
    )]
    pub(crate) auth_token_file: Option<PathBuf>,
    /// Ask for the token for reading, too: GET and the WebSocket. Without this everybody who reaches the server can read
    #[arg(long, value_name = "BOOL", env = "FABRIC_AUTH_READS", hide_env_values = true, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = BoolishValueParser::new())]
    pub(crate) auth_reads: Option<bool>,
    /// A name under which browsers may reach the server, beside localhost and addresses, like ops.example; may be given several times
    #[arg(
        long,
        value_name = "NAME",
        env = "FABRIC_ALLOWED_HOST",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub(crate) allowed_host: Option<Vec<String>>,
    /// Another origin whose pages may connect, like https://ops.example; may be given several times
    #[arg(
        long,
        value_name = "ORIGIN",
        env = "FABRIC_ALLOWED_ORIGIN",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub(crate) allowed_origin: Option<Vec<String>>,
}

/// Who is told of alerts, and when. They are at `/api/alerts`, on the WebSocket, in the log and in the metrics in any case.
#[derive(Debug, Args)]
#[command(next_help_heading = "Alerts")]
pub(crate) struct Alerts {
    /// A memory limit that is expected to be reached within this time is an alert; the last quarter of it is critical [default: 1d]
    #[arg(long, value_name = "TIME", env = "FABRIC_ALERT_WITHIN", hide_env_values = true, value_parser = parse_interval)]
    pub(crate) alert_within: Option<i64>,
    /// POST each notification to this http or https URL, as JSON (`man fabric-json`, fabric.alert/1). Give a URL that is a secret in the
    /// environment or the file: everybody sees a command line
    #[arg(
        long,
        value_name = "URL",
        env = "FABRIC_ALERT_WEBHOOK",
        hide_env_values = true
    )]
    pub(crate) alert_webhook: Option<String>,
    /// Sign what is posted with the secret in this file, at least 16 bytes: X-Fabric-Signature is the HMAC-SHA256 of X-Fabric-Timestamp, a dot
    /// and the body
    #[arg(
        long,
        value_name = "FILE",
        env = "FABRIC_ALERT_WEBHOOK_SECRET_FILE",
        hide_env_values = true
    )]
    pub(crate) alert_webhook_secret_file: Option<PathBuf>,
    /// Run this with /bin/sh for each notification: the JSON on standard input, the essentials in FABRIC_ALERT_CHANGE, _HOST, _ID,
    /// _IDENTITY, _KIND, _REASON, _SCOPE, _SEVERITY, _STATUS, _SUMMARY and _TEXT; killed after 30 s
    #[arg(
        long,
        value_name = "COMMAND",
        env = "FABRIC_ALERT_COMMAND",
        hide_env_values = true
    )]
    pub(crate) alert_command: Option<String>,
}

/// How much it may hold.
#[derive(Debug, Args)]
#[command(next_help_heading = "Bounds")]
pub(crate) struct Bounds {
    /// WebSocket clients at once; one more gets 503 [default: 1000]
    #[arg(
        long,
        value_name = "N",
        env = "FABRIC_MAX_CLIENTS",
        hide_env_values = true
    )]
    pub(crate) max_clients: Option<usize>,
    /// WebSocket connections of one address in a second, over time; beyond, it gets 429 [default: 50]
    #[arg(
        long,
        value_name = "N",
        env = "FABRIC_CLIENT_RATE",
        hide_env_values = true
    )]
    pub(crate) client_rate: Option<u32>,
    /// Above this resident set no further log file is opened; at least 32MiB [default: 400MiB]
    #[arg(long, value_name = "SIZE", env = "FABRIC_MAX_RSS", hide_env_values = true, value_parser = parse_bytes)]
    pub(crate) max_rss: Option<u64>,
    /// The memory that the server may hold: above 80 % of it a heap snapshot is taken, and projections end there [default: what its control
    /// group allows (memory.max, else memory.high), else none]
    #[arg(long, value_name = "SIZE", env = "FABRIC_LIMIT", hide_env_values = true, value_parser = parse_bytes)]
    pub(crate) limit: Option<u64>,
    /// Log files that are open at once; beyond, the longest silent is closed and opened again when it grows [default: 200]
    #[arg(
        long,
        value_name = "N",
        env = "FABRIC_MAX_FILES",
        hide_env_values = true
    )]
    pub(crate) max_files: Option<usize>,
    /// How much of the logs is read at start to rebuild the picture; a log in which every line is older than that is read whole if it was
    /// put there since [default: 4h]
    #[arg(long, value_name = "TIME", env = "FABRIC_HISTORY", hide_env_values = true, value_parser = parse_interval)]
    pub(crate) history: Option<i64>,
    /// How often the folder is looked through although nothing was heard of a change; at least 10ms [default: 2s]
    #[arg(long, value_name = "TIME", env = "FABRIC_POLL_INTERVAL", hide_env_values = true, value_parser = parse_interval)]
    pub(crate) poll_interval: Option<i64>,
}

/// What it says of itself, on standard error.
#[derive(Debug, Args)]
#[command(next_help_heading = "Logging")]
pub(crate) struct Logging {
    /// How: text on a terminal, the journal's own protocol under systemd, else JSON [default: auto]
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        env = "FABRIC_LOG_FORMAT",
        hide_env_values = true
    )]
    pub(crate) log_format: Option<LogFormat>,
    /// How much: error, warn, info, debug or trace [default: info]
    #[arg(
        long,
        value_enum,
        value_name = "LEVEL",
        env = "FABRIC_LOG_LEVEL",
        hide_env_values = true
    )]
    pub(crate) log_level: Option<LogLevel>,
}

/// How the server logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LogFormat {
    /// What suits standard error
    Auto,
    /// For people
    Text,
    /// One object a line
    Json,
    /// The journal of systemd
    Journal,
}

/// How much the server logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LogLevel {
    /// What is broken
    Error,
    /// What may break
    Warn,
    /// Starts, stops, and what changes rarely
    Info,
    /// Every connection
    Debug,
    /// Everything
    Trace,
}

/// Where to listen. `localhost` is the loopback address that programs try first.
pub(crate) fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let numeric = match text.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => text.to_owned(),
    };
    numeric.parse().map_err(|_| {
        format!("'{text}' is no address with a port: write it like 127.0.0.1:3000 or [::1]:3000")
    })
}

/// A variable that is empty is not set: a line of an `EnvironmentFile=` is switched off so.
pub(crate) fn without_empty_variables(command: Command) -> Command {
    let is_empty = |arg: &Arg| {
        let value = arg.get_env().and_then(std::env::var_os);
        value.is_some_and(|value| value.is_empty())
    };
    command.mut_subcommand("serve", |serve| {
        serve.mut_args(|arg| match is_empty(&arg) {
            true => arg.env(Resettable::Reset),
            false => arg,
        })
    })
}
