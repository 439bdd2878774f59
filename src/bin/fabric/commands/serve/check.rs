//! `fabric serve --check`: the settings that count, as the TOML file that would give them.

use std::fmt::Write as _;
use std::io::Write as _;

use fabric::serve::targets::Watched;

use super::settings::{Origin, Setting, Settings};
use super::token::Whence;
use crate::exit::Failure;
use fabric::serve::alerts::Webhook;

/// Prints the settings to standard output, each with where it comes from, and of the token only that.
pub(super) fn print(settings: &Settings, token: &Whence) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text(settings, token).as_bytes())
        .and_then(|()| out.flush())
        .map_err(Failure::output)
}

fn text(settings: &Settings, token: &Whence) -> String {
    let mut page = Page::default();
    page.set("source", &settings.source, |path| {
        quoted(&path.to_string_lossy())
    });
    page.set("listen", &settings.listen, |all| list(all));
    page.set("state-dir", &settings.state_dir, |path| {
        quoted(&path.to_string_lossy())
    });
    page.set("snapshot-dir", &settings.snapshot_dir, |path| {
        quoted(&path.to_string_lossy())
    });
    page.set("snapshot-interval", &settings.snapshot_interval, |&ms| {
        time(ms)
    });
    page.set(
        "no-own-snapshots",
        &settings.no_own_snapshots,
        bool::to_string,
    );
    page.set("watch", &settings.watch, |all| list(&without_secrets(all)));
    page.set("watch-dir", &settings.watch_dir, |path| {
        quoted(&path.to_string_lossy())
    });
    page.set("watch-interval", &settings.watch_interval, |&ms| time(ms));
    page.set("watch-limit", &settings.watch_limit, |all| table(all));
    page.set("watch-token-file", &settings.watch_token_file, |all| {
        table(all)
    });
    page.maybe("auth-token-file", &settings.auth_token_file, |path| {
        quoted(&path.to_string_lossy())
    });
    page.set("auth-reads", &settings.auth_reads, bool::to_string);
    page.set("allowed-host", &settings.allowed_host, |all| list(all));
    page.set("allowed-origin", &settings.allowed_origin, |all| list(all));
    page.set("alert-within", &settings.alert_within, |&ms| time(ms));
    page.webhook("alert-webhook", &settings.alert_webhook);
    page.maybe(
        "alert-webhook-secret-file",
        &settings.alert_webhook_secret_file,
        |path| quoted(&path.to_string_lossy()),
    );
    page.command("alert-command", &settings.alert_command);
    page.set("max-clients", &settings.max_clients, usize::to_string);
    page.set("client-rate", &settings.client_rate, u32::to_string);
    page.set("max-rss", &settings.max_rss, |&bytes| size(bytes));
    page.maybe("limit", &settings.limit, |&bytes| size(bytes));
    page.set("max-files", &settings.max_files, usize::to_string);
    page.set("history", &settings.history, |&ms| time(ms));
    page.set("poll-interval", &settings.poll_interval, |&ms| time(ms));
    page.set("log-format", &settings.log_format, |&it| name(it));
    page.set("log-level", &settings.log_level, |&it| name(it));
    // Writing to a string cannot fail.
    if !settings.source.value.exists() {
        let _ = writeln!(
            page.0,
            "# the folder of --source is not there yet: fabric waits for it"
        );
    }
    let _ = writeln!(page.0, "# token: {token}");
    page.0
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn set<T>(&mut self, key: &str, setting: &Setting<T>, show: impl Fn(&T) -> String) {
        self.line(&format!("{key} = {}", show(&setting.value)), setting.origin);
    }

    /// What is not set has no value that could be written: it stands as a remark.
    fn maybe<T>(&mut self, key: &str, setting: &Setting<Option<T>>, show: impl Fn(&T) -> String) {
        match &setting.value {
            Some(value) => self.line(&format!("{key} = {}", show(value)), setting.origin),
            None => self.line(&format!("# {key} is not set"), setting.origin),
        }
    }

    /// The path of the URL of a webhook is a secret: it stands as a remark that says where it leads.
    fn webhook(&mut self, key: &str, setting: &Setting<Option<String>>) {
        let line = match &setting.value {
            Some(url) => match Webhook::new(url, None) {
                Ok(webhook) => format!("# {key} is {webhook}"),
                Err(problem) => format!("# {key} {problem}"),
            },
            None => format!("# {key} is not set"),
        };
        self.line(&line, setting.origin);
    }

    /// Arguments may be secrets: a command that has some stands as a remark that names its program.
    fn command(&mut self, key: &str, setting: &Setting<Option<String>>) {
        let line = match setting.value.as_deref().map(str::trim) {
            None => format!("# {key} is not set"),
            Some(command) => match command.split_once(char::is_whitespace) {
                // What stands there may be no program but a variable for one.
                _ if !command
                    .starts_with(|it: char| it.is_alphanumeric() || "./~".contains(it)) =>
                {
                    format!("# {key} is ...")
                }
                Some((program, _)) if program.contains('=') => format!("# {key} is ..."),
                Some((program, _)) => format!("# {key} is {} ...", quoted(program)),
                None => format!("{key} = {}", quoted(command)),
            },
        };
        self.line(&line, setting.origin);
    }

    fn line(&mut self, line: &str, origin: Origin) {
        let origin = origin.name();
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{line:<56} # {origin}");
    }
}

fn quoted(text: &str) -> String {
    // A basic string of TOML has the escapes of one of JSON, but for the delete character.
    serde_json::Value::from(text)
        .to_string()
        .replace('\u{7f}', "\\u007f")
}

fn list<T: ToString>(all: &[T]) -> String {
    let quoted: Vec<String> = all.iter().map(|it| quoted(&it.to_string())).collect();
    format!("[{}]", quoted.join(", "))
}

/// What is no `NAME=URL` is refused right after this, and may hold a secret anywhere.
fn without_secrets(all: &[String]) -> Vec<String> {
    let shown = |text: &String| match Watched::parse(text) {
        Ok(service) => format!("{}={}", service.name, service.endpoint),
        Err(_) => "...".to_owned(),
    };
    all.iter().map(shown).collect()
}

fn table(all: &[(String, String)]) -> String {
    let pairs: Vec<String> = all
        .iter()
        .map(|(name, value)| format!("{} = {}", quoted(name), quoted(value)))
        .collect();
    match pairs.is_empty() {
        true => "{}".to_owned(),
        false => format!("{{ {} }}", pairs.join(", ")),
    }
}

fn name<T: clap::ValueEnum>(value: T) -> String {
    value
        .to_possible_value()
        .map_or_else(String::new, |value| quoted(value.get_name()))
}

/// The largest unit that needs no fraction: what is printed is exactly what counts.
fn time(ms: i64) -> String {
    let units = [
        (86_400_000, "d"),
        (3_600_000, "h"),
        (60_000, "m"),
        (1000, "s"),
    ];
    let (size, unit) = units
        .into_iter()
        .find(|(size, _)| ms % size == 0)
        .unwrap_or((1, "ms"));
    quoted(&format!("{}{unit}", ms / size))
}

fn size(bytes: u64) -> String {
    let units = [
        (1 << 40, "TiB"),
        (1 << 30, "GiB"),
        (1 << 20, "MiB"),
        (1 << 10, "KiB"),
    ];
    let (size, unit) = units
        .into_iter()
        .find(|(size, _)| bytes > 0 && bytes.is_multiple_of(*size))
        .unwrap_or((1, "B"));
    quoted(&format!("{}{unit}", bytes / size))
}
