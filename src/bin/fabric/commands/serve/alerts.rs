//! Who is told of alerts, from the settings.

use std::io::Read;
use std::path::Path;

use anyhow::anyhow;
use fabric::limits;
use fabric::serve::alerts::{AlertCommand, AlertOptions, SigningKey, Webhook};

use super::settings::Settings;
use super::span;
use crate::exit::Failure;

/// Reads the secret and checks the rest. Nothing is tried: nobody is told of anything.
pub(super) fn options(settings: &Settings) -> Result<AlertOptions, Failure> {
    let key = match &settings.alert_webhook_secret_file.value {
        Some(path) => Some(key(path)?),
        None => None,
    };
    let webhook = match &settings.alert_webhook.value {
        Some(url) => Some(Webhook::new(url, key).map_err(refused("--alert-webhook"))?),
        None if key.is_some() => {
            return Err(refused("--alert-webhook-secret-file")(
                "signs what is posted, and there is no --alert-webhook".to_owned(),
            ));
        }
        None => None,
    };
    let command = match &settings.alert_command.value {
        Some(command) => Some(AlertCommand::new(command).map_err(refused("--alert-command"))?),
        None => None,
    };
    Ok(AlertOptions {
        within: span(settings.alert_within.value),
        webhook,
        command,
        ..AlertOptions::default()
    })
}

fn refused(name: &'static str) -> impl Fn(String) -> Failure {
    move |problem| Failure::usage(anyhow!("{name} {problem}"))
}

fn key(path: &Path) -> Result<SigningKey, Failure> {
    let failed = |problem: String| {
        let path = path.display();
        Failure::usage(anyhow!("--alert-webhook-secret-file {path}: {problem}"))
    };
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| {
            file.take(limits::SECRET_FILE_BYTES + 1)
                .read_to_end(&mut bytes)
        })
        .map_err(|error| failed(error.to_string()))?;
    if bytes.len() as u64 > limits::SECRET_FILE_BYTES {
        return Err(failed("is too large: it is something else".to_owned()));
    }
    SigningKey::new(&bytes).map_err(|error| failed(error.to_string()))
}
