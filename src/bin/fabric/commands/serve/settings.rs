//! The settings that count: typed, else in the environment, else in the file, else as they are by nature.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::anyhow;
use clap::ArgMatches;
use clap::parser::ValueSource;
use fabric::serve::Options;

use super::home;
use super::settings_file::SettingsFile;
use crate::args::{LogFormat, LogLevel, Serve};
use crate::exit::Failure;

/// A setting, and where it comes from.
#[derive(Debug, Clone)]
pub(super) struct Setting<T> {
    pub(super) value: T,
    pub(super) origin: Origin,
}

/// Where a setting comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    CommandLine,
    Environment,
    File,
    Default,
}

impl Origin {
    pub(super) fn name(self) -> &'static str {
        match self {
            Origin::CommandLine => "command line",
            Origin::Environment => "environment",
            Origin::File => "file",
            Origin::Default => "default",
        }
    }
}

/// The settings that count. Times are in milliseconds, sizes in bytes.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) source: Setting<PathBuf>,
    pub(super) listen: Setting<Vec<SocketAddr>>,
    pub(super) state_dir: Setting<PathBuf>,
    pub(super) snapshot_dir: Setting<PathBuf>,
    pub(super) snapshot_interval: Setting<i64>,
    pub(super) no_own_snapshots: Setting<bool>,
    /// `NAME=URL`.
    pub(super) watch: Setting<Vec<String>>,
    pub(super) watch_dir: Setting<PathBuf>,
    pub(super) watch_interval: Setting<i64>,
    /// Names of services with sizes, as they were written.
    pub(super) watch_limit: Setting<Vec<(String, String)>>,
    /// Names of services with files.
    pub(super) watch_token_file: Setting<Vec<(String, String)>>,
    pub(super) auth_token_file: Setting<Option<PathBuf>>,
    pub(super) auth_reads: Setting<bool>,
    pub(super) allowed_host: Setting<Vec<String>>,
    pub(super) allowed_origin: Setting<Vec<String>>,
    pub(super) alert_within: Setting<i64>,
    /// A secret, but for its host.
    pub(super) alert_webhook: Setting<Option<String>>,
    pub(super) alert_webhook_secret_file: Setting<Option<PathBuf>>,
    pub(super) alert_command: Setting<Option<String>>,
    pub(super) max_clients: Setting<usize>,
    pub(super) client_rate: Setting<u32>,
    pub(super) max_rss: Setting<u64>,
    pub(super) limit: Setting<Option<u64>>,
    pub(super) max_files: Setting<usize>,
    pub(super) history: Setting<i64>,
    pub(super) poll_interval: Setting<i64>,
    pub(super) log_format: Setting<LogFormat>,
    pub(super) log_level: Setting<LogLevel>,
}

const MINUTE_MS: i64 = 60_000;

impl Settings {
    /// Puts together what was typed, the environment and the file of `--config`.
    pub(super) fn resolve(typed: &Serve, matches: &ArgMatches) -> Result<Settings, Failure> {
        let usual = Options::new(PathBuf::new());
        let pick = Pick { matches };
        let config = pick.maybe("config", typed.config.clone(), None);
        let file = match home::filled_in_if_set("config", config)?.value {
            Some(path) => SettingsFile::read(&path)?,
            None => SettingsFile::default(),
        };
        let (access, alerts, bounds) = (&typed.access, &typed.alerts, &typed.bounds);
        let in_home = |inside: &str| std::env::home_dir().map(|home| home.join(inside));
        let watching = &typed.watching;
        let state_dir = pick.folder(
            "state-dir",
            typed.state_dir.clone(),
            file.state_dir,
            state_dir(in_home),
        )?;
        let snapshot_interval = pick.or(
            "snapshot-interval",
            typed.snapshot_interval,
            file.snapshot_interval,
            || 30 * MINUTE_MS,
        );
        Ok(Settings {
            watch: pick.or("watch", watching.watch.clone(), file.watch, Vec::new),
            watch_dir: pick.folder(
                "watch-dir",
                watching.watch_dir.clone(),
                file.watch_dir,
                Some(state_dir.value.join("watched")),
            )?,
            watch_interval: pick.or(
                "watch-interval",
                watching.watch_interval,
                file.watch_interval,
                || snapshot_interval.value,
            ),
            watch_limit: pick.named("watch-limit", &watching.watch_limit, file.watch_limit)?,
            watch_token_file: pick.named(
                "watch-token-file",
                &watching.watch_token_file,
                file.watch_token_file,
            )?,
            source: pick.folder(
                "source",
                typed.source.clone(),
                file.source,
                in_home(".needle/logs"),
            )?,
            listen: pick.or("listen", typed.listen.clone(), file.listen, || {
                vec![SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 3000)]
            }),
            snapshot_dir: pick.folder(
                "snapshot-dir",
                typed.snapshot_dir.clone(),
                file.snapshot_dir,
                Some(state_dir.value.join("snapshots")),
            )?,
            state_dir,
            snapshot_interval,
            no_own_snapshots: pick.or(
                "no-own-snapshots",
                typed.no_own_snapshots,
                file.no_own_snapshots,
                || false,
            ),
            auth_token_file: pick.path(
                "auth-token-file",
                access.auth_token_file.clone(),
                file.auth_token_file,
            )?,
            auth_reads: pick.or("auth-reads", access.auth_reads, file.auth_reads, || false),
            allowed_host: pick.or(
                "allowed-host",
                access.allowed_host.clone(),
                file.allowed_host,
                Vec::new,
            ),
            allowed_origin: pick.or(
                "allowed-origin",
                access.allowed_origin.clone(),
                file.allowed_origin,
                Vec::new,
            ),
            alert_within: pick.or(
                "alert-within",
                alerts.alert_within,
                file.alert_within,
                || ms(usual.alerts.within),
            ),
            alert_webhook: pick.maybe(
                "alert-webhook",
                alerts.alert_webhook.clone(),
                file.alert_webhook,
            ),
            alert_webhook_secret_file: pick.path(
                "alert-webhook-secret-file",
                alerts.alert_webhook_secret_file.clone(),
                file.alert_webhook_secret_file,
            )?,
            alert_command: pick.maybe(
                "alert-command",
                alerts.alert_command.clone(),
                file.alert_command,
            ),
            max_clients: pick.or("max-clients", bounds.max_clients, file.max_clients, || {
                usual.max_clients
            }),
            client_rate: pick.or("client-rate", bounds.client_rate, file.client_rate, || {
                usual.client_rate
            }),
            max_rss: pick.or("max-rss", bounds.max_rss, file.max_rss, || {
                usual.max_rss_bytes
            }),
            limit: pick.maybe("limit", bounds.limit, file.limit),
            max_files: pick.or("max-files", bounds.max_files, file.max_files, || {
                usual.max_files
            }),
            history: pick.or(
                "history",
                bounds.history,
                file.history,
                || ms(usual.history),
            ),
            poll_interval: pick.or(
                "poll-interval",
                bounds.poll_interval,
                file.poll_interval,
                || ms(usual.poll),
            ),
            log_format: pick.or(
                "log-format",
                typed.logging.log_format,
                file.log_format,
                || LogFormat::Auto,
            ),
            log_level: pick.or("log-level", typed.logging.log_level, file.log_level, || {
                LogLevel::Info
            }),
        })
    }
}

fn ms(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// systemd names the folder that it made for the unit; elsewhere it is where programs of a user keep such things.
fn state_dir(home: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let absolute = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    absolute("STATE_DIRECTORY")
        .or_else(|| absolute("XDG_STATE_HOME").map(|path| path.join("fabric")))
        .or_else(|| home(".local/state/fabric"))
}

/// Chooses among the places that a setting can come from.
struct Pick<'m> {
    matches: &'m ArgMatches,
}

impl Pick<'_> {
    fn or<T>(
        &self,
        name: &'static str,
        typed: Option<T>,
        filed: Option<T>,
        default: impl FnOnce() -> T,
    ) -> Setting<T> {
        match (typed, filed) {
            (Some(value), _) => Setting {
                value,
                origin: self.typed_origin(name),
            },
            (None, Some(value)) => Setting {
                value,
                origin: Origin::File,
            },
            (None, None) => Setting {
                value: default(),
                origin: Origin::Default,
            },
        }
    }

    /// Something for each of several services: `NAME=VALUE` where it is typed, a table in the file.
    fn named(
        &self,
        name: &'static str,
        typed: &Option<Vec<String>>,
        filed: Option<BTreeMap<String, String>>,
    ) -> Result<Setting<Vec<(String, String)>>, Failure> {
        let pair = |text: &String| match text.split_once('=') {
            Some((service, value)) => Ok((service.to_owned(), value.to_owned())),
            None => Err(Failure::usage(anyhow!(
                "--{name} {text:?}: write it as NAME=VALUE, with the name of a service of --watch"
            ))),
        };
        let typed = typed.as_ref().map(|all| all.iter().map(pair).collect());
        let filed = filed.map(|table| table.into_iter().collect());
        Ok(self.or(name, typed.transpose()?, filed, Vec::new))
    }

    fn maybe<T>(
        &self,
        name: &'static str,
        typed: Option<T>,
        filed: Option<T>,
    ) -> Setting<Option<T>> {
        self.or(name, typed.map(Some), filed.map(Some), || None)
    }

    /// A path that need not be set.
    fn path(
        &self,
        name: &'static str,
        typed: Option<PathBuf>,
        filed: Option<PathBuf>,
    ) -> Result<Setting<Option<PathBuf>>, Failure> {
        home::filled_in_if_set(name, self.maybe(name, typed, filed))
    }

    /// A path that there is always one of, unless there is no home folder.
    fn folder(
        &self,
        name: &'static str,
        typed: Option<PathBuf>,
        filed: Option<PathBuf>,
        default: Option<PathBuf>,
    ) -> Result<Setting<PathBuf>, Failure> {
        let chosen = self.or(name, typed.map(Some), filed.map(Some), || default);
        match chosen.value {
            Some(value) => home::filled_in(
                name,
                Setting {
                    value,
                    origin: chosen.origin,
                },
            ),
            None => Err(Failure::usage(anyhow!(
                "there is no home folder to take --{name} from: give the flag"
            ))),
        }
    }

    fn typed_origin(&self, name: &str) -> Origin {
        let id = name.replace('-', "_");
        match self.matches.value_source(&id) {
            Some(ValueSource::EnvVariable) => Origin::Environment,
            _ => Origin::CommandLine,
        }
    }
}
