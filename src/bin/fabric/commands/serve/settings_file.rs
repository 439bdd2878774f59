//! The TOML file with settings of `fabric serve`. Its names are those of the flags; sizes and times are written as on the command line.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use serde::{Deserialize, Deserializer};

use crate::args::{LogFormat, LogLevel, parse_address, parse_interval};
use crate::exit::Failure;

/// What the file says. A name that is no setting is an error: a slip would otherwise go unnoticed.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct SettingsFile {
    pub(super) source: Option<PathBuf>,
    #[serde(deserialize_with = "addresses")]
    pub(super) listen: Option<Vec<SocketAddr>>,
    pub(super) state_dir: Option<PathBuf>,
    pub(super) snapshot_dir: Option<PathBuf>,
    #[serde(deserialize_with = "time")]
    pub(super) snapshot_interval: Option<i64>,
    pub(super) no_own_snapshots: Option<bool>,
    #[serde(deserialize_with = "services")]
    pub(super) watch: Option<Vec<String>>,
    pub(super) watch_dir: Option<PathBuf>,
    #[serde(deserialize_with = "time")]
    pub(super) watch_interval: Option<i64>,
    pub(super) watch_limit: Option<BTreeMap<String, String>>,
    pub(super) watch_token_file: Option<BTreeMap<String, String>>,
    pub(super) auth_token_file: Option<PathBuf>,
    pub(super) auth_reads: Option<bool>,
    pub(super) allowed_host: Option<Vec<String>>,
    pub(super) allowed_origin: Option<Vec<String>>,
    #[serde(deserialize_with = "time")]
    pub(super) alert_within: Option<i64>,
    pub(super) alert_webhook: Option<String>,
    pub(super) alert_webhook_secret_file: Option<PathBuf>,
    pub(super) alert_command: Option<String>,
    pub(super) max_clients: Option<usize>,
    pub(super) client_rate: Option<u32>,
    #[serde(deserialize_with = "size")]
    pub(super) max_rss: Option<u64>,
    #[serde(deserialize_with = "size")]
    pub(super) limit: Option<u64>,
    pub(super) max_files: Option<usize>,
    #[serde(deserialize_with = "time")]
    pub(super) history: Option<i64>,
    #[serde(deserialize_with = "time")]
    pub(super) poll_interval: Option<i64>,
    pub(super) log_format: Option<LogFormat>,
    pub(super) log_level: Option<LogLevel>,
}

impl SettingsFile {
    /// Reads the file.
    pub(super) fn read(path: &Path) -> Result<SettingsFile, Failure> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::usage(anyhow!("--config {}: {error}", path.display())))?;
        toml::from_str(&text).map_err(|error: toml::de::Error| {
            // The message of the library points at the place with several lines; the line of the log has room for one.
            let line = error.span().map_or(1, |span| {
                1 + text
                    .get(..span.start)
                    .map_or(0, |before| before.matches('\n').count())
            });
            let message = in_one_line(&in_words(error.message()));
            Failure::usage(anyhow!(
                "--config {}: line {line}: {message}",
                path.display()
            ))
        })
    }
}

/// What the library says, in words of whoever writes the file.
fn in_words(message: &str) -> String {
    let unknown = message.strip_prefix("unknown field `");
    let Some((name, known)) = unknown.and_then(|rest| rest.split_once('`')) else {
        return message
            .replace("expected path string", "expected a text in quotes")
            .replace("expected a string", "expected a text in quotes")
            .replace("expected a sequence", "expected a list in brackets");
    };
    // Names of flags have hyphens, those of variables and of other programs do not.
    let flag = name
        .trim_start_matches("--")
        .to_lowercase()
        .replace('_', "-");
    let flag = flag.trim_start_matches("fabric-");
    match known.contains(&format!("`{flag}`")) {
        true => format!("there is no setting {name}: write {flag}"),
        false => format!("there is no setting {name}: `fabric serve --check` prints all there are"),
    }
}

fn addresses<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<SocketAddr>>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    let addresses = texts.iter().map(|text| parse_address(text));
    let addresses: Result<Vec<SocketAddr>, String> = addresses.collect();
    addresses.map(Some).map_err(serde::de::Error::custom)
}

/// `NAME=URL` in a list, or a table of them as its neighbours have.
fn services<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<String>>, D::Error> {
    let wrong = || {
        let words =
            "watch is a table, like [watch] api = \"http://127.0.0.1:6060\", or a list of NAME=URL";
        serde::de::Error::custom(words)
    };
    let text = |value: &toml::Value| value.as_str().map(str::to_owned).ok_or_else(wrong);
    let all: Result<Vec<String>, D::Error> = match toml::Value::deserialize(from)? {
        toml::Value::Array(all) => all.iter().map(text).collect(),
        toml::Value::Table(all) => all
            .iter()
            .map(|(name, url)| Ok(format!("{name}={}", text(url)?)))
            .collect(),
        _ => Err(wrong()),
    };
    all.map(Some)
}

/// Foreign text may be as long as the file: what matters stands in front.
fn in_one_line(message: &str) -> String {
    const MOST_CHARACTERS: usize = 1_500;
    let mut line: String = message.chars().take(MOST_CHARACTERS).collect();
    if line.len() < message.len() {
        line.push_str("...");
    }
    line.replace('\n', " ")
}

fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i64>, D::Error> {
    let text = String::deserialize(from)?;
    parse_interval(&text)
        .map(Some)
        .map_err(serde::de::Error::custom)
}

fn size<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let text = String::deserialize(from)?;
    fabric::units::parse_bytes(&text)
        .map(Some)
        .map_err(serde::de::Error::custom)
}
