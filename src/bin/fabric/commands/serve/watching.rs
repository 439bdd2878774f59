//! The services that are watched, put together from several settings.

use anyhow::anyhow;
use fabric::serve::targets::{WatchOptions, Watched};
use fabric::units::parse_bytes;

use super::home;
use super::settings::{Setting, Settings};
use super::span;
use crate::exit::Failure;

/// The services that are watched, each with its token and its ceiling.
pub(super) fn options(settings: &Settings) -> Result<WatchOptions, Failure> {
    let wrong = |problem: String| Failure::usage(anyhow!("{problem}"));
    let services: Result<Vec<Watched>, String> = settings
        .watch
        .value
        .iter()
        .map(|text| Watched::parse(text))
        .collect();
    let mut services = services.map_err(wrong)?;
    for (name, size) in &settings.watch_limit.value {
        let service = named("watch-limit", name, &mut services)?;
        let limit = parse_bytes(size).map_err(|why| format!("--watch-limit {name}: {why}"));
        let limit = limit.map_err(wrong)?;
        if limit == 0 {
            return Err(Failure::usage(anyhow!(
                "--watch-limit {name}: a limit of nothing is reached before the service starts"
            )));
        }
        if service.limit_bytes.replace(limit).is_some() {
            return Err(twice("watch-limit", name));
        }
    }
    let origin = settings.watch_token_file.origin;
    for (name, file) in &settings.watch_token_file.value {
        let service = named("watch-token-file", name, &mut services)?;
        let value = file.into();
        let path = home::filled_in("watch-token-file", Setting { value, origin })?.value;
        if service.token_file.replace(path).is_some() {
            return Err(twice("watch-token-file", name));
        }
    }
    Ok(WatchOptions {
        services,
        folder: settings.watch_dir.value.clone(),
        interval: span(settings.watch_interval.value),
    })
}

fn named<'s>(
    setting: &str,
    name: &str,
    services: &'s mut [Watched],
) -> Result<&'s mut Watched, Failure> {
    let mut services = services.iter_mut();
    services.find(|it| &*it.name == name).ok_or_else(|| {
        Failure::usage(anyhow!(
            "--{setting} names {name:?}, which --watch does not"
        ))
    })
}

fn twice(setting: &str, name: &str) -> Failure {
    Failure::usage(anyhow!("--{setting} names {name} twice"))
}
