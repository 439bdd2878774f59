//! A command is run for each notification.

use std::fmt;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use super::notification::Notification;
use crate::escape;
use crate::serve::bounds::{ALERT_COMMAND_LIMIT, ALERT_COMMAND_OUTPUT_BYTES};

/// A command for `/bin/sh`, which gets the document on its standard input and the essentials in its environment.
///
/// It is a command for a shell because that is what whoever writes it expects of a line in a configuration; none of what an alert says becomes
/// part of it, so that no name of a function can be a command.
#[derive(Debug, Clone)]
pub struct AlertCommand {
    command: String,
    time_limit: Duration,
}

/// Why a command was of no use.
#[derive(Debug, Error)]
pub enum CommandError {
    /// It could not be started or read from.
    #[error("cannot be run: {0}")]
    System(#[from] io::Error),
    /// It took too long, and was ended with all that it had started.
    #[error("does not end within {} s, and was ended", .0.as_secs_f64())]
    TooLong(Duration),
    /// It says so itself.
    #[error("ends with {status}{}", said(.output))]
    Status {
        /// How it ended.
        status: ExitStatus,
        /// How what it said begins; foreign text.
        output: String,
    },
}

/// What the command sees of the environment of the server: tokens that are in there are none of its business.
const PASSED_ON: [&str; 9] = [
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "TZ", "TMPDIR",
];

impl AlertCommand {
    /// Runs `command`.
    ///
    /// # Errors
    /// There is nothing to run.
    pub fn new(command: &str) -> Result<AlertCommand, String> {
        let command = command.trim();
        if command.is_empty() || command.contains('\0') {
            return Err("is no command".to_owned());
        }
        Ok(AlertCommand {
            command: command.to_owned(),
            time_limit: ALERT_COMMAND_LIMIT,
        })
    }

    /// The same, with another time limit.
    #[must_use]
    pub fn within(mut self, time_limit: Duration) -> AlertCommand {
        self.time_limit = time_limit;
        self
    }

    /// Runs it once.
    pub(super) async fn run(&self, notification: &Notification) -> Result<(), CommandError> {
        let mut child = Command::new("/bin/sh")
            .arg("-c")
            .arg(&self.command)
            .env_clear()
            .envs(
                PASSED_ON
                    .iter()
                    .filter_map(|name| std::env::var_os(name).map(|value| (*name, value))),
            )
            .envs(essentials(notification))
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        // Before the child is waited for its number belongs to nobody else.
        let group = Group(child.id());
        let conversation = tokio::time::timeout(
            self.time_limit,
            talk(&mut child, notification.body.as_bytes()),
        );
        match conversation.await {
            Ok(said) => {
                std::mem::forget(group);
                let output = said?;
                let status = child.wait().await?;
                match status.success() {
                    true => Ok(()),
                    false => Err(CommandError::Status { status, output }),
                }
            }
            Err(_) => {
                drop(group);
                child.wait().await?;
                Err(CommandError::TooLong(self.time_limit))
            }
        }
    }
}

/// The command as it was given: it is the setting of whoever runs the server.
impl fmt::Display for AlertCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.command)
    }
}

/// All processes that the command has started. They end when this is dropped.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        let group = self.0.and_then(|pid| i32::try_from(pid).ok());
        if let Some(group) = group.and_then(Pid::from_raw) {
            // Gone already: that was wanted.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// Tells the document and hears to the end what it says, which is when all its processes have ended or look away; gives how that begins.
async fn talk(child: &mut Child, document: &[u8]) -> io::Result<String> {
    let (input, output, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let tell = async {
        if let Some(mut input) = input {
            // A command that does not read it has its reasons.
            let _ = input.write_all(document).await;
            // A line of its own, for who appends it to others.
            let _ = input.write_all(b"\n").await;
        }
    };
    let ((), output, errors) = tokio::join!(tell, hear(output), hear(errors));
    let (output, errors) = (output?, errors?);
    let mut said = errors;
    if said.is_empty() {
        said = output;
    }
    Ok(String::from_utf8_lossy(&said).into_owned())
}

/// Reads to the end, and keeps the beginning.
async fn hear(from: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let Some(mut from) = from else {
        return Ok(Vec::new());
    };
    let mut kept = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = from.read(&mut buffer).await?;
        if count == 0 {
            return Ok(kept);
        }
        let room = ALERT_COMMAND_OUTPUT_BYTES.saturating_sub(kept.len());
        kept.extend(buffer.iter().take(count.min(room)));
    }
}

fn said(output: &str) -> String {
    match output.trim() {
        "" => String::new(),
        text => format!(": {}", escape::terminal(text)),
    }
}

fn essentials(notification: &Notification) -> Vec<(&'static str, String)> {
    let alert = &notification.alert;
    // What has no place in an environment would keep the command from being run.
    let clean = |text: &str| text.replace('\0', "\u{fffd}");
    vec![
        ("FABRIC_ALERT_CHANGE", notification.change.name().to_owned()),
        ("FABRIC_ALERT_HOST", clean(&notification.host)),
        ("FABRIC_ALERT_ID", clean(&alert.id)),
        ("FABRIC_ALERT_IDENTITY", clean(&alert.identity)),
        ("FABRIC_ALERT_KIND", alert.kind.name().to_owned()),
        ("FABRIC_ALERT_REASON", clean(&alert.last_reason)),
        ("FABRIC_ALERT_SCOPE", clean(&alert.scope)),
        ("FABRIC_ALERT_SEVERITY", alert.severity.name().to_owned()),
        ("FABRIC_ALERT_STATUS", alert.status.name().to_owned()),
        ("FABRIC_ALERT_SUMMARY", clean(&alert.summary)),
        ("FABRIC_ALERT_TEXT", clean(&notification.text)),
    ]
}
